"""From links to people: connected components, and how components are kept apart that cannot be one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from python_models.identity.prepare import ID

LEFT, RIGHT = f"{ID}_l", f"{ID}_r"


def cluster_links(record_ids: Sequence[str], links: pd.DataFrame) -> pd.DataFrame:
    """One row per record, ordered by id: `record_id` and `cluster_id`, the smallest id of its component. `links` has both ids."""
    ordered = sorted(record_ids)
    position = {record_id: number for number, record_id in enumerate(ordered)}
    lefts, rights = ([position[record_id] for record_id in links[side]] for side in (LEFT, RIGHT))
    graph = coo_matrix((np.ones(len(links), dtype=np.int8), (lefts, rights)), shape=(len(ordered), len(ordered)))
    _, labels = connected_components(graph, directed=False)
    frame = pd.DataFrame({ID: ordered, "label": labels})
    frame["cluster_id"] = frame.groupby("label")[ID].transform("min")
    return frame[[ID, "cluster_id"]]


def accepted_links(candidates: pd.DataFrame, fixed_values: Mapping[str, Sequence[str | None]]) -> np.ndarray:
    """Which candidates may link when the surest come first and none brings two values of one kind together.

    `fixed_values` has the values of a record that a person has only one of (None where unknown), in the same order for all records.
    A later link that would join two different values, even by way of a third record, is refused.
    """
    order = candidates.assign(place=range(len(candidates))).sort_values(
        ["match_probability", LEFT, RIGHT], ascending=[False, True, True], kind="stable"
    )
    parent: dict[str, str] = {}
    values: dict[str, list[str | None]] = {}

    def root(record_id: str) -> str:
        parent.setdefault(record_id, record_id)
        values.setdefault(record_id, list(fixed_values[record_id]))
        while parent[record_id] != record_id:
            parent[record_id] = parent[parent[record_id]]
            record_id = parent[record_id]
        return record_id

    accepted = np.zeros(len(candidates), dtype=bool)
    for left, right, place in zip(order[LEFT], order[RIGHT], order["place"], strict=True):
        one, other = sorted((root(left), root(right)))
        if one != other:
            if any(a is not None and b is not None and a != b for a, b in zip(values[one], values[other], strict=True)):
                continue
            parent[other] = one
            values[one] = [a if a is not None else b for a, b in zip(values[one], values[other], strict=True)]
        accepted[place] = True
    return accepted
