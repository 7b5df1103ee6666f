"""How good a linkage is, counted in pairs of records: precision, recall and F1 against known people."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from python_models.identity.prepare import ID


@dataclass(frozen=True)
class PairQuality:
    """Pairs found, pairs that are true, and pairs that are both."""

    found: int
    true: int
    found_and_true: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are true; 1 when none was found."""
        return self.found_and_true / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found; 1 when there is none."""
        return self.found_and_true / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def evaluate_clusters(clusters: pd.DataFrame, truth: pd.DataFrame) -> PairQuality:
    """Compare clusters with people: every two records of one cluster are a found pair, every two of one person a true one.

    `clusters` has `record_id` and `cluster_id`, `truth` has `record_id` and `person_id`; every record is in both, once. Pairs are counted
    from the sizes of groups, so large sets cost nothing.
    """
    for name, frame in (("clusters", clusters), ("truth", truth)):
        if frame[ID].isna().any() or frame[ID].astype(str).duplicated().any():
            raise ValueError(f"{name} have an empty or repeated {ID}")
    both = clusters[[ID, "cluster_id"]].assign(**{ID: clusters[ID].astype(str)})
    both = both.merge(truth[[ID, "person_id"]].assign(**{ID: truth[ID].astype(str)}), on=ID, how="outer")
    unmatched = int(both[["cluster_id", "person_id"]].isna().any(axis=1).sum())
    if unmatched:
        raise ValueError(f"{unmatched} records have a cluster and no person, or the other way round")
    return PairQuality(_pairs(both, ["cluster_id"]), _pairs(both, ["person_id"]), _pairs(both, ["cluster_id", "person_id"]))


def evaluate_pairs(pairs: pd.DataFrame, true_pairs: pd.DataFrame) -> PairQuality:
    """Compare pairs with true pairs; both have `record_id_l` and `record_id_r`, whichever is left. Repeated pairs count once."""
    found, true = _unordered(pairs), _unordered(true_pairs)
    return PairQuality(len(found), len(true), len(found & true))


def _pairs(frame: pd.DataFrame, by: list[str]) -> int:
    sizes = frame.groupby(by, sort=False).size()
    return int((sizes * (sizes - 1) // 2).sum())


def _unordered(pairs: pd.DataFrame) -> set[tuple[str, str]]:
    lefts, rights = (pairs[f"{ID}_{side}"].astype(str) for side in ("l", "r"))
    return {(min(one, other), max(one, other)) for one, other in zip(lefts, rights, strict=True)}
