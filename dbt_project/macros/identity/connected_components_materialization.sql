{#-
    Materialises a model of edges (node_key, neighbour_key: bigint, from 0 to 2^60 - 1) as the connected components of that graph:
    one row per node that has an edge, columns node_key and component_key (the key of one of the component's nodes).
    The loop runs on any engine: it only creates tables, counts and drops. It raises when max_rounds (config, default 60) do not
    suffice; each round removes a constant share of the nodes on average, so a graph of a billion nodes needs about 30.
    Unit tests see the edges that the model selects; the loop itself is tested by tests/integration/test_connected_components.py.
-#}
{% materialization connected_components, default %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
    {%- set backup_relation = make_backup_relation(target_relation, 'table' if existing_relation is none else existing_relation.type) -%}
    {%- set max_rounds = config.get('max_rounds', 60) -%}
    {%- set scratch = namespace(relations=[], edges=none, representatives=[], components=none, remaining=none) -%}

    {{ drop_relation_if_exists(load_cached_relation(intermediate_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup_relation)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set edges_sql -%}
        select distinct
            cast(least(node_key, neighbour_key) as bigint) as node_key,
            cast(greatest(node_key, neighbour_key) as bigint) as neighbour_key
        from (
            {{ sql }}
        ) as model_edges
        where node_key <> neighbour_key
    {%- endset -%}
    {%- set scratch.edges = _contraction_scratch_table('edges_0', edges_sql) -%}
    {%- set scratch.relations = scratch.relations + [scratch.edges] -%}
    {%- set scratch.remaining = _count_rows(scratch.edges) -%}

    {%- for round_number in range(1, max_rounds + 1) -%}
        {%- if scratch.remaining > 0 or round_number == 1 -%}
            {%- set representatives = _contraction_scratch_table(
                'representatives_' ~ round_number, contraction_representatives_sql(scratch.edges, round_number)
            ) -%}
            {%- set contracted = _contraction_scratch_table(
                'edges_' ~ round_number, contraction_edges_sql(scratch.edges, representatives)
            ) -%}
            {%- do adapter.drop_relation(scratch.edges) -%}
            {%- set scratch.edges = contracted -%}
            {%- set scratch.representatives = scratch.representatives + [representatives] -%}
            {%- set scratch.relations = scratch.relations + [representatives, contracted] -%}
            {%- set scratch.remaining = _count_rows(contracted) -%}
            {%- do log(this.identifier ~ ': ' ~ scratch.remaining ~ ' edges left after round ' ~ round_number, info=false) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- if scratch.remaining > 0 -%}
        {%- for relation in scratch.relations -%}
            {%- do adapter.drop_relation(relation) -%}
        {%- endfor -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier ~ ': ' ~ scratch.remaining ~ ' edges are left after ' ~ max_rounds
            ~ ' rounds of contraction. Nothing was written. '
            ~ 'Check that the keys lie between 0 and 2^60 - 1, then raise the config max_rounds.'
        ) -%}
    {%- endif -%}

    {%- set scratch.components = scratch.representatives[-1] -%}
    {%- set final = namespace(sql='select node_key, representative_key as component_key from ' ~ scratch.representatives[-1]) -%}
    {%- for representatives in (scratch.representatives | reverse | list)[1:] -%}
        {%- set components = _contraction_scratch_table('components_' ~ loop.revindex, final.sql) -%}
        {%- set scratch.relations = scratch.relations + [components] -%}
        {%- set final.sql = contraction_components_sql(representatives, components) -%}
    {%- endfor -%}

    {% call statement('main') -%}
        {{ create_table_as(False, intermediate_relation, final.sql) }}
    {%- endcall %}

    {%- for relation in scratch.relations -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
    {%- if existing_relation is not none -%}
        {{ adapter.rename_relation(existing_relation, backup_relation) }}
    {%- endif -%}
    {{ adapter.rename_relation(intermediate_relation, target_relation) }}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(backup_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}

{#- Creates (anew) a scratch table beside the model; temporary tables would not do, since Spark's are views. Returns the relation. -#}
{% macro _contraction_scratch_table(suffix, select_sql) -%}
    {%- set relation = api.Relation.create(
        database=this.database, schema=this.schema, identifier=this.identifier ~ '__' ~ suffix, type='table'
    ) -%}
    {%- do adapter.drop_relation(relation) -%}
    {%- do run_query(create_table_as(False, relation, select_sql)) -%}
    {{ return(relation) }}
{%- endmacro %}

{#- The number of rows of a relation. -#}
{% macro _count_rows(relation) -%}
    {{ return(run_query('select count(*) as row_count from ' ~ relation).columns[0].values()[0] | int) }}
{%- endmacro %}
