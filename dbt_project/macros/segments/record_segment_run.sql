{#
    Writes what this run decided about segments to the `ops` store: who entered and who left, who belongs to a segment that is
    frozen from now on, and that the run took place. Runs after the warehouse has committed segment_memberships, because one
    transaction cannot span two DuckDB files. Hence the order, and why each part may be repeated:

    1. The warehouse commits. If the process dies here, ops is one run behind; the next run finds the same changes again, dated by
       its own clock.
    2. ops commits everything in one transaction. Changes and the run are replaced by their as_of_at, so a rerun of the same as_of
       leaves the same rows; a static segment is written only while it has none.

    A run whose clock is behind the newest recorded one writes nothing. Neither does `--empty` or `--sample`, which see no rows or
    a part of them and would send everybody home.
#}
{% macro record_segment_run() %}
    {{- return(adapter.dispatch('record_segment_run', 'audience360')()) -}}
{% endmacro %}

{% macro default__record_segment_run() %}
    {% set changes = ref('segment_membership_changes') %}
    {% set members = ref('segment_members') %}
    {% set refreshes = ref('segment_refreshes') %}
    {% if execute and not flags.EMPTY and not flags.SAMPLE %}
        {% set history = ops_relation('segment_membership_history') %}
        {% set static_members = ops_relation('static_segment_members') %}
        {% set runs = ops_relation('segment_runs') %}
        {% set is_newest_run %}
            not exists (
                select 1 from {{ runs }} as runs where runs.as_of_at > (select max(as_of_at) from {{ refreshes }})
            )
        {% endset %}
begin transaction;
delete from {{ history }}
where changed_at in (select as_of_at from {{ refreshes }}) and {{ is_newest_run }};
insert into {{ history }} (segment_name, customer_id, change_type, changed_at)
select segment_name, customer_id, change_type, changed_at
from {{ changes }}
where {{ is_newest_run }};
insert into {{ static_members }} (segment_name, customer_id, frozen_at)
select members.segment_name, members.customer_id, refreshes.as_of_at
from {{ members }} as members
inner join {{ refreshes }} as refreshes on members.segment_name = refreshes.segment_name
where
    refreshes.is_static
    and {{ is_newest_run }}
    and not exists (select 1 from {{ static_members }} as frozen where frozen.segment_name = members.segment_name);
delete from {{ runs }}
where as_of_at in (select as_of_at from {{ refreshes }}) and {{ is_newest_run }};
insert into {{ runs }} (segment_name, as_of_at, is_refreshed, member_count)
select
    refreshes.segment_name,
    refreshes.as_of_at,
    refreshes.is_due,
    count(members.customer_id)
from {{ refreshes }} as refreshes
left join {{ members }} as members on refreshes.segment_name = members.segment_name
where {{ is_newest_run }}
group by refreshes.segment_name, refreshes.as_of_at, refreshes.is_due;
commit;
    {% endif %}
{% endmacro %}

{#
    Spark changes no rows of a Parquet table: each table is written anew beside the old one and takes its place when it is whole (see
    replace_managed_rows), so that a crash between two of them is repaired by the next run, as above. Runs its statements itself.
#}
{% macro spark__record_segment_run() %}
    {% set changes = ref('segment_membership_changes') %}
    {% set members = ref('segment_members') %}
    {% set refreshes = ref('segment_refreshes') %}
    {% if execute and not flags.EMPTY and not flags.SAMPLE %}
        {% set history = ops_relation('segment_membership_history') %}
        {% set static_members = ops_relation('static_segment_members') %}
        {% set runs = ops_relation('segment_runs') %}
        {% set newer_runs %}
            select 1 from {{ runs }} where as_of_at > (select max(as_of_at) from {{ refreshes }}) limit 1
        {% endset %}
        {% if run_query(newer_runs).rows | length == 0 %}
            {% set kept_history %}
                select segment_name, customer_id, change_type, changed_at
                from {{ history }}
                where changed_at not in (select as_of_at from {{ refreshes }})
                union all
                select segment_name, customer_id, change_type, changed_at
                from {{ changes }}
            {% endset %}
            {% do replace_managed_rows(history, kept_history) %}
            {% set frozen_now %}
                select members.segment_name, members.customer_id, refreshes.as_of_at as frozen_at
                from {{ members }} as members
                inner join {{ refreshes }} as refreshes on members.segment_name = refreshes.segment_name
                where
                    refreshes.is_static
                    and not exists (select 1 from {{ static_members }} as frozen where frozen.segment_name = members.segment_name)
            {% endset %}
            {% if run_query('select 1 from (' ~ frozen_now ~ ') as frozen_now limit 1').rows | length > 0 %}
                {% do replace_managed_rows(
                    static_members, 'select segment_name, customer_id, frozen_at from ' ~ static_members ~ ' union all ' ~ frozen_now
                ) %}
            {% endif %}
            {% set kept_runs %}
                select segment_name, as_of_at, is_refreshed, member_count
                from {{ runs }}
                where as_of_at not in (select as_of_at from {{ refreshes }})
                union all
                select
                    refreshes.segment_name,
                    refreshes.as_of_at,
                    refreshes.is_due as is_refreshed,
                    count(members.customer_id) as member_count
                from {{ refreshes }} as refreshes
                left join {{ members }} as members on refreshes.segment_name = members.segment_name
                group by refreshes.segment_name, refreshes.as_of_at, refreshes.is_due
            {% endset %}
            {% do replace_managed_rows(runs, kept_runs) %}
        {% endif %}
    {% endif %}
{% endmacro %}
