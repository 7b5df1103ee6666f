{#
    Fails for every key that has more than one value: a dependency between two columns of a table.

    key_column, value_column: names of columns; rows without a key are left out.
#}
{% test one_value_each(model, key_column, value_column) %}

select {{ key_column }}
from {{ model }}
where {{ key_column }} is not null
group by {{ key_column }}
having count(distinct {{ value_column }}) > 1

{% endtest %}
