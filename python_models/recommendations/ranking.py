"""Top lists in batches: memory is bounded by the batch, and no digit depends on its size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from python_models.matrix import FloatArray
from python_models.recommendations.histories import Histories, IntArray
from python_models.recommendations.model import Recommender

# Where a recommendation comes from, from the strongest to the weakest.
SOURCES = ("purchases", "category", "popular")
PURCHASES, CATEGORY, POPULAR = range(3)
NONE = -1
# Weights above zero come first; popularity, a share, is moved below them, and within the category above everything else.
CATEGORY_FLOOR, POPULAR_FLOOR = -2.0, -4.0
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TopLists:
    """Per customer the columns of the recommended products, best first; NONE where fewer are left than were asked for.

    `scores` are weights or popularity, by `sources`.
    """

    columns: IntArray
    sources: IntArray
    scores: FloatArray


def top_lists(recommender: Recommender, histories: Histories, allowed: BoolArray, count: int, batch_rows: int) -> TopLists:
    """All batches in one piece."""
    parts = [lists for _, lists in top_list_batches(recommender, histories, allowed, count, batch_rows)]
    if not parts:
        empty = np.empty((0, count), dtype=np.int64)
        return TopLists(empty, empty, empty.astype(np.float64))
    return TopLists(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("columns", "sources", "scores")))


def top_list_batches(
    recommender: Recommender, histories: Histories, allowed: BoolArray, count: int, batch_rows: int
) -> Iterator[tuple[slice, TopLists]]:
    """Rows and their lists, so many at a time; products that are not `allowed` or that the customer has just bought are left out."""
    fallback = _fallback_scores(recommender, allowed)
    for start in range(0, len(histories.customer_ids), batch_rows):
        rows = slice(start, min(start + batch_rows, len(histories.customer_ids)))
        yield rows, _batch(recommender, histories, rows, fallback, count)


def _fallback_scores(recommender: Recommender, allowed: BoolArray) -> npt.NDArray[np.float32]:
    """One row per category and, last, one without; the index of no category is -1, which is the last row."""
    catalogue = recommender.catalogue
    codes = np.append(np.arange(len(catalogue.category_names)), NONE)
    is_inside = (codes[:, None] == catalogue.category_codes[None, :]) & (codes[:, None] >= 0) & recommender.uses_category
    scores = catalogue.popularity[None, :] + np.where(is_inside, CATEGORY_FLOOR, POPULAR_FLOOR)
    return np.where(allowed[None, :], scores, -np.inf).astype(np.float32)


def _batch(recommender: Recommender, histories: Histories, rows: slice, fallback: npt.NDArray[np.float32], count: int) -> TopLists:
    scores = fallback[histories.category_codes[rows]]
    bought = histories.bought[rows]
    if recommender.weights is not None:
        # A sparse product adds the terms of a row in the order of its columns, on one thread, whatever other rows there are.
        weighted = (bought @ recommender.weights).toarray().astype(np.float32)
        scores = np.where((weighted > 0) & np.isfinite(scores), weighted, scores)
    excluded = histories.just_bought[rows].tocoo()
    scores[excluded.row, excluded.col] = -np.inf
    columns = _best_columns(scores, count)
    chosen = np.take_along_axis(scores, np.maximum(columns, 0), axis=1).astype(np.float64)
    columns = np.where((columns >= 0) & np.isfinite(chosen), columns, NONE)
    sources = np.select([columns == NONE, chosen > 0, chosen >= CATEGORY_FLOOR], [NONE, PURCHASES, CATEGORY], POPULAR)
    popularity = recommender.catalogue.popularity[np.maximum(columns, 0)]
    shown = np.where(sources == PURCHASES, chosen, np.where(sources == NONE, np.nan, popularity))
    return TopLists(columns, sources.astype(np.int64), shown)


def _best_columns(scores: npt.NDArray[np.float32], count: int) -> IntArray:
    """The columns of the highest scores; of equal scores the first column, so that the choice is one and the same everywhere."""
    width = scores.shape[1]
    kept = min(count, width)
    found = np.full((len(scores), count), NONE, dtype=np.int64)
    if kept == 0 or len(scores) == 0:
        return found
    # All that reach the last place, ties included, in order of score and column; then the first so many of each row.
    last = np.partition(scores, width - kept, axis=1)[:, width - kept]
    rows, columns = np.nonzero((scores >= last[:, None]) & np.isfinite(scores))
    order = np.lexsort((columns, -scores[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    starts = np.searchsorted(rows, np.arange(len(scores)))
    places = np.arange(len(rows)) - starts[rows]
    is_kept = places < kept
    found[rows[is_kept], places[is_kept]] = columns[is_kept]
    return found


def purchases_behind(bought: sparse.csr_matrix, weights: sparse.csr_matrix | None, lists: TopLists) -> IntArray:
    """For every recommendation from purchases the one with the largest weight, of equal ones the first column; NONE for popularity."""
    columns, sources = lists.columns, lists.sources
    because = np.full(columns.shape, NONE, dtype=np.int64)
    rows, places = np.nonzero(sources == PURCHASES)
    if weights is None or not len(rows):
        return because
    lengths = np.diff(bought.indptr)[rows]
    pairs = np.repeat(np.arange(len(rows)), lengths)
    offsets = np.arange(len(pairs)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    owned = bought.indices[np.repeat(bought.indptr[rows], lengths) + offsets].astype(np.int64)
    size = weights.shape[1]
    keys = np.repeat(np.arange(size, dtype=np.int64), np.diff(weights.indptr)) * size + weights.indices
    wanted = owned * size + columns[rows, places][pairs]
    position = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    strength = np.where(keys[position] == wanted, weights.data[position], -np.inf)
    order = np.lexsort((owned, -strength, pairs))
    first = order[np.flatnonzero(np.diff(pairs[order], prepend=-1))]
    because[rows[pairs[first]], places[pairs[first]]] = owned[first]
    return because
