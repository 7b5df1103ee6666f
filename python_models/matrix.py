"""From a frame of features to a matrix of floats: which columns, in which order, and where a value is missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]


def feature_matrix(frame: pd.DataFrame, features: Sequence[str]) -> FloatArray:
    """The named columns as doubles, in the given order; missing values are NaN, never a number that looks like data."""
    missing = [name for name in features if name not in frame.columns]
    if missing:
        raise ValueError(
            f"features missing from the frame: {', '.join(missing)}; build feature_customers, or retrain the model without them"
        )
    return np.column_stack([_as_floats(frame[name]) for name in features]) if features else np.empty((len(frame), 0))


def usable_features(frame: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    """The features that vary. A column that is constant or empty (a shop without e-mail data) says nothing about anybody."""
    matrix = feature_matrix(frame, features)
    return tuple(name for name, column in zip(features, matrix.T, strict=True) if _varies(column))


def _varies(column: FloatArray) -> bool:
    known = column[~np.isnan(column)]
    return 0 < len(known) < len(column) or bool(len(known) and known.min() < known.max())


def signed_log(matrix: FloatArray) -> FloatArray:
    """log(1 + |x|) with the sign of x: tames counts and amounts with long tails, keeps negative net revenue in order."""
    return np.copysign(np.log1p(np.abs(matrix)), matrix)


def _as_floats(values: pd.Series) -> FloatArray:
    return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
