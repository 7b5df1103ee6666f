"""Records as they are compared: one spelling per value, and the keys that pairs are blocked on. All values are text or empty."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import pandas as pd

from python_models.identity.spec import LinkColumns, LinkSpec

ID = "record_id"
# Attributes of a prepared record, and further keys that blocking rules may name; `text_<column>` and `category_<column>` come on top.
ATTRIBUTES = (
    "given_name",
    "surname",
    "date_of_birth",
    "email",
    "phone",
    "national_id",
    "street_number",
    "street",
    "address_line_2",
    "city",
    "postcode",
)
DERIVED_KEYS = (
    "given_root",
    "given_initial",
    "given_sound",
    "surname_sound",
    "name_pair",
    "birth_year",
    "birth_day",
    "email_local",
    "postcode_area",
)
KEYS = (*ATTRIBUTES, *DERIVED_KEYS)
ROOTS = "given_roots"
# Digits that make a phone number the same with and without its country code and trunk zero.
PHONE_DIGITS = 9
SOUNDEX = {letter: code for code, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), start=1) for letter in letters}

Cleaner = Callable[[str], str]


def prepare_records(records: pd.DataFrame, spec: LinkSpec) -> pd.DataFrame:
    """One row per record in the order of its id: `record_id`, the mapped attributes, and the keys that follow from them.

    Raises ValueError when a mapped column is missing (it is named), when there are no records, and when ids are empty or not unique.
    """
    check_records(records, spec)
    columns = spec.columns
    # Ids are compared as text, so that 1 and "1" are the same record in frames and files.
    prepared = pd.DataFrame({ID: records[columns.record_id].astype(str)})
    for attribute, values in _raw_attributes(records, spec).items():
        prepared[attribute] = values
    for column in columns.texts:
        prepared[f"text_{column}"] = _cleaned(records[column], squeezed, spec)
    for column in columns.categories:
        prepared[f"category_{column}"] = _cleaned(records[column], squeezed, spec)
    _add_keys(prepared, spec)
    return prepared.sort_values(ID, kind="stable").reset_index(drop=True)


def check_records(records: pd.DataFrame, spec: LinkSpec) -> None:
    """Look before anything is computed; no message carries a value of a record."""
    lacking = [name for name in dict.fromkeys((*spec.columns.used(), *spec.never_differ)) if name not in records.columns]
    if lacking:
        raise ValueError(f"the records have no column {', '.join(lacking)}: correct the column mapping or leave the attribute out")
    if records.empty:
        raise ValueError("there are no records to link")
    ids = records[spec.columns.record_id]
    if ids.isna().any():
        raise ValueError(f"{int(ids.isna().sum())} records have no {spec.columns.record_id}: every record needs an id")
    repeated = int(ids.astype(str).duplicated().sum())
    if repeated:
        raise ValueError(f"{repeated} records repeat the {spec.columns.record_id} of another: ids have to be unique")


def _raw_attributes(records: pd.DataFrame, spec: LinkSpec) -> dict[str, pd.Series]:
    columns: LinkColumns = spec.columns
    mapped = columns.attributes()
    streets = dict(spec.street_words)

    def dates(text: str) -> str:
        return date_digits(text, spec.date_order)

    def street(text: str) -> str:
        return "".join(streets.get(word, word) for word in folded(text).split())

    cleaners: Mapping[str, Cleaner] = {
        "given_name": squeezed,
        "surname": squeezed,
        "date_of_birth": dates,
        "email": email_address,
        "phone": phone_digits,
        "national_id": squeezed,
        "street_number": squeezed,
        "street": street,
        "address_line_2": street,
        "city": squeezed,
        "postcode": squeezed,
    }
    prepared = {name: _cleaned(records[mapped[name]], cleaners[name], spec) for name in ATTRIBUTES if name in mapped}
    if "full_name" in mapped:
        for name, part in (("given_name", given_part), ("surname", surname_part)):
            if name not in prepared:
                prepared[name] = _cleaned(records[mapped["full_name"]], part, spec)
    if "street" in mapped and "street_number" not in mapped:
        prepared["street_number"] = _cleaned(records[mapped["street"]], leading_number, spec)
        prepared["street"] = _cleaned(records[mapped["street"]], lambda text: street(without_leading_number(text)), spec)
    return {name: prepared[name] for name in ATTRIBUTES if name in prepared}


def _cleaned(values: pd.Series, clean: Cleaner, spec: LinkSpec) -> pd.Series:
    """Every distinct value is cleaned once; what stands for no value becomes None."""
    no_values = set(spec.no_values)
    known: dict[object, str | None] = {}
    for value in values.dropna().unique():
        text = value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)
        known[value] = None if text.strip().lower() in no_values else clean(text) or None
    return pd.Series([known.get(value) if pd.notna(value) else None for value in values], index=values.index, dtype="object")


def _add_keys(prepared: pd.DataFrame, spec: LinkSpec) -> None:
    if "given_name" in prepared:
        roots = defaultdict(list)
        for form, name in sorted(spec.nicknames):
            roots[form].append(name)
        prepared[ROOTS] = _each(prepared["given_name"], lambda name: roots.get(name, [name]))
        prepared["given_root"] = _each(prepared["given_name"], lambda name: roots.get(name, [name])[0])
        prepared["given_initial"] = _each(prepared["given_name"], lambda name: name[0])
        prepared["given_sound"] = _each(prepared["given_name"], soundex)
    if "surname" in prepared:
        prepared["surname_sound"] = _each(prepared["surname"], soundex)
    if "given_name" in prepared and "surname" in prepared:
        prepared["name_pair"] = [
            "|".join(sorted((given, family))) if given and family else None
            for given, family in zip(prepared["given_name"], prepared["surname"], strict=True)
        ]
    if "date_of_birth" in prepared:
        prepared["birth_year"] = _each(prepared["date_of_birth"], lambda digits: digits[:4])
        # Day and month in either order, so that swapped ones meet.
        prepared["birth_day"] = _each(prepared["date_of_birth"], lambda digits: "".join(sorted((digits[4:6], digits[6:8]))))
    if "email" in prepared:
        prepared["email_local"] = _each(prepared["email"], lambda address: address.split("@")[0])
    if "postcode" in prepared:
        prepared["postcode_area"] = _each(prepared["postcode"], lambda code: code[:3])


def _each(values: pd.Series, function: Callable[[str], object]) -> pd.Series:
    known = {value: function(value) for value in values.dropna().unique()}
    return pd.Series([known.get(value) for value in values], index=values.index, dtype="object")


def folded(text: str) -> str:
    """Lower case without accents; everything but letters and digits separates words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (character for character in decomposed if not unicodedata.combining(character))
    return " ".join("".join(character if character.isalnum() else " " for character in kept).split())


def squeezed(text: str) -> str:
    """Folded and without spaces: a lost space or hyphen is no difference."""
    return folded(text).replace(" ", "")


def name_words(text: str) -> tuple[str, str]:
    """Given name and surname of a full name: `Surname, Given` or the first word and the last; a single word is a surname."""
    before, comma, after = text.partition(",")
    if comma:
        given, surname = folded(after).split(), [squeezed(before)]
    else:
        words = [squeezed(word) for word in text.split()]
        given, surname = words[:-1], words[-1:]
    return "".join(given[:1]), "".join(surname)


def given_part(text: str) -> str:
    return name_words(text)[0]


def surname_part(text: str) -> str:
    return name_words(text)[1]


def leading_number(text: str) -> str:
    found = re.match(r"\s*(\d+\s?[a-zA-Z]?)\b", text)
    return squeezed(found.group(1)) if found else ""


def without_leading_number(text: str) -> str:
    return re.sub(r"^\s*\d+\s?[a-zA-Z]?\b[\s,]*", "", text)


def email_address(text: str) -> str:
    """Lower case, without a plus tag; empty when it is no address at all."""
    local, _, domain = text.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if local and domain else ""


def phone_digits(text: str) -> str:
    return re.sub(r"\D", "", text)[-PHONE_DIGITS:]


def date_digits(text: str, order: str) -> str:
    """Year, month and day as eight digits. Impossible dates stay as they are: a typing error still resembles the right date.

    A year that is written first is read as such whatever the order says; other dates are read in the given order.
    """
    parts = re.findall(r"\d+", text.partition("T")[0].strip())
    joined = "".join(parts)
    if len(parts) >= 3 and len(parts[0]) == 4:
        year, month, day = parts[:3]
    elif len(parts) >= 3:
        by_letter = dict(zip(order, parts[:3], strict=True))
        year, month, day = by_letter["y"], by_letter["m"], by_letter["d"]
    elif len(joined) == 8 and order != "ymd":
        places = {"y": 4, "m": 2, "d": 2}
        by_letter, start = {}, 0
        for letter in order:
            by_letter[letter] = joined[start : start + places[letter]]
            start += places[letter]
        year, month, day = by_letter["y"], by_letter["m"], by_letter["d"]
    else:
        return joined[:8]
    return f"{year}{month:0>2}{day:0>2}"


def soundex(name: str) -> str:
    """American Soundex (Russell and Odell, US patents 1,261,167 and 1,435,663): the first letter and three codes of consonants."""
    codes: list[int] = []
    previous = SOUNDEX.get(name[0], 0)
    for letter in name[1:]:
        code = SOUNDEX.get(letter, 0)
        if code and code != previous:
            codes.append(code)
        # h and w do not separate equal codes, vowels do.
        if letter not in "hw":
            previous = code
    return name[0] + "".join(str(code) for code in [*codes, 0, 0, 0][:3])


def count_pairs(prepared: pd.DataFrame, keys: Iterable[str]) -> int:
    """How many pairs a rule gives."""
    names = list(keys)
    sizes = prepared.dropna(subset=names).groupby(names, sort=False).size()
    return int((sizes * (sizes - 1) // 2).sum())
