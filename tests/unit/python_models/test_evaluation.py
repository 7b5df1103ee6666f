"""Metrics against values worked out by hand."""

import numpy as np
import pytest

from python_models.evaluation.metrics import (
    best_f1_threshold,
    calibration_table,
    classification_metrics,
    confusion_at,
    expected_calibration_error,
    lift_table,
)
from python_models.evaluation.plots import classification_plots, silhouette_plot

OUTCOME = np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
PROBABILITY = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])


def test_confusion_counts_the_threshold_itself_as_a_yes() -> None:
    confusion = confusion_at(OUTCOME, PROBABILITY, threshold=0.6)
    assert (confusion.true_positives, confusion.false_positives, confusion.false_negatives, confusion.true_negatives) == (3, 1, 0, 6)
    assert confusion.precision == pytest.approx(0.75)
    assert confusion.recall == 1.0


def test_confusion_without_any_yes_has_precision_zero() -> None:
    assert confusion_at(OUTCOME, PROBABILITY, threshold=2.0).precision == 0.0


def test_best_f1_threshold_is_the_highest_of_equals() -> None:
    # 0.6: precision 3/4, recall 1 -> 6/7; 0.8: precision 1, recall 2/3 -> 4/5.
    assert best_f1_threshold(OUTCOME, PROBABILITY) == pytest.approx(0.6)
    assert best_f1_threshold(np.array([True, False]), np.array([0.3, 0.3])) == pytest.approx(0.3)


def test_metrics_by_hand() -> None:
    metrics = classification_metrics(OUTCOME, PROBABILITY, threshold=0.6)
    assert metrics["auc"] == pytest.approx(20 / 21)
    assert metrics["pr_auc"] == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert metrics["brier"] == pytest.approx(float(np.mean((PROBABILITY - OUTCOME) ** 2)))
    assert metrics["base_rate"] == pytest.approx(0.3)
    assert metrics["lift_decile_01"] == pytest.approx(1 / 0.3)
    assert metrics["lift_decile_10"] == 0.0


def test_lift_shares_add_up() -> None:
    table = lift_table(OUTCOME, PROBABILITY)
    assert table["row_count"].sum() == len(OUTCOME)
    assert table["cumulative_share"].iloc[-1] == 1.0
    assert table["cumulative_share"].is_monotonic_increasing


def test_calibration_error_is_zero_for_honest_and_large_for_boastful_probabilities() -> None:
    outcome = np.tile(np.array([True, False, False, False]), 250)
    assert expected_calibration_error(outcome, np.full(1_000, 0.25)) == pytest.approx(0, abs=0.02)
    assert expected_calibration_error(outcome, np.full(1_000, 0.95)) == pytest.approx(0.7, abs=0.02)


def test_calibration_bins_hold_equally_many_rows() -> None:
    table = calibration_table(OUTCOME, PROBABILITY, bins=5)
    assert list(table["row_count"]) == [2] * 5
    assert table["mean_probability"].is_monotonic_increasing


def test_one_class_has_no_ranking_metrics() -> None:
    metrics = classification_metrics(np.zeros(10, dtype=bool), PROBABILITY, threshold=0.5)
    assert "auc" not in metrics
    assert metrics["brier"] > 0


def test_plots_are_png_and_refuse_one_class() -> None:
    assert classification_plots(OUTCOME, PROBABILITY, "a title").startswith(b"\x89PNG")
    assert silhouette_plot({3: 0.1, 4: 0.2}, chosen_k=4).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="both outcomes"):
        classification_plots(np.ones(10, dtype=bool), PROBABILITY, "a title")
