"""Loads the words, places, wares and behaviour parameters into tables that the SQL of the generator joins."""

from __future__ import annotations

from itertools import accumulate

import duckdb

from orchestration.generators import behaviour
from orchestration.generators import reference as ref

TRAFFIC: tuple[tuple[int, int, str | None, str | None, str | None, str | None], ...] = (
    (0, 34, None, None, None, None),
    (35, 62, None, None, None, "https://www.google.com/"),
    (63, 76, "google", "cpc", "brand-search", "https://www.google.com/"),
    (77, 87, "instagram", "social", "always-on", "https://l.instagram.com/"),
    (88, 93, "facebook", "social", "retargeting", "https://l.facebook.com/"),
    (94, 99, "pricecompare", "affiliate", "feed", "https://pricecompare.example/"),
)


def slots_by_weight(weights: list[float], size: int) -> list[int]:
    """For each of ``size`` slots the index that owns it, in proportion to the weights."""
    bounds = [round(size * bound / sum(weights)) for bound in accumulate(weights)]
    return [next(index for index, bound in enumerate(bounds) if slot < bound) for slot in range(size)]


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[object, ...]]) -> None:
    connection.execute(f"create table {name} ({columns})")
    connection.executemany(f"insert into {name} values ({', '.join('?' for _ in rows[0])})", rows)


def _load_places(connection: duckdb.DuckDBPyConnection) -> None:
    countries = {country.code: country for country in ref.COUNTRIES}
    per_country = {code: sum(city.country == code for city in ref.CITIES) for code in countries}
    city_rows: list[tuple[object, ...]] = []
    for number, city in enumerate(ref.CITIES):
        country = countries[city.country]
        city_rows.append(
            (number, city.country, city.name, city.region, city.time_zone, city.utc_offset, city.summer_time, city.postcode_stem,
             city.postcode_digits, city.area_code, list(country.spellings), country.currency, country.phone_prefix, country.trunk,
             country.mobile_stem, country.language, country.locale, country.mail_provider)
        )  # fmt: skip
    _create(
        connection,
        "cities",
        "city_number int, country varchar, city varchar, region varchar, time_zone varchar, utc_offset double, summer_time varchar, "
        "postcode_stem varchar, postcode_digits int, area_code varchar, country_spellings varchar[], currency varchar, "
        "phone_prefix varchar, trunk varchar, mobile_stem varchar, language varchar, locale varchar, mail_provider varchar",
        city_rows,
    )
    weights = [countries[city.country].weight / per_country[city.country] for city in ref.CITIES]
    _create(connection, "city_slots", "slot int, city_number int", list(enumerate(slots_by_weight(weights, 256))))
    _create(connection, "rates", "currency varchar, rate double", list(ref.RATES_PER_USD.items()))


def _load_words(connection: duckdb.DuckDBPyConnection) -> None:
    _create(connection, "first_names", "language varchar, sex varchar, words varchar[]", [(*key, names.split()) for key, names in ref.FIRST_NAMES.items()])
    _create(connection, "last_names", "language varchar, words varchar[]", [(key, names.split()) for key, names in ref.LAST_NAMES.items()])
    _create(connection, "streets", "language varchar, words varchar[]", [(key, names.split("|")) for key, names in ref.STREETS.items()])
    _create(connection, "brands", "words varchar[]", [(ref.BRANDS.split(),)])
    categories = list(dict.fromkeys(shelf.category for shelf in ref.SUBCATEGORIES))
    search_words = {name: [word.lower() for shelf in ref.SUBCATEGORIES if shelf.category == name for word in shelf.nouns.split()] for name in categories}
    _create(
        connection, "categories", "category_number int, category_name varchar, search_words varchar[]",
        [(number, name, search_words[name]) for number, name in enumerate(categories)],
    )  # fmt: skip
    _create(
        connection,
        "shelves",
        "shelf_number int, category_number int, category_name varchar, subcategory varchar, typical_price double, adjectives varchar[], nouns varchar[]",
        [
            (number, categories.index(shelf.category), shelf.category, shelf.name, shelf.price, shelf.adjectives.split(), shelf.nouns.split())
            for number, shelf in enumerate(ref.SUBCATEGORIES)
        ],
    )
    _create(connection, "devices", "device_number int, device_type varchar, browser varchar, user_agent varchar",
            [(number, device.device_type, device.browser, device.user_agent) for number, device in enumerate(ref.DEVICES)])  # fmt: skip
    _create(connection, "device_slots", "slot int, device_number int", list(enumerate(slots_by_weight([device.weight for device in ref.DEVICES], 100))))
    _create(connection, "traffic", "from_slot int, to_slot int, utm_source varchar, utm_medium varchar, utm_campaign varchar, referrer varchar", list(TRAFFIC))


def _load_behaviour(connection: duckdb.DuckDBPyConnection) -> None:
    types = behaviour.LATENT_TYPES
    scalars = (
        "mission_rate", "visit_mission", "visit_quiet", "order_mission", "cart_mission", "order_quiet", "cart_quiet", "store_order", "sale_lift",
        "dormancy_rate", "return_rate", "dormant_at_start", "open_rate", "click_rate", "mail_order", "coupon",
    )  # fmt: skip
    lists = ("depth", "basket", "tier", "price_attitude")
    _create(
        connection,
        "latent_types",
        "type_number int, latent_type varchar, " + ", ".join(f"{name} double" for name in scalars) + ", " + ", ".join(f"{name} double[]" for name in lists),
        [
            (number, kind.name, *(getattr(kind, name) for name in scalars), *(list(getattr(kind, name)) for name in lists))
            for number, kind in enumerate(types)
        ],
    )
    slots: list[tuple[object, ...]] = []
    for is_founder, shares in ((True, [kind.founder_share for kind in types]), (False, [kind.newcomer_share for kind in types])):
        slots += [(slot, is_founder, number) for slot, number in enumerate(slots_by_weight([float(share) for share in shares], 100))]
    _create(connection, "type_slots", "slot int, is_founder boolean, type_number int", slots)
    _create(connection, "activity_levels", "level_number int, factor double", list(enumerate(behaviour.ACTIVITY_LEVELS)))
    _create(
        connection, "frequencies", "frequency_number int, frequency varchar, newsletter_share double, promotion_share double",
        [(number, name, newsletter, promotion) for number, (name, _, newsletter, promotion) in enumerate(behaviour.FREQUENCIES)],
    )  # fmt: skip
    weights = [float(share) for _, share, _, _ in behaviour.FREQUENCIES]
    _create(connection, "frequency_slots", "slot int, frequency_number int", list(enumerate(slots_by_weight(weights, 100))))
    periods: list[tuple[object, ...]] = [(first[0] * 100 + first[1], first[2] * 100 + first[3]) for first in behaviour.SALE_PERIODS]
    _create(connection, "sale_periods", "from_day int, to_day int", periods)


def load_reference_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates and fills every look-up table that the SQL scripts expect."""
    _load_places(connection)
    _load_words(connection)
    _load_behaviour(connection)
