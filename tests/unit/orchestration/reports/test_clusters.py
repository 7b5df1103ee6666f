"""The page of the clusters says how many and why, how they were compared, and what each looks like."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from orchestration.reports.clusters import cluster_report
from orchestration.reports.page import Report
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS, Archetype
from python_models.customer_clusters.train import ClusterResult, train_clusters
from tests.unit.orchestration.reports.pages import assert_whole, cells_of, text_of
from tests.unit.python_models.worlds import AS_OF_DATE, grouped_customers

SPEC = replace(CUSTOMER_CLUSTERS, comparison_sample=400, minimum_for_choice=400, resamples=2, restarts=2)


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return grouped_customers(800)[0]


@pytest.fixture(scope="module")
def result(customers: pd.DataFrame) -> ClusterResult:
    return train_clusters(customers, SPEC)


def page_of(result: ClusterResult, count: int = 800) -> Report:
    return cluster_report(result, SPEC, AS_OF_DATE, count)


def test_the_page_holds_what_was_found(result: ClusterResult, customers: pd.DataFrame) -> None:
    made = page_of(result)
    assert_whole(made, customers["customer_id"])
    text, cells = text_of(made), cells_of(made)
    assert result.model_version in text
    assert AS_OF_DATE.isoformat() in text
    assert set(made.plots) == {"choice of k", "profile", "map"}
    for k, silhouette in result.silhouette_by_k.items():
        assert [str(k), f"{silhouette:.4f}", f"{result.bic_by_k[k]:,.0f}"] in cells
    for candidate in result.candidates:
        assert [str(candidate.family), str(candidate.group_count), f"{candidate.silhouette:.4f}"] in [row[:3] for row in cells]
    for row in result.groups.itertuples():
        assert [row.cluster_name, str(row.cluster_id), "new", str(row.customer_count), f"{row.share:.1%}"] in cells
    assert ["net_revenue_365d", *(f"{value:,.2f}" for value in result.means["net_revenue_365d"])] in cells
    assert f"{result.choice}." in text
    assert f"{len(result.groups)} groups have the best silhouette" in text


def test_ids_that_were_kept_are_marked(result: ClusterResult, customers: pd.DataFrame) -> None:
    again = train_clusters(customers, SPEC, result.model)
    kept = [row for row in cells_of(page_of(again)) if len(row) == 5 and row[2] == "kept"]
    assert len(kept) == len(result.groups)


def test_the_reason_for_k_is_the_one_that_applied(customers: pd.DataFrame) -> None:
    larger = replace(SPEC, minimum_for_choice=2_000, comparison_sample=2_000)
    text = text_of(cluster_report(train_clusters(customers, larger), larger, AS_OF_DATE, 800))
    assert "800 customers are fewer than 2,000: 5 groups, without a choice" in text
    assert "too few to compare ways of grouping" in text
    assert "BIC" not in text
    flat = replace(SPEC, flat_silhouette=2.0)
    text = text_of(cluster_report(train_clusters(customers, flat), flat, AS_OF_DATE, 800))
    assert "that is not more than 2.0 above" in text
    assert "of 5, the number to fall back to" in text


def test_below_the_floor_the_page_says_why(customers: pd.DataFrame) -> None:
    made = page_of(train_clusters(customers.head(20), SPEC), 20)
    assert_whole(made, customers["customer_id"])
    assert "100 customers needed" in text_of(made)
    assert "<table>" not in made.page
    assert made.plots == {}


def test_it_is_the_same_page_each_time(result: ClusterResult, customers: pd.DataFrame) -> None:
    assert page_of(train_clusters(customers.sample(frac=1, random_state=1), SPEC)) == page_of(result)


def test_names_are_escaped(customers: pd.DataFrame) -> None:
    spec = replace(SPEC, archetypes=tuple(Archetype(f"<b>{each.name}</b>", each.looks_like) for each in SPEC.archetypes))
    made = cluster_report(train_clusters(customers, spec), spec, AS_OF_DATE, 800)
    assert "<b>" not in made.page
    assert "&lt;b&gt;dormant&lt;/b&gt;" in made.page
