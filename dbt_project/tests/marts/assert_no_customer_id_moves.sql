-- An id ends by a merge and begins by a split or with a new person; one that ends and begins again under another name has moved.
select
    ended.before_customer_id,
    ended.after_customer_id,
    ended.changed_at
from {{ ref('int_identity_changes') }} as ended
inner join {{ ref('int_identity_changes') }} as started
    on
        ended.before_customer_id = started.before_customer_id
        and ended.after_customer_id = started.after_customer_id
        and ended.changed_at = started.changed_at
where
    ended.change_type = 'merged'
    and started.change_type = 'split'
