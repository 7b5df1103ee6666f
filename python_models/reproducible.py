"""What makes a fit repeatable to the last digit: one thread, a fixed row order and a fingerprint of what went in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits


@contextmanager
def single_thread() -> Iterator[None]:
    """Run BLAS and OpenMP on one thread: sums of floats depend on how they are split over threads."""
    with threadpool_limits(limits=1):
        yield


def sort_rows(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Order rows by a key, which has to be unique, so that no result depends on the order of arrival."""
    if frame.duplicated(list(keys)).any():
        raise ValueError(f"rows are not unique by {', '.join(keys)}: the order, and so the fit, would not be repeatable")
    return frame.sort_values(list(keys), kind="stable").reset_index(drop=True)


def fingerprint(frame: pd.DataFrame, parameters: Any) -> str:
    """Sixteen hex digits that change whenever a value, a column, the row order or a parameter changes."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True, default=str).encode())
    for column in frame.columns:
        digest.update(str(column).encode())
        values = frame[column]
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            digest.update(np.ascontiguousarray(values.to_numpy(dtype=np.float64, na_value=np.nan)).tobytes())
        else:
            digest.update("\x1f".join(values.astype(str)).encode())
    return digest.hexdigest()[:16]
