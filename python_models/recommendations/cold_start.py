"""Lists of customers without a purchase: whether what is popular in their segment finds more than what all others fall back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse

from python_models.recommendations.calibration import Calibration
from python_models.recommendations.evaluation import ListQuality, difference_interval, hits, list_quality
from python_models.recommendations.histories import (
    SEGMENTATIONS,
    Catalogue,
    Histories,
    IntArray,
    ShopDay,
    build_targets,
)
from python_models.recommendations.interest import PastLists
from python_models.recommendations.model import Recommender
from python_models.recommendations.ranking import NONE, BoolArray, SegmentLists, TopLists, top_lists
from python_models.recommendations.score import pair_probabilities
from python_models.recommendations.segments import fit_segments
from python_models.recommendations.spec import Candidate, RecommendationSpec

FALLBACK = "fallback"
COLUMNS = ("candidate", "recall_at_10", "ndcg_at_10", "coverage_at_10")


@dataclass(frozen=True)
class ColdPast:
    """A date whose future is known, with everybody on it who had bought nothing, and what they bought then."""

    day: ShopDay
    catalogue: Catalogue
    everybody: Histories
    cold: Histories
    targets: sparse.csr_matrix
    target_counts: IntArray

    @classmethod
    def of(cls, day: ShopDay, products: pd.DataFrame, catalogue: Catalogue, everybody: Histories) -> ColdPast:
        cold = everybody.take(np.flatnonzero(~everybody.is_buyer))
        return cls(day, catalogue, everybody, cold, *build_targets(day, products, cold, catalogue))

    @property
    def buyers(self) -> int:
        """How many of them bought something in the horizon."""
        return int((self.target_counts > 0).sum())

    def others(self, judged: Histories, winner: Candidate, choice: ColdChoice, spec: RecommendationSpec) -> PastLists:
        """Those who are not among the judged, with the lists that they would have got."""
        rows = np.flatnonzero(~np.isin(self.cold.customer_ids, judged.customer_ids[~judged.is_buyer]))
        histories = self.cold.take(rows)
        lists = top_lists(Recommender(winner, self.catalogue, None), histories, _everything(self), spec.longest_list, spec.batch_rows)
        return PastLists(histories, choice.put(lists, histories), self.targets[rows])

    def quality(self, lists: TopLists) -> ListQuality:
        """Of lists of the cold, in their order."""
        return list_quality(lists.columns, self.targets, self.target_counts, np.ones(len(self.target_counts), dtype=bool))


@dataclass(frozen=True)
class ColdChoice:
    """What divides those who have bought nothing, None where they get what others fall back to; and how the ways compare."""

    by: str | None = None
    comparison: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    figures: dict[str, float] = field(default_factory=dict)
    lists: SegmentLists | None = None

    def put(self, lists: TopLists, histories: Histories) -> TopLists:
        """Lists of the date that was chosen by as they would have been served."""
        return self.lists.put(lists, histories) if self.lists else lists


def choose_segments(past: ColdPast, winner: Candidate, spec: RecommendationSpec) -> ColdChoice:
    """By NDCG@10 of those who bought: the best segmentation whose lead over the fallback has its 95 % interval above zero."""
    figures = {"cold_buyers": float(past.buyers)}
    if past.buyers < spec.minimum_cold_buyers:
        return ColdChoice(figures=figures)
    qualities = {name: past.quality(lists) for name, lists in _all_lists(past, winner, SEGMENTATIONS, spec).items()}
    comparison = pd.DataFrame([{"candidate": name, **quality.means} for name, quality in qualities.items()], columns=list(COLUMNS))
    best = max((name for name in qualities if name != FALLBACK), key=lambda name: qualities[name].means["ndcg_at_10"], default=None)
    if best is None:
        return ColdChoice(None, comparison, figures)
    figures |= _lead(qualities[best], qualities[FALLBACK], spec)
    if figures["cold_ndcg_lead_low"] <= 0:
        return ColdChoice(None, comparison, figures)
    recommender = with_segments(Recommender(winner, past.catalogue, None), past.day, past.everybody, best, spec)
    return ColdChoice(best, comparison, figures, SegmentLists.of(recommender, _everything(past), spec.longest_list))


def judge_cold(
    past: ColdPast, winner: Candidate, by: str | None, calibrations: Sequence[Calibration], spec: RecommendationSpec
) -> dict[str, float]:
    """Figures of the test date: of the lists that serve and of the fallback, and what the interest promised of those that serve."""
    figures = {"cold_buyers": float(past.buyers)}
    if not past.buyers:
        return figures
    lists = _all_lists(past, winner, [by] if by else [], spec)
    served = lists.get(by or FALLBACK, lists[FALLBACK])
    qualities = {name: past.quality(each) for name, each in (("", served), ("_of_fallback", lists[FALLBACK]))}
    for suffix, quality in qualities.items():
        figures |= {f"cold_{name}{suffix}": quality.means[name] for name in ("recall_at_10", "ndcg_at_10")}
    if by in lists:
        figures |= _lead(qualities[""], qualities["_of_fallback"], spec)
    columns = served.columns[:, :10]
    probability = pair_probabilities(served, past.cold, calibrations)[:, :10]
    known = (columns != NONE) & np.isfinite(probability)
    if known.any():
        figures["cold_mean_interest"] = float(probability[known].mean())
        figures["cold_observed_rate"] = float(hits(columns, past.targets)[known].mean())
    return figures


def with_segments(recommender: Recommender, day: ShopDay, everybody: Histories, by: str | None, spec: RecommendationSpec) -> Recommender:
    """The recommender, with the popularity of segments that was chosen."""
    if by is None:
        return recommender
    return replace(recommender, segments=fit_segments(day, recommender.catalogue, everybody, by, spec))


def _all_lists(past: ColdPast, winner: Candidate, segmentations: Sequence[str], spec: RecommendationSpec) -> dict[str, TopLists]:
    """By name; without weights, which need a purchase. A segmentation without a segment that is large enough is left out."""
    fallback = Recommender(winner, past.catalogue, None)
    recommenders = {name: with_segments(fallback, past.day, past.everybody, name, spec) for name in segmentations}
    usable = {FALLBACK: fallback} | {name: each for name, each in recommenders.items() if each.segments is not None}
    return {name: top_lists(each, past.cold, _everything(past), spec.longest_list, spec.batch_rows) for name, each in usable.items()}


def _lead(ours: ListQuality, fallback: ListQuality, spec: RecommendationSpec) -> dict[str, float]:
    low, high = difference_interval(ours.ndcg_10, fallback.ndcg_10, spec.bootstrap_rounds, spec.seed)
    return {"cold_ndcg_lead_low": low, "cold_ndcg_lead_high": high}


def _everything(past: ColdPast) -> BoolArray:
    """What is in stock today says nothing about then."""
    return np.ones(len(past.catalogue), dtype=bool)
