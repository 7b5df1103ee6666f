"""What names a version of the recommender: a digest of all that goes into it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from python_models.recommendations.histories import SEGMENTATIONS, ShopDay
from python_models.recommendations.spec import RecommendationSpec
from python_models.reproducible import fingerprint


def fingerprint_of(days: Sequence[ShopDay | None], products: pd.DataFrame, spec: RecommendationSpec, incumbent: str | None) -> str:
    """Sixteen hex digits of every table, in a fixed order of its rows, and of all settings that a score depends on."""
    digests = []
    for table in [products, *(t for day in days if day for t in (day.purchases, day.customers, day.outcomes))]:
        if table is None:
            continue
        named = table.assign(**{name: table[name].fillna("") for name in ("category", *SEGMENTATIONS) if name in table.columns})
        keys = [name for name in ("customer_id", "product_id") if name in table.columns]
        digests.append(fingerprint(named.sort_values(keys, kind="stable"), {}))
    digests.append(str([day is not None for day in days]))
    # How many rows are handled at a time changes no score.
    settings = {name: value for name, value in asdict(spec).items() if name != "batch_rows"} | {"incumbent": incumbent}
    return hashlib.sha256("".join([*digests, fingerprint(pd.DataFrame(), settings)]).encode()).hexdigest()[:16]
