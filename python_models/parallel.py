"""Independent tasks on several cores, with results that do not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from python_models.reproducible import single_thread

Result = TypeVar("Result")

# Every task that runs holds its own matrices: more workers than these cost memory that the machines meant for this do not have.
MOST_WORKERS = 4


def usable_cores() -> int:
    """The cores that this process may use, which a container or `taskset` may have made fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_all(tasks: Sequence[Callable[[], Result]], most_workers: int = MOST_WORKERS) -> list[Result]:
    """The results of the tasks in their order, at most `most_workers` of them (and no more than there are cores) at a time.

    Tasks must not change what they share and must bring their own seeds; each runs on one thread, so that its sums do not depend on the
    machine. Threads, not processes, since the work is done in numpy, scipy and scikit-learn, which let go of the interpreter meanwhile,
    and no matrix has to be copied. Of several errors that of the first task is raised; tasks that have not begun by then never do.
    """
    workers = min(most_workers, usable_cores(), len(tasks))
    # Around all tasks too: while one of them ends, nothing may give its threads back to BLAS, whose limit holds for the whole process.
    with single_thread():
        if workers <= 1:
            return [task() for task in tasks]
        with ThreadPoolExecutor(workers) as executor:
            futures = [executor.submit(_alone, task) for task in tasks]
            try:
                return [future.result() for future in futures]
            finally:
                executor.shutdown(cancel_futures=True)


def _alone(task: Callable[[], Result]) -> Result:
    """The limit of OpenMP holds for the thread that sets it, so that every worker sets its own."""
    with single_thread():
        return task()
