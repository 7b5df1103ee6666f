with

exchange_rates as (

    select * from {{ ref('exchange_rates') }}

),

reporting_rates as (

    select * from exchange_rates
    where currency = '{{ var("reporting_currency") }}'

),

currencies as (

    select distinct currency
    from exchange_rates

),

-- A rate into the reporting currency changes when either side changes.
breakpoints as (

    select
        currency,
        valid_from
    from exchange_rates

    union

    select
        currencies.currency,
        reporting_rates.valid_from
    from currencies
    cross join reporting_rates

),

candidates as (

    select
        breakpoints.currency,
        breakpoints.valid_from,
        exchange_rates.rate_to_usd,
        reporting_rates.rate_to_usd as reporting_rate_to_usd,
        row_number() over (
            partition by breakpoints.currency, breakpoints.valid_from
            order by exchange_rates.valid_from desc, reporting_rates.valid_from desc
        ) as candidate_rank
    from breakpoints
    inner join exchange_rates
        on
            breakpoints.currency = exchange_rates.currency
            and breakpoints.valid_from >= exchange_rates.valid_from
    inner join reporting_rates
        on breakpoints.valid_from >= reporting_rates.valid_from

),

rates as (

    select
        currency,
        valid_from,
        case
            when currency = '{{ var("reporting_currency") }}' then cast(1 as decimal(18, 10))
            else cast({{ rounded('cast(rate_to_usd as double) / cast(reporting_rate_to_usd as double)', 10) }} as decimal(18, 10))
        end as rate
    from candidates
    where candidate_rank = 1

),

keyed_rates as (

    select
        *,
        currency || ' ' || cast(valid_from as string) as rate_key
    from rates

),

digests as (

    select {{ identifier_hash(joined_text("rate_key || ' ' || cast(rate as string)", ';', 'rate_key')) }} as rates_digest
    from keyed_rates

),

final as (

    select
        rates.currency,
        rates.valid_from,
        rates.rate,
        digests.rates_digest,
        lead(rates.valid_from) over (
            partition by rates.currency
            order by rates.valid_from
        ) as valid_to
    from rates
    cross join digests

)

select * from final
