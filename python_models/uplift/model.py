"""A fitted uplift model as plain numbers: no pickle, so that reading a model file can never run code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from python_models.matrix import FloatArray
from python_models.propensity.model import LogisticModel

HAS_OFFER = "has_offer"


@dataclass(frozen=True)
class TLearner:
    """Difference of two outcome models, one of those who were drawn, one of those who were held out (Künzel et al. 2019, 2.1)."""

    drawn: LogisticModel
    held_out: LogisticModel

    def effect(self, matrix: FloatArray) -> FloatArray:
        return np.asarray(expit(self.drawn.decision(matrix)) - expit(self.held_out.decision(matrix)))


@dataclass(frozen=True)
class XLearner:
    """Weighted mean of two regressions of imputed effects (Künzel et al. 2019, equation 9).

    They are linear: what is a decision on the log-odds in a `LogisticModel` is the effect itself here. With `expected` they see the
    log-odds of the expected outcome and the columns of `effect_columns` instead of the whole matrix.
    """

    drawn: LogisticModel
    held_out: LogisticModel
    share: float
    expected: LogisticModel | None = None
    effect_columns: tuple[int, ...] = ()

    def effect(self, matrix: FloatArray) -> FloatArray:
        seen = effect_matrix(matrix, self.expected, self.effect_columns)
        return self.share * self.held_out.decision(seen) + (1 - self.share) * self.drawn.decision(seen)


def effect_matrix(matrix: FloatArray, expected: LogisticModel | None, columns: tuple[int, ...]) -> FloatArray:
    """What the regressions of imputed effects see."""
    return matrix if expected is None else np.column_stack([expected.decision(matrix), matrix[:, list(columns)]])


@dataclass(frozen=True)
class BanditLearner:
    """Difference of two linear models of the outcome, one per action, that see what an X-learner with `expected` sees."""

    drawn: LogisticModel
    held_out: LogisticModel
    expected: LogisticModel
    effect_columns: tuple[int, ...]

    def effect(self, matrix: FloatArray) -> FloatArray:
        seen = effect_matrix(matrix, self.expected, self.effect_columns)
        return self.drawn.decision(seen) - self.held_out.decision(seen)


Learner = TLearner | XLearner | BanditLearner
LEARNERS: Mapping[str, type[Learner]] = {"t": TLearner, "x": XLearner, "bandit": BanditLearner}


@dataclass(frozen=True)
class UpliftModel:
    """Everything that scoring needs. Without a learner the average effect is everybody's; `features` are without the offer, which is the
    last column of the matrix."""

    model_name: str
    model_version: str
    features: tuple[str, ...]
    average_effect: float
    base_rate: float
    expected: LogisticModel | None = None
    learner: Learner | None = None

    def effect(self, matrix: FloatArray) -> FloatArray:
        """Six digits, as of all scores."""
        effect = np.full(len(matrix), self.average_effect) if self.learner is None else self.learner.effect(matrix)
        return np.asarray(np.round(np.clip(effect, -1, 1), 6))

    def expected_rate(self, matrix: FloatArray) -> FloatArray:
        """The probability of a purchase in the window among people like these, some of whom got a message."""
        rate = np.full(len(matrix), self.base_rate) if self.expected is None else expit(self.expected.decision(matrix))
        return np.asarray(np.round(np.clip(rate, 0, 1), 6))

    def to_json(self) -> str:
        kind = next((name for name, each in LEARNERS.items() if isinstance(self.learner, each)), None)
        return json.dumps(asdict(self) | {"learner_kind": kind}, sort_keys=True)


def uplift_model_from_json(text: str) -> UpliftModel:
    """Read what `to_json` wrote; an unknown kind is an error, not a guess."""
    content = json.loads(text)
    return UpliftModel(
        model_name=content["model_name"],
        model_version=content["model_version"],
        features=tuple(content["features"]),
        average_effect=content["average_effect"],
        base_rate=content["base_rate"],
        expected=_logistic(content["expected"]),
        learner=_learner(content["learner_kind"], content["learner"]),
    )


def _learner(kind: str | None, content: Mapping[str, Any]) -> Learner | None:
    if kind is None:
        return None
    drawn, held_out = _logistic(content["drawn"]), _logistic(content["held_out"])
    if drawn is None or held_out is None:
        raise ValueError("a learner has two models")
    if LEARNERS[kind] is TLearner:
        return TLearner(drawn, held_out)
    expected, columns = _logistic(content["expected"]), tuple(content["effect_columns"])
    if LEARNERS[kind] is XLearner:
        return XLearner(drawn, held_out, content["share"], expected, columns)
    if expected is None:
        raise ValueError("a bandit has a model of the expected outcome")
    return BanditLearner(drawn, held_out, expected, columns)


def _logistic(content: Mapping[str, Any] | None) -> LogisticModel | None:
    if content is None:
        return None
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    return LogisticModel(**values)
