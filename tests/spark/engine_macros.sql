-- Every macro of macros/engine/ that makes an expression, over values at which engines are known to part ways.
with

texts as (

    select 1 as id, 'Ångström O''NEIL-smith  x' as text, 'a' as other
    union all
    select 2 as id, '' as text, null as other
    union all
    select 3 as id, null as text, 'b' as other
    union all
    select 4 as id, 'line 1$' as text, 'ß%_' as other
    union all
    select 5 as id, 'a.b+c@d.e' as text, '' as other

),

numbers as (

    select 1 as id, cast(5.005 as double) as ratio, cast('2026-03-29 01:30:00.123456' as timestamp) as moment, cast('2026-01-31' as date) as day
    union all
    select 2 as id, cast(-2.675 as double) as ratio, cast('1969-12-31 23:59:59.999999' as timestamp) as moment, cast('2024-02-29' as date) as day
    union all
    select 3 as id, cast(1.005 as double) as ratio, cast('2026-10-25 00:59:59' as timestamp) as moment, cast('2026-12-31' as date) as day
    union all
    select 4 as id, cast(null as double) as ratio, cast(null as timestamp) as moment, cast(null as date) as day
    union all
    select 5 as id, cast(0.1234565 as double) as ratio, cast('2100-01-01 00:00:00' as timestamp) as moment, cast('1970-01-01' as date) as day

),

joined as (

    select {{ joined_text('coalesce(other, text)', ';', 'id') }} as joined_text
    from texts

),

exact_sums as (

    select cast({{ exact_sum('(9223372036854775807 - id)') }} as string) as exact_sum
    from texts

)

select
    texts.id,
    {{ identifier_hash('texts.text') }} as identifier_hash,
    {{ identifier_key('email', 'texts.text') }} as identifier_key,
    {{ sha256_hex('texts.text') }} as sha256_hex,
    {{ initial_capitals('texts.text') }} as initial_capitals,
    {{ matches_pattern('texts.text', '^[a-z .+@0-9$]+$') }} as is_match,
    {{ matches_pattern('texts.text', '\\$$') }} as is_dollar,
    {{ replace_pattern('texts.text', '[^\\p{L}]+', '-') }} as replaced,
    {{ rounded('numbers.ratio', 2) }} as rounded_2,
    {{ rounded('numbers.ratio', 6) }} as rounded_6,
    cast({{ converted_amount('cast(numbers.ratio * 200 as decimal(18, 4))', 'cast(1.1 as decimal(18, 10))', 2) }} as string) as converted_amount,
    cast({{ converted_amount('cast(12345.6789 as decimal(18, 4))', 'cast(1.1 as decimal(18, 10))', 2) }} as string) as converted_large_amount,
    case when {{ is_finite('numbers.ratio') }} then 1 else 0 end as is_finite,
    {{ epoch_micros('numbers.moment') }} as epoch_micros,
    {{ local_hour('numbers.moment', "'Europe/Paris'") }} as local_hour,
    {{ days_between('numbers.day', "cast('2026-03-01' as date)") }} as days_between,
    cast({{ dbt.dateadd('month', 1, 'numbers.day') }} as date) as month_later,
    cast({{ dbt.dateadd('day', 5, 'numbers.moment') }} as string) as five_days_later,
    {{ contraction_priority('abs(' ~ identifier_hash('coalesce(texts.text, other)') ~ ')', 3) }} as contraction_priority,
    {{ contraction_key('(' ~ contraction_priority('abs(' ~ identifier_hash('coalesce(texts.text, other)') ~ ')', 3) ~ ')', 3) }} as contraction_key,
    exact_sums.exact_sum,
    {{ transient_hash(['texts.text', 'other']) }} = {{ transient_hash(['texts.text', 'other']) }} as is_hash_stable,
    joined.joined_text
from texts
inner join numbers on texts.id = numbers.id
cross join joined
cross join exact_sums
order by texts.id
