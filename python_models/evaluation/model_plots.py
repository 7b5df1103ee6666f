"""Plots of single models as PNG bytes: forecasts by tenths, habits of the day, rankings of effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from python_models.evaluation.drawing import BLUE, GREY, ORANGE, SEVERAL, as_png, line
from python_models.matrix import FloatArray

HOURS = 24
SHOWN_HABITS = 5
HOUR_TICKS = range(0, HOURS, 3)


def decile_plot(orders: pd.DataFrame, value: pd.DataFrame, tolerance: float) -> bytes:
    """Expected and actual means per tenth of the customers (columns of `calibration_by_decile`), in orders and in money."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    for axes, deciles, title in zip(figure.subplots(1, 2), (orders, value), ("orders per customer", "value per customer"), strict=True):
        expected = deciles["expected"].to_numpy(dtype=float)
        axes.fill_between(
            deciles["decile"], expected * (1 - tolerance), expected * (1 + tolerance), color=BLUE, alpha=0.2, label=f"± {tolerance:.0%}"
        )
        axes.plot(deciles["decile"], expected, color=BLUE, label="expected")
        _with_whiskers(axes, deciles["decile"], deciles["actual"], deciles["actual_low"], deciles["actual_high"], "actual, 95 %")
        # The goal is a share, so that the same error is as far from the line in every decile; a mean of nothing lies at the edge.
        axes.set_yscale("log", nonpositive="clip")
        above_zero = expected[expected > 0]
        axes.set_ylim(bottom=float(above_zero.min()) / 2 if len(above_zero) else None)
        axes.set(title=title, xlabel="decile, highest expectation first", xticks=deciles["decile"])
        axes.legend()
    return as_png(figure)


def maps_plot(orders: Mapping[str, Sequence[FloatArray]], value: Mapping[str, Sequence[FloatArray]]) -> bytes:
    """Points of maps by name, expected and corrected means, with the line on which nothing is corrected; for orders and for money."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    for axes, maps, title in zip(figure.subplots(1, 2), (orders, value), ("orders per customer", "value per customer"), strict=True):
        everywhere = np.sort(np.concatenate([expected for expected, _ in maps.values()]))
        axes.plot(everywhere, everywhere, color=GREY, linestyle=":", label="as published")
        for (name, (expected, corrected)), colour in zip(maps.items(), (BLUE, ORANGE), strict=False):
            axes.plot(expected, corrected, color=colour, marker="o", label=name)
        axes.set(title=title, xlabel="expected by the published models", ylabel="what came of it", xscale="log", yscale="log")
        axes.legend()
    return as_png(figure)


def repeats_plot(repeats: pd.DataFrame) -> bytes:
    """Share of the customers by number of repeat purchases, counted and expected; the last bars hold all who have more."""
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.subplots()
    place = repeats["repeats"].to_numpy(dtype=float)
    axes.bar(place - 0.2, repeats["actual_share"], width=0.4, color=ORANGE, label="actual")
    axes.bar(place + 0.2, repeats["expected_share"], width=0.4, color=BLUE, label="expected")
    names = [f"{number:g}" for number in place[:-1]] + [f"{place[-1]:g}+"]
    axes.set_xticks(place, labels=names)
    axes.set(title="repeat purchases so far", xlabel="number", ylabel="share of customers")
    axes.legend()
    return as_png(figure)


def candidates_plot(figures: Mapping[str, float], serves: str, xlabel: str) -> bytes:
    """One bar per candidate in the order given, the one that serves in another colour."""
    figure = Figure(figsize=(7, 0.9 + 0.26 * len(figures)), layout="constrained")
    axes = figure.subplots()
    axes.barh(list(figures), list(figures.values()), color=[ORANGE if name == serves else BLUE for name in figures])
    axes.invert_yaxis()
    axes.set(xlabel=xlabel)
    return as_png(figure)


def calibration_plot(bins: pd.DataFrame) -> bytes:
    """Mean probability against observed rate (columns of `calibration_table`), with the line on which they are the same."""
    figure = Figure(figsize=(5, 3.6), layout="constrained")
    axes = figure.subplots()
    highest = float(max(bins["mean_probability"].max(), bins["observed_rate"].max()))
    axes.plot([0, highest], [0, highest], color=GREY, linestyle=":")
    line(axes, bins["mean_probability"], bins["observed_rate"], "calibration", "mean probability", "observed rate", marker="o")
    return as_png(figure)


def habits_plot(shares: FloatArray, read_rates: FloatArray) -> bytes:
    """How likely a waiting message is read by hour: of the most common habits and of everybody, and of all habits as a heat map."""
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    curves, heat = figure.subplots(1, 2)
    common = np.argsort(-shares, kind="stable")[:SHOWN_HABITS]
    for habit, colour in zip(common, SEVERAL, strict=False):
        curves.plot(range(HOURS), read_rates[habit], color=colour, label=f"{shares[habit]:.0%} of the people")
    curves.plot(range(HOURS), shares @ read_rates, color="black", linestyle="--", label="everybody")
    curves.set(title="most common habits", xlabel="local hour", ylabel="probability of a read in the hour", xticks=HOUR_TICKS)
    curves.set_ylim(bottom=0)
    curves.legend(fontsize=8)
    # Habits from the earliest to the latest peak, so that a habit that is one lies on the diagonal.
    order = np.lexsort((-shares, read_rates.argmax(axis=1)))
    image = heat.imshow(read_rates[order], cmap="viridis", aspect="auto")
    heat.set_yticks(range(len(order)), labels=[f"{shares[habit]:.1%}" for habit in order], fontsize=6)
    heat.set(title="all habits, by their hour", xlabel="local hour", ylabel="share of the people", xticks=HOUR_TICKS)
    figure.colorbar(image, label="probability of a read in the hour")
    return as_png(figure)


def hours_plot(hours: pd.DataFrame) -> bytes:
    """The hours that were chosen, and how many of the messages of each hour were read at once (columns of `Replay.hours`)."""
    figure = Figure(figsize=(11, 3.2), layout="constrained")
    chosen, read = figure.subplots(1, 2)
    chosen.bar(hours["hour"], hours["best_share"], color=BLUE)
    chosen.set(title="hours chosen", xlabel="local hour", ylabel="share of customers", xlim=(-0.7, HOURS - 0.3), xticks=HOUR_TICKS)
    sent = hours[hours["messages"] > 0]
    read.scatter(sent["hour"], sent["prompt_read_rate"], s=10 + 240 * sent["messages"] / sent["messages"].sum(), color=ORANGE)
    read.set(title="read at once, all messages", xlabel="local hour of delivery", ylabel="share of messages")
    read.set(xlim=(-0.7, HOURS - 0.3), xticks=HOUR_TICKS)
    read.set_ylim(bottom=0)
    return as_png(figure)


def qini_plot(curves: Mapping[str, pd.DataFrame], title: str) -> bytes:
    """Qini curves (columns share, gain) on the same rows, with the straight line of a random order."""
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    for (name, curve), colour in zip(curves.items(), SEVERAL, strict=False):
        axes.plot(curve["share"], curve["gain"], color=colour, label=name)
    total = next(iter(curves.values()))["gain"].iloc[-1]
    axes.plot([0, 1], [0, total], color=GREY, linestyle=":", label="random order")
    axes.set(title=title, xlabel="share of the messages sent, largest effect first", ylabel="purchases brought, per message of all")
    axes.legend(fontsize=8)
    return as_png(figure)


def effects_plot(deciles: pd.DataFrame) -> bytes:
    """Promised and observed effects per tenth of the messages (columns of `effects_by_decile`)."""
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.bar(deciles["decile"], deciles["predicted_effect"], color=BLUE, alpha=0.7, label="promised")
    low, high = deciles["observed_effect_low"], deciles["observed_effect_high"]
    _with_whiskers(axes, deciles["decile"], deciles["observed_effect"], low, high, "observed, 95 %")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set(title="effects by decile", xlabel="decile, largest promised effect first", ylabel="purchases per message")
    axes.set_xticks(deciles["decile"])
    axes.legend()
    return as_png(figure)


def _with_whiskers(axes: Axes, x: pd.Series, y: pd.Series, low: pd.Series, high: pd.Series, label: str) -> None:
    below, above = (y - low).clip(lower=0).fillna(0), (high - y).clip(lower=0).fillna(0)
    axes.errorbar(x, y, yerr=[below, above], color=ORANGE, marker="o", linestyle="", capsize=3, label=label)
