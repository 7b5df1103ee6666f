"""Item-item weights: how much a purchase of one product speaks for another. Every learned candidate comes down to such a matrix.

Row: the product that was bought; column: the product that it speaks for. Of each column the strongest weights are kept, so that a model
of ten thousand products is a million numbers; what is compared is what serves, because the comparison uses the cut matrix too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.sparse.linalg import svds

from python_models.matrix import FloatArray
from python_models.recommendations.spec import Candidate, RecommendationSpec
from python_models.reproducible import single_thread

COLUMN_BLOCK = 1_000
FAR_BELOW = 0.1
# So many columns of weights stay in the cache while the strongest are looked for.
CUT_BLOCK = 64


def fit_weights(candidate: Candidate, bought: sparse.csr_matrix, spec: RecommendationSpec) -> sparse.csr_matrix | None:
    """Weights of a candidate from the purchases of buyers, before own repeats; None for rules that look at no other product."""
    size = bought.shape[1]
    if candidate.kind in ("most_popular", "last_category"):
        return None
    if candidate.kind == "bought_before":
        return sparse.identity(size, dtype=np.float32, format="csr")
    with single_thread():
        return cut(_dense_weights(candidate, bought, spec), spec.neighbours)


def _dense_weights(candidate: Candidate, bought: sparse.csr_matrix, spec: RecommendationSpec) -> FloatArray:
    if candidate.kind == "item_cosine":
        return cosine_weights(bought, candidate.strength)
    if candidate.kind == "ease":
        return ease_weights(bought, candidate.strength)
    if candidate.kind == "implicit_als":
        return als_weights(bought, int(candidate.strength), spec)
    if candidate.kind == "truncated_svd":
        return svd_weights(bought, int(candidate.strength), spec.seed)
    raise ValueError(f"{candidate.kind} is no kind of recommender")


def cosine_weights(bought: sparse.csr_matrix, shrinkage: float) -> FloatArray:
    """Common buyers over the geometric mean of all buyers plus a constant that keeps chance meetings of rare products small."""
    common = common_buyers(bought)
    norm = np.sqrt(np.diag(common))
    # In place: the matrix of ten thousand products is 800 MB.
    for start in range(0, len(norm), COLUMN_BLOCK):
        stop = start + COLUMN_BLOCK
        common[start:stop] /= np.maximum(norm[start:stop, None] * norm[None, :] + shrinkage, 1e-12)
    np.fill_diagonal(common, 0.0)
    return common


def common_buyers(bought: sparse.csr_matrix, kind: type[np.floating[Any]] = np.float64) -> FloatArray:
    """How many bought both of two products, by blocks of rows: as a sparse matrix it would take as much memory again."""
    by_product = bought.T.tocsr()
    common = np.empty((bought.shape[1], bought.shape[1]), dtype=kind)
    for start in range(0, len(common), COLUMN_BLOCK):
        rows = slice(start, start + COLUMN_BLOCK)
        common[rows] = (by_product[rows] @ bought).toarray()
    return common


def ease_weights(bought: sparse.csr_matrix, regularisation: float) -> FloatArray:
    """The linear model of each product on all others that has a closed form (Steck 2019, eq. 8): B = I - P diag(1 / diag P)."""
    kind = _precision(bought, regularisation)
    factorise, invert = linalg.lapack.get_lapack_funcs(("potrf", "potri"), dtype=kind)
    # Transposed, and as it was before: columns in one piece are what LAPACK writes in place. Cholesky factor and inverse take the place
    # of the matrix, which may be large; only the lower half is written.
    gram = common_buyers(bought, kind).T
    gram[np.diag_indices_from(gram)] += regularisation
    factor, failed = factorise(gram, lower=1, overwrite_a=1)
    inverse, not_inverted = invert(factor, lower=1, overwrite_c=1)
    if failed or not_inverted:
        raise ValueError("the matrix of common buyers cannot be inverted: the regularisation has to be positive")
    for start in range(0, len(inverse), COLUMN_BLOCK):
        rows = slice(start, start + COLUMN_BLOCK)
        square = inverse[rows, rows]
        inverse[rows, rows] = np.tril(square) + np.tril(square, -1).T
        inverse[rows, rows.stop :] = inverse[rows.stop :, rows].T
    inverse /= -np.diag(inverse)
    np.fill_diagonal(inverse, 0.0)
    return np.asarray(inverse)


def _precision(bought: sparse.csr_matrix, regularisation: float) -> type[np.floating[Any]]:
    """Single where its rounding errors are far below what is added to the diagonal: half the time and half the memory."""
    most_buyers = float(bought.getnnz(axis=0).max(initial=0))
    rounding = float(np.finfo(np.float32).eps) * np.sqrt(bought.shape[1]) * most_buyers
    return np.float32 if rounding < FAR_BELOW * regularisation else np.float64


def als_weights(bought: sparse.csr_matrix, factors: int, spec: RecommendationSpec) -> FloatArray:
    """Alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008, eq. 4 and 5), folded in linearly.

    A customer's own factors are taken by ridge regression of the purchases on the product factors, which makes V (V'V + l I)^-1 V' a matrix
    of weights like the others, also for customers who were not among those that it was fitted to.
    """
    random = np.random.default_rng(spec.seed)
    customers = bought.shape[0]
    if customers > spec.als_customers:
        bought = bought[np.sort(random.permutation(customers)[: spec.als_customers])]
    size = min(factors, max(2, min(bought.shape) // 2))
    items = random.normal(0.0, 0.1, (bought.shape[1], size))
    by_product = bought.T.tocsr()
    for _ in range(spec.als_iterations):
        people = _solve_side(bought, items, spec)
        items = _solve_side(by_product, people, spec)
    ridge = items.T @ items + spec.als_regularisation * np.eye(size)
    weights = np.asarray(items @ np.linalg.solve(ridge, items.T))
    np.fill_diagonal(weights, 0.0)
    return weights


def _solve_side(bought: sparse.csr_matrix, other: FloatArray, spec: RecommendationSpec) -> FloatArray:
    """(Y'Y + a sum y y' + l I)^-1 (1 + a) sum y for each row, in blocks, the sums of outer products as one sparse product."""
    size = other.shape[1]
    shared = other.T @ other + spec.als_regularisation * np.eye(size)
    outer = (other[:, :, None] * other[:, None, :]).reshape(len(other), size * size)
    found = np.empty((bought.shape[0], size))
    for start in range(0, bought.shape[0], COLUMN_BLOCK):
        part = bought[start : start + COLUMN_BLOCK]
        left = shared + spec.als_confidence * (part @ outer).reshape(-1, size, size)
        right = (1.0 + spec.als_confidence) * (part @ other)
        found[start : start + COLUMN_BLOCK] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
    return found


def svd_weights(bought: sparse.csr_matrix, factors: int, seed: int) -> FloatArray:
    """PureSVD (Cremonesi, Koren and Turrin 2010, eq. 7): purchases projected on the leading directions, V V'."""
    size = min(factors, min(bought.shape) - 1)
    if size < 1:
        return np.zeros((bought.shape[1], bought.shape[1]))
    start = np.random.default_rng(seed).normal(size=min(bought.shape))
    _, _, directions = svds(bought.astype(np.float64), k=size, v0=start)
    weights = np.asarray(directions.T @ directions)
    np.fill_diagonal(weights, 0.0)
    return weights


def cut(weights: FloatArray, neighbours: int) -> sparse.csr_matrix:
    """The strongest weights of each column, by size whatever the sign, of equal ones the first; the rest counts as nothing."""
    size = len(weights)
    rows, values, counts = [], [], []
    for start in range(0, size, CUT_BLOCK):
        # Columns as rows that lie in one piece: selecting among them is a tenth of the work.
        block = np.ascontiguousarray(weights[:, start : start + CUT_BLOCK].T)
        column, row = np.nonzero(_is_strongest(np.abs(block), min(neighbours, size)))
        rows.append(row)
        values.append(block[column, row].astype(np.float32))
        counts.append(np.bincount(column, minlength=len(block)))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    matrix = sparse.csc_matrix((np.concatenate(values), np.concatenate(rows), starts), shape=(size, size)).tocsr()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def _is_strongest(strength: FloatArray, kept: int) -> npt.NDArray[np.bool_]:
    """Of each row as many as are kept, of equal ones the first; those of no strength at all never."""
    last = np.partition(strength, strength.shape[1] - kept, axis=1)[:, -kept, None]
    is_above, is_last = strength > last, (strength == last) & (strength > 0)
    missing = kept - is_above.sum(axis=1, keepdims=True)
    for row in np.flatnonzero(is_last.sum(axis=1, keepdims=True) > missing):
        is_last[row, np.flatnonzero(is_last[row])[int(missing[row, 0]) :]] = False
    return np.asarray(is_above | is_last)


def with_repeats(candidate: Candidate, weights: sparse.csr_matrix | None) -> sparse.csr_matrix | None:
    """For a repeating candidate an own earlier purchase speaks for the same product as much as the strongest other one."""
    if weights is None or not candidate.is_repeating:
        return weights
    strongest = np.maximum(weights.max(axis=0).toarray().ravel(), 0.0).astype(np.float32)
    repeated = (weights + sparse.diags(strongest, format="csr", dtype=np.float32)).tocsr()
    repeated.sort_indices()
    return repeated
