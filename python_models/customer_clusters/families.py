"""Ways to group customers, compared as they would serve: everybody belongs to the nearest centre of the groups that a way has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture

from python_models.customer_clusters.model import distances
from python_models.customer_clusters.spec import ClusterSpec
from python_models.matrix import FloatArray

Labels = npt.NDArray[np.int64]
NOISE = -1
DIGITS = 6


class Family(StrEnum):
    """k-means (the simplest, first), a Gaussian mixture with k by BIC, Ward's hierarchy, and density (Campello et al. 2013)."""

    K_MEANS = "k_means"
    GAUSSIAN_MIXTURE = "gaussian_mixture"
    WARD = "ward"
    HDBSCAN = "hdbscan"


@dataclass(frozen=True)
class Candidate:
    """One way of grouping the same customers.

    silhouette: -1 to 1, of nearest centres; stability: mean adjusted Rand index with what parts of the customers give; smallest_share:
    of the smallest group; outlier_share and micro_segment_count: customers that no dense group holds, and dense groups of fewer than
    `minimum_share` of the customers (HDBSCAN only, else zero).
    """

    family: Family
    centroids: FloatArray
    silhouette: float
    stability: float
    smallest_share: float
    outlier_share: float = 0.0
    micro_segment_count: int = 0

    @property
    def group_count(self) -> int:
        return len(self.centroids)


def nearest(points: FloatArray, centroids: FloatArray) -> Labels:
    """The group of every point."""
    return np.asarray(distances(points, centroids).argmin(axis=1), dtype=np.int64)


def silhouette(points: FloatArray, centroids: FloatArray) -> float:
    """Mean silhouette (Rousseeuw 1987) of the nearest centres; -1 where all points have the same one."""
    labels = nearest(points, centroids)
    return float(silhouette_score(points, labels)) if len(np.unique(labels)) > 1 else -1.0


def bic_by_k(points: FloatArray, spec: ClusterSpec) -> dict[int, float]:
    """Bayesian information criterion of a Gaussian mixture (Schwarz 1978) per number of groups; the lowest is best."""
    return {k: float(_mixture(points, k, spec).bic(points)) for k in spec.k_range if k < len(points)}


def compare_families(points: FloatArray, k_means: FloatArray, spec: ClusterSpec) -> tuple[list[Candidate], dict[int, float]]:
    """All families on the same points, k-means with the centres that it found on more of them; and the BIC that the mixture went by."""
    bic = bic_by_k(points, spec)
    group_counts = {family: len(k_means) for family in Family} | {Family.GAUSSIAN_MIXTURE: min(bic, key=lambda k: (bic[k], k))}
    parts = _parts(len(points), spec)
    candidates = []
    for family in Family:
        labels = _labels(family, points, group_counts[family], spec)
        centroids = k_means if family is Family.K_MEANS else _centres(points, labels)
        if len(centroids) > 1:
            candidates.append(_candidate(family, points, labels, centroids, parts, spec))
    return candidates, bic


def choose_family(candidates: Sequence[Candidate], spec: ClusterSpec) -> tuple[Candidate, str]:
    """k-means, unless a way with names for all its groups and none too small has a better silhouette beyond noise and is as stable."""
    simplest = candidates[0]
    rivals = [
        candidate
        for candidate in candidates[1:]
        if candidate.group_count <= len(spec.archetypes)
        and candidate.smallest_share >= spec.minimum_share
        and candidate.stability >= simplest.stability - spec.flat_stability
    ]
    best = max(rivals, key=lambda candidate: candidate.silhouette, default=None)
    if best is None:
        return simplest, "no other way is as stable and without tiny groups"
    lead = best.silhouette - simplest.silhouette
    if lead <= spec.flat_silhouette:
        return simplest, f"{best.family} has a silhouette {lead:+.3f} apart, which is not beyond noise ({spec.flat_silhouette})"
    return best, f"its silhouette is {lead:+.3f} better than that of k-means, and it is as stable"


def comparison_table(candidates: Sequence[Candidate]) -> pd.DataFrame:
    """One row per way of grouping, one column per measure."""
    measures = ("family", "group_count", "silhouette", "stability", "smallest_share", "outlier_share", "micro_segment_count")
    return pd.DataFrame([{measure: getattr(candidate, measure) for measure in measures} for candidate in candidates], columns=measures)


def _candidate(
    family: Family, points: FloatArray, labels: Labels, centroids: FloatArray, parts: Sequence[Labels], spec: ClusterSpec
) -> Candidate:
    groups = nearest(points, centroids)
    agreements = []
    for part in parts:
        again = _centres(points[part], _labels(family, points[part], len(centroids), spec))
        agreements.append(adjusted_rand_score(groups, nearest(points, again)) if len(again) > 1 else 0.0)
    sizes = np.bincount(groups, minlength=len(centroids)) / len(points)
    is_dense = family is Family.HDBSCAN
    dense_sizes = np.bincount(labels[labels != NOISE]) / len(points)
    return Candidate(
        family=family,
        centroids=centroids,
        silhouette=round(silhouette(points, centroids), DIGITS),
        stability=round(float(np.mean(agreements)), DIGITS),
        smallest_share=round(float(sizes.min()), DIGITS),
        outlier_share=round(float((labels == NOISE).mean()), DIGITS) if is_dense else 0.0,
        micro_segment_count=int((dense_sizes < spec.minimum_share).sum()) if is_dense else 0,
    )


def _labels(family: Family, points: FloatArray, k: int, spec: ClusterSpec) -> Labels:
    if family is Family.K_MEANS:
        found = KMeans(n_clusters=k, n_init=spec.restarts, random_state=spec.seed).fit_predict(points)
    elif family is Family.GAUSSIAN_MIXTURE:
        found = _mixture(points, k, spec).predict(points)
    elif family is Family.WARD:
        found = AgglomerativeClustering(n_clusters=k, linkage="ward").fit_predict(points)
    else:
        found = HDBSCAN(min_cluster_size=max(5, round(spec.dense_share * len(points))), copy=True).fit_predict(points)
    return np.asarray(found, dtype=np.int64)


def _mixture(points: FloatArray, k: int, spec: ClusterSpec) -> GaussianMixture:
    # Diagonal: a full covariance per group has more numbers than a small group has customers.
    return GaussianMixture(n_components=k, covariance_type="diag", reg_covar=1e-3, random_state=spec.seed).fit(points)


def _centres(points: FloatArray, labels: Labels) -> FloatArray:
    return np.array([points[labels == label].mean(axis=0) for label in np.unique(labels) if label != NOISE])


def _parts(size: int, spec: ClusterSpec) -> list[Labels]:
    generator = np.random.default_rng(spec.seed)
    return [np.sort(generator.permutation(size)[: int(spec.resample_share * size)]) for _ in range(spec.resamples)]
