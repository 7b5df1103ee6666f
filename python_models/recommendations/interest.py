"""What the interest is calibrated on: everything that would have been recommended on a past date, with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from python_models.recommendations.calibration import Calibration, fit_calibration
from python_models.recommendations.evaluation import hits
from python_models.recommendations.histories import Histories
from python_models.recommendations.ranking import SOURCES, TopLists

SENT = 10


@dataclass(frozen=True)
class PastLists:
    """Lists of some customers as they would have been sent, whether these bought afterwards or not."""

    histories: Histories
    lists: TopLists
    targets: sparse.csr_matrix


def calibrate(parts: Sequence[PastLists]) -> tuple[Calibration, ...]:
    """One calibration per source of recommendations that is there, on the first ten of every list."""
    calibrations = []
    for number, source in enumerate(SOURCES):
        columns = [_pairs(part, number) for part in parts]
        scores, counts, days, is_hit = (np.concatenate(values) for values in zip(*columns, strict=True))
        if len(scores):
            calibrations.append(fit_calibration(source, scores, counts, days, is_hit.astype(bool)))
    return tuple(calibrations)


def _pairs(part: PastLists, number: int) -> tuple[np.ndarray, ...]:
    """Score, products bought before, days since, and whether it was bought, of every recommendation of a source."""
    columns, chosen = part.lists.columns[:, :SENT], part.lists.sources[:, :SENT] == number
    rows = np.broadcast_to(np.arange(len(columns))[:, None], columns.shape)[chosen]
    counts = part.histories.product_counts[rows].astype(np.float64)
    is_hit = hits(columns, part.targets)[chosen]
    return part.lists.scores[:, :SENT][chosen], counts, part.histories.days_since_purchase[rows], is_hit
