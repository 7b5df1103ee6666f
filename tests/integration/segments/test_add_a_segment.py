"""Adding one file adds the segment, with dbt's partial parsing on; its policy is optional and checked."""

from tests.integration.segments.conftest import Stage


def test_a_new_file_is_a_new_segment(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.segment("segment_blue", "blue")
    stage.build("2026-11-02")
    assert stage.stays("segment_blue") == [("cat", "11-02", None)]
    assert stage.stays("segment_red") == [("ann", "11-01", None), ("bob", "11-01", None)]


def test_a_removed_file_ends_its_memberships(stage: Stage) -> None:
    stage.segment("segment_blue", "blue")
    stage.build("2026-11-01")
    (stage.root / "models/segments/custom/segment_blue.sql").unlink()
    stage.build("2026-11-02")
    assert stage.stays("segment_blue") == [("cat", "11-01", "11-02")]


def test_only_the_union_is_parsed_again_when_nothing_changed(stage: Stage) -> None:
    stage.build("2026-11-01")
    run = stage.dbt("parse", "--debug")
    assert "0 files deleted, 0 files added, 1 files changed" in run.text
    assert "updated file: audience360://models/segments/segment_candidates.sql" in run.text


def test_every_segment_is_a_parent_of_the_union(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.segment("segment_blue", "blue")
    run = stage.dbt("ls", "--select", "+segment_candidates", "--resource-type", "model")
    assert run.succeeded
    assert "segments.custom.segment_blue" in run.text
    assert "segments.custom.segment_red" in run.text


def test_without_a_policy_a_segment_is_reported_and_not_published(stage: Stage) -> None:
    stage.segment("segment_blue", "blue")
    stage.build("2026-11-01", "--select", "+segment_sizes")
    assert stage.rows(
        """
        select segment_name, segment_owner, minimum_size, member_count, is_published, unpublished_reason
        from segments.segment_sizes order by segment_name
        """
    ) == [("segment_blue", None, 500, 1, False, "no owner"), ("segment_red", "crm", 2, 2, True, None)]


def test_a_segment_below_its_minimum_size_keeps_its_members(stage: Stage) -> None:
    stage.segment("segment_red", "red", owner="crm", minimum_size=3)
    stage.build("2026-11-01")
    assert stage.rows("select is_published, unpublished_reason from segments.segment_sizes") == [(False, "below minimum size")]
    assert len(stage.stays("segment_red")) == 2


def test_the_variable_sets_one_minimum_size_for_all(stage: Stage) -> None:
    stage.segment("segment_red", "red", owner="crm", minimum_size=3)
    run = stage.dbt("build", "--vars", "{minimum_segment_size: 1}")
    assert run.succeeded, run.text
    assert stage.rows("select policy_minimum_size, minimum_size, is_published from segments.segment_sizes") == [(3, 1, True)]


def test_a_policy_that_makes_no_sense_stops_the_run_and_names_the_file(stage: Stage) -> None:
    stage.segment("segment_blue", "blue", owner="crm", minimum_sice=5, is_static=True, refresh_cadence="daily")
    run = stage.dbt("build")
    assert not run.succeeded
    assert "The policy of segment_blue" in run.text
    assert "segment_blue.yml" in run.text
    assert "'minimum_sice' is not one of" in run.text
    assert "refresh_cadence is 'once' exactly for static segments" in run.text
