"""The sensor's memory: one run per delivery, and only when the folder has come to rest."""

from pathlib import Path

from orchestration.landing_watch import Watch, landing_digest


def looks(*digests: str | None) -> list[bool]:
    watch, due = Watch(), []
    for current in digests:
        watch, is_due = Watch.from_cursor(watch.to_cursor()).look(current)
        due.append(is_due)
    return due


def test_runs_once_when_the_files_have_been_quiet_for_a_look() -> None:
    assert looks("a", "a", "a", "a") == [False, True, False, False]


def test_waits_while_files_keep_arriving() -> None:
    assert looks("a", "b", "c", "c", "c") == [False, False, False, True, False]


def test_a_second_delivery_is_a_second_run() -> None:
    assert looks("a", "a", "b", "b") == [False, True, False, True]


def test_nothing_delivered_is_nothing_to_do() -> None:
    assert looks(None, None) == [False, False]


def test_files_that_vanish_before_rest_are_forgotten() -> None:
    assert looks("a", "a", "b", "a", "a") == [False, True, False, False, False]


def test_digest_changes_with_every_change_of_a_file(tmp_path: Path) -> None:
    assert landing_digest(tmp_path) is None
    folder = tmp_path / "shop" / "orders"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("order_id\n1\n")
    digests = [landing_digest(tmp_path)]
    (folder / "b.csv").write_text("order_id\n2\n")
    digests.append(landing_digest(tmp_path))
    (folder / "b.csv").write_text("order_id\n23\n")
    digests.append(landing_digest(tmp_path))
    assert None not in digests
    assert len(set(digests)) == 3


def test_files_that_are_still_being_written_do_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "orders"
    folder.mkdir(parents=True)
    (folder / "a.parquet.tmp").write_text("half")
    (folder / ".b.csv").write_text("half")
    assert landing_digest(tmp_path) is None
