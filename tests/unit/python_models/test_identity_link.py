"""Linkage on people whose records were written badly on purpose: found again, the same every time, and nothing told of them."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from python_models.identity import splink_model
from python_models.identity.evaluate import evaluate_clusters
from python_models.identity.link import PAIR_COLUMNS, LinkResult, link_records
from python_models.identity.rules import Rule
from python_models.identity.spec import LinkColumns, LinkSpec
from python_models.identity.splink_model import Backend, Settings, learn_m

SYLLABLES = ("ba", "cor", "del", "fen", "gra", "hol", "kim", "lor", "mar", "nel", "pat", "ros", "sim", "tor", "vin", "wes")
GIVEN = ("william", "elizabeth", "robert", "margaret", "thomas", "susan", "xavier", "odette", "quentin", "ulrike", "tamsin", "bertil")
SHORT = {"william": "bill", "elizabeth": "liz", "robert": "bob", "margaret": "peggy", "thomas": "tom", "susan": "sue"}
TOWNS = ("Aldbury", "Brackwell", "Corfield", "Dunmere", "Eastholme", "Farnworth")
SPEC = LinkSpec(LinkColumns("id", given_name="first", surname="last", date_of_birth="born", email="mail", city="town"))


def mistyped(random: np.random.Generator, text: str) -> str:
    place = int(random.integers(1, len(text)))
    kind = int(random.integers(3))
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + "x" + text[place:]


def people(count: int, seed: int = 5) -> pd.DataFrame:
    """One clean record per person."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        first = GIVEN[random.integers(len(GIVEN))]
        last = "".join(SYLLABLES[place] for place in random.integers(len(SYLLABLES), size=3))
        born = date(1940, 1, 1) + timedelta(days=int(random.integers(23_000)))
        rows.append(
            {
                "id": f"r{number:04d}a",
                "person": f"p{number:04d}",
                "first": first.capitalize(),
                "last": last.capitalize(),
                "born": str(born),
                "mail": f"{first[0]}.{last}{number}@mail.example",
                "town": TOWNS[random.integers(len(TOWNS))],
            }
        )
    return pd.DataFrame(rows)


def written_badly(record: dict[str, object], random: np.random.Generator) -> dict[str, object]:
    """One of the ways in which a person's second record differs from the first."""
    changed = {**record, "id": str(record["id"])[:-1] + "b"}
    kind = int(random.integers(6))
    if kind == 0:
        changed["last"] = mistyped(random, str(record["last"]))
    elif kind == 1:
        changed["first"] = SHORT.get(str(record["first"]).lower(), str(record["first"]).upper())
    elif kind == 2:
        changed["first"], changed["last"] = record["last"], record["first"]
    elif kind == 3:
        year, month, day = str(record["born"]).split("-")
        changed["born"] = f"{year}-{day}-{month}"
    elif kind == 4:
        changed["born"] = mistyped(random, str(record["born"]))
        changed["town"] = None
    else:
        changed["mail"], changed["last"] = None, str(record["last"]).upper()
    return changed


def badly_written_people() -> pd.DataFrame:
    """Three hundred people, a third of them twice, the second time with errors."""
    random = np.random.default_rng(11)
    clean = people(300)
    again = [written_badly(dict(clean.iloc[place]), random) for place in range(100)]
    return pd.concat([clean, pd.DataFrame(again)], ignore_index=True)


@pytest.fixture(scope="module")
def records() -> pd.DataFrame:
    return badly_written_people()


@pytest.fixture(scope="module")
def result(records: pd.DataFrame) -> LinkResult:
    return link_records(records, SPEC)


def truth(records: pd.DataFrame) -> pd.DataFrame:
    return records[["id", "person"]].set_axis(["record_id", "person_id"], axis=1)


def test_people_are_found_again_without_labels(records: pd.DataFrame, result: LinkResult) -> None:
    quality = evaluate_clusters(result.clusters, truth(records))
    assert quality.true == 100
    assert quality.precision == 1.0
    assert quality.recall >= 0.95


def test_the_random_match_probability_is_about_right(records: pd.DataFrame, result: LinkResult) -> None:
    pair_count = len(records) * (len(records) - 1) / 2
    assert result.random_match_probability == pytest.approx(100 / pair_count, rel=0.2)


def test_every_pair_has_its_evidence(records: pd.DataFrame, result: LinkResult) -> None:
    by_pair = {(row.record_id_l, row.record_id_r): row for row in result.pairs.itertuples()}
    by_id = records.set_index("id")
    seen = set()
    for (left, right), row in by_pair.items():
        evidence = json.loads(row.evidence)
        if {by_id.at[left, "first"], by_id.at[left, "last"]} == {by_id.at[right, "first"], by_id.at[right, "last"]}:
            swapped = by_id.at[left, "first"] == by_id.at[right, "last"]
            assert evidence["given_name"]["level"] == ("names swapped" if swapped else "same")
            # The swap is evidence once.
            assert ("surname" in evidence) != swapped
            seen.add(swapped)
        weights = [part["weight"] + part.get("rarity", 0.0) for part in evidence.values()]
        prior = np.log2(result.random_match_probability / (1 - result.random_match_probability))
        assert row.match_weight == pytest.approx(sum(weights) + prior, abs=0.1)
        assert row.match_probability == pytest.approx(1 / (1 + 2.0**-row.match_weight), abs=0.01)
    assert seen == {True, False}


def test_neither_evidence_nor_model_holds_a_value_of_a_record(records: pd.DataFrame, result: LinkResult) -> None:
    told = re.split(r"[^a-z0-9.@-]+", (result.pairs["evidence"].str.cat() + json.dumps(result.settings)).lower())
    values = {str(value).lower() for name in ("first", "last", "born", "mail", "town") for value in records[name].dropna()}
    assert values & set(told) == set()


def test_the_order_of_rows_does_not_matter_and_nothing_is_logged_or_printed(
    records: pd.DataFrame, result: LinkResult, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        shuffled = link_records(records.sample(frac=1, random_state=3), SPEC)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    pd.testing.assert_frame_equal(shuffled.pairs, result.pairs)
    pd.testing.assert_frame_equal(shuffled.clusters, result.clusters)
    assert shuffled.settings["comparisons"] == result.settings["comparisons"]
    assert shuffled.model_version == result.model_version


def test_pairs_are_ordered_and_complete(result: LinkResult) -> None:
    assert tuple(result.pairs.columns) == PAIR_COLUMNS
    assert (result.pairs["record_id_l"] < result.pairs["record_id_r"]).all()
    ids = list(zip(result.pairs["record_id_l"], result.pairs["record_id_r"], strict=True))
    assert ids == sorted(set(ids))
    assert not result.pairs.isna().to_numpy().any()


def test_thresholds_part_links_from_what_a_person_decides(records: pd.DataFrame) -> None:
    spec = replace(SPEC, link_threshold=0.999, review_threshold=0.05)
    pairs = link_records(records, spec).pairs
    assert (pairs["match_probability"] >= 0.05).all()
    assert ((pairs["match_probability"] >= 0.999) == (pairs["decision"] == "link")).all()
    assert set(pairs["decision"]) == {"link", "review"}


def test_a_link_needs_more_than_its_probability_where_that_is_asked_for(records: pd.DataFrame, result: LinkResult) -> None:
    pairs = link_records(records, replace(SPEC, one_agrees=("born", "town"), not_different=("last",))).pairs
    sure = pairs[pairs["match_probability"] >= SPEC.link_threshold]
    levels = [{name: part["level"] for name, part in json.loads(text).items()} for text in sure["evidence"]]
    backed = ["same" in (each.get("date_of_birth"), each.get("city")) and each.get("surname") != "different" for each in levels]
    assert ((sure["decision"] == "link") == backed).all()
    assert set(sure["decision"]) == {"link", "review"}
    pd.testing.assert_frame_equal(pairs.drop(columns="decision"), result.pairs.drop(columns="decision"))


def test_a_need_that_is_not_compared_is_named() -> None:
    with pytest.raises(ValueError, match="shoe_size is not compared; the columns that are: born, first, last, mail, town"):
        replace(SPEC, one_agrees=("shoe_size",))


def test_what_one_person_has_only_one_of_keeps_records_apart(records: pd.DataFrame, result: LinkResult) -> None:
    joined = result.pairs[result.pairs["decision"] == "link"].iloc[0]
    contact = {joined.record_id_l: "K1", joined.record_id_r: "K2"}
    pairs = link_records(records.assign(contact=records["id"].map(contact)), replace(SPEC, never_differ=("contact",))).pairs
    [decision] = pairs.loc[(pairs["record_id_l"] == joined.record_id_l) & (pairs["record_id_r"] == joined.record_id_r), "decision"]
    assert decision == "conflict"
    assert (pairs["decision"] == "conflict").sum() == 1


def test_people_who_were_written_once_are_not_linked() -> None:
    result = link_records(people(300), SPEC)
    assert result.clusters["cluster_id"].is_unique
    assert result.reason is None


def test_too_few_records_give_no_pairs_and_a_reason() -> None:
    result = link_records(people(20), SPEC)
    assert result.pairs.empty
    assert result.reason == "20 records, at least 50 are needed to learn how records of one person agree"
    assert result.clusters["cluster_id"].tolist() == result.clusters["record_id"].tolist()


def test_columns_without_any_value_are_left_out(records: pd.DataFrame) -> None:
    without_names = link_records(records.assign(first=None, last=pd.NA, town=float("nan")), SPEC)
    assert {name for text in without_names.pairs["evidence"] for name in json.loads(text)} <= {"date_of_birth", "email"}
    assert without_names.reason is None
    nothing = link_records(records.assign(**dict.fromkeys(("first", "last", "born", "mail", "town"))), SPEC)
    assert nothing.reason == "no record has a value in any of the columns that are compared"
    assert nothing.clusters["cluster_id"].is_unique


def test_keys_that_rules_name_and_records_lack_are_named(records: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="rules name passport"):
        link_records(records, replace(SPEC, blocking_rules=(("passport",),)))


def test_a_rule_with_too_many_pairs_is_left_out(records: pd.DataFrame) -> None:
    spec = replace(SPEC, blocking_rules=(("city",), ("email",)), max_pairs_per_record=10)
    assert link_records(records, spec).blocking_rules == (("email",),)
    for without in (replace(spec, max_candidate_pairs=10), replace(spec, blocking_rules=(("city",),))):
        result = link_records(records, without)
        assert str(result.reason).startswith("no blocking rule gives few enough pairs")
        assert result.pairs.empty
        assert len(result.clusters) == len(records)
        assert result.clusters["cluster_id"].is_unique


def test_a_shop_that_knows_countries_only_links_nobody() -> None:
    records = pd.DataFrame({"id": range(4_000), "mail": None, "country": ["United Kingdom", "France"] * 2_000})
    result = link_records(records, LinkSpec(LinkColumns("id", email="mail", categories=("country",))))
    assert str(result.reason).startswith("no blocking rule gives few enough pairs")
    assert result.pairs.empty


def test_a_large_set_learns_from_a_sample(records: pd.DataFrame) -> None:
    result = link_records(records, replace(SPEC, max_random_pairs=20_000, max_training_pairs=100))
    assert evaluate_clusters(result.clusters, truth(records)).f1 >= 0.9


def test_splink_is_loaded_only_by_those_who_link() -> None:
    code = "import sys, python_models.identity.link; sys.exit('splink' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_level_that_shrinks_below_what_splink_accepts_costs_steps_and_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def maximised(backend: Backend, prepared: pd.DataFrame, settings: Settings, training: Sequence[Rule]) -> Settings:
        tried.append(settings["max_iterations"])
        if tried[-1] > accepted:
            raise ValueError("m_probability value 5e-307 is below the minimum allowed value of 1e-300")
        return {"comparisons": [{"comparison_levels": [{"m_probability": 0.9}, {"m_probability": 0.1}]}]}

    monkeypatch.setattr(splink_model, "_maximised", maximised)
    accepted = 6
    learnt = learn_m(Backend(), pd.DataFrame(), {}, (), expected_matches=100.0)
    assert tried == [25, 12, 6]
    assert sum(level["m_probability"] for level in learnt["comparisons"][0]["comparison_levels"]) == pytest.approx(1.0)
    accepted = 0
    with pytest.raises(ValueError, match="below the minimum"):
        learn_m(Backend(), pd.DataFrame(), {}, (), expected_matches=100.0)
