"""A fitted cluster model as plain numbers, small enough to be kept with the registry entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from python_models.customer_clusters.spec import ClusterFeature, Missing
from python_models.matrix import FloatArray, feature_matrix, signed_log


@dataclass(frozen=True)
class Scaler:
    """Fill, log, centre on the median, divide by the spread, clip and weight: all that is done to a feature before distances."""

    features: tuple[ClusterFeature, ...]
    centres: tuple[float, ...]
    spreads: tuple[float, ...]
    long_ago_days: float
    clip: float

    @property
    def weights(self) -> FloatArray:
        return np.array([feature.weight for feature in self.features])

    def transform(self, frame: pd.DataFrame) -> FloatArray:
        unfolded = unfold(frame, self.features, self.long_ago_days)
        standard = (unfolded - np.array(self.centres)) / np.array(self.spreads)
        scaled: FloatArray = np.clip(standard, -self.clip, self.clip) * self.weights
        return scaled


@dataclass(frozen=True)
class Cluster:
    """One cluster; the id outlives the model, the centroid is in scaled units."""

    cluster_id: int
    cluster_name: str
    centroid: tuple[float, ...]


@dataclass(frozen=True)
class ClusterModel:
    """Clusters, how to scale a customer to find the nearest, and the first id that no cluster ever had."""

    model_version: str
    scaler: Scaler
    clusters: tuple[Cluster, ...]
    next_cluster_id: int

    @property
    def centroids(self) -> FloatArray:
        return np.array([cluster.centroid for cluster in self.clusters])

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def cluster_model_from_json(text: str) -> ClusterModel:
    content = json.loads(text)
    scaler = content["scaler"]
    features = tuple(
        ClusterFeature(feature["name"], Missing(feature["missing"]), feature["is_long_tailed"], feature["weight"])
        for feature in scaler["features"]
    )
    return ClusterModel(
        model_version=content["model_version"],
        scaler=Scaler(features, tuple(scaler["centres"]), tuple(scaler["spreads"]), scaler["long_ago_days"], scaler["clip"]),
        clusters=tuple(
            Cluster(cluster["cluster_id"], cluster["cluster_name"], tuple(cluster["centroid"])) for cluster in content["clusters"]
        ),
        next_cluster_id=content["next_cluster_id"],
    )


def unfold(frame: pd.DataFrame, features: Sequence[ClusterFeature], long_ago_days: float) -> FloatArray:
    """Missing values filled by their rule and long tails logged."""
    matrix = feature_matrix(frame, [feature.name for feature in features])
    columns = []
    for feature, column in zip(features, matrix.T, strict=True):
        filled = np.where(np.isnan(column), long_ago_days if feature.missing is Missing.LONG_AGO else 0.0, column)
        columns.append(signed_log(filled) if feature.is_long_tailed else filled)
    return np.column_stack(columns)


def distances(points: FloatArray, centroids: FloatArray) -> FloatArray:
    """Euclidean distance of every point to every centroid; one column per centroid, summed in a fixed order."""
    squared = np.zeros((len(points), len(centroids)))
    for dimension in range(points.shape[1]):
        squared += (points[:, [dimension]] - centroids[:, dimension]) ** 2
    return np.sqrt(squared)
