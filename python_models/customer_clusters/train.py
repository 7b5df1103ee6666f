"""Fit customer clusters: scale, choose k by silhouette and the way of grouping, then ids and names that follow from the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from python_models.customer_clusters.families import Candidate, choose_family, compare_families, nearest, silhouette
from python_models.customer_clusters.labels import match_ids, name_clusters
from python_models.customer_clusters.model import Cluster, ClusterModel, Scaler, unfold
from python_models.customer_clusters.spec import ClusterFeature, ClusterSpec
from python_models.matrix import FloatArray, feature_matrix, usable_features
from python_models.reproducible import fingerprint, single_thread, sort_rows

PROFILE_DIGITS = 6
# Metrics of this name, with the id of a cluster, hold its share of the customers.
SHARE = "share_cluster_"


@dataclass(frozen=True)
class ClusterResult:
    """The model, how k and the way of grouping were chosen, what the clusters look like; or, below the floor, why there is none.

    candidates: empty where there is too little to choose by; bic_by_k: of the Gaussian mixture; choice: in words; places: a sample of
    customers on the two main components (columns x, y, cluster_name); groups: one row per cluster with its id, name, customer_count, share
    and whether it had its id before (is_kept); means: of the features as they are, one row per cluster by name, missing values left out.
    """

    model: ClusterModel | None
    reason: str | None
    model_version: str
    silhouette_by_k: Mapping[int, float]
    metrics: Mapping[str, float]
    standardised_profile: pd.DataFrame
    candidates: tuple[Candidate, ...] = ()
    choice: str = ""
    places: pd.DataFrame = field(default_factory=pd.DataFrame)
    bic_by_k: Mapping[int, float] = field(default_factory=dict)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    means: pd.DataFrame = field(default_factory=pd.DataFrame)


def train_clusters(features: pd.DataFrame, spec: ClusterSpec, previous: ClusterModel | None = None) -> ClusterResult:
    """`features` holds one row per customer at the scoring date; `previous` is the model of the last as-of date, if any."""
    ordered = sort_rows(features, ("customer_id",))
    columns = ["customer_id", *(feature.name for feature in spec.features)]
    model_version = f"{spec.model_name}-{fingerprint(ordered[columns], {**asdict(spec), 'previous': previous and previous.model_version})}"
    varying = usable_features(ordered, [feature.name for feature in spec.features])
    used = tuple(feature for feature in spec.features if feature.name in varying)
    if len(ordered) < spec.minimum_customers or not used:
        return _untrained(
            model_version, f"{len(ordered)} customers and {len(used)} varying features; {spec.minimum_customers} customers needed"
        )
    with single_thread():
        return _fit(ordered, used, spec, previous, model_version)


def _fit(
    ordered: pd.DataFrame, used: tuple[ClusterFeature, ...], spec: ClusterSpec, previous: ClusterModel | None, model_version: str
) -> ClusterResult:
    scaler = _fit_scaler(ordered, used, spec)
    points = scaler.transform(ordered)
    generator = np.random.default_rng(spec.seed)
    shuffled = generator.permutation(len(points))
    fit_on = points[np.sort(shuffled[: spec.max_fit_rows])]
    sample = points[np.sort(shuffled[: spec.silhouette_sample])]
    distinct_count = len(np.unique(fit_on, axis=0))
    centroids_by_k = {k: _centroids(fit_on, k, spec) for k in spec.k_range if k < distinct_count}
    silhouette_by_k = {k: silhouette(sample, centroids) for k, centroids in centroids_by_k.items()}
    if not centroids_by_k:
        return _untrained(model_version, f"{distinct_count} different customers cannot be told apart in {min(spec.k_range)} groups")
    chosen_k = _choose_k(silhouette_by_k, len(ordered), spec)
    compared = points[np.sort(shuffled[: spec.comparison_sample])]
    chosen, candidates, bic_by_k, choice = _choose_family(compared, centroids_by_k[chosen_k], spec)
    centroids = _in_fixed_order(chosen, scaler)
    ids, next_cluster_id = match_ids(centroids, scaler, previous, spec.match_distance)
    labels = np.asarray(ids)[nearest(points, centroids)]
    profile = _standardised_profile(points / scaler.weights, labels, used, ids)
    previous_names = {cluster.cluster_id: cluster.cluster_name for cluster in previous.clusters} if previous else {}
    names = name_clusters(profile, spec.archetypes, previous_names, spec.kept_name_bonus)
    clusters = tuple(
        Cluster(cluster_id, names[cluster_id], tuple(float(value) for value in centroid))
        for cluster_id, centroid in sorted(zip(ids, centroids, strict=True), key=lambda pair: pair[0])
    )
    model = ClusterModel(model_version, scaler, clusters, next_cluster_id)
    metrics = {f"silhouette_k{k:02d}": value for k, value in silhouette_by_k.items()} | {
        "is_trained": 1.0,
        "k": float(len(clusters)),
        "row_count": float(len(ordered)),
        "kept_cluster_count": float(len(set(ids) & set(previous_names))),
    }
    metrics |= {f"bic_k{k:02d}": value for k, value in bic_by_k.items()} | _family_metrics(candidates)
    groups = _groups(labels, names, previous_names)
    metrics |= {f"{SHARE}{cluster_id:02d}": float(share) for cluster_id, share in zip(groups["cluster_id"], groups["share"], strict=True)}
    places, metrics["map_variance_share"] = _places(compared, centroids, [names[cluster_id] for cluster_id in ids])
    return ClusterResult(
        model,
        None,
        model_version,
        silhouette_by_k,
        metrics,
        profile.rename(index=names),
        tuple(candidates),
        choice,
        places,
        bic_by_k,
        groups,
        _means(ordered, labels, used, names),
    )


def _choose_family(points: FloatArray, k_means: FloatArray, spec: ClusterSpec) -> tuple[FloatArray, list[Candidate], dict[int, float], str]:
    if len(points) < min(spec.minimum_for_choice, spec.comparison_sample):
        return k_means, [], {}, f"k_means serves: {len(points)} customers are too few to compare ways of grouping"
    candidates, bic_by_k = compare_families(points, k_means, spec)
    chosen, reason = choose_family(candidates, spec)
    return chosen.centroids, candidates, bic_by_k, f"{chosen.family} serves: {reason}"


def _family_metrics(candidates: Sequence[Candidate]) -> dict[str, float]:
    return {
        f"{measure}_{candidate.family}": float(getattr(candidate, measure))
        for candidate in candidates
        for measure in ("group_count", "silhouette", "stability", "smallest_share", "outlier_share", "micro_segment_count")
    }


def _places(points: FloatArray, centroids: FloatArray, names: Sequence[str]) -> tuple[pd.DataFrame, float]:
    """The customers on the plane in which they differ most (principal components), and the share of their variance that it shows."""
    centred = points - points.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    # The sign of a component is arbitrary; its largest entry is made positive.
    directions = directions[:2] * np.sign(directions[:2][np.arange(len(directions[:2])), np.abs(directions[:2]).argmax(axis=1)])[:, None]
    plane = np.zeros((len(points), 2))
    plane[:, : len(directions)] = centred @ directions.T
    shown = float((lengths[:2] ** 2).sum() / max((lengths**2).sum(), 1e-12))
    return pd.DataFrame({"x": plane[:, 0], "y": plane[:, 1], "cluster_name": np.array(names)[nearest(points, centroids)]}), shown


def _groups(labels: np.ndarray, names: Mapping[int, str], previous_names: Mapping[int, str]) -> pd.DataFrame:
    rows = [
        (cluster_id, name, int((labels == cluster_id).sum()), cluster_id in previous_names) for cluster_id, name in sorted(names.items())
    ]
    groups = pd.DataFrame(rows, columns=["cluster_id", "cluster_name", "customer_count", "is_kept"])
    return groups.assign(share=groups["customer_count"] / len(labels))


def _means(ordered: pd.DataFrame, labels: np.ndarray, used: Sequence[ClusterFeature], names: Mapping[int, str]) -> pd.DataFrame:
    columns = [feature.name for feature in used]
    means = pd.DataFrame(feature_matrix(ordered, columns), columns=columns).groupby(labels).mean()
    return means.reindex(sorted(names)).rename(index=dict(names))


def _fit_scaler(ordered: pd.DataFrame, used: tuple[ClusterFeature, ...], spec: ClusterSpec) -> Scaler:
    """Median and interquartile range resist outliers; where most customers are equal (range 0) the standard deviation steps in."""
    unfolded = unfold(ordered, used, spec.long_ago_days)
    lower, centre, upper = np.quantile(unfolded, (0.25, 0.5, 0.75), axis=0)
    # 1.349 interquartile ranges of a normal distribution are one standard deviation.
    robust, standard = (upper - lower) / 1.349, unfolded.std(axis=0)
    spread = np.where(robust > 0.5 * standard, robust, np.where(standard > 0, standard, 1.0))
    return Scaler(used, tuple(float(v) for v in centre), tuple(float(v) for v in spread), spec.long_ago_days, spec.clip)


def _centroids(points: FloatArray, k: int, spec: ClusterSpec) -> FloatArray:
    fitted = KMeans(n_clusters=k, n_init=spec.restarts, random_state=spec.seed).fit(points)
    return np.asarray(fitted.cluster_centers_, dtype=np.float64)


def _choose_k(silhouette_by_k: Mapping[int, float], customer_count: int, spec: ClusterSpec) -> int:
    """The best silhouette (the smaller k of equals), if there is enough data and it beats the fallback by more than noise."""
    best_k = min(silhouette_by_k, key=lambda k: (-silhouette_by_k[k], k))
    if spec.fallback_k not in silhouette_by_k:
        return best_k
    is_flat = silhouette_by_k[best_k] - silhouette_by_k[spec.fallback_k] <= spec.flat_silhouette
    return spec.fallback_k if is_flat or customer_count < spec.minimum_for_choice else best_k


def _in_fixed_order(centroids: FloatArray, scaler: Scaler) -> FloatArray:
    """Most valuable cluster first (by revenue where there is any), so that the first run's ids do not depend on k-means' own order."""
    names = [feature.name for feature in scaler.features]
    main = names.index("net_revenue_365d") if "net_revenue_365d" in names else 0
    return centroids[np.lexsort((*centroids.T[::-1], -centroids[:, main]))]


def _standardised_profile(points: FloatArray, labels: np.ndarray, used: tuple[ClusterFeature, ...], ids: Sequence[int]) -> pd.DataFrame:
    spread = points.std(axis=0)
    standard = (points - points.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    profile = pd.DataFrame(standard, columns=[feature.name for feature in used]).groupby(labels).mean()
    return profile.reindex(sorted(ids), fill_value=0.0).round(PROFILE_DIGITS)


def _untrained(model_version: str, reason: str) -> ClusterResult:
    return ClusterResult(None, reason, model_version, {}, {"is_trained": 0.0}, pd.DataFrame())
