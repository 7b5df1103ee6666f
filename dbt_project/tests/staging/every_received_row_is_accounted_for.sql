-- accepted + deduplicated + quarantined = received, file by file; received was counted without the parser
select
    source_name,
    table_name,
    file_id,
    file_path,
    received,
    accepted,
    deduplicated,
    quarantined
from {{ ref('stg_landing__file_counts') }}
where received <> accepted + deduplicated + quarantined or file_path is null
