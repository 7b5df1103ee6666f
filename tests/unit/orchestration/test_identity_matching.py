"""Linkage of the shop's own records: seeds become its settings, its pairs become rows, and little data is a reason, not an error."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from orchestration.identity_matching import COLUMNS, KEY, link_known, link_spec, match_pairs
from orchestration.paths import DBT_PROJECT, REPOSITORY
from orchestration.source_tables import read_source_tables
from python_models.identity.clusters import cluster_links
from python_models.identity.link import LinkResult

AS_OF_AT = datetime(2026, 11, 1)
ATTRIBUTES = pd.DataFrame(
    [
        ("first_name", "given_name", False, "not_different"),
        ("birth_date", "date_of_birth", True, "one_agrees"),
        ("country_code", "category", False, None),
        ("company", "text", False, "one_agrees"),
        ("contact_id", None, True, None),
    ],
    columns=["column_name", "attribute", "never_differs", "needed_for_link"],
)
THRESHOLDS = pd.DataFrame({"decision": ["link", "review"], "from_probability": [0.99, 0.6]})


def seed(name: str) -> pd.DataFrame:
    return pd.read_csv(Path(REPOSITORY) / "seeds" / f"{name}.csv")


def test_seeds_become_the_settings() -> None:
    spec = link_spec(ATTRIBUTES, THRESHOLDS)
    assert spec.columns.attributes() == {"given_name": "first_name", "date_of_birth": "birth_date"}
    assert (spec.columns.record_id, spec.columns.texts, spec.columns.categories) == (KEY, ("company",), ("country_code",))
    assert spec.never_differ == ("birth_date", "contact_id")
    assert (spec.one_agrees, spec.not_different) == (("birth_date", "company"), ("first_name",))
    assert (spec.link_threshold, spec.review_threshold) == (0.99, 0.6)


def test_the_seeds_of_the_project_are_settings() -> None:
    spec = link_spec(seed("identity_match_attributes"), seed("identity_match_thresholds"))
    assert spec.columns.attributes()["email"] == "email"
    assert "contact_id" in spec.never_differ


@pytest.mark.parametrize(
    ("attribute", "message"),
    [("shoe_size", "names the attributes shoe_size; known are address_line_2"), ("given_name", "gives given_name more than one column")],
)
def test_a_seed_that_cannot_be_meant_is_an_error(attribute: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        link_spec(pd.concat([ATTRIBUTES, ATTRIBUTES.head(1).assign(column_name="other", attribute=attribute)]), THRESHOLDS)


def test_a_missing_threshold_is_named() -> None:
    with pytest.raises(ValueError, match="lacks the decisions review"):
        link_spec(ATTRIBUTES, THRESHOLDS.head(1))


def test_pairs_are_rows_of_the_declared_table_with_the_smaller_number_first() -> None:
    # As text 1000 comes before 999.
    pairs = pd.DataFrame(
        [("1000", "999", 0.995, 7.64, "link", "{}"), ("5", "70", 0.7, 1.2, "review", "{}")],
        columns=["record_id_l", "record_id_r", "match_probability", "match_weight", "decision", "evidence"],
    )
    result = LinkResult(pairs, cluster_links(["5"], pairs.head(0)), {}, 0.001, (), "v1", None)
    rows = match_pairs(result, link_spec(ATTRIBUTES, THRESHOLDS), AS_OF_AT)
    assert rows[["identifier_key", "linked_key", "decision"]].to_numpy().tolist() == [[5, 70, "review"], [999, 1000, "link"]]
    assert set(rows["as_of_date"]) == {date(2026, 11, 1)}
    declared = read_source_tables(DBT_PROJECT / "models", "ml")["identity_match_pairs"]
    assert tuple(rows.columns) == declared.column_names == COLUMNS


def test_nobody_and_too_few_give_no_rows_and_a_reason() -> None:
    spec = link_spec(ATTRIBUTES, THRESHOLDS)
    empty = pd.DataFrame(columns=[KEY, *ATTRIBUTES["column_name"]])
    nobody = link_known(empty, spec)
    assert nobody.reason == "neither the CRM nor the shop has told of anybody"
    few = link_known(pd.DataFrame([{**dict.fromkeys(empty.columns), KEY: 1, "first_name": "Ann"}]), spec)
    assert str(few.reason).startswith("1 records, at least 50")
    for result in (nobody, few):
        rows = match_pairs(result, link_spec(ATTRIBUTES, THRESHOLDS), AS_OF_AT)
        assert rows.empty
        assert tuple(rows.columns) == COLUMNS
