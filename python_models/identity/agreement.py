"""What the evidence has to say of a pair, beyond its probability, to make it a link."""

from __future__ import annotations

import json
from collections.abc import Sequence

from python_models.identity.spec import LinkSpec

# The first and the last level of every comparison.
SAME, DIFFERENT = "same", "different"


def is_backed(evidence: Sequence[str], spec: LinkSpec) -> list[bool]:
    """Per pair whether nothing of `spec.not_different` differs and one of `spec.one_agrees` is the same; true where they name nothing."""
    must_not_differ = [spec.columns.comparison_of(column) for column in spec.not_different]
    must_agree = [spec.columns.comparison_of(column) for column in spec.one_agrees]
    backed = []
    for text in evidence:
        levels = {name: part["level"] for name, part in json.loads(text).items()}
        differs = any(levels.get(name) == DIFFERENT for name in must_not_differ)
        agrees = not must_agree or any(levels.get(name) == SAME for name in must_agree)
        backed.append(agrees and not differs)
    return backed
