"""Run tags that the checks understand."""

# Set on a run whose findings are meant (a backfill, a new source): they are shown, and nothing is blocked.
ACCEPT_TAG = "a360/accept_findings"
