"""Works out who is in which trigger, for some customers at one moment, by the compiled models of the nightly build.

The inputs of the models are made for these customers: their whole history, and of other people only what shares a cart or a browser
with them. The models are functions of the events and the clock, so one more run with a later clock says when something happens next
without any event: a cart is quiet for long enough, a trigger expires. That is when these customers are looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb

from orchestration.triggers.activity import ACTIVITY_SQL
from orchestration.triggers.compiled import AUDIENCE_MODELS, BEHAVIOUR_MODELS, TRIGGER_MODELS, CompiledProject
from orchestration.triggers.store import BY_CLOCK

# How far ahead it is asked what happens next; after that everybody is looked at again.
HORIZON = timedelta(days=3)
# Signals that wait for what only the batch brings: orders, deliveries, e-mail. Taken from the build once their moment has come.
BATCH_SIGNALS = ("int_trigger_delivery_signals", "int_trigger_replenishment_signals")

# `chosen` holds the customers. The models know them by number.
CHOSEN_CUSTOMER_KEYS = """(
            select component_key from warehouse.intermediate.int_identity_map
            where customer_id in (select customer_id from warehouse.main.chosen)
        )"""
EVENTS_SQL = (
    """
    create or replace temporary table chosen_keys as
    select identifier_key, component_key, customer_id from warehouse.main.identities
    where customer_id in (select customer_id from warehouse.main.chosen)
    """,
    """
    create or replace temporary table chosen_carts as
    select cart_id from warehouse.main.all_events
    where
        cart_id is not null
        and (device_key in (select identifier_key from chosen_keys) or account_key in (select identifier_key from chosen_keys))
    union
    select cart_id from base.intermediate.int_shopping_events
    where
        cart_id is not null
        and (device_key in (select identifier_key from chosen_keys) or account_key in (select identifier_key from chosen_keys))
    """,
    # Whether a device is a program's is told from all of its events, whoever was logged in.
    """
    create or replace temporary table chosen_devices as
    select distinct device_key from warehouse.main.all_events
    where
        device_key in (select identifier_key from chosen_keys)
        or account_key in (select identifier_key from chosen_keys)
        or cart_id in (select cart_id from chosen_carts)
    """,
    """
    create or replace table warehouse.staging.chosen_events as
    select * from warehouse.main.staged_columns
    union all by name
    select * exclude (event_key, device_key, account_key), false as is_too_late
    from warehouse.main.all_events
    where device_key in (select device_key from chosen_devices)
    """,
)
OLDER_EVENTS_SQL = """
    insert into warehouse.intermediate.int_shopping_events by name
    select * from base.intermediate.int_shopping_events
    where
        identifier_key in (select identifier_key from chosen_keys)
        or device_key in (select identifier_key from chosen_keys)
        or cart_id in (select cart_id from chosen_carts)
"""
INPUTS_SQL = (
    """
    create or replace table warehouse.intermediate.int_identity_map as
    select identifier_key, component_key, customer_id from warehouse.main.identities
    where identifier_key in (
        select identifier_key from chosen_keys
        union
        select unnest([identifier_key, device_key]) from warehouse.intermediate.int_shopping_events
    )
    """,
    """
    create or replace table warehouse.intermediate.int_order_customers as
    select * from base.intermediate.int_order_customers where customer_id in (select customer_id from warehouse.main.chosen)
    """,
    *(
        f"""
        create or replace table warehouse.intermediate.{name} as
        select * from base.intermediate.{name}
        where order_id in (select order_id from warehouse.intermediate.int_order_customers)
        """
        for name in ("int_orders_priced", "int_order_items_priced", "int_refunds_priced")
    ),
    *(
        f"""
        create or replace view warehouse.intermediate.{name} as
        select signals.* from base.intermediate.{name} as signals
        cross join warehouse.intermediate.int_clock as clock
        where signals.customer_key in {CHOSEN_CUSTOMER_KEYS} and signals.signalled_at <= clock.as_of_at
        """
        for name in BATCH_SIGNALS
    ),
    # A visit since the build ends what waits for one.
    """
    create or replace table warehouse.intermediate.visits as
    select identities.customer_id, identities.component_key as customer_key, pieces.first_event_at, pieces.last_event_at
    from warehouse.intermediate.int_web_visit_pieces as pieces
    inner join warehouse.intermediate.int_identity_map as identities
        on coalesce(pieces.account_key, pieces.device_key) = identities.identifier_key
    where not pieces.is_bot
    """,
    f"""
    create or replace view warehouse.intermediate.int_trigger_inactivity_signals as
    select
        signals.* replace (
            least(
                signals.condition_ended_at,
                (
                    select min(case when visits.first_event_at > signals.condition_started_at then first_event_at else last_event_at end)
                    from warehouse.intermediate.visits as visits
                    cross join warehouse.intermediate.int_clock as clock
                    where
                        visits.customer_key = signals.customer_key
                        and visits.last_event_at > signals.condition_started_at
                        and visits.last_event_at < clock.as_of_at
                )
            ) as condition_ended_at
        )
    from base.intermediate.int_trigger_inactivity_signals as signals
    cross join warehouse.intermediate.int_clock as clock
    where signals.customer_key in {CHOSEN_CUSTOMER_KEYS} and signals.signalled_at <= clock.as_of_at
    """,
)
CANDIDATES_SQL = """
    create or replace table warehouse.audiences.audience_candidates as
    select
        trigger_name as audience_name,
        customer_id,
        cast(min(priority) as bigint) as priority,
        cast(null as varchar) as experiment_id,
        true as is_in_published_segment
    from warehouse.marts.fct_triggers
    where is_active and customer_id in (select customer_id from warehouse.main.chosen)
    group by trigger_name, customer_id
"""
# When it was found, and by which event, stays with a firing for as long as it lasts. What the build knew before is nobody's finding here.
FIRINGS_SQL = """
    create or replace temporary table found_firings as
    with

    carried as (

        select events.event_id, events.event_at, events._file_id, events._row_number, shopping.cart_id, identities.customer_id
        from state.events as events
        inner join warehouse.intermediate.int_shopping_events as shopping
            on events._file_id = shopping._file_id and events._row_number = shopping._row_number
        left join warehouse.intermediate.int_identity_map as identities on shopping.identifier_key = identities.identifier_key

    ),

    causes as (

        select
            firings.trigger_firing_id,
            max_by(carried.event_id, (carried.event_at, carried._file_id, carried._row_number)) as event_id,
            max_by(carried._file_id, (carried.event_at, carried._file_id, carried._row_number)) as _file_id
        from warehouse.marts.fct_triggers as firings
        inner join carried
            on
                carried.event_at in (firings.entered_at, firings.condition_started_at)
                and case
                    when firings.subject_type = 'cart' then carried.cart_id = firings.subject_id
                    else carried.customer_id = firings.customer_id
                end
        where firings.is_active
        group by firings.trigger_firing_id

    )

    select
        firings.trigger_firing_id,
        firings.trigger_name,
        firings.condition,
        firings.customer_id,
        firings.subject_type,
        firings.subject_id,
        firings.priority,
        firings.entered_at,
        firings.expires_at,
        case
            when earlier.trigger_firing_id is not null then earlier.detected_at
            when known.trigger_firing_id is null then $now
        end as detected_at,
        coalesce(earlier.event_id, causes.event_id) as event_id,
        coalesce(earlier.stream_entries, files.first_entry || '_' || files.last_entry) as stream_entries,
        eligibility.is_eligible,
        case
            when eligibility.is_eligible then null
            when eligibility.is_without_email then 'no_email'
            when eligibility.is_email_invalid then 'invalid_email'
            when eligibility.is_email_suppressed then 'suppressed'
            when eligibility.is_without_consent then 'no_consent'
            when eligibility.is_barred then 'prefers_no_email'
            when eligibility.is_capped then 'frequency_capped'
        end as exclusion
    from warehouse.marts.fct_triggers as firings
    inner join warehouse.audiences.audience_eligibility as eligibility
        on firings.trigger_name = eligibility.audience_name and firings.customer_id = eligibility.customer_id
    left join state.firings as earlier on firings.trigger_firing_id = earlier.trigger_firing_id
    left join base.marts.fct_triggers as known on firings.trigger_firing_id = known.trigger_firing_id
    left join causes on firings.trigger_firing_id = causes.trigger_firing_id
    left join state.files as files on causes._file_id = files._file_id
    where firings.is_active and firings.customer_id in (select customer_id from warehouse.main.chosen)
"""
# A timer counts from its moment on, an event from after it: what is at this very moment is looked at once more, a microsecond later.
DUE_SQL = """
    create or replace temporary table found_dues as
    with

    moments as (

        select customer_id, unnest([entered_at, exited_at, expires_at]) as moment_at
        from warehouse.marts.fct_triggers

    )

    select
        chosen.customer_id,
        coalesce(
            min(case when moments.moment_at > $now then moments.moment_at else moments.moment_at + interval 1 microsecond end),
            cast($horizon as timestamp)
        ) as due_at,
        $rank as reason_rank
    from warehouse.main.chosen as chosen
    left join moments on chosen.customer_id = moments.customer_id and moments.moment_at >= $now and moments.moment_at < $horizon
    group by chosen.customer_id
"""


def evaluate(connection: duckdb.DuckDBPyConnection, project: CompiledProject, customers: Sequence[str], now: datetime) -> None:
    """Fill `found_firings`, `counted_activity` and `found_dues` for these customers; nothing is kept yet."""
    connection.execute("create or replace table warehouse.main.chosen (customer_id varchar)")
    connection.execute("insert into warehouse.main.chosen select unnest($customers)", {"customers": list(customers)})
    for statement in EVENTS_SQL:
        connection.execute(statement)
    run_behaviour(connection, project)
    connection.execute(OLDER_EVENTS_SQL)
    set_clock(connection, now)
    for statement in INPUTS_SQL:
        connection.execute(statement)
    run_models(connection, project, TRIGGER_MODELS)
    connection.execute(CANDIDATES_SQL)
    run_models(connection, project, AUDIENCE_MODELS)
    connection.execute(FIRINGS_SQL, {"now": now})
    connection.execute(ACTIVITY_SQL, {"now": now})
    horizon = now + HORIZON
    set_clock(connection, horizon)
    run_models(connection, project, TRIGGER_MODELS)
    connection.execute(DUE_SQL, {"now": now, "horizon": horizon, "rank": BY_CLOCK})


def set_clock(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """The clock of all models."""
    connection.execute(
        "create or replace table warehouse.intermediate.int_clock as "
        "select cast($now as timestamp) as as_of_at, cast(cast($now as timestamp) as date) as as_of_date",
        {"now": now},
    )


def run_behaviour(connection: duckdb.DuckDBPyConnection, project: CompiledProject) -> None:
    """Fold the chosen events. The models read staging by its name, which stands for the files that are taken in at other times."""
    staged = project.models["stg_web__events"].relation
    for model in project.in_order(BEHAVIOUR_MODELS):
        query = model.sql.replace(staged, "warehouse.staging.chosen_events")
        connection.execute(f"create or replace table {model.relation} as {query}")


def run_models(connection: duckdb.DuckDBPyConnection, project: CompiledProject, names: Sequence[str]) -> None:
    """Run compiled models as tables, as dbt does."""
    for model in project.in_order(names):
        connection.execute(f"create or replace table {model.relation} as {model.sql}")
