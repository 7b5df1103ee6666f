"""A hand-written shop over eight days: what fuzzy linkage is sure of joins people, within limits and against no decision."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.identity_overrides import Identifier, decide
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.identity.hand_written_shop import Shop

READ = ("int_identity_match_reviews", "int_identity_changes")
SWITCH = "seeds.identity_match_thresholds"
# Ann orders as two accounts; Kim and Kay are CRM contacts, and a guest looks like both.
ANN, ANN_AGAIN, KIM, KAY, GUEST = "c1", "c7", "k-kim", "k-kay", "c5"
DEVICE = "d1"
MAIL, OTHER_MAIL = "ann@shop.net", "ann.other@shop.net"
EVERYBODY = (ANN, ANN_AGAIN, KIM, KAY, GUEST, DEVICE, MAIL, OTHER_MAIL)


@dataclass(frozen=True)
class Pair:
    """What fuzzy linkage says of two records."""

    one: str
    other: str
    match_weight: float
    decision: str = "link"


SURE_OF_ANN = Pair(ANN, ANN_AGAIN, 9.5)
LIKE_KIM, LIKE_KAY, CONTACTS = Pair(GUEST, KIM, 11.25), Pair(GUEST, KAY, 11.24), Pair(KIM, KAY, 20.0)
OTHERS = (LIKE_KIM, LIKE_KAY, CONTACTS)


@dataclass
class Days:
    """What was seen after each day."""

    shop: Shop
    ids: dict[str, dict[str, str | None]] = field(default_factory=dict)
    reviews: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    refused: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    rebuilt: list[dict[str, list[tuple[Any, ...]]]] = field(default_factory=list)

    def run(self, as_of: str, *options: str) -> None:
        shop = self.shop
        shop.run(as_of, *options)
        ids = dict(shop.rows("select identifier_value, customer_id from intermediate.int_identity_map"))
        self.ids[as_of] = {name: ids.get(name) for name in EVERYBODY}
        names = "least(identifier_value, linked_value), greatest(identifier_value, linked_value)"
        reviews = f"select {names}, review_reason, limited_type, override_id is not null from intermediate.int_identity_match_reviews"
        self.reviews[as_of] = set(shop.rows(reviews))
        self.refused[as_of] = set(
            shop.rows(
                """
                select rule_name, left_map.identifier_value, right_map.identifier_value, refused_reason, limited_type
                from intermediate.int_identity_refused_links as refused_links
                inner join intermediate.int_identity_map as left_map on refused_links.identifier_key = left_map.identifier_key
                inner join intermediate.int_identity_map as right_map on refused_links.linked_key = right_map.identifier_key
                """
            )
        )

    def link(self, as_of: str, *pairs: Pair) -> None:
        """Replaces the pairs, as the asset `ml/identity_match_pairs` does between two parts of dbt."""
        with duckdb.connect(str(self.shop.data / "warehouse.duckdb")) as connection:
            connection.execute("delete from ml.identity_match_pairs")
            for pair in pairs:
                connection.execute(
                    """
                    insert into ml.identity_match_pairs by name
                    select 'identity_links' as model_name, min(identifier_key) as identifier_key, max(identifier_key) as linked_key,
                        cast(? as date) as as_of_date, 0.999 as match_probability, ? as match_weight, ? as decision, '{}' as evidence,
                        'a test' as model_version, cast(? as timestamp) as scored_at
                    from intermediate.int_identifiers
                    where identifier_value in (?, ?)
                    having count(*) = 2
                    """,
                    [as_of, pair.match_weight, pair.decision, as_of, pair.one, pair.other],
                )
            [(count,)] = connection.execute("select count(*) from ml.identity_match_pairs").fetchall()
            assert count == len(pairs)

    def lose_the_warehouse(self) -> None:
        """Deletes the store that can be made again; of it only the pairs come back, as the linkage finds them again."""
        file, kept = self.shop.data / "warehouse.duckdb", self.shop.root / "pairs.parquet"
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"copy ml.identity_match_pairs to '{kept}'")
        file.unlink()
        with duckdb.connect(str(file), config={"storage_compatibility_version": "v1.4.0"}) as connection:
            connection.execute("create schema ml")
            connection.execute(f"create table ml.identity_match_pairs as select * from '{kept}'")


@pytest.fixture(scope="module")
def days(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    root = tmp_path_factory.mktemp("fuzzy_matches")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A360_IDENTITY_KEY", "a key for tests")
        patch.delenv("A360_MINIMUM_SEGMENT_SIZE", raising=False)
        patch.setenv(DATA_DIR_VARIABLE, str(root / "data"))
        shop = Shop(root, parsed_project, READ)
        seen = Days(shop)

        deliver_accounts(shop, "2026-10-02", (ANN, MAIL), (GUEST, "guest@shop.net"))
        shop.order("2026-10-02", ("o1", ANN, MAIL), ("o5", GUEST, "guest@shop.net"))
        made = {"created_at": "2026-10-01 08:00:00", "updated_at": "2026-10-01 08:00:00", "country": "DE"}
        contacts = ({"contact_id": contact, "email": f"{contact}@shop.net"} | made for contact in (KIM, KAY))
        shop.deliver("crm/contacts", "2026-10-02", *contacts)
        seen.run("2026-10-03")

        deliver_accounts(shop, "2026-10-03", (ANN_AGAIN, OTHER_MAIL))
        shop.order("2026-10-03", ("o7", ANN_AGAIN, OTHER_MAIL))
        view = {"event_type": "page_view", "anonymous_id": DEVICE}
        visits = [
            view
            | {
                "event_id": f"e{hour}",
                "user_id": account,
                "event_at": f"2026-10-02 {hour}:00:00",
                "received_at": f"2026-10-02 {hour}:00:01",
            }
            for hour, account in ((10, ANN), (16, ANN_AGAIN))
        ]
        shop.deliver("web/events", "2026-10-03", *visits)
        seen.run("2026-10-04")

        seen.link("2026-10-05", SURE_OF_ANN, *OTHERS)
        seen.run("2026-10-05")

        ann, again = (Identifier("shop_customer_id", account) for account in (ANN, ANN_AGAIN))
        decide(shop.data, "split", ann, again, by="anna", reason="Mother and daughter")
        seen.link("2026-10-06", SURE_OF_ANN, *OTHERS)
        seen.run("2026-10-06")

        decide(shop.data, "withdrawn", ann, again, by="anna", reason="One person after all")
        seen.link("2026-10-07", SURE_OF_ANN, *OTHERS)
        seen.run("2026-10-07")
        seen.rebuilt.append(shop.everything("intermediate.int_identity_match_reviews"))
        seen.lose_the_warehouse()
        shop.run("2026-10-07")
        seen.rebuilt.append(shop.everything("intermediate.int_identity_match_reviews"))

        seen.link("2026-10-08", Pair(ANN, ANN_AGAIN, 2.5, "review"), *OTHERS)
        seen.run("2026-10-08")

        seen.link("2026-10-09", SURE_OF_ANN, *OTHERS)
        with duckdb.connect(str(shop.data / "warehouse.duckdb")) as connection:
            connection.execute(f"update {SWITCH} set joins_people = false")
        seen.run("2026-10-09", "--exclude", SWITCH.split(".")[1])
        yield seen


def deliver_accounts(shop: Shop, loaded_on: str, *accounts: tuple[str, str]) -> None:
    at = f"2026-10-{int(loaded_on[-2:]) - 1:02} 08:00:00"
    rows = (
        {"shop_customer_id": account, "email": email, "created_at": at, "updated_at": at, "is_guest": "false"}
        for account, email in accounts
    )
    shop.deliver("shop/customers", loaded_on, *rows)


def test_without_pairs_everybody_is_who_the_rules_say(days: Days) -> None:
    ids = days.ids["2026-10-04"]
    people = [ids[name] for name in (ANN, ANN_AGAIN, KIM, KAY, GUEST)]
    assert None not in people
    assert len(set(people)) == 5
    assert days.reviews["2026-10-04"] == set()


def test_sure_evidence_makes_one_customer_that_keeps_the_id_given_out_first(days: Days) -> None:
    before, after = days.ids["2026-10-04"], days.ids["2026-10-05"]
    assert after[ANN] == after[ANN_AGAIN] == before[ANN]
    assert ("merged", before[ANN_AGAIN], before[ANN], "fuzzy_match") in days.shop.changes("2026-10-05")
    assert after[MAIL] == after[OTHER_MAIL] == before[ANN]
    assert not {(*sorted((ANN, ANN_AGAIN)), reason, None, False) for reason in ("sure", "limit", "split")} & days.reviews["2026-10-05"]


def test_a_device_of_both_accounts_is_one_persons(days: Days) -> None:
    """Devices come after sure pairs, so that their people are counted as one."""
    assert days.ids["2026-10-04"][DEVICE] is None
    assert days.ids["2026-10-05"][DEVICE] == days.ids["2026-10-05"][ANN]


def test_two_contacts_are_not_joined_however_sure(days: Days) -> None:
    before, after = days.ids["2026-10-04"], days.ids["2026-10-05"]
    assert after[KIM] != after[KAY]
    assert (*sorted((KIM, KAY)), "limit", "crm_contact_id", False) in days.reviews["2026-10-05"]
    # The guest goes with the contact of the larger weight; the other pair is refused, with its reason.
    assert after[GUEST] == after[KIM] in (before[GUEST], before[KIM])
    assert (GUEST, KAY, "limit", "crm_contact_id", False) in days.reviews["2026-10-05"]
    refused = {(rule, frozenset((one, other)), reason, limited) for rule, one, other, reason, limited in days.refused["2026-10-05"]}
    assert refused == {("fuzzy_match", frozenset(pair), "limit", "crm_contact_id") for pair in ((KIM, KAY), (GUEST, KAY))}


def test_a_split_holds_against_a_sure_pair_and_restores_both(days: Days) -> None:
    before, after = days.ids["2026-10-04"], days.ids["2026-10-06"]
    restored = (ANN, MAIL, ANN_AGAIN, OTHER_MAIL)
    assert [after[name] for name in restored] == [before[name] for name in restored]
    assert days.shop.changes("2026-10-06") == {("split", before[ANN], before[ANN_AGAIN], "split_override")}
    assert (*sorted((ANN, ANN_AGAIN)), "split", None, True) in days.reviews["2026-10-06"]


def test_a_withdrawn_decision_joins_them_again(days: Days) -> None:
    before = days.ids["2026-10-04"]
    assert days.ids["2026-10-07"] == days.ids["2026-10-05"]
    assert days.shop.changes("2026-10-07") == {("merged", before[ANN_AGAIN], before[ANN], "fuzzy_match")}


def test_a_rebuild_gives_the_same(days: Days) -> None:
    first, rebuilt = days.rebuilt
    assert rebuilt == first


def test_evidence_that_is_gone_splits_again_and_is_logged(days: Days) -> None:
    before, after = days.ids["2026-10-04"], days.ids["2026-10-08"]
    assert (after[ANN], after[ANN_AGAIN]) == (before[ANN], before[ANN_AGAIN])
    assert after[DEVICE] is None
    # Their browser is one of two people again, and a link that is cut is named before one that is gone.
    assert days.shop.changes("2026-10-08") == {("split", before[ANN], before[ANN_AGAIN], "shared")}
    assert (*sorted((ANN, ANN_AGAIN)), "uncertain", None, False) in days.reviews["2026-10-08"]


def test_switched_off_sure_pairs_are_only_listed(days: Days) -> None:
    before = days.ids["2026-10-04"]
    assert days.ids["2026-10-09"] == before
    kept = days.ids["2026-10-08"][GUEST]
    [left] = {before[GUEST], before[KIM]} - {kept}
    assert days.shop.changes("2026-10-09") == {("split", kept, left, "unlinked")}
    assert days.refused["2026-10-09"] == set()
    pairs = ((ANN, ANN_AGAIN), (GUEST, KIM), (GUEST, KAY), (KIM, KAY))
    assert days.reviews["2026-10-09"] == {(*sorted(pair), "sure", None, False) for pair in pairs}
