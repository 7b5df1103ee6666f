"""A fitted value model as plain numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from python_models.value.bg_nbd import BgNbd
from python_models.value.calibration import Calibration, MonotoneMap
from python_models.value.gamma_gamma import GammaGamma


@dataclass(frozen=True)
class ValueModel:
    """Both models, the lower bound of each value tier as of the training date, and the correction of forecasts where one is kept."""

    model_version: str
    purchases: BgNbd
    amounts: GammaGamma
    tier_floors: tuple[tuple[str, float], ...]
    calibration: Calibration | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def value_model_from_json(text: str) -> ValueModel:
    """The model that `to_json` wrote, before there was a calibration too, or before there were maps for who has bought once."""
    content = json.loads(text)
    return ValueModel(
        content["model_version"],
        BgNbd(**content["purchases"]),
        GammaGamma(**content["amounts"]),
        tuple((name, float(floor)) for name, floor in content["tier_floors"]),
        _calibration(content.get("calibration")),
    )


def _calibration(content: dict[str, Any] | None) -> Calibration | None:
    if content is None:
        return None
    return Calibration(
        int(content["window_days"]),
        _map(content["orders"]),
        _map(content["value"]),
        bool(content["goes_on_steadily"]),
        *(_map(content[name]) if content.get(name) else None for name in ("orders_after_one", "value_after_one")),
    )


def _map(content: dict[str, Any]) -> MonotoneMap:
    return MonotoneMap(tuple(content["expected"]), tuple(content["actual"]))
