"""What peers read: the same rows that our models read, exported from a finished run, so that nobody pays for another's preparation."""

from __future__ import annotations

from pathlib import Path

from orchestration.paths import DataFolder
from orchestration.warehouse import Warehouse, literal

# One member in so many differs between the two states of the audience that are compared.
CHANGED_EVERY = 100
QUERIES = {
    "orders": """
        select order_id, customer_id, ordered_at, cast(net_revenue as double) as net_revenue
        from marts.fct_orders where customer_id is not null and not is_cancelled
    """,
    # All that a session keeps of its events.
    "events": """
        select anonymous_id, user_id, event_type, event_at, device_type, browser, utm_source, utm_medium, utm_campaign, referrer, page_url,
            geo_country, _loaded_at
        from staging.stg_web__events where not is_too_late
    """,
    "edges": "select identifier_key, linked_key from intermediate.int_identity_edges where blocked_reason is null",
    # The widest thing that leaves the warehouse for everybody, as two states of one audience.
    "audience_before": """
        select 'all' as audience_name, customer_id, email, first_name, last_name,
            country_code, order_count_lifetime, net_revenue_lifetime, lifecycle_stage
        from marts.dim_customer_360
    """,
    "audience_after": f"""
        select 'all' as audience_name, customer_id, email, first_name,
            case when row_number() over (order by customer_id) % {CHANGED_EVERY} = 0 then 'Changed' else last_name end as last_name,
            country_code, order_count_lifetime, net_revenue_lifetime, lifecycle_stage
        from marts.dim_customer_360
        qualify row_number() over (order by customer_id) % {CHANGED_EVERY} <> 1
    """,
}


def export(run: DataFolder, target: Path) -> dict[str, int]:
    """Write the files; rows of each."""
    target.mkdir(parents=True, exist_ok=True)
    rows = {}
    with Warehouse(run.root).connect(read_only=True) as connection:
        for name, query in QUERIES.items():
            file = target / f"{name}.parquet"
            [(count,)] = connection.execute(f"copy ({query}) to {literal(file)} (format parquet)").fetchall()
            rows[name] = int(count)
    return rows
