"""How people in the demo world behave: the parameters that the generator's SQL and the exact filter both read.

The model, per person p and day t (all draws independent given the state):

* latent type z, fixed, with shares that differ between people who were there before the world starts and newcomers;
* activity level a in ``ACTIVITY_LEVELS``, fixed, equally likely;
* alive(t): a two-state Markov chain, dormant with rate ``z.dormancy_rate`` per day, back with ``z.return_rate``;
* shopping missions: on each alive day one starts with probability min(z.mission_rate · a · season(t), 0.25) and lasts a
  geometric number of days with mean 1 / ``MISSION_END_RATE``; the day is a mission day while any mission runs;
* an organic visit on day t with probability (mission: z.visit_mission, else alive: z.visit_quiet · a, else
  ``VISIT_DORMANT``) · weekday(t); a visit ends as order, abandoned cart or mere browsing with the type's probabilities,
  the order share multiplied by the sale lift on sale days; depth of browsing, coupon and basket size depend on z;
* on mission days also a purchase in a store with probability z.store_order;
* e-mail: a human open has probability z.open_rate · variant · fatigue(messages in the past 14 days) · (alive or
  ``DORMANT_OPEN_FACTOR``), a click given an open z.click_rate · variant · (alive or ``DORMANT_CLICK_FACTOR``); a click makes
  a visit that ends in an order with probability z.mail_order · variant;
* each message is answered by unsubscribing with probability ``UNSUBSCRIBE_SHARE``, whoever gets it;
* an abandoned cart is bought on the next day with a probability that does not depend on the latent state.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTIVITY_LEVELS: tuple[float, ...] = (0.45, 0.95, 1.6)
MISSION_END_RATE = 0.2
MISSION_MAX_DAYS = 30
MISSION_MAX_RATE = 0.25
VISIT_DORMANT = 0.0012
DORMANT_OPEN_FACTOR = 0.3
DORMANT_CLICK_FACTOR = 0.3
FATIGUE_PER_MESSAGE = 0.12
# A message is answered by unsubscribing with the first probability, by that or a complaint with the second; no more are sent after it.
UNSUBSCRIBE_SHARE = 0.0016
STOP_SHARE = 0.0019
FATIGUE_WINDOW_DAYS = 14
VISIBLE_HUMAN_OPEN_WITH_PROXY = 0.6
ORDER_CAP = 0.7
# The third device of people who have three is never identified.
UNLINKED_VISIT_SHARE = 0.13
# People buy again: in a real shop (Online Retail, UCI) 31 % of a customer's lines, 42 % from the second purchase day on, are products that
# the customer has bought before. A line is one of a few staples of its category with this probability; staples are drawn from a list
# that people of one style share, so that purchases of others say something too.
STAPLE_SHARE = 0.6
STAPLE_COUNT = 4
STYLE_COUNT = 12
STYLE_PRODUCTS = 10
CART_RECOVERY_PROBABILITY = 0.10
CART_REMINDER_SHARE = 0.85
CART_REMINDER_OPEN = 0.45
CART_REMINDER_CLICK = 0.40
CART_REMINDER_ORDER = 0.50
UNTRACKED_SHARE = 0.2
SPELL_COUNT = 8
NOMINAL_DAYS = 730
FOUNDER_SHARE = 0.40


@dataclass(frozen=True)
class LatentType:
    """One latent type of shopper; shares in percent, rates per day, the rest probabilities."""

    name: str
    founder_share: int
    newcomer_share: int
    mission_rate: float
    visit_mission: float
    visit_quiet: float
    order_mission: float
    cart_mission: float
    order_quiet: float
    cart_quiet: float
    store_order: float
    sale_lift: float
    dormancy_rate: float
    return_rate: float
    dormant_at_start: float
    open_rate: float
    click_rate: float
    mail_order: float
    coupon: float
    depth: tuple[float, float, float]  # shallow, medium, deep browsing
    basket: tuple[float, float, float]  # small, medium, large
    tier: tuple[float, float, float, float]  # bronze, silver, gold, platinum
    price_attitude: tuple[float, float, float]  # value, quality, deal_seeker


LATENT_TYPES: tuple[LatentType, ...] = (
    LatentType(
        "loyal_high_value",
        13,
        8,
        0.048,
        0.31,
        0.0108,
        0.5,
        0.22,
        0.08,
        0.12,
        0.076,
        1.15,
        1 / 1400,
        1 / 90,
        0.08,
        0.42,
        0.16,
        0.20,
        0.12,
        (0.45, 0.37, 0.18),
        (0.25, 0.40, 0.35),
        (0.10, 0.25, 0.40, 0.25),
        (0.20, 0.65, 0.15),
    ),
    LatentType(
        "steady_regular",
        27,
        22,
        0.0144,
        0.28,
        0.0043,
        0.39,
        0.24,
        0.05,
        0.10,
        0.06,
        1.30,
        1 / 520,
        1 / 240,
        0.28,
        0.30,
        0.10,
        0.14,
        0.22,
        (0.40, 0.42, 0.18),
        (0.45, 0.40, 0.15),
        (0.45, 0.35, 0.16, 0.04),
        (0.45, 0.35, 0.20),
    ),
    LatentType(
        "bargain_hunter",
        18,
        18,
        0.0112,
        0.31,
        0.0072,
        0.22,
        0.33,
        0.03,
        0.15,
        0.034,
        2.20,
        1 / 460,
        1 / 260,
        0.30,
        0.46,
        0.20,
        0.13,
        0.65,
        (0.30, 0.42, 0.28),
        (0.60, 0.32, 0.08),
        (0.60, 0.30, 0.08, 0.02),
        (0.25, 0.10, 0.65),
    ),
    LatentType(
        "researcher",
        14,
        14,
        0.016,
        0.43,
        0.0101,
        0.1,
        0.18,
        0.01,
        0.06,
        0.025,
        1.20,
        1 / 500,
        1 / 240,
        0.28,
        0.34,
        0.14,
        0.07,
        0.20,
        (0.15, 0.35, 0.50),
        (0.35, 0.42, 0.23),
        (0.60, 0.28, 0.10, 0.02),
        (0.35, 0.45, 0.20),
    ),
    LatentType(
        "new_price_sensitive",
        2,
        22,
        0.012,
        0.28,
        0.005,
        0.25,
        0.29,
        0.03,
        0.12,
        0.025,
        1.90,
        1 / 170,
        1 / 600,
        0.30,
        0.32,
        0.12,
        0.10,
        0.50,
        (0.40, 0.40, 0.20),
        (0.72, 0.24, 0.04),
        (0.85, 0.13, 0.02, 0.00),
        (0.40, 0.10, 0.50),
    ),
    LatentType(
        "churning",
        26,
        16,
        0.024,
        0.28,
        0.0043,
        0.36,
        0.22,
        0.04,
        0.10,
        0.06,
        1.20,
        1 / 80,
        1 / 900,
        0.60,
        0.22,
        0.07,
        0.09,
        0.25,
        (0.50, 0.36, 0.14),
        (0.48, 0.38, 0.14),
        (0.55, 0.30, 0.12, 0.03),
        (0.40, 0.35, 0.25),
    ),
)

# How much more often missions start in each month of the year (January first), and visits happen on each weekday
# (Monday first) for people with an even rhythm, for weekday people and for weekend people. Weekday rows average to one.
MONTH_SEASON: tuple[float, ...] = (0.85, 0.80, 0.92, 0.98, 1.02, 0.96, 0.88, 0.86, 0.98, 1.06, 1.40, 1.50)
RHYTHMS: tuple[tuple[float, ...], ...] = (
    (1.05, 1.02, 0.98, 0.98, 0.95, 0.96, 1.06),
    (1.20, 1.20, 1.15, 1.15, 1.05, 0.60, 0.65),
    (0.75, 0.72, 0.75, 0.83, 1.00, 1.50, 1.45),
)
RHYTHM_SHARES: tuple[float, ...] = (0.5, 0.3, 0.2)
# Sales as (first month, first day, last month, last day), each within one year.
SALE_PERIODS: tuple[tuple[int, int, int, int], ...] = ((1, 2, 1, 14), (7, 1, 7, 12), (11, 22, 11, 30), (12, 26, 12, 31))


# Variants of a campaign: the control is the house style; a and b change the probabilities of open, click given open and order
# given click by factors that are drawn, for each campaign, evenly from these ranges.
CONTROL_SHARE = 0.4
VARIANT_SHARE = 0.3
OPEN_FACTOR_RANGE: tuple[float, float] = (0.85, 1.35)
CLICK_FACTOR_RANGE: tuple[float, float] = (0.80, 1.50)
ORDER_FACTOR_RANGE: tuple[float, float] = (0.85, 1.30)

CAMPAIGN_TYPES: tuple[str, ...] = ("newsletter", "promotion", "win_back", "product_launch", "cart_recovery")
# A product launch goes to this part of those who get promotions, a win-back to this share of everybody.
LAUNCH_FACTOR = 0.6
WIN_BACK_SHARE = 0.12
# Wanted e-mail frequency: share of people in percent, chance per newsletter and per promotion to be sent one.
FREQUENCIES: tuple[tuple[str, int, float, float], ...] = (
    ("daily", 6, 0.9, 0.7),
    ("weekly", 44, 0.55, 0.14),
    ("monthly", 50, 0.18, 0.05),
)


def target_share(campaign_type: str, frequency: int) -> float:
    """The chance that somebody who may be mailed, and wants that frequency, is sent a campaign of this type."""
    _, _, newsletter, promotion = FREQUENCIES[frequency]
    return {"newsletter": newsletter, "promotion": promotion, "product_launch": promotion * LAUNCH_FACTOR, "win_back": WIN_BACK_SHARE}.get(
        campaign_type, 0.0
    )


def mean_factor(bounds: tuple[float, float]) -> float:
    """The mean over variants of a factor that is 1 for the control and evenly distributed within the bounds for the others."""
    return CONTROL_SHARE + (1 - CONTROL_SHARE) * (bounds[0] + bounds[1]) / 2
