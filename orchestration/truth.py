"""How good could a model be? The demo world's truth, compared with a model on the same customers and dates. Never read by models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, roc_auc_score

from orchestration.champions import serving_model
from orchestration.generators.manifest import read_manifest
from orchestration.generators.spec import GENERATOR_VERSION
from orchestration.model_checks import read_check
from orchestration.model_data import as_date, clock, send_time_policy
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT, DataFolder
from orchestration.warehouse import Warehouse, literal
from python_models.matrix import FloatArray
from python_models.propensity.model import model_from_json
from python_models.propensity.score import score_propensity
from python_models.propensity.spec import (
    CHURN_90D,
    CHURN_OWN_RHYTHM,
    EMAIL_CLICK_30D,
    EMAIL_UNSUBSCRIBE_30D,
    PURCHASE_30D,
    PropensitySpec,
)
from python_models.send_time.score import is_within

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


# What is measured over which devices.
ALL_DEVICES = "with all devices"
IDENTITY_MEASURES = {"without devices": "none", "with devices that told": "told", ALL_DEVICES: "all"}


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

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class ClusterAgreement:
    """Adjusted Rand index of the clusters with the latent types, and that of the likeliest type given all that can be observed."""

    clusters: float
    best: float | None


@dataclass(frozen=True)
class SendTimeAgreement:
    """Readers who have read often enough, and the share of them whose chosen hour is right."""

    readers: int
    share_within_an_hour: float


@dataclass(frozen=True)
class Truth:
    """Everything that the truth of a demo world says of a run."""

    identity: tuple[IdentityQuality, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    cluster_agreement: ClusterAgreement | None = None
    send_times: SendTimeAgreement | None = None


NO_TRUTH = Truth()


def read_truth(folder: DataFolder) -> Truth:
    """Compare the run with the truth; empty for a folder that has none."""
    return Truth(tuple(identity_quality(folder)), propensity_benchmarks(folder), cluster_agreement(folder), send_time_agreement(folder))


def identity_quality(folder: DataFolder) -> list[IdentityQuality]:
    """Pairwise precision and recall of identifiers: without devices, with those on which somebody ever said who they are, and with all.

    Nobody can tell whose the other devices are; they show what is lost by not knowing, not by resolving badly. A pair is counted once per
    pair of identifiers that both the truth and the warehouse know; an identifier without a customer is alone. Empty without a truth.
    Source of the measures: Menestrina et al., Evaluating entity resolution results, VLDB 2010, section 2.
    """
    if not ((folder.truth / "identifiers.parquet").exists() and folder.warehouse.exists()):
        return []
    query = f"""
        with judged as (
            select truth.person_id, coalesce(map.customer_id, 'nobody_' || map.identifier_key) as customer_id
            from read_parquet({literal(folder.truth / "identifiers.parquet")}) as truth
            inner join warehouse.intermediate.int_identity_map as map
                on truth.identifier_type = map.identifier_type and truth.identifier_value = map.identifier_value
            where truth.identifier_type <> 'anonymous_id' or ? = 'all' or ? = 'told' and map.identifier_key in (
                select linked_key from warehouse.intermediate.int_identity_edges where linked_type = 'anonymous_id'
            )
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
        for label, devices in IDENTITY_MEASURES.items():
            [(both, joined, true)] = connection.execute(query, [devices, devices]).fetchall()
            found.append(IdentityQuality(label, both / joined if joined else 1.0, both / true if true else 1.0))
    return found


def propensity_benchmarks(folder: DataFolder) -> tuple[Benchmark, ...]:
    """Compare on the models' own test dates, those that have a truth and cases of both kinds; none without a truth, or with one that
    another version of the generator wrote, which has other columns."""
    manifest = read_manifest(folder.root)
    if manifest is None or manifest.generator_version != GENERATOR_VERSION or not (folder.truth / "purchase_probability.parquet").exists():
        return ()
    found = (_propensity_benchmark(folder, spec) for spec in KNOWN_FUTURES)
    return tuple(benchmark for benchmark in found if benchmark)


def _propensity_benchmark(folder: DataFolder, spec: PropensitySpec) -> Benchmark | None:
    warehouse = Warehouse(folder.root)
    as_of_at = clock(warehouse)
    store = ModelStore(warehouse, DBT_PROJECT / "models")
    serving = serving_model(store, spec.model_name, as_date(as_of_at))
    if serving.content is None:
        return None
    model = model_from_json(serving.content)
    # The dates of today's split: those of an earlier champion are no dates that features are built for any more.
    check = read_check(store, spec.model_name, as_date(as_of_at))
    persons = CUSTOMER_PERSONS.format(identifiers=literal(folder.truth / "identifiers.parquet"))
    rows = warehouse.frame(
        f"""
        with persons as ({persons})
        select features.*, labels.{spec.outcome_column}, truth.* exclude (person_id, as_of_date, has_purchase_30d)
        from features.feature_customers as features
        inner join features.{spec.labels_model} as labels
            on features.customer_id = labels.customer_id and features.as_of_date = labels.as_of_date
        inner join persons on features.customer_id = persons.customer_id
        inner join read_parquet({literal(folder.truth / "purchase_probability.parquet")}) as truth
            on persons.person_id = truth.person_id and features.as_of_date = truth.as_of_date
        where labels.{spec.maturity_column} and labels.{spec.outcome_column} is not null
            and list_contains(?, cast(features.as_of_date as varchar))
        """,
        [list(check.test_dates if check else serving.test_dates)],
    )
    rows = rows.assign(**{view: KNOWN_FUTURES[spec](rows, view) for view in ("observable", "latent")})
    rows = rows[rows["observable"].notna()]
    if rows.empty or rows[spec.outcome_column].nunique() < 2:
        return None
    scored = score_propensity(rows, model, spec, as_of_at)[["customer_id", "as_of_date", "probability"]]
    judged = rows.merge(scored, on=["customer_id", "as_of_date"])
    outcome = judged[spec.outcome_column].astype(bool)
    aucs = [float(roc_auc_score(outcome, judged[column].astype(float))) for column in ("probability", "observable", "latent")]
    return Benchmark(spec.model_name, len(judged), *aucs)


def _no_order_within_own_horizon(rows: pd.DataFrame, view: str) -> FloatArray:
    """The chance of no order within each row's own horizon of 30 to 120 days, between two known ones as if the rate were even."""
    known = np.column_stack([1 - rows[f"{view}_probability"], *(rows[f"{view}_no_order_{days}d"] for days in (60, 90, 120))])
    logarithms = np.log(np.maximum(known.astype(np.float64), 1e-9))
    place = np.clip((rows["churn_horizon_days"].to_numpy(dtype=np.float64) - 30) / 30, 0, 3)
    before = np.minimum(place.astype(np.int64), 2)
    each = np.arange(len(rows))
    share = place - before
    found: FloatArray = np.exp((1 - share) * logarithms[each, before] + share * logarithms[each, before + 1])
    return found


# What the generator knows of an outcome, from the columns of the truth: nobody can rank better than by the observable one.
KNOWN_FUTURES: dict[PropensitySpec, Callable[[pd.DataFrame, str], FloatArray]] = {
    PURCHASE_30D: lambda rows, view: rows[f"{view}_probability"].to_numpy(dtype=np.float64),
    CHURN_90D: lambda rows, view: rows[f"{view}_no_order_90d"].to_numpy(dtype=np.float64),
    CHURN_OWN_RHYTHM: _no_order_within_own_horizon,
    EMAIL_CLICK_30D: lambda rows, view: rows[f"{view}_click_30d"].to_numpy(dtype=np.float64),
    # Nothing latent matters: both views are one. A truth that was written before it was computed has no such column.
    EMAIL_UNSUBSCRIBE_30D: lambda rows, _: rows.reindex(columns=["unsubscribe_30d"])["unsubscribe_30d"].to_numpy(dtype=np.float64),
}


def cluster_agreement(folder: DataFolder) -> ClusterAgreement | None:
    """Adjusted Rand index of the clusters and the latent types; None without a truth or without clusters.

    Beside it, for the people whose probabilities the generator computes, that of the type with the highest posterior probability
    given the person's history: what a judge would reach who knows how every type behaves.
    """
    people = folder.truth / "people.parquet"
    if not people.exists():
        return None
    warehouse = Warehouse(folder.root)
    persons = CUSTOMER_PERSONS.format(identifiers=literal(folder.truth / "identifiers.parquet"))
    rows = warehouse.frame(
        f"""
        with persons as ({persons})
        select clusters.cluster_id, people.latent_type
        from ml.customer_clusters as clusters
        inner join persons on clusters.customer_id = persons.customer_id
        inner join read_parquet({literal(people)}) as people on persons.person_id = people.person_id
        where clusters.as_of_date = (select as_of_date from intermediate.int_clock)
        """
    )
    if rows.empty:
        return None
    likeliest = warehouse.frame(
        f"""
        select truth.observable_type, people.latent_type
        from read_parquet({literal(folder.truth / "purchase_probability.parquet")}) as truth
        inner join read_parquet({literal(people)}) as people on truth.person_id = people.person_id
        where truth.as_of_date = (select max(as_of_date) from read_parquet({literal(folder.truth / "purchase_probability.parquet")}))
        """
    )
    return ClusterAgreement(
        float(adjusted_rand_score(rows["latent_type"], rows["cluster_id"])),
        None if likeliest.empty else float(adjusted_rand_score(likeliest["latent_type"], likeliest["observable_type"])),
    )


def send_time_agreement(folder: DataFolder) -> SendTimeAgreement | None:
    """Of readers with reads of their own, how many got an hour whose middle lies within one hour of the one they like best, or of the
    allowed hour that comes nearest to it; None without a truth or without readers.
    """
    if not (folder.truth / "people.parquet").exists():
        return None
    warehouse = Warehouse(folder.root)
    persons = CUSTOMER_PERSONS.format(identifiers=literal(folder.truth / "identifiers.parquet"))
    rows = warehouse.frame(
        f"""
        with persons as ({persons})
        select send_times.best_local_hour, people.peak_hour_local
        from ml.send_times as send_times
        inner join persons on send_times.customer_id = persons.customer_id
        inner join read_parquet({literal(folder.truth / "people.parquet")}) as people on persons.person_id = people.person_id
        where send_times.as_of_date = (select as_of_date from intermediate.int_clock) and send_times.hour_source = 'own'
        """
    )
    if rows.empty:
        return None
    allowed = np.array(send_time_policy(warehouse).allowed_hours) + 0.5
    liked = rows["peak_hour_local"].to_numpy(dtype=float)
    nearest = allowed[np.abs((allowed[None, :] - liked[:, None] + 12) % 24 - 12).argmin(axis=1)]
    chosen = rows["best_local_hour"].to_numpy(dtype=float) + 0.5
    best = np.where(is_within(nearest, liked, 0.5), liked, nearest)
    return SendTimeAgreement(len(rows), float(is_within(chosen, best, 1).mean()))
