"""Splink at work: learn the model from prepared records without labels, and score pairs with it. Only this module imports Splink.

Fellegi and Sunter (1969) with term frequencies. `u`, how often two people agree by chance, comes from random pairs; the random match
probability from strict rules; `m`, how often one person's records agree, from EM over blocked pairs (Splink: Linacre et al. 2022).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException

from python_models.identity.comparisons import comparisons
from python_models.identity.prepare import ID
from python_models.identity.rules import Rule

Settings = dict[str, Any]
# Below this probability a candidate pair adds nothing to the number of expected matches.
NEGLIGIBLE = 0.01
# EM ends when no parameter moves by more: every step is a query.
EM_CONVERGENCE = 0.001
EM_STEPS = 25
# How often one person's records agree when nothing has been learnt: first level, last level; the ones between share the rest.
PRIOR_SAME, PRIOR_DIFFERENT = 0.8, 0.08
# The prior counts as many matching pairs, so that a handful of matches cannot teach certainty.
PRIOR_PAIRS = 20.0


@dataclass(frozen=True)
class Backend:
    """Where Splink computes: DuckDB in memory with a connection of its own, or a Spark session that has Splink's similarity jar."""

    spark: Any = None

    @contextmanager
    def open(self) -> Iterator[Any]:
        if self.spark is not None:
            # Imported late: the extra `spark` is installed only where somebody asks for it.
            from python_models.identity.spark_backend import spark_api

            yield spark_api(self.spark)
            return
        database = DuckDBAPI(":memory:")
        try:
            # One thread: sums of floats depend on how they are split over threads.
            database.duckdb_con.execute("set threads = 1")
            # On a busy machine a query of some seconds would print a bar.
            database.duckdb_con.execute("set enable_progress_bar = false")
            yield database
        finally:
            database.duckdb_con.close()


@contextmanager
def _silent() -> Iterator[None]:
    """Splink tells what it does to its logger; here nothing of it is to reach a log."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _linker(database: Any, frame: pd.DataFrame, settings: SettingsCreator | Settings) -> Linker:
    # The settings are made here and the columns checked before: Splink's own look at them takes longer than a small linkage.
    return Linker(_registered(database, frame), settings, log_level=None, validate_settings=False)


def _registered(database: Any, frame: pd.DataFrame) -> Any:
    # Under a name of Splink's choice, which a session that is used again may have from before.
    return database.register(pa.Table.from_pandas(frame, preserve_index=False))


def untrained_settings(attributes: Sequence[str], blocking: Sequence[Rule]) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=ID,
        comparisons=list(comparisons(attributes)),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in blocking],
        retain_matching_columns=False,
        em_convergence=EM_CONVERGENCE,
    )


def random_match_probability(
    backend: Backend, prepared: pd.DataFrame, settings: SettingsCreator, strict: Sequence[Rule], recall: float
) -> float:
    """Share of all pairs that are one person: pairs that a strict rule finds, divided by the share that such rules find.

    At least one pair in all, since a model that knows of no match can find none.
    """
    pair_count = len(prepared) * (len(prepared) - 1) / 2
    if not strict:
        return 1 / pair_count
    with _silent(), backend.open() as database:
        linker = _linker(database, prepared, settings)
        linker.training.estimate_probability_two_random_records_match([block_on(*rule) for rule in strict], recall=recall)
        estimate = float(linker.misc.save_model_to_json()["probability_two_random_records_match"])
    return min(max(estimate, 1 / pair_count), 0.5)


def learn_u(backend: Backend, different_people: pd.DataFrame, settings: SettingsCreator) -> Settings:
    """How often people agree by chance, from all pairs of records that are taken to be different people.

    A level that no pair reached is given half a pair: unseen is rare, not impossible.
    """
    pair_count = len(different_people) * (len(different_people) - 1) / 2
    with _silent(), backend.open() as database:
        linker = _linker(database, different_people, settings)
        # All pairs of the given records: which ones those are was chosen before, so that nothing depends on an engine's hash.
        linker.training.estimate_u_using_random_sampling(max_pairs=pair_count + 1, seed=1, min_count_per_level=None, num_chunks=1)
        learnt: Settings = linker.misc.save_model_to_json()
    for level in _levels(learnt):
        level["u_probability"] = max(level.get("u_probability", 0.0), 0.5 / pair_count)
        level.pop("m_probability", None)
    return learnt


def learn_m(backend: Backend, prepared: pd.DataFrame, settings: Settings, training: Sequence[Rule], expected_matches: float) -> Settings:
    """How often one person's records agree: EM once per training rule, the median over rules, drawn to the prior when matches are few.

    A level that none of the matches reach shrinks by a constant factor with every step, in few people below what Splink accepts; half the
    steps then tell the same.
    """
    steps = EM_STEPS
    while True:
        try:
            learnt = _maximised(backend, prepared, {**settings, "max_iterations": steps}, training)
            break
        except ValueError:
            if steps == 1:
                raise
            steps //= 2
    for comparison in learnt["comparisons"]:
        _draw_towards_prior(comparison, expected_matches)
    return learnt


def _maximised(backend: Backend, prepared: pd.DataFrame, settings: Settings, training: Sequence[Rule]) -> Settings:
    with _silent(), backend.open() as database:
        linker = _linker(database, prepared, settings)
        for rule in training:
            try:
                linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), estimate_without_term_frequencies=True)
            except EMTrainingException:
                # Nothing is left to learn from this rule: it fixes every attribute.
                continue
        learnt: Settings = linker.misc.save_model_to_json()
    return learnt


def _draw_towards_prior(comparison: Settings, expected_matches: float) -> None:
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    share = (1 - PRIOR_SAME - PRIOR_DIFFERENT) / max(len(levels) - 2, 1)
    priors = [PRIOR_SAME, *[share] * (len(levels) - 2), PRIOR_DIFFERENT]
    learnt = [level.get("m_probability") for level in levels]
    weight = expected_matches / (expected_matches + PRIOR_PAIRS) if any(value is not None for value in learnt) else 0.0
    drawn = [weight * (value or 0.0) + (1 - weight) * prior for value, prior in zip(learnt, priors, strict=True)]
    for level, value in zip(levels, drawn, strict=True):
        level["m_probability"] = value / sum(drawn)


def _levels(settings: Settings) -> Iterator[Settings]:
    for comparison in settings["comparisons"]:
        yield from (level for level in comparison["comparison_levels"] if not level.get("is_null_level"))


def score(
    backend: Backend, prepared: pd.DataFrame, settings: Settings, frequencies: Mapping[str, pd.Series], threshold: float, with_levels: bool
) -> pd.DataFrame:
    """Pairs from the threshold on as Splink returns them, with the level and the weight of every comparison where asked for."""
    with _silent(), backend.open() as database:
        # Splink gives the levels of a pair only together with the values.
        retained = {"retain_matching_columns": with_levels, "retain_intermediate_calculation_columns": with_levels}
        linker = _linker(database, prepared, {**settings, **retained})
        for column, shares in frequencies.items():
            table = pd.DataFrame({column: shares.index.to_numpy(dtype=object), f"tf_{column}": shares.to_numpy(dtype=float)})
            linker.table_management.register_term_frequency_lookup(_registered(database, table), column)
        predictions: Any = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
        found: pd.DataFrame = predictions.as_pandas_dataframe()
    return found


def adjusted_columns(settings: Settings) -> list[str]:
    """The columns of which agreement on a rare value counts for more."""
    return sorted({level["tf_adjustment_column"] for level in _levels(settings) if level.get("tf_adjustment_column")})
