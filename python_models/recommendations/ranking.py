"""Top lists in batches: memory is bounded by the batch, and no digit depends on its size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from python_models.matrix import FloatArray
from python_models.recommendations.histories import Catalogue, Histories, IntArray
from python_models.recommendations.model import Recommender
from python_models.recommendations.segments import Segments

# Where a recommendation comes from, from the strongest to the weakest; the last is for who has bought nothing.
SOURCES = ("purchases", "category", "popular", "segment")
PURCHASES, CATEGORY, POPULAR, SEGMENT = range(4)
NONE = -1
# Weights above zero come first; popularity, a share, is moved below them, and within the category above everything else.
CATEGORY_FLOOR, POPULAR_FLOOR = -2.0, -4.0
BoolArray = npt.NDArray[np.bool_]
ScoreArray = npt.NDArray[np.float32]


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
    ranker, segment_lists = _Ranker.of(recommender, allowed, count), SegmentLists.of(recommender, allowed, count)
    for start in range(0, len(histories.customer_ids), batch_rows):
        rows = slice(start, min(start + batch_rows, len(histories.customer_ids)))
        lists = ranker.lists(histories, rows)
        yield rows, segment_lists.put(lists, histories.take(rows)) if segment_lists else lists


@dataclass(frozen=True)
class _Ranker:
    """What all batches share. A list is made of the few products that purchases speak for, and ends with the fallback's first ones.

    `fallback`, `fallback_scores`: one row per category and, last, one without, the allowed products from the best to the worst, equal ones
    in the order of the catalogue, then NONE. The index of no category is -1, which is the last row.
    """

    weights: sparse.csr_matrix | None
    popularity: FloatArray
    count: int
    fallback: IntArray
    fallback_scores: ScoreArray

    @classmethod
    def of(cls, recommender: Recommender, allowed: BoolArray, count: int) -> _Ranker:
        scores = _fallback_scores(recommender, allowed)
        order = np.argsort(-scores, axis=1, kind="stable")
        scores = np.take_along_axis(scores, order, axis=1)
        weights = recommender.weights
        if weights is not None:
            # Doubles once, and not anew for every batch: histories are doubles too.
            weights = (weights.astype(np.float64) @ sparse.diags(allowed.astype(np.float64), format="csr")).tocsr()
        return cls(weights, recommender.catalogue.popularity, count, np.where(np.isfinite(scores), order, NONE), scores)

    def lists(self, histories: Histories, rows: slice) -> TopLists:
        codes = histories.category_codes[rows]
        columns = np.full((len(codes), self.count), NONE, dtype=np.int64)
        scores = np.full(columns.shape, -np.inf, dtype=np.float32)
        just_bought = histories.just_bought[rows]
        out_counts = np.diff(just_bought.indptr)
        is_out = np.zeros(just_bought.shape, dtype=bool)
        is_out[np.repeat(np.arange(len(codes)), out_counts), just_bought.indices] = True
        if self.weights is not None:
            # A sparse product adds the terms of a row in the order of its columns, on one thread, whatever other rows there are.
            weighted = histories.bought[rows] @ self.weights
            _put(columns, scores, *_best_entries(weighted, is_out, self.count + out_counts))
        self._fill(columns, scores, codes, is_out, out_counts)
        return self._as_lists(columns, scores.astype(np.float64))

    def _fill(self, columns: IntArray, scores: ScoreArray, codes: IntArray, is_out: BoolArray, out_counts: IntArray) -> None:
        """The best of the fallback behind what is in the lists already, without that and without what is out."""
        numbers = np.arange(len(columns))[:, None]
        row, place = np.nonzero(columns != NONE)
        is_out[row, columns[row, place]] = True
        listed = np.bincount(row, minlength=len(columns))
        # Nothing but what is out or listed is skipped on the way: among so many there are enough.
        depth = self.count + int((listed + out_counts).max(initial=0))
        candidates, candidate_scores = self.fallback[codes, :depth], self.fallback_scores[codes, :depth]
        is_free = (candidates != NONE) & ~is_out[numbers, candidates]
        places = listed[:, None] + is_free.cumsum(axis=1) - 1
        row, place = np.nonzero(is_free & (places < self.count))
        columns[row, places[row, place]] = candidates[row, place]
        scores[row, places[row, place]] = candidate_scores[row, place]

    def _as_lists(self, columns: IntArray, scores: FloatArray) -> TopLists:
        sources = np.select([columns == NONE, scores > 0, scores >= CATEGORY_FLOOR], [NONE, PURCHASES, CATEGORY], POPULAR)
        popularity = np.where(sources == NONE, np.nan, self.popularity[np.maximum(columns, 0)])
        return TopLists(columns, sources.astype(np.int64), np.where(sources == PURCHASES, scores, popularity))


@dataclass(frozen=True)
class SegmentLists:
    """The one list of everybody in a segment who looks at a category and has bought nothing: nobody of them has anything to be left out.

    `columns`, `scores`: by segment, by category and, last, without one, and by place.
    """

    segments: Segments
    columns: IntArray
    scores: FloatArray

    @classmethod
    def of(cls, recommender: Recommender, allowed: BoolArray, count: int) -> SegmentLists | None:
        """None where the recommender has no segments."""
        if recommender.segments is None:
            return None
        columns, scores = [], []
        for popularity in recommender.segments.popularity:
            uses_category = recommender.uses_category and recommender.segments.keeps_category
            ranks = _scores(popularity, recommender.catalogue, allowed, uses_category)
            best = np.argsort(-ranks, axis=1, kind="stable")[:, :count]
            is_there = np.isfinite(np.take_along_axis(ranks, best, axis=1))
            gap = ((0, 0), (0, count - best.shape[1]))
            columns.append(np.pad(np.where(is_there, best, NONE), gap, constant_values=NONE))
            scores.append(np.pad(np.where(is_there, popularity[best], np.nan), gap, constant_values=np.nan))
        return cls(recommender.segments, np.stack(columns), np.stack(scores))

    def put(self, lists: TopLists, histories: Histories) -> TopLists:
        """The lists with those of who has bought nothing and is in a segment replaced."""
        codes = self.segments.codes(histories)
        rows = np.flatnonzero(~histories.is_buyer & (codes >= 0))
        columns, sources, scores = lists.columns.copy(), lists.sources.copy(), lists.scores.copy()
        columns[rows] = self.columns[codes[rows], histories.category_codes[rows]]
        sources[rows] = np.where(columns[rows] == NONE, NONE, SEGMENT)
        scores[rows] = self.scores[codes[rows], histories.category_codes[rows]]
        return TopLists(columns, sources, scores)


def _fallback_scores(recommender: Recommender, allowed: BoolArray) -> ScoreArray:
    catalogue = recommender.catalogue
    return _scores(catalogue.popularity, catalogue, allowed, recommender.uses_category)


def _scores(popularity: FloatArray, catalogue: Catalogue, allowed: BoolArray, uses_category: bool) -> ScoreArray:
    """One row per category and, last, one without."""
    codes = np.append(np.arange(len(catalogue.category_names)), NONE)
    is_inside = (codes[:, None] == catalogue.category_codes[None, :]) & (codes[:, None] >= 0) & uses_category
    scores = popularity[None, :] + np.where(is_inside, CATEGORY_FLOOR, POPULAR_FLOOR)
    return np.where(allowed[None, :], scores, -np.inf).astype(np.float32)


def _best_entries(weighted: sparse.csr_matrix, is_out: BoolArray, wanted: IntArray) -> tuple[IntArray, IntArray, ScoreArray]:
    """Rows, columns and values of the `wanted` largest entries of each row and all equal to the last, if above zero and not out.

    Best first, of equal ones the first column, so that the choice is one and the same everywhere. Those that are out are counted among the
    wanted ones, so that only what is left needs to be looked at one by one.
    """
    lengths, values = np.diff(weighted.indptr), weighted.data.astype(np.float32)
    last = np.full(len(lengths), -np.inf, dtype=np.float32)
    for row in np.flatnonzero(lengths > wanted):
        place = lengths[row] - wanted[row]
        last[row] = np.partition(values[weighted.indptr[row] : weighted.indptr[row + 1]], place)[place]
    high = np.flatnonzero((values > 0) & (values >= np.repeat(last, lengths)))
    rows, columns, values = np.searchsorted(weighted.indptr, high, side="right") - 1, weighted.indices[high].astype(np.int64), values[high]
    is_in = ~is_out[rows, columns]
    rows, columns, values = rows[is_in], columns[is_in], values[is_in]
    order = np.lexsort((columns, -values, rows))
    return rows[order], columns[order], values[order]


def _put(columns: IntArray, scores: ScoreArray, rows: IntArray, found: IntArray, values: ScoreArray) -> None:
    """Entries, in the order of their rows, into the first places of the lists; what does not fit is left out."""
    places = _places(np.bincount(rows, minlength=len(columns)))
    is_kept = places < columns.shape[1]
    columns[rows[is_kept], places[is_kept]] = found[is_kept]
    scores[rows[is_kept], places[is_kept]] = values[is_kept]


def _places(lengths: IntArray) -> IntArray:
    """0, 1, ... within each of pieces of these lengths that follow each other."""
    starts = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(int(lengths.sum())) - np.repeat(starts, lengths))


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
