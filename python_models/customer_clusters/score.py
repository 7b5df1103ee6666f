"""Put customers into clusters, and describe each cluster in the units of the business."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from python_models.customer_clusters.model import ClusterModel, distances
from python_models.matrix import feature_matrix
from python_models.reproducible import single_thread, sort_rows

DISTANCE_DIGITS = 6
PROFILE_DIGITS = 6
COLUMNS = ("customer_id", "as_of_date", "cluster_id", "cluster_name", "distance_to_centroid", "model_version", "scored_at")
PROFILE_COLUMNS = (
    "model_version",
    "as_of_date",
    "cluster_id",
    "cluster_name",
    "customer_count",
    "share",
    "feature_name",
    "mean_value",
    "overall_mean",
    "scored_at",
)


def score_clusters(features: pd.DataFrame, model: ClusterModel, scored_at: datetime) -> pd.DataFrame:
    """One row per customer: the nearest cluster, in the columns of `ml.customer_clusters`."""
    ordered = sort_rows(features, ("customer_id",))
    with single_thread():
        gaps = distances(model.scaler.transform(ordered), model.centroids)
    nearest = gaps.argmin(axis=1)
    return ordered[["customer_id", "as_of_date"]].assign(
        cluster_id=np.array([cluster.cluster_id for cluster in model.clusters])[nearest],
        cluster_name=np.array([cluster.cluster_name for cluster in model.clusters])[nearest],
        distance_to_centroid=gaps.min(axis=1).round(DISTANCE_DIGITS),
        model_version=model.model_version,
        scored_at=scored_at,
    )[list(COLUMNS)]


def profile_clusters(features: pd.DataFrame, scores: pd.DataFrame, model: ClusterModel) -> pd.DataFrame:
    """One row per cluster and feature, in the columns of `ml.cluster_profiles`; missing values stay out of the means."""
    names = [feature.name for feature in model.scaler.features]
    ordered = sort_rows(features, ("customer_id",))
    values = pd.DataFrame(feature_matrix(ordered, names), columns=names)
    overall = values.mean()
    rows = []
    for cluster_id, members in scores.reset_index(drop=True).groupby("cluster_id", sort=True):
        means = values.loc[members.index].mean()
        rows += [
            {
                "model_version": model.model_version,
                "as_of_date": members["as_of_date"].iloc[0],
                "cluster_id": cluster_id,
                "cluster_name": members["cluster_name"].iloc[0],
                "customer_count": len(members),
                "share": round(len(members) / len(scores), PROFILE_DIGITS),
                "feature_name": name,
                "mean_value": round(float(means[name]), PROFILE_DIGITS),
                "overall_mean": round(float(overall[name]), PROFILE_DIGITS),
                "scored_at": members["scored_at"].iloc[0],
            }
            for name in names
        ]
    return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))
