{#-
    CTEs `test_dates`, `<earlier_part>_dates` and `parts` of a model that is judged on a past date: today (scoring), the newest date with so
    many days after it (test), and the newest one whose days are over when those of the test begin, so that nothing that was chosen or
    learned there is judged again. A date that a young shop does not have is empty. Needs the CTEs `as_of_dates` and `clock`.

    days: how many days a date is followed for. earlier_part: what the earliest date is for.
-#}
{% macro model_dates(days, earlier_part) -%}
test_dates as (

    select max(as_of_dates.as_of_date) as as_of_date
    from as_of_dates
    cross join clock
    where {{ days_between('as_of_dates.as_of_date', 'clock.as_of_date') }} >= {{ days }}

),

{{ earlier_part }}_dates as (

    select max(as_of_dates.as_of_date) as as_of_date
    from as_of_dates
    cross join test_dates
    where {{ days_between('as_of_dates.as_of_date', 'test_dates.as_of_date') }} >= {{ days }}

),

parts as (

    select
        as_of_date,
        'scoring' as part
    from as_of_dates
    where is_scoring_date

    union all

    select
        as_of_date,
        'test' as part
    from test_dates

    union all

    select
        as_of_date,
        '{{ earlier_part }}' as part
    from {{ earlier_part }}_dates

),
{%- endmacro %}
