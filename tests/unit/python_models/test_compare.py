"""Better beyond noise, or not: paired losses on the same rows; drift by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from python_models.evaluation.compare import Comparison, compare
from python_models.evaluation.drift import population_stability_index


def world(customers: int = 2_000, dates: int = 2) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Outcomes with known probabilities."""
    generator = np.random.default_rng(3)
    truth = np.tile(generator.uniform(0.05, 0.6, customers), dates)
    return generator.random(len(truth)) < truth, truth, pd.Series([f"c{number:05d}" for number in range(customers)] * dates)


def compared(champion: np.ndarray, challenger: np.ndarray, confidence: float = 0.95) -> Comparison:
    outcome, _, customers = world()
    found = compare(outcome, champion, challenger, customers, confidence, seed=7)
    assert found is not None
    return found


def test_the_truth_beats_a_guess_and_not_the_other_way_round() -> None:
    _, truth, _ = world()
    guess = np.full(len(truth), truth.mean())
    better, worse = compared(guess, truth), compared(truth, guess)
    assert (better.is_better, better.is_worse) == (True, False)
    assert (worse.is_better, worse.is_worse) == (False, True)
    assert better.difference == pytest.approx(-worse.difference)
    assert better.challenger_auc > better.champion_auc == 0.5
    assert (better.row_count, better.customer_count) == (4_000, 2_000)


def test_equals_are_within_noise() -> None:
    _, truth, _ = world()
    noise = np.random.default_rng(1).normal(0, 0.01, len(truth))
    found = compared(np.clip(truth + noise, 0.01, 1), np.clip(truth - noise, 0.01, 1))
    assert found.low < 0 < found.high
    assert not found.is_better
    assert not found.is_worse


def test_the_same_seed_draws_the_same_interval_in_any_order_of_rows() -> None:
    outcome, truth, customers = world()
    other = np.sqrt(truth)
    first = compare(outcome, truth, other, customers, 0.95, seed=7)
    assert first == compare(outcome, truth, other, customers, 0.95, seed=7)
    assert first != compare(outcome, truth, other, customers, 0.95, seed=8)


def test_rows_of_one_customer_are_no_more_evidence_than_one() -> None:
    """Ten copies of every row leave the interval as wide as it was; drawn by row it would be a third as wide."""
    outcome, truth, customers = world(dates=1)
    once = compare(outcome, truth, np.sqrt(truth), customers, 0.95, seed=7)
    ten = compare(np.tile(outcome, 10), np.tile(truth, 10), np.tile(np.sqrt(truth), 10), pd.concat([customers] * 10), 0.95, seed=7)
    assert once is not None
    assert ten is not None
    assert ten.high - ten.low == pytest.approx(once.high - once.low, rel=1e-9)


def test_nothing_can_be_compared_where_nobody_or_everybody_did_it() -> None:
    _, truth, customers = world()
    assert compare(np.zeros(len(truth), dtype=bool), truth, truth, customers, 0.95, seed=7) is None


def test_psi_of_two_values_by_hand() -> None:
    reference, current = np.array([0.0] * 8 + [1.0] * 2), np.array([0.0] * 5 + [1.0] * 5)
    by_hand = (0.5 - 0.8) * math.log(0.5 / 0.8) + (0.5 - 0.2) * math.log(0.5 / 0.2)
    assert population_stability_index(reference, current) == pytest.approx(by_hand)


def test_psi_of_quantiles_by_hand() -> None:
    """Twenty values make ten bins of two; the current sample has lost the upper half and lies below the range as well."""
    reference, current = np.arange(20.0), np.array([-5.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    full = 5 * (0.2 - 0.1) * math.log(0.2 / 0.1)
    empty = 5 * (0.0001 - 0.1) * math.log(0.0001 / 0.1)
    assert population_stability_index(reference, current) == pytest.approx(full + empty)


def test_psi_sees_a_constant_that_changes_and_values_that_go_missing() -> None:
    constant, missing = np.full(10, 3.0), np.full(10, np.nan)
    assert population_stability_index(constant, constant) == 0
    assert population_stability_index(missing, missing) == 0
    gone = 2 * (1 - 0.0001) * math.log(1 / 0.0001)
    assert population_stability_index(constant, np.full(10, 4.0)) == pytest.approx(gone)
    assert population_stability_index(constant, missing) == pytest.approx(gone)
    assert population_stability_index(constant, np.empty(0)) == 0
