"""A fingerprint is of values, in whatever way pandas holds them, and stays what it was."""

import pandas as pd
import pytest

from python_models.reproducible import fingerprint

FRAME = pd.DataFrame({"name": ["a", "bc", "ü"], "day": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]), "count": [1, 2, 3]})


@pytest.mark.parametrize("kind", [object, "str", "string", "category"])
def test_texts_count_and_not_how_they_are_held(kind: object) -> None:
    assert fingerprint(FRAME.astype({"name": kind}), {"seed": 1}) == "68c7373bcb5c18ba"


@pytest.mark.parametrize(
    "changed", [FRAME.assign(name=["a", "b", "cü"]), FRAME.iloc[::-1], FRAME.rename(columns={"count": "number"}), FRAME.assign(count=0)]
)
def test_whatever_changes_is_seen(changed: pd.DataFrame) -> None:
    assert fingerprint(changed, {"seed": 1}) != fingerprint(FRAME, {"seed": 1})
    assert fingerprint(FRAME, {"seed": 2}) != fingerprint(FRAME, {"seed": 1})
