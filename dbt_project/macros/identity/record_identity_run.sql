{#
    Writes what this run found out about who is who to the `ops` store: which identifier came to which customer, which customer ids came,
    went, merged and split, and that the run took place. Runs after the warehouse has committed int_identity_changes, because one
    transaction cannot span two DuckDB files. Hence the order, and why each part may be repeated:

    1. The warehouse commits. If the process dies here, ops is one run behind; the next run finds the same changes again, dated by
       its own clock.
    2. ops commits everything in one transaction. Rows are replaced by their as_of_at, so a rerun of the same as_of leaves the same rows.

    A run whose clock is behind the newest recorded one writes nothing. Neither does `--empty` or `--sample`, which see no rows or
    a part of them and would let every customer vanish.
#}
{% macro record_identity_run() %}
    {{- return(adapter.dispatch('record_identity_run', 'audience360')()) -}}
{% endmacro %}

{% macro default__record_identity_run() %}
    {% set clock = ref('int_clock') %}
    {% set member_changes = ref('int_identity_member_changes') %}
    {% set changes_found = ref('int_identity_changes_found') %}
    {% set identity_map = ref('int_identity_map') %}
    {% if execute and not flags.EMPTY and not flags.SAMPLE %}
        {% set members = ops_relation('identity_members') %}
        {% set changes = ops_relation('identity_changes') %}
        {% set runs = ops_relation('identity_runs') %}
        {% set is_newest_run %}
            not exists (select 1 from {{ runs }} as runs where runs.as_of_at > (select max(as_of_at) from {{ clock }}))
        {% endset %}
begin transaction;
delete from {{ members }}
where changed_at in (select as_of_at from {{ clock }}) and {{ is_newest_run }};
insert into {{ members }} (identifier_hash, customer_id, is_anchor, changed_at)
select identifier_hash, customer_id, is_anchor, changed_at
from {{ member_changes }}
where {{ is_newest_run }};
delete from {{ changes }}
where changed_at in (select as_of_at from {{ clock }}) and {{ is_newest_run }};
insert into {{ changes }} (change_type, before_customer_id, after_customer_id, cause, override_id, changed_at)
select change_type, before_customer_id, after_customer_id, cause, override_id, changed_at
from {{ changes_found }}
where {{ is_newest_run }};
delete from {{ runs }}
where as_of_at in (select as_of_at from {{ clock }}) and {{ is_newest_run }};
insert into {{ runs }} (as_of_at, customer_count)
select clock.as_of_at, count(distinct identity_map.customer_id)
from {{ clock }} as clock
left join {{ identity_map }} as identity_map on identity_map.customer_id is not null
where {{ is_newest_run }}
group by clock.as_of_at;
commit;
    {% endif %}
{% endmacro %}

{#
    Spark changes no rows of a Parquet table: each table is written anew beside the old one and takes its place when it is whole (see
    replace_managed_rows), so that a crash between two of them is repaired by the next run, as above. Runs its statements itself.
#}
{% macro spark__record_identity_run() %}
    {% set clock = ref('int_clock') %}
    {% set member_changes = ref('int_identity_member_changes') %}
    {% set changes_found = ref('int_identity_changes_found') %}
    {% set identity_map = ref('int_identity_map') %}
    {% if execute and not flags.EMPTY and not flags.SAMPLE %}
        {% set members = ops_relation('identity_members') %}
        {% set changes = ops_relation('identity_changes') %}
        {% set runs = ops_relation('identity_runs') %}
        {% set newer_runs = 'select 1 from ' ~ runs ~ ' where as_of_at > (select max(as_of_at) from ' ~ clock ~ ') limit 1' %}
        {% if run_query(newer_runs).rows | length == 0 %}
            {% set kept_members %}
                select identifier_hash, customer_id, is_anchor, changed_at
                from {{ members }}
                where changed_at not in (select as_of_at from {{ clock }})
                union all
                select identifier_hash, customer_id, is_anchor, changed_at
                from {{ member_changes }}
            {% endset %}
            {% do replace_managed_rows(members, kept_members) %}
            {% set kept_changes %}
                select change_type, before_customer_id, after_customer_id, cause, override_id, changed_at
                from {{ changes }}
                where changed_at not in (select as_of_at from {{ clock }})
                union all
                select change_type, before_customer_id, after_customer_id, cause, override_id, changed_at
                from {{ changes_found }}
            {% endset %}
            {% do replace_managed_rows(changes, kept_changes) %}
            {% set kept_runs %}
                select as_of_at, customer_count
                from {{ runs }}
                where as_of_at not in (select as_of_at from {{ clock }})
                union all
                select clock.as_of_at, count(distinct identity_map.customer_id) as customer_count
                from {{ clock }} as clock
                left join {{ identity_map }} as identity_map on identity_map.customer_id is not null
                group by clock.as_of_at
            {% endset %}
            {% do replace_managed_rows(runs, kept_runs) %}
        {% endif %}
    {% endif %}
{% endmacro %}
