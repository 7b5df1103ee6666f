"""What the uplift of a message is learnt from, and how much data it takes to say anything of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from python_models.propensity.spec import BEHAVIOUR_FEATURES

# How much somebody reads mail: besides the expected outcome, what an effect that goes through reading can depend on.
READING_FEATURES: tuple[str, ...] = (
    "email_human_open_rate_90d",
    "email_click_rate_90d",
    "days_since_last_email_click",
    "email_click_count_365d",
    "email_human_open_count_365d",
)


_ACTIONS = ("order", "cart", "click", "visit", "open")
# The last three actions in their order, 0 or 1 each, and the days between them (feature_customer_sequences).
ACTION_FEATURES: tuple[str, ...] = tuple(
    f"{place}_action_is_{action}" for place in ("last", "second_last", "third_last") for action in _ACTIONS
)
ACTION_DAYS: tuple[str, ...] = ("days_since_last_action", "days_between_last_actions", "days_between_actions_before")
SEQUENCE_FEATURES: tuple[str, ...] = (*ACTION_FEATURES, *ACTION_DAYS)


@dataclass(frozen=True)
class LearnerParameters:
    """One candidate: `t` subtracts two outcome models; `x` regresses imputed effects, shrunk towards their mean, on all features, or on the
    expected outcome beside the features of `effect_features` where there are any; `bandit` learns from the campaigns in their order what it
    would have tried. The penalty of a bandit is the number of pseudo-rows of its prior."""

    name: str
    kind: str
    penalty: float = 0.0
    effect_features: tuple[str, ...] = ()


@dataclass(frozen=True)
class UpliftSpec:
    """The effect of being sent a campaign's message on buying within `window_days`, the day of the message included."""

    model_name: str = "message_uplift"
    window_days: int = 2
    features: tuple[str, ...] = (*BEHAVIOUR_FEATURES, "email_click_count_365d", "email_human_open_count_365d", *SEQUENCE_FEATURES)
    # The outcome models of both learners are logistic regressions: effects of a few in a thousand are no matter for trees.
    outcome_penalty: float = 0.01
    learners: tuple[LearnerParameters, ...] = (
        LearnerParameters("t_logistic", "t"),
        LearnerParameters("x_reading", "x", 0.1, READING_FEATURES),
        LearnerParameters("x_sequence", "x", 0.1, (*READING_FEATURES, *SEQUENCE_FEATURES)),
        LearnerParameters("bandit_reading", "bandit", 100.0, READING_FEATURES),
    )
    # Campaign dates: the first quarter only trains, the next half validates in time order, the last quarter is the test.
    first_train_share: float = 0.25
    test_share: float = 0.25
    fold_count: int = 4
    minimum_campaign_dates: int = 12
    # Buyers among the drawn and among the held out: in all for an average effect, before the first fold for a personal one.
    minimum_buyers: int = 50
    minimum_fit_buyers: int = 50
    # A draw whose share differs from the declared one by more than both was not made as declared, or not among these people.
    share_tolerance: float = 0.05
    share_deviations: float = 4.0
    confidence: float = 0.95
    resamples: int = 200
    seed: int = 7
    code_version: str = "2"

    def only(self, name: str) -> UpliftSpec:
        """Of the learners the one of this name."""
        return replace(self, learners=tuple(learner for learner in self.learners if learner.name == name))


MESSAGE_UPLIFT = UpliftSpec()
