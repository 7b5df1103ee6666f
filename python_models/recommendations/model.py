"""A fitted recommender as plain numbers and text: nothing in it is executed when it is read."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from python_models.matrix import FloatArray
from python_models.recommendations.calibration import Calibration
from python_models.recommendations.histories import Catalogue
from python_models.recommendations.segments import Segments, segments_from
from python_models.recommendations.spec import Candidate


@dataclass(frozen=True)
class Recommender:
    """How products are ranked: by weights where there are any, then by popularity in the category, then by popularity.

    A rule that looks at no category leaves the middle step out. Who has bought nothing gets what is popular in the own segment, where
    there are `segments`.
    """

    candidate: Candidate
    catalogue: Catalogue
    weights: sparse.csr_matrix | None
    segments: Segments | None = None

    @property
    def uses_category(self) -> bool:
        return self.candidate.kind not in ("most_popular", "bought_before")


@dataclass(frozen=True)
class RecommendationModel:
    """What serves, with the calibration of each source of recommendations. `reason` says why no learned candidate does, if so."""

    model_version: str
    recommender: Recommender
    calibrations: tuple[Calibration, ...]
    reason: str | None

    def to_json(self) -> str:
        catalogue, weights = self.recommender.catalogue, self.recommender.weights
        content: dict[str, Any] = {
            "model_version": self.model_version,
            "candidate": vars(self.recommender.candidate),
            "product_ids": catalogue.product_ids,
            "category_names": catalogue.category_names,
            "category_codes": catalogue.category_codes.tolist(),
            "popularity": catalogue.popularity.tolist(),
            "weights": None if weights is None else _packed(weights),
            "segments": None if self.recommender.segments is None else self.recommender.segments.stored(),
            "calibrations": [vars(calibration) for calibration in self.calibrations],
            "reason": self.reason,
        }
        return json.dumps(content, sort_keys=True)


def recommendation_model_from_json(text: str) -> RecommendationModel:
    """The model that `to_json` wrote."""
    content = json.loads(text)
    catalogue = Catalogue(
        tuple(content["product_ids"]),
        tuple(content["category_names"]),
        np.array(content["category_codes"], dtype=np.int64),
        np.array(content["popularity"], dtype=np.float64),
    )
    weights = None if content["weights"] is None else _unpacked(content["weights"], len(catalogue))
    calibrations = tuple(Calibration(**{**stored, "coefficients": tuple(stored["coefficients"])}) for stored in content["calibrations"])
    # Versions that were registered before there were segments have none.
    segments = segments_from(content["segments"]) if content.get("segments") else None
    recommender = Recommender(Candidate(**content["candidate"]), catalogue, weights, segments)
    return RecommendationModel(content["model_version"], recommender, calibrations, content["reason"])


def _packed(weights: sparse.csr_matrix) -> dict[str, str]:
    """Little-endian bytes in base64: a fifth of the same numbers in decimal, and exact."""
    parts = {"indptr": weights.indptr.astype("<i8"), "indices": weights.indices.astype("<i4"), "data": weights.data.astype("<f4")}
    return {name: base64.b64encode(values.tobytes()).decode("ascii") for name, values in parts.items()}


def _unpacked(stored: dict[str, str], size: int) -> sparse.csr_matrix:
    types = {"indptr": "<i8", "indices": "<i4", "data": "<f4"}
    parts: dict[str, FloatArray] = {name: np.frombuffer(base64.b64decode(stored[name]), dtype=kind) for name, kind in types.items()}
    return sparse.csr_matrix((parts["data"].copy(), parts["indices"].copy(), parts["indptr"].copy()), shape=(size, size))
