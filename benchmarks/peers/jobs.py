"""What somebody would use instead: one function per question and library.

Runs in an environment of its own, so it imports nothing of this project, and each library only where it is used.

Usage: python jobs.py <job> <folder with Parquet files>
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

GAP_MINUTES = 30
# What a session counts, and what it keeps of its first event.
COUNTED = ("page_view", "product_view", "search", "add_to_cart", "checkout_started", "purchase")
FIRST = ("device_type", "browser", "utm_source", "utm_medium", "utm_campaign", "referrer", "page_url", "geo_country")


def rfm_pandas(folder: Path) -> int:
    """Recency, frequency, monetary value and their quintiles."""
    import pandas as pd

    orders = pd.read_parquet(folder / "orders.parquet")
    now = orders["ordered_at"].max()
    values = orders.groupby("customer_id").agg(
        last_at=("ordered_at", "max"), frequency=("order_id", "nunique"), monetary=("net_revenue", "sum")
    )
    values["recency"] = (now - values["last_at"]).dt.days
    for name in ("recency", "frequency", "monetary"):
        values[f"{name}_score"] = pd.qcut(values[name].rank(method="max"), 5, labels=False, duplicates="drop")
    return len(values)


def rfm_pymc_marketing(folder: Path) -> int:
    """The summary and the segments of pymc-marketing."""
    import pandas as pd
    from pymc_marketing.clv import utils

    orders = pd.read_parquet(folder / "orders.parquet")
    segments = utils.rfm_segments(orders, "customer_id", "ordered_at", "net_revenue")
    return len(segments)


def rfm_lifetimes(folder: Path) -> int:
    """The summary of lifetimes."""
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    orders = pd.read_parquet(folder / "orders.parquet")
    return len(summary_data_from_transaction_data(orders, "customer_id", "ordered_at", "net_revenue"))


def sessions_pandas(folder: Path) -> int:
    """Sort by device and time, a new session after a gap; times and number of events only, as more does not fit into memory for long."""
    import pandas as pd

    events = pd.read_parquet(folder / "events.parquet", columns=["anonymous_id", "event_at"])
    events = events.sort_values(["anonymous_id", "event_at"], kind="stable")
    gap = events["event_at"].diff() > pd.Timedelta(minutes=GAP_MINUTES)
    is_start = gap | (events["anonymous_id"] != events["anonymous_id"].shift())
    events["session"] = is_start.cumsum()
    sessions = events.groupby("session").agg(
        device=("anonymous_id", "first"), start=("event_at", "min"), end=("event_at", "max"), event_count=("event_at", "size")
    )
    return len(sessions)


def sessions_polars(folder: Path) -> int:
    """The session table that we store, bots apart, lazily: sorted by device and time, a new session after a gap."""
    import polars as pl

    events = pl.scan_parquet(folder / "events.parquet").sort("anonymous_id", "event_at")
    is_start = (pl.col("event_at").diff() > pl.duration(minutes=GAP_MINUTES)) | (pl.col("anonymous_id") != pl.col("anonymous_id").shift())
    sessions = (
        events.with_columns(is_start.fill_null(value=True).cum_sum().alias("session"))
        .group_by("session")
        .agg(
            pl.col("anonymous_id").first(),
            pl.col("user_id").min(),
            pl.col("event_at").min().alias("started_at"),
            pl.col("event_at").max().alias("ended_at"),
            pl.len().alias("event_count"),
            *((pl.col("event_type") == name).sum().alias(f"{name}_count") for name in COUNTED),
            *(pl.col(name).first() for name in FIRST),
            pl.col("_loaded_at").max(),
        )
    ).collect()
    sessions.write_parquet(folder / "sessions_polars.parquet")
    return int(sessions.height)


def sessions_naive_sql(folder: Path) -> int:
    """The session table that we store, bots apart, by windows over the text key of the device, as tutorials have it."""
    import duckdb

    counts = ", ".join(f"count(*) filter (where event_type = '{name}') as {name}_count" for name in COUNTED)
    firsts = ", ".join(f"arg_min({name}, event_at) as {name}" for name in FIRST)
    target = folder / "sessions_naive_sql.duckdb"
    target.unlink(missing_ok=True)
    connection = duckdb.connect(str(target))
    connection.execute(
        f"""
        create table sessions as
        with gaps as (
            select *, case when event_at - lag(event_at) over device <= interval {GAP_MINUTES} minutes then 0 else 1 end as is_start
            from '{folder / "events.parquet"}'
            window device as (partition by anonymous_id order by event_at)
        ),
        numbered as (
            select *, sum(is_start) over (partition by anonymous_id order by event_at rows unbounded preceding) as session_number
            from gaps
        )
        select anonymous_id, min(user_id) as user_id, min(event_at) as started_at, max(event_at) as ended_at, count(*) as event_count,
            {counts}, {firsts}, max(_loaded_at) as loaded_at
        from numbered
        group by anonymous_id, session_number
        """
    )
    [(count,)] = connection.execute("select count(*) from sessions").fetchall()
    return int(count)


def components_networkx(folder: Path) -> int:
    """Connected components of the identity edges."""
    import networkx as nx
    import pandas as pd

    edges = pd.read_parquet(folder / "edges.parquet")
    graph = nx.from_pandas_edgelist(edges, "identifier_key", "linked_key")
    return int(nx.number_connected_components(graph))


def components_igraph(folder: Path) -> int:
    """The same with igraph, whose nodes are numbers from nought."""
    import igraph
    import pandas as pd

    edges = pd.read_parquet(folder / "edges.parquet")
    codes, names = pd.factorize(pd.concat([edges["identifier_key"], edges["linked_key"]]))
    graph = igraph.Graph(n=len(names), edges=list(zip(codes[: len(edges)], codes[len(edges) :], strict=True)))
    return len(graph.connected_components())


def components_scipy(folder: Path) -> int:
    """The same with scipy, and the quickest way that we know to number the nodes."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = parquet.read_table(folder / "edges.parquet", partitioning=None)
    ends = pa.chunked_array(edges["identifier_key"].chunks + edges["linked_key"].chunks).combine_chunks().dictionary_encode()
    codes, node_count = ends.indices.to_numpy(), len(ends.dictionary)
    matrix = coo_array((np.ones(len(edges), dtype=np.int8), (codes[: len(edges)], codes[len(edges) :])), shape=(node_count, node_count))
    return int(connected_components(matrix, directed=False, return_labels=False))


def diff_pandas(folder: Path) -> int:
    """Added, removed and changed members between two states of an audience."""
    import pandas as pd

    before, after = (pd.read_parquet(folder / f"audience_{state}.parquet") for state in ("before", "after"))
    both = before.merge(after, on=["audience_name", "customer_id"], how="outer", suffixes=("_before", "_after"), indicator=True)
    fields = [name.removesuffix("_before") for name in both.columns if name.endswith("_before")]
    is_changed = pd.Series(data=False, index=both.index)
    for field in fields:
        one, other = both[f"{field}_before"], both[f"{field}_after"]
        is_changed |= (one != other) & ~(one.isna() & other.isna())
    return int(((both["_merge"] != "both") | is_changed).sum())


JOBS: dict[str, Callable[[Path], int]] = {
    job.__name__: job
    for job in (
        rfm_pandas,
        rfm_pymc_marketing,
        rfm_lifetimes,
        sessions_pandas,
        sessions_polars,
        sessions_naive_sql,
        components_networkx,
        components_igraph,
        components_scipy,
        diff_pandas,
    )
}


if __name__ == "__main__":
    print(JOBS[sys.argv[1]](Path(sys.argv[2])))
