"""Top lists of all customers with a calibrated interest, a reason and the purchase behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from python_models.matrix import FloatArray
from python_models.recommendations.calibration import Calibration
from python_models.recommendations.histories import Histories, IntArray, ShopDay, build_histories, showable
from python_models.recommendations.model import RecommendationModel
from python_models.recommendations.ranking import CATEGORY, NONE, PURCHASES, SEGMENT, SOURCES, TopLists, purchases_behind, top_list_batches
from python_models.recommendations.spec import RecommendationSpec

COLUMNS = (
    "customer_id",
    "recommendation_rank",
    "product_id",
    "interest_score",
    "reason_code",
    "source_product_id",
    "model_version",
)
# What a text can be made from: the purchase that spoke for the product, the same product bought before, the category, everybody, and for
# who has bought nothing customers of the same kind.
REASONS = ("bought_together", "bought_before", "popular_in_category", "popular", "popular_in_segment")


def recommend(day: ShopDay, products: pd.DataFrame, model: RecommendationModel, spec: RecommendationSpec) -> Iterator[pd.DataFrame]:
    """One row per customer and recommended product, `batch_rows` customers at a time.

    `products` has product_id, category, is_blocked and is_available; what is blocked or not available is never recommended. The interest
    is empty where no past date could be used to calibrate it.
    """
    recommender = model.recommender
    histories = build_histories(day, products, recommender.catalogue)
    offered = set(showable(products[products["is_available"].astype(bool)]))
    allowed = np.array([product in offered for product in recommender.catalogue.product_ids], dtype=bool)
    for rows, lists in top_list_batches(recommender, histories, allowed, spec.top_count, spec.batch_rows):
        yield _frame(lists, histories.take(rows), model)


def pair_probabilities(lists: TopLists, histories: Histories, calibrations: Sequence[Calibration]) -> FloatArray:
    """The calibrated interest of every recommendation; NaN without a recommendation or a calibration of its source."""
    found = np.full(lists.columns.shape, np.nan)
    rows = np.broadcast_to(np.arange(len(lists.columns))[:, None], lists.columns.shape)
    for calibration in calibrations:
        chosen = lists.sources == SOURCES.index(calibration.source)
        counts = histories.product_counts[rows[chosen]].astype(np.float64)
        found[chosen] = calibration.probability(lists.scores[chosen], counts, histories.days_since_purchase[rows[chosen]])
    return found


def _frame(lists: TopLists, histories: Histories, model: RecommendationModel) -> pd.DataFrame:
    interest = pair_probabilities(lists, histories, model.calibrations)
    rows, places = np.nonzero(lists.columns != NONE)
    columns, sources = lists.columns[rows, places], lists.sources[rows, places]
    because = purchases_behind(histories.bought, model.recommender.weights, lists)[rows, places]
    product_ids = pd.Index(model.recommender.catalogue.product_ids)
    return pd.DataFrame(
        {
            "customer_id": histories.customer_ids[rows],
            "recommendation_rank": places + 1,
            # Categories: of ten million rows the texts are held once. NONE is the code of a missing value.
            "product_id": pd.Categorical.from_codes(columns, product_ids),
            "interest_score": np.round(interest[rows, places], 6),
            "reason_code": pd.Categorical.from_codes(_reasons(columns, sources, because), pd.Index(REASONS)),
            "source_product_id": pd.Categorical.from_codes(because, product_ids),
            "model_version": pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), pd.Index([model.model_version])),
        },
        columns=list(COLUMNS),
    )


def _reasons(columns: IntArray, sources: IntArray, because: IntArray) -> IntArray:
    """Positions in `REASONS`."""
    cases = [(sources == PURCHASES) & (because != columns), sources == PURCHASES, sources == CATEGORY, sources == SEGMENT]
    return np.asarray(np.select(cases, [0, 1, 2, 4], 3))
