"""The one lock: waits with a clear message, lets children in, and never outlives its process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lock import TURN_VARIABLE, LockTimeoutError, warehouse_connection, warehouse_turn

HOLD = """
import sys, time
from pathlib import Path
from orchestration.lock import warehouse_{kind}
with warehouse_{kind}(Path(sys.argv[1]), "the holder"):
    print("held", flush=True)
    time.sleep(60)
"""
TRY = """
import sys
from pathlib import Path
from orchestration.lock import warehouse_connection
with warehouse_connection(Path(sys.argv[1]), "the visitor", timeout_seconds=float(sys.argv[2])):
    print("held", flush=True)
"""


@pytest.fixture(autouse=True)
def nobodys_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests run dbt in this process, and dbt keeps its turn until the process ends."""
    monkeypatch.delenv(TURN_VARIABLE, raising=False)


def start(code: str, folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


def start_holder(folder: Path, kind: str = "connection", **environment: str) -> subprocess.Popen[str]:
    process = start(HOLD.format(kind=kind), folder, **environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_holds_the_warehouse(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        expected = rf"{tmp_path / 'warehouse.lock'} is held by pid {holder.pid} \(the holder, since"
        with pytest.raises(LockTimeoutError, match=expected), warehouse_turn(tmp_path, "visitor", timeout_seconds=0.3):
            pass
        holder.kill()


def test_a_waiting_process_says_so_and_goes_on_when_the_holder_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    with start_holder(tmp_path) as holder:

        def tell(message: str) -> None:
            said.append(message)
            os.kill(holder.pid, signal.SIGKILL)

        with warehouse_connection(tmp_path, "visitor", timeout_seconds=20, tell=tell):
            pass
    assert said[0].startswith("Waiting for the warehouse: ")
    assert f"pid {holder.pid} (the holder" in said[0]
    assert said[1].startswith("The warehouse is free, going on after ")
    assert len(said) == 2


def test_the_same_process_may_enter_again(tmp_path: Path) -> None:
    with (
        warehouse_turn(tmp_path, "outer"),
        warehouse_connection(tmp_path, "inner"),
        warehouse_connection(tmp_path, "innermost"),
        start(TRY, tmp_path, "0.2", **{TURN_VARIABLE: ""}) as visitor,
    ):
        assert "LockTimeoutError" in visitor.communicate()[1]
    with start(TRY, tmp_path, "0.2") as visitor:
        assert visitor.communicate()[0] == "held\n"


def test_a_child_runs_on_the_turn_of_its_parent(tmp_path: Path) -> None:
    with warehouse_turn(tmp_path, "parent"), start(TRY, tmp_path, "0.2") as child:
        assert child.communicate()[0] == "held\n"
    assert TURN_VARIABLE not in os.environ


def test_a_stale_claim_to_a_turn_is_worth_nothing(tmp_path: Path) -> None:
    with warehouse_turn(tmp_path, "long gone"):
        claim = os.environ[TURN_VARIABLE]
    with start_holder(tmp_path) as holder:
        with start(TRY, tmp_path, "0.2", **{TURN_VARIABLE: claim}) as visitor:
            assert "LockTimeoutError" in visitor.communicate()[1]
        holder.kill()


def test_a_child_that_outlives_its_parent_still_keeps_others_out(tmp_path: Path) -> None:
    orphan_code = HOLD.format(kind="connection")
    parent_code = HOLD.format(kind="turn").replace(
        "time.sleep(60)",
        f"import subprocess; subprocess.Popen([sys.executable, '-c', {orphan_code!r}, sys.argv[1]]).wait()",
    )
    with start(parent_code, tmp_path) as parent:
        assert parent.stdout is not None
        assert [parent.stdout.readline(), parent.stdout.readline()] == ["held\n", "held\n"]
        orphan = int((tmp_path / "warehouse.connection.lock").read_text().split('"pid": "')[1].split('"')[0])
        assert orphan != parent.pid
        parent.kill()
        parent.wait()
        try:
            expected = rf"connection\.lock is held by pid {orphan} "
            with pytest.raises(LockTimeoutError, match=expected), warehouse_connection(tmp_path, "visitor", timeout_seconds=0.5):
                pass
        finally:
            os.kill(orphan, signal.SIGKILL)
    with warehouse_connection(tmp_path, "visitor", timeout_seconds=20):
        pass


def test_two_folders_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with start_holder(tmp_path / "one") as holder:
        with warehouse_connection(tmp_path / "two", "visitor", timeout_seconds=0.2):
            pass
        holder.kill()


def test_waiting_processes_come_in_one_at_a_time(tmp_path: Path) -> None:
    write = "open(sys.argv[1] + '/log', 'a').write('{}\\n')"
    code = TRY.replace('print("held", flush=True)', f"{write.format('in')}; import time; time.sleep(0.05); {write.format('out')}")
    visitors = [start(code, tmp_path, "30") for _ in range(4)]
    assert [visitor.wait() for visitor in visitors] == [0] * 4
    for visitor in visitors:
        visitor.communicate()
    assert (tmp_path / "log").read_text() == "in\nout\n" * 4
