"""What the recommender may be, on which data it may be fitted, and what it needs to know before it is believed."""

from __future__ import annotations

from dataclasses import dataclass, replace

RULES = ("most_popular", "last_category", "bought_before")


@dataclass(frozen=True)
class Candidate:
    """One way to rank products. `kind` says how weights are fitted, `strength` is what the kind is regularised or sized by.

    `is_repeating` lets an own earlier purchase speak for the same product as much as the strongest other product does.
    """

    name: str
    kind: str
    strength: float = 0.0
    is_repeating: bool = False

    @property
    def is_rule(self) -> bool:
        return self.kind in RULES


def _learned() -> tuple[Candidate, ...]:
    sizes = (("item_cosine", (10.0,)), ("ease", (50.0, 500.0)), ("implicit_als", (8.0, 32.0)), ("truncated_svd", (8.0, 32.0)))
    return tuple(
        Candidate(f"{kind}_{strength:g}{'_repeating' if is_repeating else ''}", kind, strength, is_repeating)
        for kind, strengths in sizes
        for strength in strengths
        for is_repeating in (False, True)
    )


@dataclass(frozen=True)
class RecommendationSpec:
    """Sizes, floors and seeds of the recommender.

    Below one of the minimums the rules serve, and the model says why. Candidates learn from every buyer and are judged by the lists of
    `judged_customers`: of more, intervals would hardly be narrower. A segment of who has bought nothing needs `minimum_segment_lines` of
    recent purchases, and to choose by segments `minimum_cold_buyers` of them. `batch_rows` bounds memory only: it changes no score.
    """

    model_name: str = "product_recommendations"
    top_count: int = 10
    longest_list: int = 20
    minimum_product_buyers: int = 3
    maximum_products: int = 10_000
    popularity_days: int = 90
    neighbours: int = 100
    als_customers: int = 20_000
    als_iterations: int = 8
    als_confidence: float = 5.0
    als_regularisation: float = 50.0
    judged_customers: int = 40_000
    minimum_buyers: int = 200
    minimum_returning_buyers: int = 50
    minimum_products: int = 20
    minimum_segment_lines: int = 200
    minimum_cold_buyers: int = 50
    bootstrap_rounds: int = 500
    seed: int = 7
    batch_rows: int = 1_024
    candidates: tuple[Candidate, ...] = (*(Candidate(kind, kind) for kind in RULES), *_learned())
    code_version: str = "3"

    def only(self, name: str) -> RecommendationSpec:
        """The rules, and of the learned candidates the one of this name."""
        return replace(self, candidates=tuple(candidate for candidate in self.candidates if candidate.is_rule or candidate.name == name))


PRODUCT_RECOMMENDATIONS = RecommendationSpec()
