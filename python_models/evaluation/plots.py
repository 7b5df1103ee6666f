"""Plots as PNG bytes, for the metadata of a run and for reports. Drawn without a display and without pyplot's global state."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from python_models.evaluation.drawing import BLUE, GREY, ORANGE, as_png, line
from python_models.evaluation.importance import Importance
from python_models.evaluation.metrics import BoolArray, calibration_table, has_both_classes, lift_table
from python_models.matrix import FloatArray


def classification_plots(outcome: BoolArray, probability: FloatArray, title: str) -> bytes:
    """ROC, precision-recall, calibration and lift of one part of the split, side by side."""
    if not has_both_classes(outcome):
        raise ValueError("curves need both outcomes: check has_both_classes first")
    figure = Figure(figsize=(14, 3.4), layout="constrained")
    roc_axes, recall_axes, calibration_axes, lift_axes = figure.subplots(1, 4)
    figure.suptitle(title)
    false_positive_rate, true_positive_rate, _ = roc_curve(outcome, probability)
    line(roc_axes, false_positive_rate, true_positive_rate, "ROC", "false positive rate", "true positive rate")
    roc_axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    precision, recall, _ = precision_recall_curve(outcome, probability)
    line(recall_axes, recall, precision, "precision and recall", "recall", "precision")
    recall_axes.axhline(float(outcome.mean()), color=GREY, linestyle=":")
    bins = calibration_table(outcome, probability)
    line(calibration_axes, bins["mean_probability"], bins["observed_rate"], "calibration", "mean probability", "observed rate", marker="o")
    highest = float(max(bins["mean_probability"].max(), bins["observed_rate"].max()))
    calibration_axes.plot([0, highest], [0, highest], color=GREY, linestyle=":")
    deciles = lift_table(outcome, probability)
    lift_axes.bar(deciles["decile"], deciles["lift"], color=BLUE)
    lift_axes.axhline(1, color=GREY, linestyle=":")
    lift_axes.set(title="lift by decile", xlabel="decile, best first", ylabel="lift", xticks=deciles["decile"])
    return as_png(figure)


def silhouette_plot(silhouette_by_k: Mapping[int, float], chosen_k: int, bic_by_k: Mapping[int, float] | None = None) -> bytes:
    """Silhouette against the number of clusters, with the number that was taken; and the mixture's BIC, where there is one."""
    figure = Figure(figsize=(10 if bic_by_k else 5, 3.2), layout="constrained")
    panels = figure.subplots(1, 2 if bic_by_k else 1, squeeze=False)[0]
    line(
        panels[0], list(silhouette_by_k), list(silhouette_by_k.values()), "choice of k", "number of clusters", "mean silhouette", marker="o"
    )
    panels[0].axvline(chosen_k, color=ORANGE, linestyle="--", label=f"{chosen_k} clusters serve")
    panels[0].legend()
    if bic_by_k:
        line(panels[1], list(bic_by_k), list(bic_by_k.values()), "Gaussian mixture", "number of groups", "BIC, lower is better", marker="o")
    return as_png(figure)


def profile_plot(standardised_profile: pd.DataFrame) -> bytes:
    """Heat map of the cluster centres (rows, by name) over the features, in standard deviations from everybody's mean."""
    rows, columns = standardised_profile.shape
    figure = Figure(figsize=(2.5 + 0.55 * columns, 1.8 + 0.4 * rows), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(standardised_profile.to_numpy(), cmap="RdBu_r", vmin=-2, vmax=2, aspect="auto")
    axes.set_xticks(range(columns), labels=list(standardised_profile.columns), rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(rows), labels=list(standardised_profile.index), fontsize=8)
    figure.colorbar(image).set_label("standard deviations\nfrom the mean", fontsize=8)
    return as_png(figure)


def cluster_map_plot(places: pd.DataFrame) -> bytes:
    """Customers (columns x, y) as dots in the colour of their cluster (column cluster_name); no id is shown."""
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    axes = figure.subplots()
    for name, members in places.groupby("cluster_name", sort=True):
        axes.scatter(members["x"], members["y"], s=4, alpha=0.6, label=str(name))
    axes.set(title="where customers lie", xlabel="first main component", ylabel="second main component")
    axes.legend(fontsize=7, markerscale=3, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return as_png(figure)


def importance_plot(importance: Mapping[str, Importance], shown: int = 15) -> bytes:
    """Bars of the features whose shuffling costs most, the first on top, with what it may cost."""
    largest = sorted(importance.items(), key=lambda each: (-each[1].lost, each[0]))[:shown]
    lost = [each.lost for _, each in largest]
    # A shuffle that happens to cost more than most draws of it leaves no whisker on that side.
    whiskers = [
        [max(each.lost - each.low, 0.0) for _, each in largest],
        [max(each.high - each.lost, 0.0) for _, each in largest],
    ]
    figure = Figure(figsize=(7, 1 + 0.28 * len(largest)), layout="constrained")
    axes = figure.subplots()
    axes.barh([name for name, _ in largest], lost, xerr=whiskers, color=BLUE, ecolor=ORANGE, capsize=3)
    axes.invert_yaxis()
    axes.locator_params(axis="x", nbins=5)
    axes.set(title="permutation importance, 95 %", xlabel="AUC lost when the feature is shuffled")
    return as_png(figure)
