"""Two dbt processes and a third holder at the same warehouse: everybody waits for their turn, nobody fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.lock import TURN_VARIABLE, warehouse_turn
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.landing.conftest import ParsedProject, Street, folders


def start_dbt(parsed: ParsedProject, name: str) -> subprocess.Popen[str]:
    target = shutil.copytree(parsed.root / "target", parsed.root / name / "target")
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--select", "stg_ops__model_registry", *folders(target.parent)]
    environment = {key: value for key, value in os.environ.items() if key != TURN_VARIABLE} | {DATA_DIR_VARIABLE: str(parsed.data)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_dbt_queues_behind_another_holder_and_behind_another_dbt(parsed: ParsedProject) -> None:
    street = Street(parsed.root, parsed.manifest)
    street.write_orders()
    with warehouse_turn(parsed.data, "a long job"):
        runs = [start_dbt(parsed, name) for name in ("one", "two")]
        for run in runs:
            assert run.stderr is not None
            waiting = run.stderr.readline()
            assert waiting.startswith("Waiting for the warehouse: ")
            assert f"is held by pid {os.getpid()} (a long job, since " in waiting
            assert run.poll() is None
    outputs = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "".join(stdout[-3000:] for stdout, _ in outputs)
    assert all("The warehouse is free, going on after" in stderr for _, stderr in outputs)
    assert sum("Landing: 2 new files with 2 rows." in stdout for stdout, _ in outputs) == 1
    assert street.rows("select count(*), count(distinct file_id) from ops.file_register") == [(2, 2)]
