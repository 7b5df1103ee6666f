"""Loads the words, places, wares and behaviour parameters into tables that the SQL of the generator joins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import duckdb

from orchestration.generators import behaviour
from orchestration.generators import reference as ref

# Where organic visits come from: share in percent, source, medium, campaign and referrer.
TRAFFIC: tuple[tuple[int, str | None, str | None, str | None, str | None], ...] = (
    (35, None, None, None, None),
    (28, None, None, None, "https://www.google.com/"),
    (14, "google", "cpc", "brand-search", "https://www.google.com/"),
    (11, "instagram", "social", "always-on", "https://l.instagram.com/"),
    (6, "facebook", "social", "retargeting", "https://l.facebook.com/"),
    (6, "pricecompare", "affiliate", "feed", "https://pricecompare.example/"),
)
TYPE_NUMBERS = (
    "mission_rate", "visit_mission", "visit_quiet", "order_mission", "cart_mission", "order_quiet", "cart_quiet", "store_order",
    "sale_lift", "dormancy_rate", "return_rate", "dormant_at_start", "open_rate", "click_rate", "mail_order", "coupon",
)  # fmt: skip
TYPE_LISTS = ("depth", "basket", "tier", "price_attitude")


def slots_by_weight(weights: Sequence[float], size: int) -> list[int]:
    """For each of ``size`` slots the index that owns it, in proportion to the weights."""
    bounds = [round(size * bound / sum(weights)) for bound in accumulate(weights)]
    return [next(index for index, bound in enumerate(bounds) if slot < bound) for slot in range(size)]


def load_reference_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates and fills every look-up table that the SQL scripts expect."""
    _load_places(connection)
    _load_words(connection)
    _load_wares(connection)
    _load_behaviour(connection)


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Sequence[Sequence[object]]) -> None:
    connection.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    connection.executemany(f"insert into {name} values ({', '.join('?' for _ in columns)})", rows)


def _create_slots(connection: duckdb.DuckDBPyConnection, name: str, target: str, weights: Sequence[float], size: int = 100) -> None:
    """A table that deals ``size`` equally likely slots out in proportion to the weights."""
    _create(connection, name, {"slot": "int", target: "int"}, list(enumerate(slots_by_weight(weights, size))))


def _load_places(connection: duckdb.DuckDBPyConnection) -> None:
    countries = {country.code: country for country in ref.COUNTRIES}
    rows: list[Sequence[object]] = []
    for number, city in enumerate(ref.CITIES):
        country = countries[city.country]
        rows.append(
            (number, city.country, city.name, city.region, city.time_zone, city.utc_offset, city.summer_time, city.postcode_stem,
             city.postcode_digits, city.area_code, country.spellings, country.currency, country.phone_prefix, country.trunk,
             country.mobile_stem, country.language, country.locale, country.mail_provider)
        )  # fmt: skip
    texts = ("phone_prefix", "trunk", "mobile_stem", "language", "locale", "mail_provider")
    columns = {
        "city_number": "int", "country": "varchar", "city": "varchar", "region": "varchar", "time_zone": "varchar",
        "utc_offset": "double", "summer_time": "varchar", "postcode_stem": "varchar", "postcode_digits": "int", "area_code": "varchar",
        "country_spellings": "varchar[]", "currency": "varchar", **dict.fromkeys(texts, "varchar"),
    }  # fmt: skip
    _create(connection, "cities", columns, rows)
    cities_of = {code: sum(city.country == code for city in ref.CITIES) for code in countries}
    _create_slots(
        connection, "city_slots", "city_number", [countries[city.country].weight / cities_of[city.country] for city in ref.CITIES], 256
    )
    _create(connection, "rates", {"currency": "varchar", "rate": "double"}, list(ref.RATES_PER_USD.items()))


def _load_words(connection: duckdb.DuckDBPyConnection) -> None:
    words = {"words": "varchar[]"}
    first_names = [(language, sex, names.split()) for (language, sex), names in ref.FIRST_NAMES.items()]
    _create(connection, "first_names", {"language": "varchar", "sex": "varchar"} | words, first_names)
    for name, by_language, separator in (("last_names", ref.LAST_NAMES, None), ("streets", ref.STREETS, "|")):
        rows = [(language, text.split(separator)) for language, text in by_language.items()]
        _create(connection, name, {"language": "varchar"} | words, rows)
    _create(connection, "brands", words, [(ref.BRANDS.split(),)])


def _load_wares(connection: duckdb.DuckDBPyConnection) -> None:
    categories = list(dict.fromkeys(shelf.category for shelf in ref.SUBCATEGORIES))
    search_words: dict[str, list[str]] = {name: [] for name in categories}
    for shelf in ref.SUBCATEGORIES:
        search_words[shelf.category] += shelf.nouns.lower().split()
    _create(
        connection,
        "categories",
        {"category_number": "int", "category_name": "varchar", "search_words": "varchar[]"},
        [(number, name, search_words[name]) for number, name in enumerate(categories)],
    )
    shelf_columns = {
        "shelf_number": "int", "category_number": "int", "category_name": "varchar", "subcategory": "varchar",
        "typical_price": "double", "adjectives": "varchar[]", "nouns": "varchar[]",
    }  # fmt: skip
    shelves = [
        (number, categories.index(shelf.category), shelf.category, shelf.name, shelf.price, shelf.adjectives.split(), shelf.nouns.split())
        for number, shelf in enumerate(ref.SUBCATEGORIES)
    ]
    _create(connection, "shelves", shelf_columns, shelves)
    device_columns = {"device_number": "int", "device_type": "varchar", "browser": "varchar", "user_agent": "varchar"}
    devices = [(number, device.device_type, device.browser, device.user_agent) for number, device in enumerate(ref.DEVICES)]
    _create(connection, "devices", device_columns, devices)
    _create_slots(connection, "device_slots", "device_number", [device.weight for device in ref.DEVICES])
    traffic_columns = {"traffic_number": "int"} | dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "referrer"), "varchar")
    _create(connection, "traffic", traffic_columns, [(number, *origin) for number, (_, *origin) in enumerate(TRAFFIC)])
    _create_slots(connection, "traffic_slots", "traffic_number", [share for share, *_ in TRAFFIC])


def _load_behaviour(connection: duckdb.DuckDBPyConnection) -> None:
    types = behaviour.LATENT_TYPES
    columns = (
        {"type_number": "int", "latent_type": "varchar"} | dict.fromkeys(TYPE_NUMBERS, "double") | dict.fromkeys(TYPE_LISTS, "double[]")
    )
    rows = [(number, kind.name, *(getattr(kind, name) for name in TYPE_NUMBERS + TYPE_LISTS)) for number, kind in enumerate(types)]
    _create(connection, "latent_types", columns, rows)
    slots: list[Sequence[object]] = []
    for is_founder, shares in ((True, [kind.founder_share for kind in types]), (False, [kind.newcomer_share for kind in types])):
        slots += [(slot, is_founder, number) for slot, number in enumerate(slots_by_weight(shares, 100))]
    _create(connection, "type_slots", {"slot": "int", "is_founder": "boolean", "type_number": "int"}, slots)
    levels = list(enumerate(behaviour.ACTIVITY_LEVELS))
    _create(connection, "activity_levels", {"level_number": "int", "factor": "double"}, levels)
    _create(
        connection,
        "frequencies",
        {"frequency_number": "int", "frequency": "varchar", "newsletter_share": "double", "promotion_share": "double"},
        [(number, name, newsletter, promotion) for number, (name, _, newsletter, promotion) in enumerate(behaviour.FREQUENCIES)],
    )
    _create_slots(connection, "frequency_slots", "frequency_number", [share for _, share, _, _ in behaviour.FREQUENCIES])
    periods = [(first_month * 100 + first, last_month * 100 + last) for first_month, first, last_month, last in behaviour.SALE_PERIODS]
    _create(connection, "sale_periods", {"from_day": "int", "to_day": "int"}, periods)
