"""The page of a recommender: which way of ranking serves and why, what its lists found, and whether its interest is a probability."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from orchestration.reports.page import Report, Table, Version, interval, number, percent, records, report
from python_models.evaluation.model_plots import calibration_plot, candidates_plot
from python_models.recommendations.cold_start import FALLBACK
from python_models.recommendations.histories import CATEGORY_LOOKED_AT, COUNTRY, LIFECYCLE
from python_models.recommendations.model import RecommendationModel
from python_models.recommendations.spec import RULES, RecommendationSpec
from python_models.recommendations.train import RecommendationFit

MEASURES = {
    "recall_at_10": "recall@10: share of what was bought next that the ten hold",
    "recall_at_20": "recall@20: the same of twenty",
    "ndcg_at_10": "NDCG@10: the same, counted for more the higher it stands",
    "coverage_at_10": "coverage: share of the products that anybody is shown",
}
COLD = ("recall_at_10", "ndcg_at_10")
COLD_WAYS = {
    LIFECYCLE: "with new customers",
    COUNTRY: "in the country that they visit from",
    CATEGORY_LOOKED_AT: "with buyers who look at the same category",
}
USES = {"validation": "choosing and calibrating", "test": "these figures, once", "scoring": "the lists that serve"}


def recommendation_report(
    fit: RecommendationFit, dates: Mapping[str, date], spec: RecommendationSpec, as_of_date: date, compared_date: date
) -> Report:
    """`dates` has the as-of date of each part that the shop is old enough for: validation, test, scoring.

    compared_date: when all candidates were compared; on later dates the fit has the one that serves, and the rules.
    """
    content: dict[str, Any] = {"data": _data(fit, dates), "is_model": fit.model is not None}
    content["compared_before"] = compared_date.isoformat() if compared_date < as_of_date else None
    plots: dict[str, bytes] = {}
    if fit.model is not None:
        serves = fit.model.recommender.candidate.name
        if len(fit.comparison):
            ndcg = dict(zip(fit.comparison["candidate"].map(str), fit.comparison["ndcg_at_10"].map(float), strict=True))
            plots["candidates (validation)"] = candidates_plot(ndcg, serves, "NDCG@10 on the validation date")
        if len(fit.interest):
            plots["calibration (test)"] = calibration_plot(fit.interest)
        content |= _content(fit, fit.model, spec)
    return report("recommendations.html", Version(spec.model_name, fit.model_version, as_of_date, fit.reason, plots), content)


def _data(fit: RecommendationFit, dates: Mapping[str, date]) -> Table:
    train = fit.metrics["train"]
    rows = []
    for part, use in USES.items():
        if part not in dates:
            continue
        judged = fit.metrics.get(part, {}).get("judged_customers")
        who = f"{number(judged)} buyers who bought again" if judged is not None else ""
        if part == "scoring" and "buyers" in train:
            who = f"{number(train['buyers'])} buyers, {number(train['products'])} products"
        rows.append((part, dates[part].isoformat(), use, who))
    return Table.of(("part", "what was known on", "used for", "rows"), rows, text_columns=4)


def _content(fit: RecommendationFit, model: RecommendationModel, spec: RecommendationSpec) -> dict[str, Any]:
    serves, validation, test = model.recommender.candidate.name, fit.metrics.get("validation", {}), fit.metrics.get("test", {})
    rules = fit.comparison[fit.comparison["candidate"].isin(RULES)].sort_values(["ndcg_at_10", "recall_at_10"], ascending=False)
    return {
        "serves": serves,
        "is_rule": model.recommender.candidate.is_rule,
        "best_rule": str(rules["candidate"].iloc[0]) if len(rules) else "",
        "lead": {name: interval(metrics, "ndcg_lead_over_best_rule") for name, metrics in (("validation", validation), ("test", test))},
        "is_kept": bool(validation.get("is_incumbent_kept")),
        "lead_over_kept": interval(validation, "ndcg_lead_over_incumbent") if "is_incumbent_kept" in validation else None,
        "spec": spec,
        "candidates": Table.of(
            ("candidate", "kind", "recall@10", "recall@20", "NDCG@10", "coverage"),
            (
                [
                    row["candidate"] + (" (serves)" if row["candidate"] == serves else ""),
                    "rule" if row["candidate"] in RULES else "learned",
                    *(number(row[name], 4) for name in MEASURES),
                ]
                for row in records(fit.comparison)
            ),
            text_columns=2,
        ),
        "found": Table.of(
            ("on the test date", "serves", "most popular"),
            ((words, number(test[name], 4), number(test.get(f"{name}_of_most_popular"), 4)) for name, words in MEASURES.items() if test),
        ),
        **_cold(fit, model, validation, test),
        "judged": number(test.get("judged_customers")),
        "ratio": number(test.get("recall_to_most_popular"), 2),
        "ratio_interval": _ratio_interval(test),
        "ece": number(test.get("ece"), 4),
        "mean_interest": percent(test.get("mean_interest"), 2),
        "observed_rate": percent(test.get("observed_rate"), 2),
        "highest_interest": percent(test.get("highest_interest")),
        "bins": Table.of(
            ("bin, lowest first", "recommendations", "mean probability", "bought"),
            (
                (str(row["bin"]), number(row["row_count"]), percent(row["mean_probability"], 2), percent(row["observed_rate"], 2))
                for row in records(fit.interest)
            ),
        ),
        "calibrations": Table.of(
            ("source", "recommendations", "bought", "intercept", "log score", "log products bought", "log days since a purchase"),
            (
                [each.source, number(each.pairs), number(each.hits), *(number(value, 4) for value in each.coefficients)]
                for each in model.calibrations
            ),
        ),
    }


def _cold(fit: RecommendationFit, model: RecommendationModel, validation: Mapping[str, float], test: Mapping[str, float]) -> dict[str, Any]:
    """Of customers who had bought nothing: what divides them, and whether that is better than what all others fall back to."""
    segments = model.recommender.segments
    serves = segments.by if segments else FALLBACK
    fallback = "in the category looked at, then with everybody" if model.recommender.uses_category else "with everybody"
    ways = COLD_WAYS | {FALLBACK: fallback}
    return {
        "cold_by": segments.by if segments else None,
        "cold_strength": number(segments.strength) if segments else None,
        "cold_sizes": {part: number(figures.get("cold_buyers")) for part, figures in (("validation", validation), ("test", test))},
        "cold_lead": {part: interval(figures, "cold_ndcg_lead") for part, figures in (("validation", validation), ("test", test))},
        "cold_interest": [percent(test.get(f"cold_{name}"), 3) for name in ("mean_interest", "observed_rate")],
        "cold_candidates": Table.of(
            ("popular", "recall@10", "NDCG@10"),
            (
                [
                    ways[row["candidate"]] + (" (serves)" if row["candidate"] == serves else ""),
                    *(number(row[name], 4) for name in COLD),
                ]
                for row in records(fit.cold_comparison)
            ),
        ),
        "cold_found": Table.of(
            ("on the test date", "serves", "fallback"),
            (
                (MEASURES[name], number(test[f"cold_{name}"], 4), number(test[f"cold_{name}_of_fallback"], 4))
                for name in COLD
                if f"cold_{name}" in test
            ),
        ),
    }


def _ratio_interval(test: Mapping[str, float]) -> str:
    """Open above where a resample of the customers found nothing in what is most popular."""
    if "recall_to_most_popular_low" not in test:
        return ""
    high = test.get("recall_to_most_popular_high")
    return f"{test['recall_to_most_popular_low']:.2f} to {'more' if high is None else f'{high:.2f}'}"
