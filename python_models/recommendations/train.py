"""Compare the candidates on one past date, judge the winner on a later one, and fit it to everything that is known today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from python_models.evaluation.metrics import calibration_table, expected_calibration_error
from python_models.parallel import MOST_WORKERS, run_all
from python_models.recommendations.calibration import Calibration
from python_models.recommendations.cold_start import ColdChoice, ColdPast, choose_segments, judge_cold, with_segments
from python_models.recommendations.evaluation import ListQuality, difference_interval, hits, list_quality, ratio_interval
from python_models.recommendations.fingerprints import fingerprint_of
from python_models.recommendations.histories import Catalogue, Histories, ShopDay, build_catalogue, build_histories, build_targets
from python_models.recommendations.interest import PastLists, calibrate
from python_models.recommendations.model import RecommendationModel, Recommender
from python_models.recommendations.ranking import NONE, TopLists, top_lists
from python_models.recommendations.score import pair_probabilities
from python_models.recommendations.spec import Candidate, RecommendationSpec
from python_models.recommendations.weights import fit_weights, with_repeats

# What the matrices of all fits that run at a time may take: two of ten thousand products.
FIT_BYTES = 1_600_000_000


@dataclass(frozen=True)
class RecommendationFit:
    """The model that serves, whether it learned anything, and what is known about it; no model without a product to recommend.

    comparison: one row per candidate on the validation date; cold_comparison: the same for those who had bought nothing; interest: bins of
    the calibrated interest on the test date, with what was bought of them; empty where there was no such date.
    """

    model: RecommendationModel | None
    model_version: str
    reason: str | None
    metrics: Mapping[str, Mapping[str, float]]
    comparison: pd.DataFrame
    interest: pd.DataFrame = field(default_factory=pd.DataFrame)
    cold_comparison: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def way(self) -> str | None:
        """Name of the candidate that serves."""
        return self.model.recommender.candidate.name if self.model else None


@dataclass(frozen=True)
class _Past:
    """A date whose future is known, ready to be predicted: everybody to learn from, and those who are judged with what they bought."""

    catalogue: Catalogue
    everybody: Histories
    judged: Histories
    targets: sparse.csr_matrix
    target_counts: npt.NDArray[np.int64]
    cold: ColdPast

    def quality(self, lists: TopLists) -> ListQuality:
        return list_quality(lists.columns, self.targets, self.target_counts, self.judged.is_buyer)


def train_recommendations(
    validation: ShopDay | None,
    test: ShopDay | None,
    today: ShopDay,
    products: pd.DataFrame,
    spec: RecommendationSpec,
    incumbent: str | None = None,
) -> RecommendationFit:
    """Choose by NDCG@10 on the validation date, calibrate there, judge once on the test date, fit to today.

    `products`: one row per product with product_id, category and is_blocked. A learned candidate serves only when the 95 % interval of
    its lead over the best rule lies above zero; below the floors of the spec the rules are not even challenged. `incumbent`: name of the
    candidate that has served so far, which stays until the chosen one leads it by more than noise.
    """
    catalogue = build_catalogue(today, products, spec)
    histories = build_histories(today, products, catalogue)
    version = f"{spec.model_name}-{fingerprint_of((validation, test, today), products, spec, incumbent)}"
    past = _past(validation, products, spec)
    rules = [candidate for candidate in spec.candidates if candidate.is_rule]
    if len(catalogue) == 0:
        nothing = f"no product has {spec.minimum_product_buyers} buyers"
        return RecommendationFit(None, version, nothing, {"train": {"is_trained": 0.0}}, _as_frame({}))
    missing = _missing(past, spec)
    qualities, lists = _compare(past, spec.candidates if missing is None else rules, spec)
    winner, reason = _choose(qualities, rules, missing, spec)
    lead: dict[str, float] = {}
    if missing is None and incumbent in qualities and incumbent != winner.name:
        winner, reason, lead = _defend(winner, reason, next(c for c in spec.candidates if c.name == incumbent), qualities, spec)
    cold = choose_segments(past.cold, winner, spec) if past is not None else ColdChoice()
    calibrations = _calibrate(past, lists[winner.name], winner, cold, spec) if past is not None else ()
    best_rule = _best(rules, qualities) if qualities else None
    judged = _past(test, products, spec) if best_rule else None
    recommender, of_test = _fits(winner, best_rule, catalogue, histories, judged, spec)
    recommender = with_segments(recommender, today, histories, cold.by, spec)
    metrics = {
        "train": {"is_trained": float(not winner.is_rule), "buyers": float(histories.is_buyer.sum()), "products": float(len(catalogue))}
    }
    interest = pd.DataFrame()
    if past is not None and best_rule is not None:
        lead |= _lead(qualities[winner.name], qualities[best_rule.name], spec) | cold.figures
        metrics["validation"] = _figures(qualities, winner, spec) | lead
        metrics["test"], interest = _judge(judged, winner, best_rule, of_test, calibrations, cold.by, spec)
    model = RecommendationModel(version, recommender, calibrations, reason)
    return RecommendationFit(model, version, reason, metrics, _as_frame(qualities), interest, cold.comparison)


def _past(day: ShopDay | None, products: pd.DataFrame, spec: RecommendationSpec) -> _Past | None:
    """None without a customer who bought before and after the date, or without a product."""
    if day is None or day.purchases.empty or day.customers.empty:
        return None
    catalogue = build_catalogue(day, products, spec)
    everybody = build_histories(day, products, catalogue)
    judged = everybody.sample(spec.judged_customers)
    targets, counts = build_targets(day, products, judged, catalogue)
    if len(catalogue) == 0 or not (judged.is_buyer & (counts > 0)).any():
        return None
    return _Past(catalogue, everybody, judged, targets, counts, ColdPast.of(day, products, catalogue, everybody))


def _missing(past: _Past | None, spec: RecommendationSpec) -> str | None:
    """What the data lack for a learned model to be believed."""
    if past is None:
        return "no earlier date with purchases before it and after it"
    buyers, returning = int(past.everybody.is_buyer.sum()), int((past.judged.is_buyer & (past.target_counts > 0)).sum())
    for count, minimum, what in (
        (buyers, spec.minimum_buyers, "buyers"),
        (returning, spec.minimum_returning_buyers, "buyers who bought again in the horizon"),
        (len(past.catalogue), spec.minimum_products, f"products with {spec.minimum_product_buyers} buyers"),
    ):
        if count < minimum:
            return f"{count} {what} on the validation date; {minimum} needed"
    return None


def _fit(candidate: Candidate, catalogue: Catalogue, histories: Histories, spec: RecommendationSpec) -> Recommender:
    weights = fit_weights(candidate, histories.bought[histories.is_buyer], spec)
    return Recommender(candidate, catalogue, with_repeats(candidate, weights))


def _fits(
    winner: Candidate,
    best_rule: Candidate | None,
    catalogue: Catalogue,
    histories: Histories,
    judged: _Past | None,
    spec: RecommendationSpec,
) -> tuple[Recommender, dict[str, Recommender]]:
    """The winner on what is known today; and by name what is compared on the test date, fitted to what was known then."""
    tasks = {"": partial(_fit, winner, catalogue, histories, spec)}
    if judged is not None and best_rule is not None:
        popular = next(candidate for candidate in spec.candidates if candidate.kind == "most_popular")
        tasks |= {c.name: partial(_fit, c, judged.catalogue, judged.everybody, spec) for c in (winner, best_rule, popular)}
    fits = dict(zip(tasks, run_all(list(tasks.values()), _workers(catalogue)), strict=True))
    return fits.pop(""), fits


def _lists(past: _Past, recommender: Recommender, spec: RecommendationSpec) -> TopLists:
    """What is in stock today says nothing about then: only blocked products, which are in no catalogue, are left out."""
    everything = np.ones(len(past.catalogue), dtype=bool)
    return top_lists(recommender, past.judged, everything, spec.longest_list, spec.batch_rows)


def _compare(
    past: _Past | None, candidates: Sequence[Candidate], spec: RecommendationSpec
) -> tuple[dict[str, ListQuality], dict[str, TopLists]]:
    """Candidates that differ in repeats only share a fit."""
    if past is None:
        return {}, {}
    of_fit: dict[tuple[str, float], list[Candidate]] = {}
    for candidate in candidates:
        of_fit.setdefault((candidate.kind, candidate.strength), []).append(candidate)
    bought = past.everybody.bought[past.everybody.is_buyer]
    tasks = [partial(_lists_of_fit, past, bought, sharing, spec) for sharing in of_fit.values()]
    found = {name: lists for group in run_all(tasks, _workers(past.catalogue)) for name, lists in group.items()}
    lists = {candidate.name: found[candidate.name] for candidate in candidates}
    return {name: past.quality(each) for name, each in lists.items()}, lists


def _lists_of_fit(past: _Past, bought: sparse.csr_matrix, sharing: Sequence[Candidate], spec: RecommendationSpec) -> dict[str, TopLists]:
    weights = fit_weights(sharing[0], bought, spec)
    return {c.name: _lists(past, Recommender(c, past.catalogue, with_repeats(c, weights)), spec) for c in sharing}


def _workers(catalogue: Catalogue) -> int:
    """How many fits may run at a time: each has a matrix of products by products."""
    return min(MOST_WORKERS, max(1, FIT_BYTES // (8 * max(len(catalogue), 1) ** 2)))


def _best(candidates: Sequence[Candidate], qualities: Mapping[str, ListQuality]) -> Candidate:
    """By NDCG, then recall; of equal candidates the one that is named first."""
    return max(candidates, key=lambda c: (qualities[c.name].means["ndcg_at_10"], qualities[c.name].means["recall_at_10"]))


def _choose(
    qualities: Mapping[str, ListQuality], rules: Sequence[Candidate], missing: str | None, spec: RecommendationSpec
) -> tuple[Candidate, str | None]:
    if not qualities:
        return next(rule for rule in rules if rule.kind == "last_category"), missing
    best_rule = _best(rules, qualities)
    if missing is not None:
        return best_rule, missing
    learned = [candidate for candidate in spec.candidates if not candidate.is_rule]
    if not learned:
        return best_rule, "no learned candidate led the best rule beyond noise when all were compared"
    challenger = _best(learned, qualities)
    low, high = difference_interval(qualities[challenger.name].ndcg_10, qualities[best_rule.name].ndcg_10, spec.bootstrap_rounds, spec.seed)
    if low > 0:
        return challenger, None
    return best_rule, f"{challenger.name} leads {best_rule.name} by {low:.4f} to {high:.4f} NDCG@10: not beyond noise"


def _defend(
    challenger: Candidate, reason: str | None, incumbent: Candidate, qualities: Mapping[str, ListQuality], spec: RecommendationSpec
) -> tuple[Candidate, str | None, dict[str, float]]:
    """What serves has to be beaten beyond noise, so that nobody's list changes for a difference that is none."""
    low, high = difference_interval(qualities[challenger.name].ndcg_10, qualities[incumbent.name].ndcg_10, spec.bootstrap_rounds, spec.seed)
    figures = {"ndcg_lead_over_incumbent_low": low, "ndcg_lead_over_incumbent_high": high, "is_incumbent_kept": float(low <= 0)}
    if low > 0:
        return challenger, reason, figures
    within = f"{challenger.name} leads {incumbent.name}, which serves, by {low:.4f} to {high:.4f} NDCG@10: not beyond noise"
    return incumbent, within if incumbent.is_rule else None, figures


def _calibrate(past: _Past, lists: TopLists, winner: Candidate, cold: ColdChoice, spec: RecommendationSpec) -> tuple[Calibration, ...]:
    """On what would have been sent to those who are judged, and to everybody else who had bought nothing: few of them ever buy."""
    judged = PastLists(past.judged, cold.put(lists, past.judged), past.targets)
    return calibrate([judged, past.cold.others(past.judged, winner, cold, spec)])


def _judge(
    past: _Past | None,
    winner: Candidate,
    best_rule: Candidate,
    fits: Mapping[str, Recommender],
    calibrations: Sequence[Calibration],
    by: str | None,
    spec: RecommendationSpec,
) -> tuple[dict[str, float], pd.DataFrame]:
    """On the test date: the figures, and the bins of the interest."""
    if past is None:
        return {}, pd.DataFrame()
    fits = {**fits, winner.name: with_segments(fits[winner.name], past.cold.day, past.everybody, by, spec)}
    lists = dict(zip(fits, run_all([partial(_lists, past, each, spec) for each in fits.values()]), strict=True))
    qualities = {name: past.quality(found) for name, found in lists.items()}
    columns = lists[winner.name].columns[:, :10]
    probability = pair_probabilities(lists[winner.name], past.judged, calibrations)[:, :10]
    known = (columns != NONE) & np.isfinite(probability)
    metrics = _figures(qualities, winner, spec) | _lead(qualities[winner.name], qualities[best_rule.name], spec)
    metrics |= judge_cold(past.cold, winner, by, calibrations, spec)
    if not known.any():
        return metrics, pd.DataFrame()
    is_hit = hits(columns, past.targets)[known]
    metrics |= {
        "ece": expected_calibration_error(is_hit, probability[known]),
        "mean_interest": float(probability[known].mean()),
        "observed_rate": float(is_hit.mean()),
        "highest_interest": float(probability[known].max()),
    }
    return metrics, calibration_table(is_hit, probability[known])


def _figures(qualities: Mapping[str, ListQuality], winner: Candidate, spec: RecommendationSpec) -> dict[str, float]:
    ours, popular = qualities[winner.name], qualities["most_popular"]
    low, high = ratio_interval(ours.recall_10, popular.recall_10, spec.bootstrap_rounds, spec.seed)
    base = popular.means["recall_at_10"]
    figures = dict(ours.means) | {f"{name}_of_most_popular": value for name, value in popular.means.items()}
    figures["judged_customers"] = float(len(ours.recall_10))
    if base > 0:
        figures |= {"recall_to_most_popular": ours.means["recall_at_10"] / base, "recall_to_most_popular_low": low}
        figures |= {"recall_to_most_popular_high": high} if np.isfinite(high) else {}
    return figures


def _lead(ours: ListQuality, rule: ListQuality, spec: RecommendationSpec) -> dict[str, float]:
    low, high = difference_interval(ours.ndcg_10, rule.ndcg_10, spec.bootstrap_rounds, spec.seed)
    return {"ndcg_lead_over_best_rule_low": low, "ndcg_lead_over_best_rule_high": high, "ndcg_at_10_of_best_rule": rule.means["ndcg_at_10"]}


def _as_frame(qualities: Mapping[str, ListQuality]) -> pd.DataFrame:
    columns = ["candidate", "recall_at_10", "recall_at_20", "ndcg_at_10", "coverage_at_10"]
    return pd.DataFrame([{"candidate": name, **quality.means} for name, quality in qualities.items()], columns=columns)
