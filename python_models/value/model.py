"""A fitted value model as plain numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from python_models.value.bg_nbd import BgNbd
from python_models.value.gamma_gamma import GammaGamma


@dataclass(frozen=True)
class ValueModel:
    """Both models, with the lower bound of each value tier as of the training date."""

    model_version: str
    purchases: BgNbd
    amounts: GammaGamma
    tier_floors: tuple[tuple[str, float], ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def value_model_from_json(text: str) -> ValueModel:
    """The model that `to_json` wrote."""
    content = json.loads(text)
    return ValueModel(
        content["model_version"],
        BgNbd(**content["purchases"]),
        GammaGamma(**content["amounts"]),
        tuple((name, float(floor)) for name, floor in content["tier_floors"]),
    )
