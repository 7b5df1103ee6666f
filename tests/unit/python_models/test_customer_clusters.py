"""Clusters: found where they are, named after what they do, and the same tomorrow as today."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from python_models.customer_clusters.labels import name_clusters
from python_models.customer_clusters.model import ClusterModel, cluster_model_from_json
from python_models.customer_clusters.score import COLUMNS, PROFILE_COLUMNS, profile_clusters, score_clusters
from python_models.customer_clusters.spec import ARCHETYPES, CUSTOMER_CLUSTERS
from python_models.customer_clusters.train import ClusterResult, train_clusters
from tests.unit.python_models.worlds import CENTRES, grouped_customers

SCORED_AT = datetime(2026, 11, 1, tzinfo=UTC)
THREE = ("loyal", "bargain", "dormant")


def trained(frame: pd.DataFrame, previous: ClusterModel | None = None, **changes: object) -> tuple[ClusterResult, ClusterModel]:
    result = train_clusters(frame, replace(CUSTOMER_CLUSTERS, **changes), previous)
    assert result.model is not None, result.reason
    return result, result.model


def test_finds_the_groups_and_their_number() -> None:
    frame, group = grouped_customers()
    result, model = trained(frame)
    assert result.metrics["k"] == len(CENTRES)
    scores = score_clusters(frame, model, SCORED_AT)
    assert adjusted_rand_score(group, scores["cluster_id"]) > 0.95


def test_names_follow_from_the_profile() -> None:
    frame, group = grouped_customers()
    _, model = trained(frame)
    scores = score_clusters(frame, model, SCORED_AT)
    names = {name: scores.loc[group == number, "cluster_name"].mode()[0] for number, name in enumerate(CENTRES)}
    assert names == {"loyal": "loyal high-value", "bargain": "bargain hunters", "research": "researchers", "dormant": "dormant"}


def test_groups_and_their_means_are_those_of_everybody() -> None:
    frame, group = grouped_customers()
    result, model = trained(frame)
    scores = score_clusters(frame, model, SCORED_AT)
    assert result.groups["cluster_id"].tolist() == [cluster.cluster_id for cluster in model.clusters]
    assert result.groups["customer_count"].tolist() == scores.groupby("cluster_id").size().tolist()
    assert result.groups["share"].sum() == pytest.approx(1)
    assert not result.groups["is_kept"].any()
    loyal = group == list(CENTRES).index("loyal")
    assert result.means.loc["loyal high-value", "net_revenue_365d"] == pytest.approx(frame.loc[loyal, "net_revenue_365d"].mean(), rel=0.02)
    assert 0.5 < result.metrics["map_variance_share"] <= 1
    assert trained(frame, model)[0].groups["is_kept"].all()


def test_five_clusters_when_data_is_thin_or_the_silhouette_is_flat() -> None:
    frame, _ = grouped_customers(400)
    assert trained(frame)[0].metrics["k"] == 5
    frame, _ = grouped_customers()
    assert trained(frame, flat_silhouette=2.0)[0].metrics["k"] == 5


def test_too_few_customers_give_a_reason() -> None:
    frame, _ = grouped_customers(50)
    result = train_clusters(frame, CUSTOMER_CLUSTERS)
    assert result.model is None
    assert result.reason is not None
    assert "100 customers needed" in result.reason


def test_equal_customers_cannot_be_told_apart() -> None:
    frame, _ = grouped_customers(300)
    same = frame.assign(**{name: 1.0 for name in frame.columns if name not in ("customer_id", "as_of_date")})
    assert train_clusters(same, CUSTOMER_CLUSTERS).model is None


def test_order_of_rows_does_not_matter() -> None:
    frame, _ = grouped_customers()
    assert trained(frame)[1] == trained(frame.sample(frac=1, random_state=3))[1]


def test_ids_and_names_stay_when_the_data_moves_a_little() -> None:
    yesterday, _ = grouped_customers(seed=5)
    today, _ = grouped_customers(seed=6)
    _, before = trained(yesterday)
    _, after = trained(today, before)
    first, second = score_clusters(yesterday, before, SCORED_AT), score_clusters(today, after, SCORED_AT)
    assert (first["cluster_id"] == second["cluster_id"]).mean() > 0.98
    assert {c.cluster_id: c.cluster_name for c in before.clusters} == {c.cluster_id: c.cluster_name for c in after.clusters}


def test_ids_do_not_follow_the_order_of_k_means() -> None:
    frame, _ = grouped_customers()
    _, before = trained(frame)
    renumbered = replace(before, clusters=tuple(replace(c, cluster_id=c.cluster_id + 40) for c in before.clusters), next_cluster_id=60)
    _, after = trained(frame, renumbered)
    scores_before, scores_after = score_clusters(frame, before, SCORED_AT), score_clusters(frame, after, SCORED_AT)
    assert (scores_after["cluster_id"] == scores_before["cluster_id"] + 40).all()


@pytest.mark.parametrize(("before_groups", "after_groups"), [(THREE, tuple(CENTRES)), (tuple(CENTRES), THREE)])
def test_surviving_clusters_keep_their_ids_when_k_changes(before_groups: tuple[str, ...], after_groups: tuple[str, ...]) -> None:
    yesterday, group_before = grouped_customers(groups=before_groups)
    today, group_after = grouped_customers(groups=after_groups)
    _, before = trained(yesterday, k_range=(len(before_groups),))
    _, after = trained(today, before, k_range=(len(after_groups),))
    ids_before = _id_by_group(score_clusters(yesterday, before, SCORED_AT), group_before, before_groups)
    ids_after = _id_by_group(score_clusters(today, after, SCORED_AT), group_after, after_groups)
    for name in set(before_groups) & set(after_groups):
        assert ids_before[name] == ids_after[name], name
    fresh = {ids_after[name] for name in set(after_groups) - set(before_groups)}
    assert all(cluster_id >= before.next_cluster_id for cluster_id in fresh)
    assert after.next_cluster_id >= before.next_cluster_id


def test_a_vanished_id_is_never_given_to_another_cluster() -> None:
    four, _ = grouped_customers()
    three, _ = grouped_customers(groups=THREE)
    _, first = trained(four, k_range=(4,))
    _, second = trained(three, first, k_range=(3,))
    gone = {c.cluster_id for c in first.clusters} - {c.cluster_id for c in second.clusters}
    assert gone
    _, third = trained(four, second, k_range=(4,))
    assert not gone & {c.cluster_id for c in third.clusters}


def test_features_that_the_shop_lacks_are_left_out() -> None:
    frame, _ = grouped_customers()
    missing = [name for name in frame.columns if "email" in name or "session" in name or "view" in name]
    _, model = trained(frame.assign(**dict.fromkeys(missing, np.nan)))
    assert not set(missing) & {feature.name for feature in model.scaler.features}


def test_a_model_survives_its_file() -> None:
    frame, _ = grouped_customers()
    _, model = trained(frame)
    assert cluster_model_from_json(model.to_json()) == model


def test_profiles_describe_everybody_once() -> None:
    frame, _ = grouped_customers()
    _, model = trained(frame)
    scores = score_clusters(frame, model, SCORED_AT)
    profiles = profile_clusters(frame, scores, model)
    assert tuple(scores.columns) == COLUMNS
    assert tuple(profiles.columns) == PROFILE_COLUMNS
    per_cluster = profiles.drop_duplicates("cluster_id")
    assert per_cluster["customer_count"].sum() == len(frame)
    revenue = profiles[profiles["feature_name"] == "net_revenue_365d"]
    weighted = (revenue["mean_value"] * revenue["customer_count"]).sum() / len(frame)
    assert weighted == pytest.approx(frame["net_revenue_365d"].mean(), rel=1e-6)


def test_a_name_is_kept_against_a_slightly_better_one() -> None:
    profile = pd.DataFrame({"discount_share_365d": [0.6], "category_count_365d": [0.5]}, index=[3])
    assert name_clusters(profile, ARCHETYPES, {}, kept_name_bonus=0.5) == {3: "bargain hunters"}
    assert name_clusters(profile, ARCHETYPES, {3: "variety seekers"}, kept_name_bonus=0.5) == {3: "variety seekers"}


def test_more_clusters_than_names_is_an_error() -> None:
    profile = pd.DataFrame({"discount_share_365d": np.arange(3.0)}, index=[1, 2, 3])
    with pytest.raises(ValueError, match="archetypes"):
        name_clusters(profile, ARCHETYPES[:2], {}, kept_name_bonus=0.5)


def _id_by_group(scores: pd.DataFrame, group: np.ndarray, groups: tuple[str, ...]) -> dict[str, int]:
    return {name: int(scores.loc[group == number, "cluster_id"].mode()[0]) for number, name in enumerate(groups)}
