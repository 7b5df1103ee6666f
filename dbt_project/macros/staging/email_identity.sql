{#
    The form that all spellings of one mailbox share: without the plus-tag, and by the rules of the provider (var
    email_provider_rules) without dots and with the provider's main domain. For matching people, never for sending.

    The rules are a var, not a seed: as plain expressions they cost nothing to a reader that does not select the address, while a
    join is paid for every row (measured: 6.6 against 0 CPU seconds per 10 million rows).

    Most addresses have neither a plus-tag nor a listed provider: they are as given, and are not taken apart.

    The domain is taken from a coalesce, since DuckDB 2.0 cannot plan `case when split_part(x, ...) = '...'` where its
    statistics say that x holds no value at all.

    email_as_given: a column made by the macro email_as_given.
#}
{% macro email_identity(email_as_given) -%}
    {%- set domain = "split_part(coalesce(" ~ email_as_given ~ ", ''), '@', 2)" -%}
    {%- set local_part = "split_part(" ~ email_as_given ~ ", '@', 1)" -%}
    {%- set mailbox = "coalesce(nullif(split_part(" ~ local_part ~ ", '+', 1), ''), " ~ local_part ~ ")" -%}
    {%- set rules = var('email_provider_rules') -%}
    {%- set dotless_domains = rules | selectattr('ignores_dots') | map(attribute='domain') | list -%}
    {%- set aliases = rules | selectattr('main_domain', 'defined') | list -%}
    case
        when
            {{ email_as_given }} not like '%+%'
            {%- for rule in rules %}
            and {{ email_as_given }} not like '%@{{ rule.domain }}'
            {%- endfor %}
            then {{ email_as_given }}
        else case
            {%- if dotless_domains %}
            when {{ domain }} in ('{{ dotless_domains | join("', '") }}') then replace({{ mailbox }}, '.', '')
            {%- endif %}
            when {{ email_as_given }} is not null then {{ mailbox }}
        end || '@' || case
            {%- for rule in aliases %}
            when {{ domain }} = '{{ rule.domain }}' then '{{ rule.main_domain }}'
            {%- endfor %}
            when {{ email_as_given }} is not null then {{ domain }}
        end
    end
{%- endmacro %}
