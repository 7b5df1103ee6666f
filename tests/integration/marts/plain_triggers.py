"""Triggers once more, event by event in plain Python, from the same seeds: nothing here is shared with the SQL."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Rows = Callable[[str], list[tuple[Any, ...]]]
Firing = tuple[str, str, str, datetime, datetime | None, str | None]


@dataclass(frozen=True)
class Policy:
    """A row of seed trigger_policies."""

    trigger: str
    condition: str
    subject_type: str
    is_keyed_by_subject: bool
    minimum_count: int | None
    wait: timedelta
    window: timedelta
    longest: timedelta | None
    cool_down: timedelta
    re_entry: timedelta | None


@dataclass(frozen=True, order=True)
class Signal:
    """A moment at which somebody could enter."""

    at: datetime
    subject: str
    customer: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Exit:
    """A row of seed trigger_exits."""

    event: str
    reason: str
    priority: int
    prevents_entry: bool


def firings(rows: Rows) -> set[Firing]:
    """What triggers on carts and on counted views must have done in the attached `warehouse`."""
    [(as_of,)] = rows("select as_of_at from warehouse.intermediate.int_clock")
    exits = defaultdict(list)
    for trigger, *columns in rows(
        "select trigger_name, exit_event, exit_reason, exit_priority, prevents_entry from warehouse.seeds.trigger_exits"
    ):
        exits[trigger].append(Exit(*columns))
    events = _events(rows)
    purchases = _purchases(rows)
    for cart, history in events.carts.items():
        purchases["order_of_subject", "", cart].extend(at for kind, at, _, _ in history if kind == "purchase")
    found: set[Firing] = set()
    for policy in _policies(rows):
        if policy.condition == "cart_quiet":
            signals = _quiet_carts(policy, events, as_of)
        elif policy.condition in ("product_views", "category_views"):
            signals = _frequent_views(policy, events)
        else:
            continue
        found |= set(_walk(policy, signals, exits[policy.trigger], purchases, as_of))
    return found


@dataclass(frozen=True)
class _Events:
    views: Mapping[tuple[str, str, str], list[datetime]]
    carts: Mapping[str, list[tuple[str, datetime, str | None, int]]]
    owners: Mapping[str, str]


def _minutes(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)


def _policies(rows: Rows) -> list[Policy]:
    columns = (
        "trigger_name, condition, subject_type, keyed_by = 'subject', minimum_count, coalesce(wait_minutes, 0), "
        "coalesce(window_minutes, 0), max_active_minutes, cool_down_minutes, reentry_minutes"
    )
    return [
        Policy(
            *named, timedelta(minutes=wait), timedelta(minutes=window), _minutes(longest), timedelta(minutes=cool_down), _minutes(re_entry)
        )
        for *named, wait, window, longest, cool_down, re_entry in rows(f"select {columns} from warehouse.seeds.trigger_policies")
    ]


def _customers(rows: Rows) -> dict[tuple[str, str], str]:
    found = rows("select identifier_type, identifier_value, customer_id from warehouse.intermediate.int_identity_map")
    return {(kind, value): customer for kind, value, customer in found if customer is not None}


def _bots(rows: Rows) -> defaultdict[tuple[str, date], list[tuple[datetime, datetime]]]:
    bots = defaultdict(list)
    for device, loaded, first, last in rows(
        "select anonymous_id, load_date, first_event_at, last_event_at from warehouse.intermediate.int_web_visit_pieces where is_bot"
    ):
        bots[device, loaded].append((first, last))
    return bots


def _events(rows: Rows) -> _Events:
    """What people did, read from the accepted events themselves."""
    customers = _customers(rows)
    categories = defaultdict(list)
    for product, category, valid_from, valid_to in rows(
        "select product_id, category, valid_from, valid_to from warehouse.intermediate.int_product_versions where category is not null"
    ):
        categories[product].append((valid_from, valid_to, category))
    bots = _bots(rows)
    views, carts, visitors = defaultdict(list), defaultdict(list), defaultdict(list)
    for device, account, kind, at, product, cart, quantity, loaded in rows(
        """
        select anonymous_id, user_id, event_type, event_at, product_id, cart_id, coalesce(quantity, 1), load_date
        from warehouse.staging.stg_web__events
        where not is_too_late and event_at < (select as_of_at from warehouse.intermediate.int_clock)
        order by event_at, _file_id, _row_number
        """
    ):
        if any(first <= at <= last for first, last in bots[device, loaded]):
            continue
        identifier = ("shop_customer_id", account) if account else ("anonymous_id", device)
        if kind == "product_view" and product and identifier in customers:
            customer = customers[identifier]
            views[customer, "product", product].append(at)
            for valid_from, valid_to, category in categories[product]:
                if valid_from <= at < valid_to:
                    views[customer, "category", category].append(at)
        elif cart and kind in ("add_to_cart", "remove_from_cart", "checkout_started", "purchase"):
            carts[cart].append((kind, at, product, quantity))
            visitors[cart].append((account is None, len(visitors[cart]), identifier, ("anonymous_id", device)))
    owners = {}
    for cart, seen in visitors.items():
        _, _, identifier, device = min(seen)
        owner = customers.get(identifier) or customers.get(device)
        if owner:
            owners[cart] = owner
    return _Events(views, carts, owners)


def _purchases(rows: Rows) -> defaultdict[tuple[str, str, str], list[datetime]]:
    """Moments by event, customer and subject; a cart has one owner, so that its key says enough."""
    found = defaultdict(list)
    for customer, at in rows(
        "select customer_id, ordered_at from warehouse.marts.fct_orders where customer_id is not null and not is_credit_note"
    ):
        found["order", customer, ""].append(at)
    for customer, product, category, at in rows(
        "select customer_id, product_id, category, ordered_at from warehouse.marts.fct_order_items "
        "where customer_id is not null and has_known_order and quantity > 0 and not is_credit_note"
    ):
        for subject in {product, category} - {None}:
            found["order_of_subject", customer, subject].append(at)
    return found


def _quiet_carts(policy: Policy, events: _Events, as_of: datetime) -> Iterable[Signal]:
    for cart, customer in events.owners.items():
        contents: Counter[str] = Counter()
        states = []
        is_bought = False
        for kind, at, product, quantity in events.carts[cart]:
            if product is not None:
                contents[product] += {"add_to_cart": quantity, "remove_from_cart": -quantity}.get(kind, 0)
            is_bought = is_bought or kind == "purchase"
            states.append((at, sum(max(units, 0) for units in contents.values()), is_bought))
        for number, (at, units, bought) in enumerate(states):
            later = states[number + 1 :]
            due = at + policy.wait
            if units >= (policy.minimum_count or 0) and not bought and due <= (later[0][0] if later else as_of):
                yield Signal(due, cart, customer, at, next((moment for moment, left, _ in later if left == 0), None))


def _frequent_views(policy: Policy, events: _Events) -> Iterable[Signal]:
    needed = policy.minimum_count or 0
    for (customer, subject_type, subject), moments in events.views.items():
        if subject_type == policy.subject_type:
            for number, at in enumerate(moments, start=1):
                recent = moments[bisect_left(moments, at - policy.window) : number]
                if len(recent) >= needed:
                    yield Signal(at, subject, customer, recent[-needed], None)


def _walk(
    policy: Policy,
    signals: Iterable[Signal],
    exits: Iterable[Exit],
    purchases: Mapping[tuple[str, str, str], list[datetime]],
    as_of: datetime,
) -> Iterable[Firing]:
    """One machine per person or subject: in, out, and closed until it is available again."""
    machines = defaultdict(list)
    for signal in signals:
        machines[signal.customer, signal.subject if policy.is_keyed_by_subject else ""].append(signal)
    for waiting in machines.values():
        closed_until: datetime | None = datetime.min
        for signal in sorted(waiting):
            ends, is_prevented = _ends(policy, signal, exits, purchases, as_of)
            if is_prevented or closed_until is None or signal.at < closed_until:
                continue
            end = min(ends, default=None)
            ended_at, reason = (end[0], end[2]) if end else (None, None)
            yield (policy.trigger, signal.customer, signal.subject, signal.at, ended_at, reason)
            is_last = ended_at is None or policy.re_entry is None
            closed_until = None if is_last else max(signal.at + (policy.re_entry or timedelta()), (ended_at or as_of) + policy.cool_down)


def _ends(
    policy: Policy,
    signal: Signal,
    exits: Iterable[Exit],
    purchases: Mapping[tuple[str, str, str], list[datetime]],
    as_of: datetime,
) -> tuple[list[tuple[datetime, int, str]], bool]:
    ends = []
    is_prevented = False
    for leaving in exits:
        if leaving.event == "condition_ended":
            moments = [signal.ended_at] if signal.ended_at else []
        elif leaving.event == "order":
            moments = purchases.get(("order", signal.customer, ""), [])
        else:
            owner = "" if policy.subject_type == "cart" else signal.customer
            moments = purchases.get((leaving.event, owner, signal.subject), [])
        is_prevented = is_prevented or (leaving.prevents_entry and any(signal.started_at < at < signal.at for at in moments))
        ends += [(at, leaving.priority, leaving.reason) for at in moments if at >= signal.at]
    if policy.longest is not None and signal.at + policy.longest <= as_of:
        ends.append((signal.at + policy.longest, -1, "expired"))
    return ends, is_prevented
