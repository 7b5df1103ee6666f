"""The engine of the demo world: an in-memory DuckDB that rolls people, activity and messages forward, window by window.

A window is a span of days whose deliveries are written together. What happens on a day is a function of (seed, size, person,
day); only as many earlier days are computed again as can still send rows into the window (``ORDER_LOOKBACK_DAYS`` and so on).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import duckdb

from orchestration.generators import behaviour
from orchestration.generators.reference_tables import load_reference_tables
from orchestration.generators.spec import WorldSpec

SQL_DIR = Path(__file__).parent / "sql"
# How long after the day of an order, a visit or a message rows of it may still become available.
ORDER_LOOKBACK_DAYS = 60
SESSION_LOOKBACK_DAYS = 24
MESSAGE_LOOKBACK_DAYS = 24
# Purchase probabilities are computed for about so many people.
PROBABILITY_SAMPLE = 20_000


def split_statements(sql: str) -> list[str]:
    """The statements of a SQL file; none of ours has a semicolon anywhere but at the end of a statement."""
    return [statement.strip() for statement in sql.split(";\n") if statement.strip().strip(";")]


@dataclass
class Engine:
    """Rolls one world forward. ``computed_until`` is the first day number that has not been computed yet."""

    spec: WorldSpec
    connection: duckdb.DuckDBPyConnection
    last_day: int
    computed_until: int = field(init=False, default=0)

    @classmethod
    def open(cls, spec: WorldSpec, last_day: int, memory_limit: str, threads: int | None, scratch_dir: Path) -> Engine:
        """An engine for the days up to and including number ``last_day``, with people, products and campaigns made."""
        config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit, "temp_directory": str(scratch_dir)}
        if threads is not None:
            config["threads"] = threads
        engine = cls(spec=spec, connection=duckdb.connect(":memory:", config=config), last_day=last_day)
        engine._set_constants()
        engine.run("macros.sql")
        load_reference_tables(engine.connection)
        for script in ("calendar.sql", "products.sql", "people.sql", "mail_stops.sql"):
            engine.run(script)
        engine._create_state_tables()
        return engine

    def close(self) -> None:
        self.connection.close()

    def run(self, script: str) -> None:
        """Runs a SQL file of this package."""
        for statement in split_statements((SQL_DIR / script).read_text(encoding="utf-8")):
            self.connection.execute(statement)

    def set_variable(self, name: str, value: object) -> None:
        self.connection.execute(f"set variable {name} = $1", [value])

    def _set_constants(self) -> None:
        spec = self.spec
        founders = round(spec.customers * behaviour.FOUNDER_SHARE)
        newcomers = spec.customers - founders
        # People of the calendar's last day included: a person joins on the day that their number falls on.
        people_until = founders + -(-newcomers * (self.last_day + 1) // behaviour.NOMINAL_DAYS)
        visitors_per_day = spec.customers * 0.0006
        bots_per_day = spec.customers / 70_000
        passers_by_per_day = spec.customers * 0.00012
        constants: dict[str, object] = {
            "seed_key": (spec.seed * 2_654_435_761 + 97) % 2**32,
            "start_date": spec.start_date,
            "customers": spec.customers,
            "founders": founders,
            "newcomers": newcomers,
            "people_until": people_until,
            "nominal_days": behaviour.NOMINAL_DAYS,
            # Campaigns are planned a week ahead, and the probabilities look a month ahead.
            "calendar_days": self.last_day + 41,
            "month_count": (self.last_day // 28) + 2,
            "products_per_category": max(20, min(1250, spec.customers // 160)),
            "loyalty_versions": self.last_day // 91 + 2,
            "untracked_share": behaviour.UNTRACKED_SHARE,
            "spell_count": behaviour.SPELL_COUNT,
            "mission_max_rate": behaviour.MISSION_MAX_RATE,
            "mission_end_rate": behaviour.MISSION_END_RATE,
            "mission_max_days": behaviour.MISSION_MAX_DAYS,
            "visit_dormant": behaviour.VISIT_DORMANT,
            "fatigue_days": behaviour.FATIGUE_WINDOW_DAYS,
            "fatigue": behaviour.FATIGUE_PER_MESSAGE,
            "dormant_open": behaviour.DORMANT_OPEN_FACTOR,
            "dormant_click": behaviour.DORMANT_CLICK_FACTOR,
            "unsubscribe_share": behaviour.UNSUBSCRIBE_SHARE,
            "stop_share": behaviour.STOP_SHARE,
            "visible_open": behaviour.VISIBLE_HUMAN_OPEN_WITH_PROXY,
            "order_cap": behaviour.ORDER_CAP,
            "unlinked_visit_share": behaviour.UNLINKED_VISIT_SHARE,
            "staple_share": behaviour.STAPLE_SHARE,
            "staple_count": behaviour.STAPLE_COUNT,
            "style_count": behaviour.STYLE_COUNT,
            "style_products": behaviour.STYLE_PRODUCTS,
            "cart_recovery": behaviour.CART_RECOVERY_PROBABILITY,
            "reminder_share": behaviour.CART_REMINDER_SHARE,
            "reminder_open": behaviour.CART_REMINDER_OPEN,
            "reminder_click": behaviour.CART_REMINDER_CLICK,
            "reminder_order": behaviour.CART_REMINDER_ORDER,
            "campaign_types": list(behaviour.CAMPAIGN_TYPES),
            "launch_factor": behaviour.LAUNCH_FACTOR,
            "win_back_share": behaviour.WIN_BACK_SHARE,
            "control_share": behaviour.CONTROL_SHARE,
            "variant_share": behaviour.VARIANT_SHARE,
            "open_factor_range": list(behaviour.OPEN_FACTOR_RANGE),
            "click_factor_range": list(behaviour.CLICK_FACTOR_RANGE),
            "order_factor_range": list(behaviour.ORDER_FACTOR_RANGE),
            "sample_step": -(-spec.customers // PROBABILITY_SAMPLE),
            "month_season": list(behaviour.MONTH_SEASON),
            "rhythms": [list(rhythm) for rhythm in behaviour.RHYTHMS],
        }
        for kind, per_day in (("visitor", visitors_per_day), ("bot", bots_per_day), ("passer_by", passers_by_per_day)):
            slots = int(per_day) + 1
            constants[f"{kind}_slots"] = slots
            constants[f"{kind}_share"] = per_day / slots
        for name, value in constants.items():
            self.set_variable(name, value)

    def _create_state_tables(self) -> None:
        """Empty tables of what is carried from window to window."""
        self.connection.execute("create table missions (p int, t int, end_day int)")
        self.connection.execute(
            "create table activity (p int, t int, kd ubigint, z int, is_mission boolean, is_join_day boolean, is_tracked boolean, "
            "is_visit boolean, outcome int, is_store_order boolean, depth int)"
        )
        self.connection.execute("create table sendings (p int, c int, t int, km ubigint)")
        self.connection.execute(
            "create table messages (p int, c int, t int, km ubigint, variant_number int, recent_count bigint, cart_key ubigint, "
            "is_alive boolean, is_last boolean, is_hard_bounce boolean, stop_reason varchar, sent_at timestamp, is_soft_bounce boolean, "
            "delivered_at timestamp, is_machine_open boolean, is_scanned boolean, is_opened boolean, is_clicked boolean, "
            "is_open_visible boolean, opened_at timestamp, clicked_at timestamp, is_order_if_clicked boolean, cart_if_clicked int)"
        )

    def _compute_days(self, from_day: int, to_day: int, *, missions_only: bool = False, sendings_only: bool = False) -> None:
        self.set_variable("from_day", from_day)
        self.set_variable("to_day", to_day)
        if not sendings_only:
            self.run("activity.sql")
            if not missions_only:
                self.run("activity_days.sql")
        if not missions_only:
            self.run("messages.sql")
            if not sendings_only:
                self.run("message_outcomes.sql")

    def roll_to(self, first_day: int, end_day: int) -> None:
        """Makes activity and messages of every day that can still send rows into ``first_day`` <= day < ``end_day``."""
        needed_from = max(0, first_day - ORDER_LOOKBACK_DAYS)
        self.connection.execute(f"delete from missions where end_day < {self.computed_until - 1}")
        self.connection.execute(f"delete from sendings where t < {self.computed_until - behaviour.FATIGUE_WINDOW_DAYS - 1}")
        for table in ("activity", "messages"):
            # Carts left on the day before the lookback may be bought on its first day.
            self.connection.execute(f"delete from {table} where t < {needed_from - 1}")
        if self.computed_until < needed_from:
            self._compute_days(max(0, needed_from - behaviour.MISSION_MAX_DAYS), needed_from, missions_only=True)
            self._compute_days(max(0, needed_from - behaviour.FATIGUE_WINDOW_DAYS), needed_from, sendings_only=True)
            self.computed_until = needed_from
        if self.computed_until < end_day:
            self._compute_days(self.computed_until, end_day)
            self.computed_until = end_day
        self.set_variable("visits_from", needed_from)
        self.set_variable("sessions_from", max(0, first_day - SESSION_LOOKBACK_DAYS))
        self.set_variable("mail_from_day", max(0, first_day - MESSAGE_LOOKBACK_DAYS))
        self.set_variable("to_day", end_day)
        self.set_variable("window_first_day", first_day)
        for name, day in (("window_start", first_day), ("window_end", end_day)):
            midnight = self.spec.start_date + timedelta(days=day)
            self.connection.execute(f"set variable {name} = cast($1 as timestamp)", [midnight.isoformat()])
        for script in ("visits.sql", "orders.sql", "sessions.sql"):
            self.run(script)
