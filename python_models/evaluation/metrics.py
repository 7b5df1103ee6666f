"""How good is a probability: ranking (AUC, PR-AUC, lift), honesty (Brier, log loss, ECE) and a decision (confusion matrix)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, precision_recall_curve, roc_auc_score

from python_models.matrix import FloatArray

BoolArray = npt.NDArray[np.bool_]

DECILES = 10
CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Confusion:
    """Counts of a yes/no decision at one threshold."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float:
        predicted = self.true_positives + self.false_positives
        return self.true_positives / predicted if predicted else 0.0

    @property
    def recall(self) -> float:
        actual = self.true_positives + self.false_negatives
        return self.true_positives / actual if actual else 0.0


def has_both_classes(outcome: BoolArray) -> bool:
    """Ranking is undefined when everybody, or nobody, did it."""
    return bool(outcome.any()) and not bool(outcome.all())


def confusion_at(outcome: BoolArray, probability: FloatArray, threshold: float) -> Confusion:
    predicted = probability >= threshold
    return Confusion(
        true_positives=int((predicted & outcome).sum()),
        false_positives=int((predicted & ~outcome).sum()),
        false_negatives=int((~predicted & outcome).sum()),
        true_negatives=int((~predicted & ~outcome).sum()),
    )


def best_f1_threshold(outcome: BoolArray, probability: FloatArray) -> float:
    """The threshold with the highest F1; of equal ones the highest, so that fewer people are contacted for the same result."""
    precision, recall, thresholds = precision_recall_curve(outcome, probability)
    total = precision[:-1] + recall[:-1]
    f1 = np.divide(2 * precision[:-1] * recall[:-1], total, out=np.zeros_like(total), where=total > 0)
    return float(thresholds[np.flatnonzero(f1 >= f1.max() - 1e-12)[-1]])


def calibration_table(outcome: BoolArray, probability: FloatArray, bins: int = CALIBRATION_BINS) -> pd.DataFrame:
    """Mean probability and observed rate per bin; bins hold equally many rows, since probabilities of rare outcomes crowd near zero."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return pd.DataFrame(
        {
            "bin": np.arange(1, len(parts) + 1),
            "row_count": [len(part) for part in parts],
            "mean_probability": [float(probability[part].mean()) for part in parts],
            "observed_rate": [float(outcome[part].mean()) for part in parts],
        }
    )


def expected_calibration_error(outcome: BoolArray, probability: FloatArray, bins: int = CALIBRATION_BINS) -> float:
    """Mean absolute gap of probability and observed rate, weighted by rows (Naeini, Cooper and Hauskrecht 2015, eq. 3)."""
    table = calibration_table(outcome, probability, bins)
    gap = (table["mean_probability"] - table["observed_rate"]).abs()
    return float((gap * table["row_count"]).sum() / table["row_count"].sum())


def lift_table(outcome: BoolArray, probability: FloatArray) -> pd.DataFrame:
    """Rate, lift and share of all positives per decile; decile 1 holds the highest probabilities.

    Ties at the edge of a decile fall by row order, so callers pass rows in a fixed order.
    """
    order = np.argsort(-probability, kind="stable")
    parts = np.array_split(outcome[order], DECILES)
    base_rate = float(outcome.mean())
    positives = int(outcome.sum())
    rates = [float(part.mean()) if len(part) else 0.0 for part in parts]
    return pd.DataFrame(
        {
            "decile": np.arange(1, DECILES + 1),
            "row_count": [len(part) for part in parts],
            "observed_rate": rates,
            "lift": [rate / base_rate if base_rate else 0.0 for rate in rates],
            "cumulative_share": np.cumsum([int(part.sum()) for part in parts]) / max(positives, 1),
        }
    )


def classification_metrics(outcome: BoolArray, probability: FloatArray, threshold: float) -> dict[str, float]:
    """Every stored figure of one part of the split, by name."""
    metrics: dict[str, float] = {
        "row_count": float(len(outcome)),
        "positive_count": float(outcome.sum()),
        "base_rate": float(outcome.mean()),
        "mean_probability": float(probability.mean()),
        "brier": float(brier_score_loss(outcome, probability)),
        "ece": expected_calibration_error(outcome, probability),
    }
    if has_both_classes(outcome):
        metrics["auc"] = float(roc_auc_score(outcome, probability))
        metrics["pr_auc"] = float(average_precision_score(outcome, probability))
        metrics["log_loss"] = float(log_loss(outcome, np.clip(probability, 1e-9, 1 - 1e-9)))
    for decile, lift, gain in lift_table(outcome, probability)[["decile", "lift", "cumulative_share"]].itertuples(index=False):
        metrics[f"lift_decile_{int(decile):02d}"] = float(lift)
        metrics[f"gain_decile_{int(decile):02d}"] = float(gain)
    confusion = confusion_at(outcome, probability, threshold)
    return metrics | {
        "threshold": threshold,
        "true_positives": float(confusion.true_positives),
        "false_positives": float(confusion.false_positives),
        "false_negatives": float(confusion.false_negatives),
        "true_negatives": float(confusion.true_negatives),
        "precision": confusion.precision,
        "recall": confusion.recall,
    }
