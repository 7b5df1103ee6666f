{#-
    The edges of a query as sums per bucket: two sets of edges whose sums are equal in a bucket hold the same edges there. One pass
    without a join finds the few buckets in which an edge of the day before has gone or come back; only these are compared edge by edge.

    Both sums are exact whole numbers. One edge that came, went or became another always shows. Two that changed in one bucket could
    cancel out in both sums at once: for keys that are digests the chance is below 2^-50 per change, far less than that two identifiers share a
    60-bit key.

    arrival_column: name of a column of the query. condition: SQL that is true for the edges to sum.
-#}
{% macro edges_digest_sql(sql, arrival_column, condition) -%}
select
    {{ edge_bucket() }} as bucket,
    count(*) as edge_count,
    cast(sum(cast(node_key + neighbour_key as decimal(38, 0))) as decimal(38, 0)) as key_sum,
    cast(sum(cast((node_key % 1073741789) * (neighbour_key % 1073741789) as decimal(38, 0))) as decimal(38, 0)) as product_sum,
    max({{ arrival_column }}) as newest_arrival
from (
    {{ sql }}
) as model_edges
where node_key <> neighbour_key and {{ condition }}
group by {{ edge_bucket() }}
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

{#- The buckets whose sums differ. -#}
{% macro changed_buckets_sql(digest, kept_state) -%}
select bucket
from (
    select
        bucket,
        edge_count,
        key_sum,
        product_sum
    from {{ digest }}

    union all

    select
        bucket,
        -edge_count as edge_count,
        -key_sum as key_sum,
        -product_sum as product_sum
    from {{ kept_state }}
) as differences
group by bucket
having sum(edge_count) <> 0 or sum(key_sum) <> 0 or sum(product_sum) <> 0
{%- endmacro %}

{#- The digest of two disjoint sets of edges. digest: relation. other_sql: SQL of edges_digest_sql. -#}
{% macro added_digests_sql(digest, other_sql) -%}
select
    bucket,
    cast(sum(edge_count) as bigint) as edge_count,
    cast(sum(key_sum) as decimal(38, 0)) as key_sum,
    cast(sum(product_sum) as decimal(38, 0)) as product_sum,
    max(newest_arrival) as newest_arrival
from (
    select
        bucket,
        edge_count,
        key_sum,
        product_sum,
        newest_arrival
    from {{ digest }}

    union all

    select
        bucket,
        edge_count,
        key_sum,
        product_sum,
        newest_arrival
    from ({{ other_sql }}) as other_digest
) as digests
group by bucket
{%- endmacro %}
