"""What to link by: which column holds what, which pairs to compare, and how sure a link has to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from python_models.identity.nicknames import NICKNAMES

# Abbreviations of street types, as (what is written, what it is compared as).
STREET_WORDS: tuple[tuple[str, str], ...] = (
    ("street", "st"),
    ("strasse", "str"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("place", "pl"),
    ("court", "ct"),
    ("crescent", "cres"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("boulevard", "blvd"),
    ("square", "sq"),
    ("terrace", "tce"),
    ("close", "cl"),
    ("circuit", "cct"),
    ("highway", "hwy"),
    ("parade", "pde"),
    ("apartment", "apt"),
    ("village", "vlge"),
    ("saint", "st"),
    ("mount", "mt"),
)

# What programs and people write where they have no value, in lower case. Whole values only: Na is a surname.
NO_VALUES: tuple[str, ...] = ("null", "none", "nan", "n/a", "#n/a", "nil", "unknown", "undefined", "not known", "not given", "-", ".")


@dataclass(frozen=True)
class LinkColumns:
    """The name of the column that holds each attribute; one that the records lack stays None.

    `full_name` is split into given name and surname where these have no column of their own. A `street` that begins with a number gives
    the street number where that has no column. `texts` are further columns to compare by spelling (a company, a birth place),
    `categories` further ones that are only the same or not (a gender, a country).
    """

    record_id: str
    given_name: str | None = None
    surname: str | None = None
    full_name: str | None = None
    date_of_birth: str | None = None
    email: str | None = None
    phone: str | None = None
    national_id: str | None = None
    street_number: str | None = None
    street: str | None = None
    address_line_2: str | None = None
    city: str | None = None
    postcode: str | None = None
    texts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def attributes(self) -> Mapping[str, str]:
        """Attribute to column, for the attributes that have one of their own."""
        named = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in ("record_id", "texts", "categories")}
        return {name: column for name, column in named.items() if column is not None}

    def comparison_of(self, column: str) -> str:
        """The name that the comparison of a column has in the evidence."""
        names = {other: name for name, other in self.attributes().items()}
        names |= {other: f"text_{other}" for other in self.texts} | {other: f"category_{other}" for other in self.categories}
        if column not in names:
            raise ValueError(f"{column} is not compared; the columns that are: {', '.join(sorted(names))}")
        return names[column]

    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        return (self.record_id, *self.attributes().values(), *self.texts, *self.categories)


@dataclass(frozen=True)
class LinkSpec:
    """How to link records that may be one person's.

    A blocking rule is a tuple of keys (see `prepare.KEYS`); pairs that agree on all keys of at least one rule are compared. Empty rules
    are derived from the columns. `strict_rules` hardly ever join two people: the probability that two random records match is
    estimated from them, given the share of true pairs that they find. `training_rules` choose the pairs from which EM learns how often the
    records of one person agree; keys that they name are not learnt from them.

    A rule that gives more than `max_pairs_per_record` pairs per record is no block and is left out (common values), and so is one for
    which the rules before it have left no room in `max_candidate_pairs` (many records). Pairs at or above `link_threshold` are links,
    those from `review_threshold` on are for a person to decide; `never_differ` names columns of which one person has one value only:
    records that differ in one are never linked, not even by way of a third.

    Comparisons are taken to be independent, and some are not: a mailbox is called after its owner, so that namesakes agree in it as
    well, and a family shares its name and address. `one_agrees` names columns of which at least one has to be the same,
    `not_different` those that must not be different, in a pair that is linked; others stay for a person however probable. Both are
    empty unless given.
    """

    columns: LinkColumns
    blocking_rules: tuple[tuple[str, ...], ...] = ()
    training_rules: tuple[tuple[str, ...], ...] = ()
    strict_rules: tuple[tuple[str, ...], ...] = ()
    never_differ: tuple[str, ...] = ()
    one_agrees: tuple[str, ...] = ()
    not_different: tuple[str, ...] = ()
    link_threshold: float = 0.95
    review_threshold: float = 0.5
    strict_rules_recall: float = 0.7
    minimum_records: int = 50
    minimum_training_pairs: int = 20
    max_pairs_per_record: int = 200
    max_candidate_pairs: int = 20_000_000
    max_random_pairs: int = 1_000_000
    max_training_pairs: int = 1_000_000
    nicknames: tuple[tuple[str, str], ...] = NICKNAMES
    street_words: tuple[tuple[str, str], ...] = STREET_WORDS
    no_values: tuple[str, ...] = NO_VALUES
    date_order: str = "ymd"
    seed: int = 7
    model_name: str = "identity_links"
    code_version: str = "1"

    def __post_init__(self) -> None:
        if not 0 < self.review_threshold <= self.link_threshold < 1:
            raise ValueError(f"need 0 < review_threshold <= link_threshold < 1, got {self.review_threshold} and {self.link_threshold}")
        if not 0 < self.strict_rules_recall <= 1:
            raise ValueError(f"strict_rules_recall is a share above 0 and at most 1, got {self.strict_rules_recall}")
        if sorted(self.date_order) != ["d", "m", "y"]:
            raise ValueError(f"date_order is an order of y, m and d such as 'dmy', got {self.date_order!r}")
        for column in (*self.one_agrees, *self.not_different):
            self.columns.comparison_of(column)
        if not self.columns.attributes() and not self.columns.texts:
            raise ValueError("no column to compare by: name at least one of given_name, surname, date_of_birth, email … in LinkColumns")
