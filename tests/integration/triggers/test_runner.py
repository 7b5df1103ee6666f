"""From a landed event to the trigger audience: who enters, when, once, wherever the runner is stopped."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from orchestration.triggers import delivery, runner
from orchestration.triggers.base import BASE_NAME
from orchestration.triggers.errors import TriggerError
from orchestration.triggers.events import Events
from tests.integration.triggers.conftest import MIDNIGHT, Shop


class Crash(BaseException):
    """The end of the process, as far as the runner can tell: nothing catches it."""


def crash_before(patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    def crashing(*_arguments: object, **_named: object) -> object:
        raise Crash

    patch.setattr(owner, name, crashing)


def crash_after(patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    real = getattr(owner, name)

    def crashing(*arguments: object, **named: object) -> object:
        real(*arguments, **named)
        raise Crash

    patch.setattr(owner, name, crashing)


def test_three_views_enter_with_when_by_what_and_where_from(shop: Shop) -> None:
    shop.land(*shop.views(0, "10:00", "10:30"))
    shop.run()
    assert ("product_viewed_3_in_24h", "c_0") not in shop.audience
    shop.land(*shop.views(0, "11:00"))
    shop.run()
    [row] = shop.rows(
        "select customer_id, subject_id, entered_at, event_id, stream_entries, detected_at is not null from trigger_audience "
        "where trigger_name = 'product_viewed_3_in_24h'"
    )
    assert row == ("c_0", "product-1", shop.at("11:00"), "e-3", "1-3_1-3", True)
    assert shop.manifest["last_entry"] == "1-3"


def test_a_cart_fires_by_the_clock_without_an_event(shop: Shop) -> None:
    shop.land(shop.event("add_to_cart", "12:00", 1, cart_id="k", quantity=1))
    for clock, trigger in (("12:29", None), ("12:30", "cart_abandoned_30m"), ("13:00", "cart_abandoned_1h")):
        shop.now = shop.at(clock)
        shop.run()
        assert shop.audience == ({(trigger, "c_1")} if trigger else set())
    # The next stage takes over after a day: nobody sent an event, and no build was published.
    shop.now = shop.at("12:00") + timedelta(days=1)
    shop.run()
    assert shop.audience == {("cart_abandoned_24h", "c_1")}


def test_what_is_bought_or_emptied_leaves_at_once(shop: Shop) -> None:
    shop.land(*(shop.event("add_to_cart", "11:00", person, cart_id=f"k{person}", quantity=1) for person in (1, 2)))
    shop.now = shop.at("11:45")
    shop.run()
    assert shop.audience == {("cart_abandoned_30m", "c_1"), ("cart_abandoned_30m", "c_2")}
    shop.now = shop.at("11:50")
    # Bought in another browser, by nobody whom we know.
    shop.land(shop.event("purchase", "11:46", None, anonymous_id="elsewhere", cart_id="k1"))
    shop.land(shop.event("remove_from_cart", "11:47", 2, cart_id="k2", quantity=1))
    shop.run()
    assert shop.audience == set()


def test_who_did_not_consent_or_got_enough_is_counted_and_left_out(shop: Shop) -> None:
    shop.change("insert into marts.fct_email_days values ('c_1', date '2026-10-04', 4)")
    shop.publish()
    shop.land(
        *shop.views(9, "10:00", "10:30", "11:00"), *shop.views(1, "10:00", "10:30", "11:00"), *shop.views(2, "10:00", "10:30", "11:00")
    )
    shop.run()
    assert {customer for _, customer in shop.audience} == {"c_2"}
    # Product, category and no cart: each of them in three triggers or two.
    assert set(shop.manifest["excluded"]) == {"no_consent", "frequency_capped"}
    # The caps move with the clock: a week later the mails of last Sunday count no more.
    [(first, rank)] = shop.rows("select trigger_name, customer_rank from trigger_audience where customer_rank = 1")
    assert (first, rank) == ("product_viewed_3_in_24h", 1)


def test_a_browser_is_that_of_who_logs_in_and_nobodys_when_two_do(shop: Shop) -> None:
    shop.land(*shop.views(None, "10:00", "10:10", anonymous_id="new"), *shop.views(None, "10:00", "10:10", anonymous_id="shared"))
    shop.run()
    assert shop.audience == set()
    shop.land(*shop.views(3, "10:20", anonymous_id="new"), *shop.views(4, "10:20", anonymous_id="shared"))
    shop.run()
    assert {customer for _, customer in shop.audience} == {"c_3", "c_4"}
    shop.land(*shop.views(5, "10:30", anonymous_id="shared"))
    shop.run()
    assert {customer for _, customer in shop.audience} == {"c_3"}


def test_programs_late_and_repeated_and_broken_events_do_not_count(shop: Shop) -> None:
    shop.now = shop.at("11:05")
    twice = shop.views(1, "10:00", "10:10")
    late = [shop.event("product_view", "10:00", 2) | {"event_at": (MIDNIGHT - timedelta(days=9)).isoformat()} for _ in range(3)]
    shop.land(*shop.views(0, "10:00", "10:10", "10:20", user_agent="Googlebot/2.1"), *twice, *twice, *late, b"broken", b"{}")
    shop.land(*twice, *shop.views(3, "10:00"))
    totals = shop.run()
    assert shop.audience == set()
    # Three of the program, two of the repeated ones, one more.
    assert (totals.events, totals.accepted) == (15, 6)


def test_features_of_those_who_did_something(shop: Shop) -> None:
    cart = [
        shop.event("add_to_cart", "11:10", 1, cart_id="k", quantity=3),
        shop.event("remove_from_cart", "11:20", 1, cart_id="k", quantity=1),
    ]
    shop.land(*shop.views(1, "09:00", "10:00"), *cart, shop.event("page_view", "11:30", 1))
    shop.run()
    assert shop.rows("select * exclude (counted_at, last_purchase_at) from customer_activity") == [
        ("c_1", 2, shop.at("11:30"), "product-1", "k", 2, shop.at("11:20"))
    ]


CRASHES = {
    "while files are judged": lambda patch: crash_before(patch, Events, "_read"),
    "before events are kept": lambda patch: crash_before(patch, Events, "_land"),
    "after events were kept": lambda patch: crash_after(patch, Events, "take_in"),
    "while people are looked at": lambda patch: crash_before(patch, runner, "evaluate"),
    "after they were looked at": lambda patch: crash_after(patch, runner, "evaluate"),
    "before the audience is written": lambda patch: crash_before(patch, runner, "deliver"),
    "while it is written": lambda patch: crash_before(patch, delivery, "sync_tree"),
    "before it is swapped in": lambda patch: crash_before(patch, delivery, "swap_link"),
    "after it was swapped in": lambda patch: crash_after(patch, delivery, "swap_link"),
}


@pytest.mark.parametrize("moment", CRASHES)
def test_nothing_is_lost_and_nothing_counts_twice_wherever_it_is_stopped(shop: Shop, moment: str) -> None:
    shop.now = shop.at("11:05")
    shop.land(*shop.views(0, "10:00"))
    shop.run()
    shop.land(*shop.views(0, "10:10"), *shop.views(1, "10:00", "10:10"))
    shop.land(*shop.views(0, "10:20"))
    with pytest.MonkeyPatch.context() as patch:
        CRASHES[moment](patch)
        with pytest.raises(Crash):
            shop.run()
    shop.run()
    assert shop.audience == {("product_viewed_3_in_24h", "c_0"), ("category_viewed_3_in_7d", "c_0")}
    assert shop.rows("select customer_id, product_view_count_24h from customer_activity order by all") == [("c_0", 3), ("c_1", 2)]
    found = shop.rows("select trigger_name, detected_at from trigger_audience order by all")
    shop.run()
    assert shop.rows("select trigger_name, detected_at from trigger_audience order by all") == found


def test_a_new_base_is_followed_and_what_it_knows_is_dropped(shop: Shop) -> None:
    shop.now = shop.at("11:05")
    shop.land(*shop.views(0, "10:00", "10:10", "10:20"), *shop.views(1, "10:00", "10:10"))
    shop.run()
    before = shop.manifest["base"]
    detected = shop.rows("select trigger_name, detected_at from trigger_audience order by all")
    [path] = [file.relative_to(shop.folder.landing).as_posix() for file in shop.folder.landing.rglob("*.jsonl")]
    # The build has taken the file in: it knows the events, and the person of the other account has another id by now.
    shop.change(
        f"insert into ops.main.file_register values (7, '{path}', null)",
        "insert into staging.base_web__events_exceptions values (7, 'read')",
        f"""
        insert into staging.stg_web__events by name
        select event_id, event_type, cast(event_at as timestamp) as event_at, cast(event_at as date) as event_date,
            cast(event_at as date) as load_date, product_id, anonymous_id, user_id, false as is_too_late,
            cast(event_at as timestamp) as _loaded_at, 7 as _file_id, row_number() over () as _row_number
        from read_json('{shop.folder.landing / path}')
        """,
        """
        insert into intermediate.int_shopping_events by name
        select event_type, event_at, event_date, load_date, _file_id, _row_number, product_id, false as is_bot,
            cast(('0x' || substr(md5('anonymous_id|' || anonymous_id), 1, 15)) as bigint) as device_key,
            cast(('0x' || substr(md5('shop_customer_id|' || user_id), 1, 15)) as bigint) as account_key,
            account_key as identifier_key
        from staging.stg_web__events
        """,
        "update intermediate.int_identity_map set customer_id = 'c_merged' where customer_id = 'c_1'",
        "update marts.dim_customers set customer_id = 'c_merged' where customer_id = 'c_1'",
    )
    version = shop.publish()
    shop.land(*shop.views(1, "10:30"))
    shop.run()
    assert shop.manifest["base"] == version != before
    assert shop.audience == {
        (trigger, customer) for trigger in ("product_viewed_3_in_24h", "category_viewed_3_in_7d") for customer in ("c_0", "c_merged")
    }
    assert shop.rows("select trigger_name, detected_at from trigger_audience where customer_id = 'c_0' order by all") == detected
    # A repetition of what the base holds is one, whichever file it comes in.
    shop.land({**shop.views(2, "10:00")[0], "event_id": "e-1"})
    assert shop.run().accepted == 0


def test_a_newer_base_is_picked_up_by_a_runner_that_runs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    running = shop.runner()
    versions: list[str | None] = []
    real = running.round

    def round_and_look() -> bool:
        is_busy = real()
        versions.append(shop.manifest["base"])
        if len(versions) == 1:
            shop.publish()
        return is_busy or len(versions) < 3

    monkeypatch.setattr(running, "round", round_and_look)
    totals = running.run(until_idle=True)
    assert totals.bases == 2
    assert len(set(versions)) == 2


def test_many_people_are_looked_at_in_parts_and_those_who_did_something_first(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land(*shop.views(30, "10:00", "10:10", "10:20"))
    running = shop.runner(people_at_once=7)
    waiting: list[tuple[int, set[str]]] = []
    real = running.round

    def round_and_look() -> bool:
        is_busy = real()
        waiting.append((shop.manifest["people_waiting"], {customer for _, customer in shop.audience}))
        return is_busy

    monkeypatch.setattr(running, "round", round_and_look)
    assert running.run(until_idle=True).people == 40
    assert waiting[0] == (0, {"c_30"})


def test_only_one_at_a_time_and_never_without_a_base(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[str] = []
    running = shop.runner()

    def second() -> bool:
        with pytest.raises(TriggerError, match="one is enough"):
            shop.run()
        inner.append("refused")
        return False

    monkeypatch.setattr(running, "round", second)
    running.run(until_idle=True)
    assert inner == ["refused"]
    (shop.folder.serving / "current").unlink()
    with pytest.raises(TriggerError, match="make run"):
        shop.run()


def test_a_base_of_another_version_is_told_apart(shop: Shop) -> None:
    database = (shop.folder.serving / "current").resolve() / BASE_NAME
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update layout set layout = 'of yesterday'")
    with pytest.raises(TriggerError, match="another version of the project"):
        shop.run()
