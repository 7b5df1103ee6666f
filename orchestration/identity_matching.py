"""Fuzzy linkage on the project's own records: its settings are seeds, its result is a table of pairs."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import pandas as pd

from orchestration.model_data import as_date
from orchestration.table_store import TableStore
from python_models.identity.link import LinkResult, link_records, nothing_linked
from python_models.identity.spec import LinkColumns, LinkSpec

RECORDS = "intermediate.int_identity_match_records"
KEY = "identifier_key"
# A million customers make millions of records: this bounds what a night pays for pairs (some two CPU microseconds per attribute).
# A quarter of the random pairs costs 12 seconds less of 50 with 40,000 records, and finds the same people.
SHOP_LINKS = LinkSpec(
    LinkColumns(KEY, given_name="first_name"),
    max_pairs_per_record=50,
    max_candidate_pairs=5_000_000,
    max_random_pairs=250_000,
    max_training_pairs=250_000,
)
ATTRIBUTES = {field.name for field in fields(LinkColumns)} - {"record_id", "texts", "categories"}
# What the seed may ask of a column in a pair that is linked: fields of LinkSpec.
NEEDS = ("one_agrees", "not_different")
COLUMNS = (
    "model_name",
    "identifier_key",
    "linked_key",
    "as_of_date",
    "match_probability",
    "match_weight",
    "decision",
    "evidence",
    "model_version",
    "scored_at",
)


def link_spec(attributes: pd.DataFrame, thresholds: pd.DataFrame) -> LinkSpec:
    """The linkage that the seeds `identity_match_attributes` and `identity_match_thresholds` describe."""
    compared = attributes.dropna(subset=["attribute"])
    known = {*ATTRIBUTES, "text", "category"}
    unknown = sorted(set(compared["attribute"]) - known)
    if unknown:
        raise ValueError(
            f"seeds/identity_match_attributes.csv names the attributes {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    single = compared[compared["attribute"].isin(ATTRIBUTES)]
    repeated = sorted(set(single.loc[single["attribute"].duplicated(), "attribute"]))
    if repeated:
        raise ValueError(f"seeds/identity_match_attributes.csv gives {', '.join(repeated)} more than one column")
    mapped: dict[str, Any] = dict(zip(single["attribute"], single["column_name"], strict=True))
    columns = LinkColumns(
        KEY,
        **mapped,
        texts=tuple(compared.loc[compared["attribute"] == "text", "column_name"]),
        categories=tuple(compared.loc[compared["attribute"] == "category", "column_name"]),
    )
    needed = {need: tuple(compared.loc[compared["needed_for_link"] == need, "column_name"]) for need in NEEDS}
    from_probability = dict(zip(thresholds["decision"], thresholds["from_probability"], strict=True))
    lacking = sorted({"link", "review"} - set(from_probability))
    if lacking:
        raise ValueError(f"seeds/identity_match_thresholds.csv lacks the decisions {', '.join(lacking)}")
    return replace(
        SHOP_LINKS,
        columns=columns,
        never_differ=tuple(attributes.loc[attributes["never_differs"].astype(bool), "column_name"]),
        one_agrees=needed["one_agrees"],
        not_different=needed["not_different"],
        link_threshold=float(from_probability["link"]),
        review_threshold=float(from_probability["review"]),
    )


def read_link_spec(tables: TableStore) -> LinkSpec:
    """`link_spec` of the seeds as they were built."""
    return link_spec(
        tables.frame(
            "select column_name, attribute, never_differs, needed_for_link from seeds.identity_match_attributes order by column_name"
        ),
        tables.frame("select decision, from_probability from seeds.identity_match_thresholds order by decision"),
    )


def read_records(tables: TableStore, spec: LinkSpec) -> pd.DataFrame:
    """The columns that are compared or must not differ, one row per record."""
    columns = dict.fromkeys((*spec.columns.used(), *spec.never_differ))
    return tables.frame(f"select {', '.join(columns)} from {RECORDS} order by {KEY}")


def link_known(records: pd.DataFrame, spec: LinkSpec) -> LinkResult:
    """`link_records`, for a shop that may have told of nobody yet."""
    if records.empty:
        return nothing_linked([], f"{spec.model_name}-nobody", "neither the CRM nor the shop has told of anybody")
    return link_records(records, spec)


def match_pairs(result: LinkResult, spec: LinkSpec, as_of_at: datetime) -> pd.DataFrame:
    """The pairs in the columns of `ml.identity_match_pairs`: keys are numbers again, the smaller one first."""
    lefts, rights = (result.pairs[f"record_id_{side}"].astype("int64") for side in ("l", "r"))
    smaller = lefts.where(lefts < rights, rights)
    frame = pd.DataFrame(
        {
            "model_name": spec.model_name,
            "identifier_key": smaller,
            "linked_key": lefts + rights - smaller,
            "as_of_date": as_date(as_of_at),
            "match_probability": result.pairs["match_probability"],
            "match_weight": result.pairs["match_weight"],
            "decision": result.pairs["decision"],
            "evidence": result.pairs["evidence"],
            "model_version": result.model_version,
            "scored_at": as_of_at,
        }
    )
    return frame[list(COLUMNS)].sort_values(["identifier_key", "linked_key"], ignore_index=True)
