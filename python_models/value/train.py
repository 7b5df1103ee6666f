"""Fit the value models to purchase histories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.value.bg_nbd import BgNbd, BgNbdFit, fit_bg_nbd, purchase_count_shares
from python_models.value.calibration import Calibration
from python_models.value.gamma_gamma import GammaGammaFit, fit_gamma_gamma
from python_models.value.likelihood import FitFailedError
from python_models.value.model import ValueModel
from python_models.value.score import score_value
from python_models.value.spec import ValueSpec

# Customers with so many repeats or more are counted together where actual and expected numbers of repeats are compared.
MANY_REPEATS = 7


@dataclass(frozen=True)
class ValueFit:
    """A model and what is known about its fit; or, below the floor or against the assumptions, the reason why there is none.

    repeats: share of the customers with so many repeat purchases (`MANY_REPEATS` or more in the last row), as counted and by the model.
    """

    model: ValueModel | None
    reason: str | None
    model_version: str
    repeat_customers: int
    purchases: BgNbdFit | None = None
    amounts: GammaGammaFit | None = None
    repeats: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def metrics(self) -> Mapping[str, float]:
        """Parameters with their standard errors, log-likelihoods, counts, and the correlation that Gamma-Gamma takes to be zero."""
        found: dict[str, float] = {"is_trained": float(self.model is not None), "repeat_customers": float(self.repeat_customers)}
        if self.purchases is None or self.amounts is None:
            return found
        for names, estimate in (("r alpha a b", self.purchases.estimate), ("p q v", self.amounts.estimate)):
            for name, value, error in zip(names.split(), estimate.values, estimate.standard_errors, strict=True):
                found[name] = value
                found[f"{name}_standard_error"] = error
        return found | {
            "customers": float(self.purchases.customer_count),
            "distinct_histories": float(self.purchases.distinct_histories),
            "bg_nbd_log_likelihood": self.purchases.estimate.log_likelihood,
            "gamma_gamma_log_likelihood": self.amounts.estimate.log_likelihood,
            "frequency_amount_correlation": self.amounts.frequency_correlation,
        }


def train_value(histories: pd.DataFrame, spec: ValueSpec, calibration: Calibration | None = None) -> ValueFit:
    """Fit both models to what `purchase_histories` returns; the order of the rows does not matter.

    The calibration changes neither of them: it goes into the model as it is, and tiers are those of the corrected values.
    """
    ordered = sort_rows(histories, ("customer_id",))
    parameters = asdict(spec) | ({} if calibration is None else {"calibration": asdict(calibration)})
    version = f"{spec.model_name}-{fingerprint(ordered, parameters)}"
    repeaters = ordered[(ordered["frequency"] > 0) & (ordered["monetary_value"] > 0)]
    if len(repeaters) < spec.minimum_repeat_customers:
        reason = f"{len(repeaters)} customers with a repeat purchase; {spec.minimum_repeat_customers} needed"
        return ValueFit(None, reason, version, len(repeaters))
    try:
        with single_thread():
            purchases = fit_bg_nbd(*(ordered[name].to_numpy(dtype=float) for name in ("frequency", "recency", "age")))
            amounts = fit_gamma_gamma(repeaters["frequency"].to_numpy(dtype=float), repeaters["monetary_value"].to_numpy(dtype=float))
    except FitFailedError as error:
        return ValueFit(None, str(error), version, len(repeaters))
    untiered = ValueModel(version, purchases.model, amounts.model, (), calibration)
    value = score_value(ordered, untiered, spec)[f"expected_value_{spec.tier_horizon_days}d"]
    if value.isna().all():
        # Gamma-Gamma with q <= 1 has no mean, and customers without repeats have nothing else.
        return ValueFit(None, "amounts vary so much between customers that their mean does not exist", version, len(repeaters))
    floors = tuple((tier.name, float(np.nanquantile(value, tier.from_quantile, method="lower"))) for tier in spec.tiers)
    model = replace(untiered, tier_floors=floors)
    return ValueFit(model, None, version, len(repeaters), purchases, amounts, _repeats(ordered, purchases.model))


def _repeats(histories: pd.DataFrame, model: BgNbd) -> pd.DataFrame:
    counted = np.bincount(np.minimum(histories["frequency"].to_numpy(dtype=np.int64), MANY_REPEATS), minlength=MANY_REPEATS + 1)
    expected = purchase_count_shares(model, histories["age"].to_numpy(dtype=float), MANY_REPEATS)
    return pd.DataFrame({"repeats": np.arange(MANY_REPEATS + 1), "actual_share": counted / len(histories), "expected_share": expected})
