{#-
    The edges of a query as a count and a sum of hashes per bucket: two sets of edges that agree in both hold the same edges. One pass
    without a join or a group says whether an edge of the day before has gone or come back; when one has, another pass finds the few buckets
    of such edges, and only these are compared edge by edge.

    An edge that came or went always shows in the count. That edges have become others shows unless sums of 64-bit hashes agree by
    chance, once in 2^64 changes and far less often than two identifiers share a 60-bit key. An engine that hashes otherwise after an upgrade
    finds every bucket changed and every edge the same.

    arrival_column: name of a column of the query. condition: SQL that is true for the edges to sum.
-#}
{% macro edges_digest_sql(sql, arrival_column, condition) -%}
select
    {{ edge_bucket() }} as bucket,
    {{ edge_sums() }},
    max({{ arrival_column }}) as newest_arrival
from (
    {{ sql }}
) as model_edges
where node_key <> neighbour_key and {{ condition }}
group by {{ edge_bucket() }}
{%- endmacro %}

{#- The number of edges and the sum of their hashes. -#}
{% macro edge_sums() -%}
    count(*) as edge_count,
    {{ exact_sum(transient_hash(['node_key', 'neighbour_key'])) }} as hash_sum
{%- endmacro %}

{#- The bucket of an edge, whichever key comes first. -#}
{% macro edge_bucket() -%}
    (node_key + neighbour_key) % 4096
{%- endmacro %}

{#- What is kept to say that a model and its edges belong together: the digest of the query, or one row. -#}
{% macro edges_state_sql(sql, arrival_column) -%}
    {%- if arrival_column -%}
        {{ edges_digest_sql(sql, arrival_column, '1 = 1') }}
    {%- else -%}
        select 1 as is_complete
    {%- endif -%}
{%- endmacro %}

{#- Whether the edges of a query under a condition differ from those that were kept: one row, 1 or 0. -#}
{% macro edges_differ_sql(sql, condition, kept_state) -%}
select case when current_edges.edge_count = kept_edges.edge_count and current_edges.hash_sum = kept_edges.hash_sum then 0 else 1 end as is_different
from (
    select
        {{ edge_sums() }}
    from (
        {{ sql }}
    ) as model_edges
    where node_key <> neighbour_key and {{ condition }}
) as current_edges
cross join (
    select
        sum(edge_count) as edge_count,
        sum(hash_sum) as hash_sum
    from {{ kept_state }}
) as kept_edges
{%- endmacro %}

{#- The buckets whose digests differ. -#}
{% macro changed_buckets_sql(digest, kept_state) -%}
select bucket
from (
    select
        bucket,
        edge_count,
        hash_sum
    from {{ digest }}

    union all

    select
        bucket,
        -edge_count as edge_count,
        -hash_sum as hash_sum
    from {{ kept_state }}
) as differences
group by bucket
having sum(edge_count) <> 0 or sum(hash_sum) <> 0
{%- endmacro %}

{#- The digest of two disjoint sets of edges. digest: relation. other_sql: SQL of edges_digest_sql. -#}
{% macro added_digests_sql(digest, other_sql) -%}
select
    bucket,
    cast(sum(edge_count) as bigint) as edge_count,
    cast(sum(hash_sum) as decimal(38, 0)) as hash_sum,
    max(newest_arrival) as newest_arrival
from (
    select
        bucket,
        edge_count,
        hash_sum,
        newest_arrival
    from {{ digest }}

    union all

    select
        bucket,
        edge_count,
        hash_sum,
        newest_arrival
    from ({{ other_sql }}) as other_digest
) as digests
group by bucket
{%- endmacro %}
