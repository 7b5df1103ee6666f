"""Checks before publication: what they object to, and what they let pass."""

from orchestration.monitoring import (
    accepted_rows,
    champion_age,
    feature_drift,
    identity_quality,
    model_quality,
    overmerges,
    score_backtest,
    score_distribution,
    size_swings,
)


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


def test_resolved_people_are_held_against_the_truth_where_there_is_one() -> None:
    limits = {"minimum_precision": 0.995, "minimum_f1": 0.98}
    assert identity_quality([], **limits).passed
    assert identity_quality([("all", 0.995, 0.97, 0.98)], **limits).passed
    verdict = identity_quality([("known", 0.9949, 0.99, 0.9924), ("all", 1.0, 0.95, 0.9744)], **limits)
    assert [finding.split(",")[0] for finding in verdict.findings] == ["known: precision 0.9949", "all: F1 0.9744"]


def test_a_crowd_is_no_customer_and_few_groups_hit_a_limit() -> None:
    limits = {"maximum_identifiers": 1_000, "maximum_oversized_share": 0.02}
    assert overmerges(100, 1_000, {"email": 2}, **limits).passed
    verdict = overmerges(100, 1_001, {"email": 3, "phone": 2}, **limits)
    assert verdict.findings == ("one customer has 1,001 identifiers", "3 groups exceed the limit of email, for 100 customers")


def test_a_few_features_may_drift_and_no_score() -> None:
    stable = [(f"f{number}", "feature", 0.01, "stable") for number in range(9)]
    assert feature_drift([*stable, ("g", "feature", 0.3, "drifted"), ("m", "score", 0.2, "moderate")], maximum_drifted_share=0.1).passed
    verdict = feature_drift(
        [*stable[1:], ("g", "feature", 0.3, "drifted"), ("h", "feature", None, "not compared")], maximum_drifted_share=0.1
    )
    assert verdict.findings == ("1 of 9 features have drifted: g (0.300)",)
    assert feature_drift([*stable, ("m", "score", 0.25, "drifted")], maximum_drifted_share=0.1).findings == (
        "scores have drifted: m (0.250)",
    )
    assert feature_drift([], maximum_drifted_share=0.1).passed


def test_a_promise_that_was_not_kept_is_told_when_enough_customers_were_promised_it() -> None:
    def passed(row_count: int, error: float) -> bool:
        return score_backtest([("v1", "2026-10-01", row_count, 0.1, 0.2, error)], minimum_rows=500, maximum_ece=0.05).passed

    assert passed(500, 0.05)
    assert not passed(500, 0.051)
    assert passed(499, 0.5)
    assert score_backtest([], minimum_rows=500, maximum_ece=0.05).passed


def test_a_champion_that_retraining_never_replaced_is_told() -> None:
    assert champion_age(None, 0, maximum_age_days=30, overdue_days=45).passed
    assert champion_age("v1", 45, maximum_age_days=30, overdue_days=45).passed
    assert champion_age("v1", 46, maximum_age_days=30, overdue_days=45).findings == (
        "v1 has served 46 days and retraining has not replaced it",
    )
