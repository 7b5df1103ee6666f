"""The rows that learners are fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from python_models.matrix import FloatArray


@dataclass(frozen=True)
class Trial:
    """One row per customer and campaign: `matrix` has a column per feature and, last, the offer; `treated` is 1 for the drawn, 0 for the
    held out; `share` is the share drawn among such rows; `day` counts the campaigns' dates from 0, in their order."""

    matrix: FloatArray
    treated: FloatArray
    outcome: FloatArray
    share: FloatArray
    day: npt.NDArray[np.int64]

    @property
    def is_drawn(self) -> npt.NDArray[np.bool_]:
        return self.treated > 0


def days_in_order(dates: pd.Series) -> npt.NDArray[np.int64]:
    """0 for the earliest date, 1 for the next one."""
    codes, _ = pd.factorize(pd.to_datetime(dates), sort=True)
    return codes.astype(np.int64)
