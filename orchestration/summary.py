"""The summary that a person reads after a run. It looks at the serving copy only, as everybody else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.paths import DataFolder
from orchestration.serving import current_database
from orchestration.truth import NO_TRUTH, Benchmark, ClusterAgreement, SendTimeAgreement, Truth

Rows = Sequence[tuple[object, ...]]
QUALITY = ("auc", "pr_auc", "brier", "ece", "lift_decile_01")


@dataclass(frozen=True)
class Summary:
    """The figures, apart from how they are shown."""

    as_of_at: object
    received: int
    accepted: int
    deduplicated: int
    quarantined: int
    customers: int
    mailable: int
    sources: Rows
    clusters: Rows
    segments: Rows
    audiences: Rows
    exclusions: Rows
    models: Rows


def read_summary(folder: DataFolder) -> Summary:
    """Read the version that is published now."""
    database = current_database(folder.serving)
    if not database.exists():
        raise FileNotFoundError(f"nothing is published in {folder.serving} yet: run `make run`, or `make demo`")
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:

        def rows(query: str) -> Rows:
            return list(connection.execute(query).fetchall())

        [(received, accepted, deduplicated, quarantined)] = rows(
            "select sum(received), sum(accepted), sum(deduplicated), sum(quarantined) from staging.stg_landing__row_counts"
        )
        [(customers, mailable)] = rows("select count(*), count(*) filter (where is_email_mailable) from marts.dim_customer_360")
        return Summary(
            as_of_at=rows("select max(scored_at) from staging.stg_ml__model_metrics")[0][0],
            received=_count(received),
            accepted=_count(accepted),
            deduplicated=_count(deduplicated),
            quarantined=_count(quarantined),
            customers=_count(customers),
            mailable=_count(mailable),
            sources=rows(
                """
                select source_name, sum(received), sum(accepted), sum(deduplicated), sum(quarantined)
                from staging.stg_landing__row_counts group by source_name having sum(received) > 0 order by source_name
                """
            ),
            clusters=rows(
                """
                select cluster_name, any_value(customer_count), any_value(share) from staging.stg_ml__cluster_profiles
                where as_of_date = (select max(as_of_date) from staging.stg_ml__cluster_profiles)
                group by cluster_name order by 2 desc, 1
                """
            ),
            segments=rows(
                """
                select segment_name, member_count, entered_count, left_count, unpublished_reason
                from segments.segment_sizes order by member_count desc, segment_name
                """
            ),
            audiences=rows(
                """
                select audience_name, any_value(candidate_count), any_value(recipient_count)
                from audiences.audience_exclusions group by audience_name order by audience_name
                """
            ),
            exclusions=rows(
                """
                select audience_name, exclusion_description, first_reason_count from audiences.audience_exclusions
                where first_reason_count > 0 order by audience_name, reason_order
                """
            ),
            models=rows(
                """
                select model_name, metric_name, metric_value from staging.stg_ml__model_metrics
                where as_of_date = (select max(as_of_date) from staging.stg_ml__model_metrics)
                    and split = case when metric_name = 'is_trained' then 'train' else 'test' end
                order by model_name, metric_name
                """
            ),
        )


def show_summary(summary: Summary, folder: DataFolder, console: Console, truth: Truth = NO_TRUTH) -> None:
    """Print the tables; what the truth adds is there for the demo world only."""
    console.print()
    console.rule("[bold]audience360", align="left")
    console.print(_sources(summary))
    for quality in truth.identity:
        console.print(f"identity, {quality.identifiers}: pairwise precision {quality.precision:.3f}, recall {quality.recall:.3f}")
    console.print(_audiences(summary))
    console.print(_segments(summary))
    if summary.clusters:
        console.print(_clusters(summary, truth.cluster_agreement))
    console.print(_models(summary, truth.benchmarks))
    console.print(*_send_times(summary, truth.send_times))
    console.print(_where_next(folder))


def _sources(summary: Summary) -> Table:
    table = Table("source", title=f"Rows in, as of {summary.as_of_at}", title_justify="left", show_footer=True)
    for name, total in (
        ("received", summary.received),
        ("accepted", summary.accepted),
        ("duplicates", summary.deduplicated),
        ("quarantined", summary.quarantined),
    ):
        table.add_column(name, justify="right", footer=f"{total:,}")
    for source, *counts in summary.sources:
        table.add_row(str(source), *(f"{_count(count):,}" for count in counts))
    table.caption = f"{summary.customers:,} customers resolved, {summary.mailable:,} may be written to"
    table.caption_justify = "left"
    return table


def _audiences(summary: Summary) -> Table:
    table = Table(title="Audiences", title_justify="left")
    table.add_column("audience", no_wrap=True)
    table.add_column("candidates", justify="right")
    table.add_column("in audience", justify="right", style="bold")
    table.add_column("left out because (first reason)")
    for name, candidates, recipients in summary.audiences:
        reasons = [f"{_count(count):,} {reason}" for audience, reason, count in summary.exclusions if audience == name]
        table.add_row(str(name), f"{_count(candidates):,}", f"{_count(recipients):,}", "\n".join(reasons) or "-")
    return table


def _segments(summary: Summary) -> Table:
    table = Table(title="Segments", title_justify="left")
    table.add_column("segment", no_wrap=True)
    for name in ("members", "entered", "left"):
        table.add_column(name, justify="right")
    table.add_column("not published because")
    for segment, members, entered, left, reason in summary.segments:
        table.add_row(str(segment), *(f"{_count(count):,}" for count in (members, entered, left)), str(reason or ""))
    return table


def _clusters(summary: Summary, agreement: ClusterAgreement | None) -> Table:
    table = Table("cluster", title="Behavioural clusters", title_justify="left")
    table.add_column("customers", justify="right")
    table.add_column("share", justify="right")
    for name, count, share in summary.clusters:
        table.add_row(str(name), f"{_count(count):,}", f"{float(str(share)):.0%}")
    if agreement is not None:
        best = "" if agreement.best is None else f" (the best that history allows: {agreement.best:.2f})"
        table.caption = f"adjusted Rand index with the latent types of the demo world: {agreement.clusters:.2f}{best}"
        table.caption_justify = "left"
    return table


def _models(summary: Summary, benchmarks: Sequence[Benchmark]) -> Table:
    table = Table(title="Model quality on test dates", title_justify="left")
    table.add_column("model", no_wrap=True)
    for metric in QUALITY:
        table.add_column("lift, top decile" if metric == "lift_decile_01" else metric, justify="right")
    if benchmarks:
        table.add_column("best observable auc", justify="right")
        table.add_column("auc of the latent truth", justify="right")
    values = {(str(model), str(metric)): float(str(value)) for model, metric, value in summary.models}
    remarks = _recommendations(values)
    for model in sorted({name for name, _ in values}):
        if model in ("customer_clusters", "product_recommendations"):
            continue
        if not values.get((model, "is_trained")):
            table.add_row(model, "too little data")
            continue
        if (model, "actual_orders") in values:
            expected, actual, days = (values[model, name] for name in ("expected_orders", "actual_orders", "horizon_days"))
            remarks.append(f"{model}: {expected:,.0f} purchases were expected for the last {days:.0f} days, {actual:,.0f} came")
        if (model, "auc") not in values:
            continue
        cells = [f"{values[model, metric]:.3f}" for metric in QUALITY if (model, metric) in values]
        known = [f"{b.observable_auc:.3f}|{b.latent_auc:.3f}" for b in benchmarks if b.model_name == model]
        table.add_row(model, *cells, *(known[0].split("|") if known else []))
    table.caption, table.caption_justify = "\n".join(remarks) or None, "left"
    return table


def _recommendations(values: Mapping[tuple[str, str], float]) -> list[str]:
    """How the lists of the test date did, beside showing everybody the ten most popular products."""
    found = {metric: value for (model, metric), value in values.items() if model == "product_recommendations"}
    if "recall_to_most_popular" not in found:
        return []
    serves = "a learned model serves" if found.get("is_trained") else "a rule serves"
    low, ratio = found["recall_to_most_popular_low"], found["recall_to_most_popular"]
    high = f"{found['recall_to_most_popular_high']:.2f}" if "recall_to_most_popular_high" in found else "more"
    share = f"its lists of ten hold {found['recall_at_10']:.0%} of what was bought next"
    return [f"product_recommendations: {serves}; {share}, {ratio:.2f} times ({low:.2f} to {high}) as much as the most popular products"]


def _send_times(summary: Summary, agreement: SendTimeAgreement | None) -> list[str]:
    """What the chosen hours would have been worth, in words; nothing without a model."""
    values = {str(metric): float(str(value)) for model, metric, value in summary.models if model == "send_time"}
    found = []
    if "uplift" in values:
        found.append(
            f"send time: of {values['messages_at_chosen_hour']:,.0f} messages that came at the hour chosen before, "
            f"{values['prompt_read_rate']:.1%} were read at once, usual at these hours are {values['usual_prompt_read_rate']:.1%} "
            f"(difference {values['uplift_low']:+.1%} to {values['uplift_high']:+.1%})."
        )
    if agreement is not None:
        found.append(
            f"{agreement.share_within_an_hour:.0%} of {agreement.readers:,} readers got an hour within one of their best in the demo world."
        )
    return found


def _where_next(folder: DataFolder) -> Table:
    table = Table(title="Where to look next", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("the runs, plots and checks", "make ui")
    table.add_row("how good each model is", f"{_short(folder.artifacts / 'models')}/<model>/<version>/report.html")
    table.add_row("all tables, for any BI tool", _short(current_database(folder.serving)))
    table.add_row("the same as Parquet", _short(folder.serving / "current" / "parquet"))
    latest = folder.serving / "file_drop" / "latest"
    table.add_row("audiences as CSV", _short(latest) if latest.exists() else "nothing delivered yet: no audience has a member")
    table.add_row("broken rows, with reasons", "select * from staging.stg_landing__quarantine (warehouse.duckdb)")
    return table


def _short(path: Path) -> str:
    working = Path.cwd()
    return str(path.relative_to(working)) if path.is_relative_to(working) else str(path)


def _count(value: object) -> int:
    return int(str(value or 0))
