select count(*) as default_count
from {{ ref('attribution_models') }}
where is_default
having count(*) <> 1
