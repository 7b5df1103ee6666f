{#
    The form that all spellings of one mailbox share: without the plus-tag, and by the rules of the provider (seed email_providers)
    without dots and with the provider's main domain. For matching people, never for sending.

    email_as_given: a column made by the macro email_as_given. provider: the alias of email_providers, left joined on
    split_part(<email_as_given>, '@', 2) = domain.
#}
{% macro email_identity(email_as_given, provider) -%}
    {%- set local_part = "split_part(" ~ email_as_given ~ ", '@', 1)" -%}
    {%- set mailbox = "coalesce(nullif(split_part(" ~ local_part ~ ", '+', 1), ''), " ~ local_part ~ ")" -%}
    case
        when {{ provider }}.ignores_dots then replace({{ mailbox }}, '.', '')
        else {{ mailbox }}
    end || '@' || coalesce({{ provider }}.main_domain, split_part({{ email_as_given }}, '@', 2))
{%- endmacro %}
