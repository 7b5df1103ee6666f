"""A hand-written shop over five days: two people, wrongly merged by the data, parted by a decision; late data; links across limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.identity_overrides import Identifier, decide
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.identity.hand_written_shop import Shop

READ = ("segment_memberships", "fct_orders", "fct_sessions", "dim_customer_former_ids", "int_identity_oversized_components")
MARTS = ("marts.dim_customer_former_ids", "marts.fct_orders", "segments.segment_memberships")
ANN, BOB, CAT = "c1", "c2", "c9"


@dataclass
class Days:
    """What was seen after each day."""

    shop: Shop
    ids: dict[str, dict[str, str]]
    belongings: dict[str, dict[str, set[str]]]
    former: dict[str, list[tuple[Any, ...]]]
    rebuilt: list[dict[str, list[tuple[Any, ...]]]]
    oversized: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def days(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    root = tmp_path_factory.mktemp("overrides")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A360_IDENTITY_KEY", "a key for tests")
        patch.delenv("A360_MINIMUM_SEGMENT_SIZE", raising=False)
        patch.setenv(DATA_DIR_VARIABLE, str(root / "data"))
        shop = Shop(root, parsed_project, READ)
        seen = Days(shop, {}, {}, {}, [], [])

        def run(as_of: str) -> None:
            shop.run(as_of)
            seen.ids[as_of] = {account: shop.customer(account) for account in (ANN, BOB, CAT)}
            seen.belongings[as_of] = shop.belongings()
            seen.former[as_of] = shop.rows("select former_customer_id, customer_id from marts.dim_customer_former_ids order by all")

        shop.order("2026-10-02", ("o1", ANN, "ann@shop.net"), ("o2", BOB, "bob@shop.net"), ("o9", CAT, "cat@shop.net"))
        made = {"created_at": "2026-10-01 08:00:00", "updated_at": "2026-10-01 08:00:00"}
        made |= {
            "country": "DE",
            "region": "BE",
            "language": "de",
            "gender": "female",
            "birth_date": "1980-01-01",
            "time_zone": "Europe/Berlin",
        }
        shop.deliver(
            "crm/contacts", "2026-10-02", *({"contact_id": f"k-{name}", "email": f"{name}@shop.net"} | made for name in ("ann", "cat"))
        )
        view = {"event_type": "page_view", "event_at": "2026-10-01 11:00:00", "received_at": "2026-10-01 11:00:01"}
        visits = [{"event_id": f"e{n}", "anonymous_id": f"d{n}", "user_id": account} | view for n, account in ((1, ANN), (2, BOB))]
        shop.deliver("web/events", "2026-10-02", *visits)
        run("2026-10-03")

        shop.order("2026-10-03", ("o3", BOB, "ann@shop.net"))
        run("2026-10-04")

        ann, bob, cat = (Identifier("shop_customer_id", account) for account in (ANN, BOB, CAT))
        decide(shop.data, "split", ann, bob, by="anna", reason="Bob used the address of his wife")
        run("2026-10-05")
        seen.rebuilt.append(shop.everything(*MARTS))
        shop.run("2026-10-05")
        seen.rebuilt.append(shop.everything(*MARTS))
        (shop.data / "warehouse.duckdb").unlink()
        # A store that is gone takes the landing views with it; the next run makes everything again.
        shop.run("2026-10-05")
        seen.rebuilt.append(shop.everything(*MARTS))

        old = {"created_at": "2026-09-01 08:00:00", "updated_at": "2026-09-01 08:00:00", "is_guest": "false"}
        shop.deliver("shop/customers", "2026-09-02", {"shop_customer_id": BOB, "email": "bob.older@shop.net"} | old)
        run("2026-10-06")

        decide(shop.data, "withdrawn", bob, ann, by="anna", reason="They are one after all")
        decide(shop.data, "link", cat, ann, by="anna", reason="Called from both accounts")
        run("2026-10-07")
        seen.oversized = shop.rows(
            "select limited_type, limited_count, max_per_person, people_count from intermediate.int_identity_oversized_components"
        )
        yield seen


def test_the_data_merge_two_people(days: Days) -> None:
    before, after = days.ids["2026-10-03"], days.ids["2026-10-04"]
    assert len(set(before.values())) == 3
    assert after == {ANN: before[ANN], BOB: before[ANN], CAT: before[CAT]}
    assert days.shop.changes("2026-10-04") == {("merged", before[BOB], before[ANN], "order_email")}
    assert days.former["2026-10-04"] == [(before[BOB], before[ANN])]
    assert {"o1", "o2", "o3", "visit of d1", "visit of d2"} <= days.belongings["2026-10-04"][before[ANN]]


def test_a_split_restores_both_people_their_events_and_segments(days: Days) -> None:
    before = days.ids["2026-10-03"]
    assert days.ids["2026-10-05"] == before
    assert days.former["2026-10-05"] == []
    assert days.shop.changes("2026-10-05") == {("split", before[ANN], before[BOB], "split_override")}
    belongings = days.belongings["2026-10-05"]
    things = {account: belongings[before[account]] & {"o1", "o2", "o3", "visit of d1", "visit of d2"} for account in (ANN, BOB)}
    assert things == {ANN: {"o1", "visit of d1"}, BOB: {"o2", "o3", "visit of d2"}}
    for account in (ANN, BOB):
        segments = {thing for thing in days.belongings["2026-10-03"][before[account]] if thing.startswith("segment_")}
        assert "segment_purchased_past_week" in segments
        assert segments <= belongings[before[account]]
    assert before[BOB] not in days.belongings["2026-10-04"]


def test_a_rerun_and_a_rebuild_give_the_same(days: Days) -> None:
    first, rerun, rebuilt = days.rebuilt
    assert rerun == first
    assert rebuilt == first
    assert len(first["intermediate.int_identity_changes"]) == 5


def test_late_data_move_no_id(days: Days) -> None:
    assert days.ids["2026-10-06"] == days.ids["2026-10-03"]
    assert days.shop.changes("2026-10-06") == set()
    [(first_loaded_at,)] = days.shop.rows(
        "select min(first_loaded_at) from intermediate.int_identity_map where identifier_value = 'bob.older@shop.net'"
    )
    assert str(first_loaded_at) < "2026-10-02"


def test_a_link_wins_over_limits_and_is_reported(days: Days) -> None:
    before = days.ids["2026-10-03"]
    # All three were given out in one run; since the late file Bob's is the one that rests on the oldest data.
    assert set(days.ids["2026-10-07"].values()) == {before[BOB]}
    assert days.shop.changes("2026-10-07") == {
        ("merged", before[ANN], before[BOB], "order_email"),
        ("merged", before[CAT], before[BOB], "link_override"),
    }
    assert days.former["2026-10-07"] == sorted((before[account], before[BOB]) for account in (ANN, CAT))
    assert days.oversized == [("crm_contact_id", 2, 1, 1)]
