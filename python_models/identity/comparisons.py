"""How two records are compared, attribute by attribute, as levels from "the same" to "different" for Splink."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import splink.comparison_level_library as levels
from splink.internals.comparison_creator import ComparisonCreator
from splink.internals.comparison_level_creator import ComparisonLevelCreator
from splink.internals.comparison_library import CustomComparison

from python_models.identity.agreement import DIFFERENT, SAME
from python_models.identity.prepare import ROOTS

# Jaro-Winkler similarities at which names still are a likely misspelling, and a possible one (Winkler 1990 uses 0.92 and 0.88).
ALIKE = 0.92
SIMILAR = 0.85

Levels = list[ComparisonLevelCreator]


def comparisons(attributes: Sequence[str]) -> list[ComparisonCreator]:
    """One comparison per attribute of a prepared record."""
    present = set(attributes)
    return [_comparison(name, _levels(name, present)) for name in attributes if _levels(name, present)]


def _comparison(name: str, its_levels: Levels) -> ComparisonCreator:
    return CustomComparison(output_column_name=name, comparison_levels=[*its_levels])


def _levels(name: str, present: set[str]) -> Levels:
    if name == "given_name":
        return _given_name("surname" in present)
    if name == "surname":
        return _surname("given_name" in present)
    if name in ("street", "address_line_2"):
        return _street(name, {"street", "address_line_2"} <= present)
    known: dict[str, Callable[[str], Levels]] = {
        "date_of_birth": _date,
        "email": _email,
        "phone": _number,
        "national_id": _number,
        "street_number": _short_code,
        "postcode": _short_code,
        "city": _text,
    }
    if name.startswith("text_"):
        return _text(name)
    if name.startswith("category_"):
        return [levels.NullLevel(name), _labelled(_exact(name), SAME), _labelled(levels.ElseLevel(), DIFFERENT)]
    return known[name](name) if name in known else []


def _exact(name: str, adjusted: bool = True) -> ComparisonLevelCreator:
    """Agreement on a rare value says more than on a common one."""
    return levels.ExactMatchLevel(name, term_frequency_adjustments=adjusted)


def _labelled(level: ComparisonLevelCreator, label: str) -> ComparisonLevelCreator:
    return level.configure(label_for_charts=label)


def _given_name(has_surname: bool) -> Levels:
    name = "given_name"
    swapped = [_labelled(levels.ColumnsReversedLevel(name, "surname", symmetrical=True), "names swapped")] if has_surname else []
    return [
        levels.NullLevel(name),
        _labelled(_exact(name), SAME),
        *swapped,
        _labelled(levels.ArrayIntersectLevel(ROOTS), "forms of one name"),
        _labelled(levels.JaroWinklerLevel(name, ALIKE), "alike"),
        _labelled(levels.JaroWinklerLevel(name, SIMILAR), "similar"),
        _labelled(levels.CustomLevel(f"{name}_l like {name}_r || '%' or {name}_r like {name}_l || '%'"), "one begins the other"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _surname(has_given_name: bool) -> Levels:
    name = "surname"
    empty: ComparisonLevelCreator = levels.NullLevel(name)
    if has_given_name:
        # Swapped names are evidence once, in the comparison of given names: here they say nothing.
        empty = levels.Or(levels.NullLevel(name), levels.ColumnsReversedLevel(name, "given_name", symmetrical=True))
        empty = empty.configure(is_null_level=True)
    return [
        _labelled(empty, "empty"),
        _labelled(_exact(name), SAME),
        _labelled(levels.JaroWinklerLevel(name, ALIKE), "alike"),
        _labelled(levels.JaroWinklerLevel(name, SIMILAR), "similar"),
        _labelled(levels.ExactMatchLevel("surname_sound"), "sound alike"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _date(name: str) -> Levels:
    swapped = " and ".join(
        f"substr({name}_{one}, {start}, 2) = substr({name}_{other}, {end}, 2)"
        for one, other in (("l", "r"), ("r", "l"))
        for start, end in ((5, 7),)
    )
    return [
        levels.NullLevel(name),
        _labelled(_exact(name, adjusted=False), SAME),
        _labelled(
            levels.CustomLevel(f"substr({name}_l, 1, 4) = substr({name}_r, 1, 4) and {swapped}"),
            "day and month swapped",
        ),
        _labelled(levels.DamerauLevenshteinLevel(name, 1), "one typing error"),
        _labelled(levels.DamerauLevenshteinLevel(name, 2), "two typing errors"),
        _labelled(levels.CustomLevel(f"substr({name}_l, 1, 4) = substr({name}_r, 1, 4)"), "same year"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _email(name: str) -> Levels:
    return [
        levels.NullLevel(name),
        _labelled(_exact(name, adjusted=False), SAME),
        _labelled(levels.DamerauLevenshteinLevel(name, 2), "up to two typing errors"),
        _labelled(levels.ExactMatchLevel("email_local"), "same local part"),
        _labelled(levels.JaroWinklerLevel("email_local", ALIKE), "local part alike"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _number(name: str) -> Levels:
    return [
        levels.NullLevel(name),
        _labelled(_exact(name, adjusted=False), SAME),
        _labelled(levels.DamerauLevenshteinLevel(name, 1), "one typing error"),
        _labelled(levels.DamerauLevenshteinLevel(name, 2), "two typing errors"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _short_code(name: str) -> Levels:
    return [
        levels.NullLevel(name),
        _labelled(_exact(name), SAME),
        _labelled(levels.DamerauLevenshteinLevel(name, 1), "one typing error"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _text(name: str) -> Levels:
    return [
        levels.NullLevel(name),
        _labelled(_exact(name), SAME),
        _labelled(levels.JaroWinklerLevel(name, ALIKE), "alike"),
        _labelled(levels.JaroWinklerLevel(name, SIMILAR), "similar"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]


def _street(name: str, has_both_lines: bool) -> Levels:
    empty: ComparisonLevelCreator = levels.NullLevel(name)
    swapped: Levels = []
    if has_both_lines:
        reversed_lines = levels.ColumnsReversedLevel("street", "address_line_2", symmetrical=True)
        if name == "street":
            swapped = [_labelled(reversed_lines, "lines swapped")]
        else:
            empty = levels.Or(levels.NullLevel(name), reversed_lines).configure(is_null_level=True)
    return [
        _labelled(empty, "empty"),
        _labelled(_exact(name), SAME),
        *swapped,
        _labelled(levels.JaroWinklerLevel(name, ALIKE), "alike"),
        _labelled(levels.JaroWinklerLevel(name, SIMILAR), "similar"),
        _labelled(levels.ElseLevel(), DIFFERENT),
    ]
