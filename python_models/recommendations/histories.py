"""Purchases as a sparse matrix: who bought what, in an order that depends on the data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from python_models.matrix import FloatArray
from python_models.recommendations.spec import RecommendationSpec

IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]
NO_CATEGORY = -1
# What divides customers into segments: whether all that they have bought is recent, where they visit from, what they look at most.
LIFECYCLE, COUNTRY, CATEGORY_LOOKED_AT = "lifecycle", "country_code", "top_category"
SEGMENTATIONS = (LIFECYCLE, COUNTRY, CATEGORY_LOOKED_AT)
NEW, REGULAR = "new", "regular"
# The next purchase of somebody without any makes a new customer.
NEW_DAYS = 90


@dataclass(frozen=True)
class ShopDay:
    """What was known of a shop on one date.

    `purchases`: one row per customer and product bought before it, with product_id, days_since_last_purchase and is_just_bought.
    `customers`: one row per known customer, with top_category and, where there are any, country_code, which may be empty. `outcomes`:
    customer_id and product_id of what was bought in the horizon after it; None on the date of scoring, whose future has not happened.
    """

    purchases: pd.DataFrame
    customers: pd.DataFrame
    outcomes: pd.DataFrame | None = None


@dataclass(frozen=True)
class Catalogue:
    """The products that a model knows, the most bought first and equal ones by id, so that every tie has an answer.

    `popularity` is the share of the recent buyers who bought the product; `category_codes` points into `category_names`.
    """

    product_ids: tuple[str, ...]
    category_names: tuple[str, ...]
    category_codes: IntArray
    popularity: FloatArray

    def __len__(self) -> int:
        return len(self.product_ids)


@dataclass(frozen=True)
class Histories:
    """One row per customer, in the order of their ids; columns as in the catalogue.

    `category_codes` is the category to fall back to: of the last purchase, or else the one that the customer looks at most. `segments` has
    each customer's value, or None, by name of the segmentation.
    """

    customer_ids: TextArray
    bought: sparse.csr_matrix
    just_bought: sparse.csr_matrix
    category_codes: IntArray
    product_counts: IntArray
    days_since_purchase: FloatArray
    segments: Mapping[str, TextArray]

    @property
    def is_buyer(self) -> npt.NDArray[np.bool_]:
        return self.product_counts > 0

    def sample(self, limit: int) -> Histories:
        """So many of the customers by a fixed hash of their ids, in the same order: who is in it hardly changes from day to day."""
        if len(self.customer_ids) <= limit:
            return self
        lots = pd.util.hash_array(self.customer_ids, categorize=False)
        return self.take(np.sort(np.argsort(lots, kind="stable")[:limit]))

    def take(self, rows: IntArray | slice) -> Histories:
        """Some of the customers."""
        return Histories(
            self.customer_ids[rows],
            self.bought[rows],
            self.just_bought[rows],
            self.category_codes[rows],
            self.product_counts[rows],
            self.days_since_purchase[rows],
            {name: values[rows] for name, values in self.segments.items()},
        )


def showable(products: pd.DataFrame) -> pd.Series:
    """Ids of the products that may be shown at all, in stock or not; a code without a product, such as postage, is none."""
    return products.loc[~products["is_blocked"].astype(bool), "product_id"]


def build_catalogue(day: ShopDay, products: pd.DataFrame, spec: RecommendationSpec) -> Catalogue:
    """The most bought products that can be shown; `products` has product_id, category and is_blocked."""
    known = products["category"].notna()
    category_of = dict(zip(products.loc[known, "product_id"], products.loc[known, "category"], strict=True))
    names = tuple(sorted(set(category_of.values())))
    bought = day.purchases
    buyers = bought.groupby("product_id", sort=True).size()
    buyers = buyers[(buyers >= spec.minimum_product_buyers) & buyers.index.isin(showable(products))]
    ordered = buyers.sort_values(ascending=False, kind="stable").head(spec.maximum_products).index
    recent = bought[bought["days_since_last_purchase"] <= spec.popularity_days]
    recent = bought if recent.empty else recent
    counts = recent.groupby("product_id").size().reindex(ordered).fillna(0).to_numpy(dtype=np.float64)
    codes = pd.Index(names).get_indexer(pd.Index([category_of.get(product) for product in ordered], dtype=object))
    return Catalogue(tuple(ordered), names, codes.astype(np.int64), counts / max(recent["customer_id"].nunique(), 1))


def build_histories(day: ShopDay, products: pd.DataFrame, catalogue: Catalogue) -> Histories:
    """Customers without a purchase are rows of zeros; products outside the catalogue count as purchases, and in no column."""
    customers = day.customers.sort_values("customer_id", kind="stable")
    if customers["customer_id"].duplicated().any():
        raise ValueError("a customer has several rows: the recommender needs one per customer and date")
    ids = customers["customer_id"].to_numpy(dtype=object)
    bought = day.purchases
    rows = pd.Index(ids).get_indexer(pd.Index(bought["customer_id"]))
    columns = pd.Index(catalogue.product_ids).get_indexer(pd.Index(bought["product_id"]))
    age = bought["days_since_last_purchase"].to_numpy(dtype=np.float64)
    known = rows >= 0
    return Histories(
        ids,
        _matrix(rows, columns, known & (columns >= 0), (len(ids), len(catalogue))),
        _matrix(rows, columns, known & (columns >= 0) & bought["is_just_bought"].to_numpy(dtype=bool), (len(ids), len(catalogue))),
        _fallback_categories(customers, bought, products, catalogue, rows),
        np.bincount(rows[known], minlength=len(ids)).astype(np.int64),
        _least(rows[known], age[known], len(ids)),
        _segments(customers, rows[known], age[known]),
    )


def build_targets(day: ShopDay, products: pd.DataFrame, histories: Histories, catalogue: Catalogue) -> tuple[sparse.csr_matrix, IntArray]:
    """What each customer bought afterwards, by column; and how many products, in the catalogue or too rare for it.

    Left out is what nobody would have been shown: blocked and unknown products, and what the customer had just bought.
    """
    if day.outcomes is None:
        raise ValueError("the outcomes of this date are not known yet")
    keys = ["customer_id", "product_id"]
    just_bought = pd.MultiIndex.from_frame(day.purchases.loc[day.purchases["is_just_bought"].astype(bool), keys])
    outcomes = day.outcomes[day.outcomes["product_id"].isin(showable(products))]
    outcomes = outcomes[~pd.MultiIndex.from_frame(outcomes[keys]).isin(just_bought)]
    rows = pd.Index(histories.customer_ids).get_indexer(pd.Index(outcomes["customer_id"]))
    columns = pd.Index(catalogue.product_ids).get_indexer(pd.Index(outcomes["product_id"]))
    shape = (len(histories.customer_ids), len(catalogue))
    wanted = _matrix(rows, columns, (rows >= 0) & (columns >= 0), shape)
    return wanted, np.bincount(rows[rows >= 0], minlength=shape[0]).astype(np.int64)


def _matrix(rows: IntArray, columns: IntArray, keep: npt.NDArray[np.bool_], shape: tuple[int, int]) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix((np.ones(int(keep.sum())), (rows[keep], columns[keep])), shape=shape)
    matrix.sum_duplicates()
    if matrix.nnz != int(keep.sum()):
        raise ValueError("a customer has several rows of one product: the recommender needs one per customer, product and date")
    matrix.sort_indices()
    return matrix


def _fallback_categories(
    customers: pd.DataFrame, bought: pd.DataFrame, products: pd.DataFrame, catalogue: Catalogue, rows: IntArray
) -> IntArray:
    """Of products bought on the same last day the one with the first id decides."""
    names = pd.Index(catalogue.category_names)
    codes = names.get_indexer(pd.Index(customers["top_category"].astype(object))).astype(np.int64)
    position = pd.Index(products["product_id"]).get_indexer(pd.Index(bought["product_id"]))
    categories = np.append(names.get_indexer(pd.Index(products["category"].astype(object))), NO_CATEGORY)
    last = pd.DataFrame({"row": rows, "age": bought["days_since_last_purchase"].to_numpy(), "product_id": bought["product_id"].to_numpy()})
    last["code"] = categories[position]
    last = last[(last["row"] >= 0) & (last["code"] >= 0)].sort_values(["row", "age", "product_id"], kind="stable").drop_duplicates("row")
    codes[last["row"].to_numpy()] = last["code"].to_numpy()
    return codes


def _segments(customers: pd.DataFrame, rows: IntArray, age: FloatArray) -> dict[str, TextArray]:
    is_regular = np.bincount(rows[age > NEW_DAYS], minlength=len(customers)) > 0
    known = {
        name: customers[name].astype(object).where(customers[name].notna(), None).to_numpy(dtype=object)
        for name in (COUNTRY, CATEGORY_LOOKED_AT)
        if name in customers.columns
    }
    nothing = np.full(len(customers), None, dtype=object)
    return dict.fromkeys(SEGMENTATIONS, nothing) | {LIFECYCLE: np.where(is_regular, REGULAR, NEW).astype(object)} | known


def _least(rows: IntArray, values: FloatArray, size: int) -> FloatArray:
    least = np.full(size, np.inf)
    np.minimum.at(least, rows, values)
    return np.where(np.isfinite(least), least, np.nan)
