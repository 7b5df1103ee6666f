"""Checks before publication: what they object to, and what they let pass."""

from orchestration.monitoring import accepted_rows, model_quality, score_distribution, size_swings


def test_first_publication_has_nothing_to_compare_with() -> None:
    assert size_swings({"vip": 500}, None, minimum_size=100, maximum_change=0.5).passed


def test_a_halved_audience_is_within_reason_and_a_smaller_one_is_not() -> None:
    assert size_swings({"vip": 500}, {"vip": 1_000}, minimum_size=100, maximum_change=0.5).passed
    verdict = size_swings({"vip": 499}, {"vip": 1_000}, minimum_size=100, maximum_change=0.5)
    assert verdict.findings == ("vip: 1,000 -> 499 (-50% of the larger)",)


def test_a_vanished_audience_is_a_swing_and_a_new_one_is_not() -> None:
    verdict = size_swings({"new": 200, "filled": 300}, {"old": 300, "filled": 0}, minimum_size=100, maximum_change=0.5)
    assert [finding.split(":")[0] for finding in verdict.findings] == ["old"]


def test_small_groups_may_jump() -> None:
    assert size_swings({"vip": 99}, {"vip": 1}, minimum_size=100, maximum_change=0.5).passed


def test_rows_must_not_vanish() -> None:
    now = [("shop.orders", 900, 900, 0)]
    assert accepted_rows(now, {"shop.orders": 900}, maximum_shrink=0.001, maximum_quarantined_share=0.05).passed
    assert not accepted_rows(now, {"shop.orders": 1_000}, maximum_shrink=0.001, maximum_quarantined_share=0.05).passed


def test_many_broken_rows_stop_the_run_and_a_few_do_not() -> None:
    def passed(received: int, quarantined: int) -> bool:
        rows = [("shop.orders", received, received - quarantined, quarantined)]
        return accepted_rows(rows, None, maximum_shrink=0.001, maximum_quarantined_share=0.05).passed

    assert passed(10_000, 500)
    assert not passed(10_000, 501)
    assert passed(10, 9)


def test_a_model_below_its_floor_fails_and_an_untrained_one_does_not() -> None:
    assert model_quality({"is_trained": 1.0, "auc": 0.7}, minimum_auc=0.6).passed
    assert not model_quality({"is_trained": 1.0, "auc": 0.59}, minimum_auc=0.6).passed
    assert model_quality({"is_trained": 0.0}, minimum_auc=0.6).passed
    assert model_quality({}, minimum_auc=0.6).passed


def test_scores_that_look_like_something_else_fail() -> None:
    def passed(mean: float, distinct_count: int) -> bool:
        return score_distribution(mean, distinct_count, 0.10, maximum_mean_shift=0.5, minimum_distinct_scores=20).passed

    assert passed(0.12, 900)
    assert not passed(0.30, 900)
    assert not passed(0.01, 900)
    assert not passed(0.10, 3)
