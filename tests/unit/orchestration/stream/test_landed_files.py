"""The files say how far the stream has been landed, and nothing half-written counts."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.landing.files import delivered_files, stamped_loaded_at
from orchestration.landing_watch import landing_digest
from orchestration.stream.entries import EntryId
from orchestration.stream.landed_files import Landed, LandedFiles

NINE = datetime(2026, 11, 22, 9, 0, 0)


def files_of(landing: Path) -> LandedFiles:
    return LandedFiles.new(landing / "web" / "events")


def test_a_file_is_delivered_with_the_time_of_its_arrival(tmp_path: Path) -> None:
    files_of(tmp_path).write(Landed(), [EntryId(5, 0), EntryId(5, 1)], [b"{}", b"nonsense"], NINE)
    [delivered] = delivered_files(tmp_path, "web/events")
    assert delivered.path.endswith("/day=2026-11-22/loaded_at=2026-11-22T09-00-00/5-0_5-1_2.jsonl")
    assert stamped_loaded_at(delivered.path) == NINE
    assert (tmp_path / delivered.path).read_bytes() == b"{}\nnonsense\n"


def test_the_newest_file_says_how_far_it_went(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    assert files.landed() == Landed()
    first = files.write(Landed(), [EntryId(9, 9)], [b"{}"], NINE)
    second = files.write(first, [EntryId(10, 1), EntryId(10, 10)], [b"{}", b"{}"], NINE)
    assert files.landed() == second == Landed(EntryId(10, 10), 3)
    third = files.write(second, [EntryId(11, 0)], [b"{}"], datetime(2026, 11, 23))
    assert files.landed() == third


def test_a_clock_that_was_set_back_does_not_hide_the_newest_file(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    first = files.write(Landed(), [EntryId(1, 0)], [b"{}"], datetime(2026, 11, 24))
    second = files.write(first, [EntryId(2, 0)], [b"{}"], datetime(2026, 11, 22, 23, 59))
    assert files.landed() == second


def test_a_crash_before_the_rename_leaves_nothing_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tmp_path)

    def crash(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            files.write(Landed(), [EntryId(1, 0)], [b"a line that is longer than the one after it"], NINE)
    assert files.landed() == Landed()
    assert list(delivered_files(tmp_path, "web/events")) == []
    files.write(Landed(), [EntryId(1, 0)], [b"{}"], NINE)
    [delivered] = delivered_files(tmp_path, "web/events")
    assert (tmp_path / delivered.path).read_bytes() == b"{}\n"


def test_another_generation_knows_nothing_of_this_one(tmp_path: Path) -> None:
    files_of(tmp_path).write(Landed(), [EntryId(1, 0)], [b"{}"], NINE)
    assert files_of(tmp_path).landed() == Landed()


def test_files_of_a_stream_do_not_keep_the_landing_folder_from_coming_to_rest(tmp_path: Path) -> None:
    (tmp_path / "shop" / "orders").mkdir(parents=True)
    (tmp_path / "shop" / "orders" / "a.csv").write_text("order_id\n1\n")
    rest, everything = landing_digest(tmp_path, with_streams=False), landing_digest(tmp_path)
    assert rest == everything
    files_of(tmp_path).write(Landed(), [EntryId(1, 0)], [b"{}"], NINE)
    assert landing_digest(tmp_path, with_streams=False) == rest
    assert landing_digest(tmp_path) != everything
