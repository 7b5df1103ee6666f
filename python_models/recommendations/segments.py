"""What is popular among customers of one kind: for people who have bought nothing, of whom no purchase says what they like."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from python_models.matrix import FloatArray
from python_models.recommendations.histories import CATEGORY_LOOKED_AT, Catalogue, Histories, IntArray, ShopDay
from python_models.recommendations.spec import RecommendationSpec

# How many lines everybody's popularity may count for beside those of a segment; with the last one segments hardly differ.
STRENGTHS = tuple(10.0 * 4.0**power for power in range(10))


@dataclass(frozen=True)
class Segments:
    """Popularity of the products of a catalogue by segment, on the scale of everybody's popularity.

    `by`: what divides the customers; `values`: its values, in order, with one row of `popularity` each. `strength`: how many lines of
    everybody's were added to those of each segment.
    """

    by: str
    values: tuple[str, ...]
    popularity: FloatArray
    strength: float

    @property
    def keeps_category(self) -> bool:
        """Whether products of the category looked at come first, as they do for everybody else: not where it is the segment."""
        return self.by != CATEGORY_LOOKED_AT

    def codes(self, histories: Histories) -> IntArray:
        """Row of `popularity` of every customer; -1 for those in no segment, or in one that is too small."""
        return _codes(self.values, histories.segments[self.by])

    def stored(self) -> dict[str, Any]:
        """As plain numbers and text."""
        packed = base64.b64encode(self.popularity.astype("<f8").tobytes()).decode("ascii")
        return {"by": self.by, "values": self.values, "popularity": packed, "strength": self.strength}


def segments_from(stored: dict[str, Any]) -> Segments:
    """What `stored` gave."""
    popularity = np.frombuffer(base64.b64decode(stored["popularity"]), dtype="<f8").reshape(len(stored["values"]), -1)
    return Segments(stored["by"], tuple(stored["values"]), popularity.copy(), stored["strength"])


def fit_segments(day: ShopDay, catalogue: Catalogue, everybody: Histories, by: str, spec: RecommendationSpec) -> Segments | None:
    """From the recent purchases, a line per customer and product; None where no segment has enough of them.

    Popularity in a segment is shrunk towards that of everybody, as by a Dirichlet prior; how strong it is says the likelihood of each line
    given all others (leave one out), so that segments that do not differ become one.
    """
    recent = day.purchases[day.purchases["days_since_last_purchase"] <= spec.popularity_days]
    columns = pd.Index(catalogue.product_ids).get_indexer(pd.Index(recent["product_id"]))
    rows = pd.Index(everybody.customer_ids).get_indexer(pd.Index(recent["customer_id"]))
    is_known = (rows >= 0) & (columns >= 0)
    columns, labels = columns[is_known], everybody.segments[by][rows[is_known]]
    counts = pd.Series(labels, dtype=object).value_counts()
    values = tuple(sorted(counts.index[counts >= spec.minimum_segment_lines]))
    if not values:
        return None
    codes, size = _codes(values, labels), len(catalogue)
    lines = np.bincount(codes[codes >= 0] * size + columns[codes >= 0], minlength=len(values) * size).reshape(len(values), size)
    everybodys = np.bincount(columns, minlength=size) / max(len(columns), 1)
    strength = _strength(lines, everybodys)
    shares = (lines + strength * everybodys) / (lines.sum(axis=1, keepdims=True) + strength)
    return Segments(by, values, shares * catalogue.popularity.sum(), strength)


def _codes(values: tuple[str, ...], labels: npt.NDArray[np.object_]) -> IntArray:
    return pd.Index(values, dtype=object).get_indexer(pd.Index(labels, dtype=object)).astype(np.int64)


def _strength(lines: IntArray, everybodys: FloatArray) -> float:
    segment, product = np.nonzero(lines)
    count, total, share = lines[segment, product], lines.sum(axis=1)[segment], everybodys[product]
    likelihoods = [float((count * np.log((count - 1 + each * share) / (total - 1 + each))).sum()) for each in STRENGTHS]
    return STRENGTHS[int(np.argmax(likelihoods))]
