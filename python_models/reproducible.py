"""What makes a fit repeatable to the last digit: one thread, a fixed row order and a fingerprint of what went in."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits


class _SingleBlas:
    """One thread for BLAS while anybody asks for it: its limit is the process's, and ends with the last of all blocks that overlap."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._holders = 0
        self._limits = ExitStack()

    def enter(self) -> None:
        with self._guard:
            # Each time anew: a library may have been loaded since.
            self._limits.enter_context(threadpool_limits(limits=1, user_api="blas"))
            self._holders += 1

    def leave(self) -> None:
        with self._guard:
            self._holders -= 1
            if self._holders == 0:
                self._limits.close()


_single_blas = _SingleBlas()


@contextmanager
def single_thread() -> Iterator[None]:
    """Run BLAS and OpenMP on one thread: sums of floats depend on how they are split over threads.

    BLAS is limited for the whole process, OpenMP for the thread that calls: a thread that is started inside has to ask for itself.
    """
    _single_blas.enter()
    try:
        with threadpool_limits(limits=1, user_api="openmp"):
            yield
    finally:
        _single_blas.leave()


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
            # Texts in Arrow are slow to walk through one by one.
            digest.update("\x1f".join(values.astype(str).to_numpy(dtype=object)).encode())
    return digest.hexdigest()[:16]
