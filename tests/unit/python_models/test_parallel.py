"""Tasks side by side: results in their order, errors that come out, and one thread each, whoever else is at work."""

import os
import threading
import time
from functools import partial

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from python_models import parallel
from python_models.parallel import run_all, usable_cores
from python_models.reproducible import single_thread


@pytest.fixture
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "usable_cores", lambda: 4)


def thread_counts(user_api: str) -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == user_api}


def drawn(seed: int) -> float:
    matrix = np.random.default_rng(seed).normal(size=(200, 200))
    return float((matrix @ matrix).sum())


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_results_come_in_the_order_of_the_tasks_and_do_not_depend_on_the_cores(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    assert run_all([partial(drawn, seed) for seed in range(12)]) == [drawn(seed) for seed in range(12)]


@pytest.mark.usefixtures("four_cores")
def test_whoever_is_ready_first_changes_no_order() -> None:
    second_is_ready = threading.Event()

    def first() -> str:
        assert second_is_ready.wait(timeout=60)
        return "first"

    def second() -> str:
        second_is_ready.set()
        return "second"

    assert run_all([first, second]) == ["first", "second"]


def test_no_task_has_no_result() -> None:
    assert run_all([]) == []


@pytest.mark.parametrize("most_workers", [1, 4])
@pytest.mark.usefixtures("four_cores")
def test_the_error_of_the_first_task_that_fails_comes_out(most_workers: int) -> None:
    def failing(seconds: float, reason: str) -> None:
        time.sleep(seconds)
        raise ValueError(reason)

    with pytest.raises(ValueError, match="the first"):
        run_all([lambda: None, partial(failing, 0.2, "the first"), partial(failing, 0.0, "the second")], most_workers)


@pytest.mark.usefixtures("four_cores")
def test_what_has_not_begun_after_an_error_never_does() -> None:
    begun = []

    def failing() -> None:
        raise ValueError("at once")

    def slow(number: int) -> None:
        begun.append(number)
        time.sleep(0.05)

    with pytest.raises(ValueError, match="at once"):
        run_all([failing, *(partial(slow, number) for number in range(50))], most_workers=2)
    assert len(begun) < 10


@pytest.mark.usefixtures("four_cores")
def test_no_more_run_at_a_time_than_may() -> None:
    running, most = [0], [0]
    guard = threading.Lock()

    def task() -> None:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with guard:
            running[0] -= 1

    run_all([task] * 8, most_workers=2)
    assert most == [2]


def test_the_cores_are_those_that_the_process_may_use() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


@pytest.mark.usefixtures("four_cores")
def test_every_task_is_on_one_thread_and_leaves_the_limits_as_they_were() -> None:
    with threadpool_limits(limits=2):
        before = thread_counts("blas"), thread_counts("openmp")
        inside = run_all([lambda: thread_counts("blas") | thread_counts("openmp")] * 6)
        assert (thread_counts("blas"), thread_counts("openmp")) == before
    assert inside == [{1}] * 6


def test_a_block_that_ends_gives_no_thread_to_one_that_goes_on() -> None:
    begun, ended = threading.Event(), threading.Event()

    def short() -> None:
        with single_thread():
            begun.set()
            assert ended.wait(timeout=60)

    with threadpool_limits(limits=2):
        other = threading.Thread(target=short)
        other.start()
        assert begun.wait(timeout=60)
        # The other block was there first: what it found, two threads, must not come back before this one has ended.
        with single_thread():
            ended.set()
            other.join()
            assert thread_counts("blas") == {1}
        assert thread_counts("blas") == {2}
