"""Linkage on public sets whose truth is known: one code, only the mapping of columns differs, no label is seen.

Needs the sets in `../shared/data` beside the repository; without them the tests are skipped.
"""

from dataclasses import replace

import pandas as pd
import pytest

from orchestration.paths import REPOSITORY
from python_models.identity.evaluate import PairQuality, evaluate_clusters
from python_models.identity.link import link_records
from python_models.identity.spec import LinkColumns, LinkSpec

DATA = REPOSITORY.parent / "shared" / "data"
FEBRL = LinkColumns(
    "rec_id",
    given_name="given_name",
    surname="surname",
    date_of_birth="date_of_birth",
    national_id="soc_sec_id",
    street_number="street_number",
    street="address_1",
    address_line_2="address_2",
    city="suburb",
    postcode="postcode",
    categories=("state",),
)
FAKE = LinkColumns("unique_id", given_name="first_name", surname="surname", date_of_birth="dob", email="email", city="city")


def quality(name: str, columns: LinkColumns, person: str) -> PairQuality:
    file = DATA / f"{name}.parquet"
    if not file.exists():
        pytest.skip(f"the public set {name} is not in {DATA.relative_to(REPOSITORY.parent)} beside the repository")
    records = pd.read_parquet(file)
    result = link_records(records.drop(columns=person), LinkSpec(columns))
    return evaluate_clusters(result.clusters, records[[columns.record_id, person]].set_axis(["record_id", "person_id"], axis=1))


def test_febrl_3() -> None:
    found = quality("febrl_dataset3", FEBRL, "entity_id")
    assert found.true == 6_538
    assert found.f1 >= 0.97
    assert found.precision >= 0.995


def test_febrl_3_without_the_number_that_gives_it_away() -> None:
    """Names, birth date and address alone, as in most shops."""
    found = quality("febrl_dataset3", replace(FEBRL, national_id=None), "entity_id")
    assert found.f1 >= 0.97
    assert found.precision >= 0.995


def test_fake_1000() -> None:
    found = quality("fake_1000", FAKE, "cluster")
    assert found.true == 2_031
    assert found.f1 >= 0.90
