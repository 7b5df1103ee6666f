"""Labels that stay: which of today's clusters is which of yesterday's, and what to call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from python_models.customer_clusters.model import ClusterModel, Scaler, distances
from python_models.customer_clusters.spec import Archetype
from python_models.matrix import FloatArray


def match_ids(centroids: FloatArray, scaler: Scaler, previous: ClusterModel | None, match_distance: float) -> tuple[list[int], int]:
    """An id for each centroid, and the next unused one.

    Pairs with the smallest total distance (assignment problem, Kuhn 1955) keep the id. A pair further apart than `match_distance`, and
    every centroid without a partner (k grew, or behaviour is new), gets an id that was never used before; ids of vanished clusters rest.
    """
    first_new = previous.next_cluster_id if previous else 1
    matched = _matches(centroids, scaler, previous, match_distance) if previous else {}
    fresh = iter(range(first_new, first_new + len(centroids)))
    ids = [matched[position] if position in matched else next(fresh) for position in range(len(centroids))]
    return ids, max(first_new, max(ids) + 1)


def _matches(centroids: FloatArray, scaler: Scaler, previous: ClusterModel, match_distance: float) -> dict[int, int]:
    before = {feature.name: position for position, feature in enumerate(previous.scaler.features)}
    shared = [(now, before[feature.name]) for now, feature in enumerate(scaler.features) if feature in previous.scaler.features]
    if not shared:
        return {}
    now_at, before_at = (list(positions) for positions in zip(*shared, strict=True))
    # Yesterday's centroids in today's scale, so that a drifting median does not look like a moving cluster.
    unscaled = _unscale(previous.centroids[:, before_at], previous.scaler, before_at)
    rescaled = _scale(unscaled, scaler, now_at)
    gaps = distances(centroids[:, now_at], rescaled)
    rows, columns = linear_sum_assignment(gaps)
    return {
        int(row): previous.clusters[column].cluster_id
        for row, column in zip(rows, columns, strict=True)
        if gaps[row, column] <= match_distance
    }


def _unscale(values: FloatArray, scaler: Scaler, at: Sequence[int]) -> FloatArray:
    unscaled: FloatArray = values / scaler.weights[list(at)] * np.array(scaler.spreads)[list(at)] + np.array(scaler.centres)[list(at)]
    return unscaled


def _scale(values: FloatArray, scaler: Scaler, at: Sequence[int]) -> FloatArray:
    standard = (values - np.array(scaler.centres)[list(at)]) / np.array(scaler.spreads)[list(at)]
    scaled: FloatArray = np.clip(standard, -scaler.clip, scaler.clip) * scaler.weights[list(at)]
    return scaled


def name_clusters(
    standardised: pd.DataFrame,
    archetypes: Sequence[Archetype],
    previous_names: Mapping[int, str],
    kept_name_bonus: float,
) -> dict[int, str]:
    """A unique name per cluster id: the archetypes that together fit the profiles best.

    `standardised` has one row per cluster id and one column per feature, in standard deviations from everybody's mean. A cluster that
    had a name before keeps it unless another one fits better by the bonus, so that a small drift renames nobody.
    """
    if len(archetypes) < len(standardised):
        raise ValueError(f"{len(standardised)} clusters need as many archetypes, {len(archetypes)} are defined: add some or lower k_range")
    fit = np.zeros((len(standardised), len(archetypes)))
    for row, (cluster_id, profile) in enumerate(standardised.iterrows()):
        for column, archetype in enumerate(archetypes):
            fit[row, column] = _similarity(profile, archetype)
            if previous_names.get(int(str(cluster_id))) == archetype.name:
                fit[row, column] += kept_name_bonus
    rows, columns = linear_sum_assignment(-fit)
    return {int(standardised.index[row]): archetypes[column].name for row, column in zip(rows, columns, strict=True)}


def _similarity(profile: pd.Series, archetype: Archetype) -> float:
    """Projection of the profile on the archetype; features that the data lacks count as average."""
    weights = np.array(list(archetype.looks_like.values()))
    values = np.array([float(profile.get(name, 0.0)) for name in archetype.looks_like])
    return float(values @ weights / np.linalg.norm(weights))
