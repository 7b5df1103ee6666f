"""What forecasts of a shop came to, as a map from what is expected to what is to be expected.

The published models let customers leave for good and take amounts to be unrelated to frequency. Where people of a shop come back, or who
buys often spends more, forecasts are off in a way that repeats itself: a map that was learned on one window corrects the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from python_models.matrix import FloatArray

# Below the lowest point the map is all but flat, who was given up is expected to come back as often as others like that, and yet no two
# expectations become one: at 1e-10 of the lowest point it has lost 2 %.
FLAT = 0.001
# Logarithms of smaller expectations are those of this one.
SMALLEST = 1e-300


@dataclass(frozen=True)
class MonotoneMap:
    """Points of a map, both rising: a mean expectation, and the mean of what came of such.

    Between points it is a straight line of logarithms; above the highest the ratio of that point goes on.
    """

    expected: tuple[float, ...]
    actual: tuple[float, ...]

    def __call__(self, values: FloatArray) -> FloatArray:
        """What is to be expected where so much is expected; never negative, NaN where nothing is known."""
        expected, actual = np.log(self.expected), np.log(self.actual)
        log = np.log(np.maximum(np.asarray(values, dtype=float), SMALLEST))
        beyond = FLAT * np.minimum(log - expected[0], 0.0) + np.maximum(log - expected[-1], 0.0)
        mapped: FloatArray = np.exp(np.interp(log, expected, actual) + beyond)
        return mapped


@dataclass(frozen=True)
class Calibration:
    """Maps of orders and of value for forecasts over `window_days`, the length of the window that they were learned on.

    `goes_on_steadily` says how a forecast goes on beyond the window: at the same rate, or as the published model has it. Who has bought
    once has maps of their own, where there were enough of them: the published model takes for granted that they are still there, and
    judges everybody else by their silence, so that equal expectations of the two come to different ends.
    """

    window_days: int
    orders: MonotoneMap
    value: MonotoneMap
    goes_on_steadily: bool
    orders_after_one: MonotoneMap | None = None
    value_after_one: MonotoneMap | None = None

    def corrected_orders(self, expected: FloatArray, frequency: FloatArray) -> FloatArray:
        """Orders in the window of customers with so many repeat purchases."""
        return _by_repeats(self.orders, self.orders_after_one, expected, frequency)

    def corrected_value(self, expected: FloatArray, frequency: FloatArray) -> FloatArray:
        """Value in the window of customers with so many repeat purchases."""
        return _by_repeats(self.value, self.value_after_one, expected, frequency)

    def share(self, orders: FloatArray, orders_of_window: FloatArray, days: int) -> FloatArray:
        """How much of the forecast over the window falls into so many days, from 1 on for more days than the window has.

        It is never less for more days, so that neither is what a customer is expected to buy. Who is expected to buy nothing at all in
        the window has no such share by the model and gets that of the days.
        """
        steady: FloatArray = np.full(len(orders), days / self.window_days)
        if days > self.window_days and self.goes_on_steadily:
            return steady
        # Below the smallest normal number divisions lose their digits.
        np.divide(orders, orders_of_window, out=steady, where=orders_of_window > SMALLEST)
        return steady


def _by_repeats(repeated: MonotoneMap, once: MonotoneMap | None, expected: FloatArray, frequency: FloatArray) -> FloatArray:
    if once is None:
        return repeated(expected)
    return np.where(np.asarray(frequency) > 0, repeated(expected), once(expected))


def fit_map(expected: FloatArray, actual: FloatArray, customers_per_bin: int, most_bins: int) -> MonotoneMap | None:
    """Means of customers with similar expectations, pooled until they rise; None where nothing was bought, or all is unknown.

    Pool adjacent violators (Barlow, Bartholomew, Bremner and Brunk 1972, chapter 1): neighbours that do not rise share their mean. Bins
    have equal numbers of customers, equal expectations are in one bin. Customers without a known expectation are left out; the order of
    the rows does not matter.
    """
    is_known = np.isfinite(expected) & np.isfinite(actual)
    expected, actual = expected[is_known], actual[is_known]
    order = np.lexsort((actual, expected))
    expected, actual = expected[order], actual[order]
    bins = max(1, min(most_bins, len(expected) // customers_per_bin))
    edges = expected[[len(expected) * number // bins for number in range(1, bins)]] if bins > 1 else np.empty(0)
    number = np.searchsorted(np.unique(edges), expected, side="right")
    columns = (np.ones(len(expected)), expected, actual)
    sums: FloatArray = np.column_stack([np.bincount(number, weights=column).astype(float) for column in columns])
    blocks = _pooled(sums[sums[:, 0] > 0])
    if not blocks:
        return None
    count, promised, came = np.array(blocks).T
    return MonotoneMap(tuple(float(mean) for mean in promised / count), tuple(float(mean) for mean in came / count))


def _pooled(sums: FloatArray) -> list[FloatArray]:
    """Sums (customers, expected, actual) of neighbours, as few of them together as make the mean of `actual` positive and rising."""
    blocks: list[FloatArray] = []
    for block in sums:
        blocks.append(block)
        while len(blocks) > 1 and not _rises(blocks[-2], blocks[-1]):
            last = blocks.pop()
            blocks[-1] = blocks[-1] + last
    return blocks if blocks and _has_logarithms(blocks[0]) else []


def _rises(lower: FloatArray, upper: FloatArray) -> bool:
    return _has_logarithms(lower) and bool((lower[1:] / lower[0] < upper[1:] / upper[0]).all())


def _has_logarithms(block: FloatArray) -> bool:
    return bool((block[1:] > 0).all())
