"""What the value models predict and how they count: time in weeks, one purchase per customer and day."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ValueTier:
    """A named share of the customers, from the top: those above this quantile of expected value."""

    name: str
    from_quantile: float


@dataclass(frozen=True)
class ValueSpec:
    """Units, horizons and floors of the value models.

    Times are days divided by `days_per_period`; the published estimates of both models are in weeks. With fewer repeat customers than
    `minimum_repeat_customers` nothing is fitted.

    Forecasts are corrected by means of at least `customers_per_bin` customers, of `most_bins` bins at most, and not at all with fewer
    than `minimum_calibration_customers` in the earlier window. Whether that is better is decided by `bootstrap_rounds` samples of
    customers, who are drawn in `bootstrap_groups` groups.
    """

    model_name: str = "customer_value"
    days_per_period: float = 7.0
    horizons_days: tuple[int, ...] = (30, 90, 365)
    tier_horizon_days: int = 365
    tiers: tuple[ValueTier, ...] = (
        ValueTier("top", 0.9),
        ValueTier("high", 0.7),
        ValueTier("middle", 0.3),
        ValueTier("low", 0.0),
    )
    minimum_repeat_customers: int = 100
    minimum_calibration_customers: int = 1_000
    # With so many who have bought once, and so many who have bought again, each have maps of their own; of fewer these would be noise.
    minimum_customers_by_repeats: int = 5_000
    customers_per_bin: int = 300
    most_bins: int = 40
    bootstrap_rounds: int = 1_000
    bootstrap_groups: int = 1_000
    seed: int = 0
    code_version: str = "4"


CUSTOMER_VALUE = ValueSpec()
