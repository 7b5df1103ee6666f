"""Which pairs are worth comparing, learning from and counting as sure, derived from the attributes that the records have."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

Rule = tuple[str, ...]

# A union that is wide enough for a record with errors in several attributes: each rule survives the loss of all the others.
BLOCKING: tuple[Rule, ...] = (
    ("national_id",),
    ("email",),
    ("phone",),
    ("name_pair",),
    ("date_of_birth",),
    ("email_local",),
    ("surname_sound", "given_initial", "birth_year"),
    ("surname_sound", "birth_day"),
    ("given_sound", "birth_day"),
    ("given_root", "birth_year"),
    ("surname_sound", "postcode"),
    ("given_root", "postcode"),
    ("birth_year", "postcode"),
    ("birth_day", "postcode"),
    ("surname_sound", "city"),
    ("given_root", "city"),
    ("street", "street_number"),
    ("street", "postcode"),
    ("surname_sound", "given_sound"),
)

# Agreement on one of these finds pairs of which a fair share is one person, from which EM learns the other attributes. Only attributes
# that are compared, so that what a rule fixes is left out of what is learnt from it.
TRAINING: tuple[Rule, ...] = (
    ("national_id",),
    ("email",),
    ("phone",),
    ("given_name", "surname"),
    ("date_of_birth",),
    ("surname", "postcode"),
    ("street", "street_number"),
    ("surname", "street"),
    ("surname", "city"),
)

# Hardly ever two people. An identifier alone is not enough where families share it.
STRICT: tuple[Rule, ...] = (
    ("national_id",),
    ("email", "given_name"),
    ("email", "date_of_birth"),
    ("email", "surname"),
    ("phone", "given_name"),
    ("phone", "date_of_birth"),
    ("given_name", "surname", "date_of_birth"),
    ("given_name", "surname", "postcode"),
    ("given_name", "surname", "street"),
    ("surname", "date_of_birth", "postcode"),
    ("given_name", "date_of_birth", "postcode"),
    ("given_name", "date_of_birth", "city"),
)


def usable(rules: Sequence[Rule], prepared: pd.DataFrame) -> list[Rule]:
    """The rules of which the records have every key."""
    return [rule for rule in rules if set(rule) <= set(prepared.columns)]
