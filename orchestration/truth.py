"""How good could a model be? The demo world's truth, compared with a model on the same customers and dates. Never read by models."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sklearn.metrics import adjusted_rand_score, roc_auc_score

from orchestration.model_data import as_date, clock
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT, DataFolder
from orchestration.warehouse import Warehouse, literal
from python_models.propensity.model import model_from_json
from python_models.propensity.score import score_propensity
from python_models.propensity.spec import PURCHASE_30D

# Each customer's person: the one that most of the customer's identifiers belong to.
CUSTOMER_PERSONS = """
    select customer_id, arg_max(person_id, (identifier_count, person_id)) as person_id
    from (
        select map.customer_id, truth.person_id, count(*) as identifier_count
        from warehouse.intermediate.int_identity_map as map
        inner join read_parquet({identifiers}) as truth
            on map.identifier_type = truth.identifier_type and map.identifier_value = truth.identifier_value
        where map.customer_id is not null
        group by map.customer_id, truth.person_id
    )
    group by customer_id
"""


@dataclass(frozen=True)
class Benchmark:
    """AUC of the model, of the best predictor that observable history allows, and of the latent truth that nobody can see."""

    model_name: str
    customer_dates: int
    model_auc: float
    observable_auc: float
    latent_auc: float


@dataclass(frozen=True)
class IdentityQuality:
    """Pairs of identifiers that belong to one person, against pairs that were given one customer."""

    identifiers: str
    precision: float
    recall: float


@dataclass(frozen=True)
class Truth:
    """Everything that the truth of a demo world says of a run."""

    identity: tuple[IdentityQuality, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    cluster_agreement: float | None = None


NO_TRUTH = Truth()


def read_truth(folder: DataFolder) -> Truth:
    """Compare the run with the truth; empty for a folder that has none."""
    benchmark = purchase_benchmark(folder)
    return Truth(tuple(identity_quality(folder)), (benchmark,) if benchmark else (), cluster_agreement(folder))


def identity_quality(folder: DataFolder) -> list[IdentityQuality]:
    """Pairwise precision and recall, without devices (a device of somebody who never said who they are cannot be found) and with.

    A pair is counted once per pair of identifiers that both the truth and the warehouse know; an identifier without a customer is
    alone. Empty without a truth. Source of the measures: Menestrina et al., Evaluating entity resolution results, VLDB 2010, section 2.
    """
    if not (folder.truth / "identifiers.parquet").exists():
        return []
    query = f"""
        with judged as (
            select truth.person_id, coalesce(map.customer_id, 'nobody_' || map.identifier_key) as customer_id
            from read_parquet({literal(folder.truth / "identifiers.parquet")}) as truth
            inner join warehouse.intermediate.int_identity_map as map
                on truth.identifier_type = map.identifier_type and truth.identifier_value = map.identifier_value
            where ? or truth.identifier_type <> 'anonymous_id'
        ),
        cells as (select count(*) as size from judged group by person_id, customer_id),
        persons as (select count(*) as size from judged group by person_id),
        customers as (select count(*) as size from judged group by customer_id)
        select
            (select sum(size * (size - 1)) from cells),
            (select sum(size * (size - 1)) from customers),
            (select sum(size * (size - 1)) from persons)
    """
    warehouse = Warehouse(folder.root)
    found = []
    with warehouse.connect(read_only=True) as connection:
        for label, with_devices in (("without devices", False), ("with devices", True)):
            [(both, joined, true)] = connection.execute(query, [with_devices]).fetchall()
            found.append(IdentityQuality(label, both / joined if joined else 1.0, both / true if true else 1.0))
    return found


def purchase_benchmark(folder: DataFolder) -> Benchmark | None:
    """Compare on the model's own test dates; None without a truth or without a model."""
    if not (folder.truth / "purchase_probability.parquet").exists():
        return None
    warehouse = Warehouse(folder.root)
    as_of_at = clock(warehouse)
    stored = ModelStore(warehouse, DBT_PROJECT / "models").load(PURCHASE_30D.model_name, as_date(as_of_at))
    if stored.content is None:
        return None
    model = model_from_json(stored.content)
    persons = CUSTOMER_PERSONS.format(identifiers=literal(folder.truth / "identifiers.parquet"))
    rows = warehouse.frame(
        f"""
        with persons as ({persons})
        select features.*, labels.has_purchase_30d, truth.observable_probability, truth.latent_probability
        from features.feature_customers as features
        inner join features.feature_purchase_labels as labels
            on features.customer_id = labels.customer_id and features.as_of_date = labels.as_of_date
        inner join persons on features.customer_id = persons.customer_id
        inner join read_parquet({literal(folder.truth / "purchase_probability.parquet")}) as truth
            on persons.person_id = truth.person_id and features.as_of_date = truth.as_of_date
        where labels.is_mature_30d and list_contains(?, cast(features.as_of_date as varchar))
        """,
        [list(stored.test_dates)],
    )
    if rows.empty or rows["has_purchase_30d"].nunique() < 2:
        return None
    scored = score_propensity(rows, model, as_of_at)[["customer_id", "as_of_date", "probability"]]
    judged = rows.merge(scored, on=["customer_id", "as_of_date"])
    return Benchmark(
        PURCHASE_30D.model_name,
        len(judged),
        _auc(judged, "probability"),
        _auc(judged, "observable_probability"),
        _auc(judged, "latent_probability"),
    )


def cluster_agreement(folder: DataFolder) -> float | None:
    """Adjusted Rand index of the clusters and the latent types; None without a truth or without clusters."""
    if not (folder.truth / "people.parquet").exists():
        return None
    persons = CUSTOMER_PERSONS.format(identifiers=literal(folder.truth / "identifiers.parquet"))
    rows = Warehouse(folder.root).frame(
        f"""
        with persons as ({persons})
        select clusters.cluster_id, people.latent_type
        from ml.customer_clusters as clusters
        inner join persons on clusters.customer_id = persons.customer_id
        inner join read_parquet({literal(folder.truth / "people.parquet")}) as people on persons.person_id = people.person_id
        where clusters.as_of_date = (select as_of_date from intermediate.int_clock)
        """
    )
    return None if rows.empty else float(adjusted_rand_score(rows["latent_type"], rows["cluster_id"]))


def _auc(judged: pd.DataFrame, column: str) -> float:
    return float(roc_auc_score(judged["has_purchase_30d"].astype(bool), judged[column].astype(float)))
