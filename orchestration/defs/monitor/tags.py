"""Run tags that checks and models understand."""

# Set on a run whose findings are meant (a backfill, a new source): they are shown, and nothing is blocked.
ACCEPT_TAG = "a360/accept_findings"
# Set on a run that shall train and compare all models, whether they are due or not.
RETRAIN_TAG = "a360/retrain"
