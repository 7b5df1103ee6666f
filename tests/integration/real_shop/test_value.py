"""Value on a real shop's ledger: what was expected of its customers for the last 90 days, held against what they bought.

Needs the UCI Online Retail data set where `examples/online_retail/example.yml` looks for it; without it the tests are skipped.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from orchestration.examples import ExampleError, input_files, read_example
from python_models.value.purchase_history import purchase_histories
from python_models.value.recalibrate import PastDates, recalibrate
from python_models.value.spec import CUSTOMER_VALUE

EXAMPLE = "online_retail"
AS_OF_DATE = pd.Timestamp("2011-12-10")
HELD_OUT_DAYS = 90


def has_data() -> bool:
    try:
        return bool(input_files(read_example(EXAMPLE)))
    except ExampleError:
        return False


pytestmark = pytest.mark.skipif(not has_data(), reason="the UCI Online Retail data set is not here, see examples/online_retail/README.md")


@pytest.fixture(scope="module")
def figures() -> Mapping[str, float]:
    """Of a forecast that knew the ledger as it was 90 days before its end."""
    [file] = input_files(read_example(EXAMPLE))
    columns = ["CustomerID", "InvoiceDate", "Quantity", "UnitPrice"]
    ledger = pd.read_parquet(file, columns=columns).dropna(subset=["CustomerID"])
    transactions = pd.DataFrame(
        {
            "customer_id": ledger["CustomerID"].astype(str),
            "purchased_at": pd.to_datetime(ledger["InvoiceDate"]),
            "amount": ledger["Quantity"] * ledger["UnitPrice"],
        }
    )
    today, test, earlier = (purchase_histories(transactions, AS_OF_DATE - pd.Timedelta(days=HELD_OUT_DAYS * back)) for back in (0, 1, 2))
    return recalibrate(PastDates(today, test, HELD_OUT_DAYS, earlier, HELD_OUT_DAYS), CUSTOMER_VALUE).metrics


def test_orders_of_the_last_days_are_nearer_than_by_each_customers_own_rate(figures: Mapping[str, float]) -> None:
    assert (figures["customers"], figures["actual_orders"]) == (3_369, 4_462)
    assert figures["mean_absolute_error"] < 0.95
    assert figures["mean_absolute_error_of_unchanged_rate"] == pytest.approx(1.04, abs=0.01)


def test_an_autumn_like_no_season_before_is_underestimated(figures: Mapping[str, float]) -> None:
    """The ledger has one year: nothing before says that its customers restock for Christmas."""
    assert figures["expected_orders"] < 0.8 * figures["actual_orders"]
