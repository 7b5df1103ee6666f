"""The page of a cluster model: how many groups and why, what they look like, and how sure the grouping is."""

from __future__ import annotations

from datetime import date
from typing import Any

from orchestration.reports.page import Report, Table, Version, number, percent, records, report
from python_models.customer_clusters.model import ClusterModel
from python_models.customer_clusters.spec import ClusterSpec
from python_models.customer_clusters.train import ClusterResult
from python_models.evaluation.plots import cluster_map_plot, profile_plot, silhouette_plot


def cluster_report(result: ClusterResult, spec: ClusterSpec, as_of_date: date, customer_count: int) -> Report:
    """Everything that somebody needs who is to plan with the groups; without a model the reason alone."""
    content: dict[str, Any] = {"customers": number(customer_count)}
    plots: dict[str, bytes] = {}
    if result.model is not None:
        plots = {
            "choice of k": silhouette_plot(result.silhouette_by_k, len(result.model.clusters), result.bic_by_k),
            "profile": profile_plot(result.standardised_profile),
            "map": cluster_map_plot(result.places),
        }
        content |= _content(result, result.model, spec, customer_count)
    return report("clusters.html", Version(spec.model_name, result.model_version, as_of_date, result.reason, plots), content)


def _content(result: ClusterResult, model: ClusterModel, spec: ClusterSpec, customer_count: int) -> dict[str, Any]:
    used = [feature.name for feature in model.scaler.features]
    return {
        "features": ", ".join(used),
        "left_out": ", ".join(feature.name for feature in spec.features if feature.name not in used),
        "spec": spec,
        "sample": number(min(customer_count, spec.silhouette_sample)),
        "compared": number(min(customer_count, spec.comparison_sample)),
        "why_k": _why_k(result, model, spec, customer_count),
        "has_bic": bool(result.bic_by_k),
        "by_k": Table.of(
            ("groups", "mean silhouette", *(["BIC of a Gaussian mixture"] if result.bic_by_k else [])),
            (
                [str(k), number(value, 4), *([number(result.bic_by_k.get(k))] if result.bic_by_k else [])]
                for k, value in result.silhouette_by_k.items()
            ),
        ),
        "choice": result.choice,
        "ways": Table.of(
            ("way of grouping", "groups", "silhouette", "stability", "smallest group", "outliers", "micro-segments"),
            (
                [
                    candidate.family,
                    str(candidate.group_count),
                    number(candidate.silhouette, 4),
                    number(candidate.stability, 4),
                    percent(candidate.smallest_share),
                    percent(candidate.outlier_share),
                    str(candidate.micro_segment_count),
                ]
                for candidate in result.candidates
            ),
        ),
        "groups": Table.of(
            ("group", "id", "id of an earlier run", "customers", "share"),
            (
                (
                    row["cluster_name"],
                    str(row["cluster_id"]),
                    "kept" if row["is_kept"] else "new",
                    number(row["customer_count"]),
                    percent(row["share"]),
                )
                for row in records(result.groups)
            ),
            text_columns=3,
        ),
        "means": Table.of(
            ("mean of", *map(str, result.means.index)),
            ([name, *(number(float(value), 2) for value in result.means[name])] for name in result.means.columns),
        ),
        "map_share": percent(result.metrics["map_variance_share"], 0),
    }


def _why_k(result: ClusterResult, model: ClusterModel, spec: ClusterSpec, customer_count: int) -> str:
    """The rule of `train_clusters` in words, as it applied to these silhouettes."""
    silhouettes, fallback = result.silhouette_by_k, spec.fallback_k
    best = min(silhouettes, key=lambda k: (-silhouettes[k], k))
    taken = result.candidates[0].group_count if result.candidates else len(model.clusters)
    if fallback in silhouettes and customer_count < spec.minimum_for_choice:
        return f"{customer_count:,} customers are fewer than {spec.minimum_for_choice:,}: {taken} groups, without a choice."
    if taken == best:
        return f"{best} groups have the best silhouette, {silhouettes[best]:.4f}."
    return (
        f"{best} groups have the best silhouette, {silhouettes[best]:.4f}; that is not more than {spec.flat_silhouette} above the"
        f" {silhouettes[taken]:.4f} of {taken}, the number to fall back to, which is taken."
    )
