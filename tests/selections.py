"""What tests select of the dbt project."""

from orchestration.dbt_part import LINKAGE_TABLES
from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import read_source_tables

# Every model that needs scores, as the last of the parts in which the street runs dbt selects them.
NEEDS_SCORES = tuple(
    f"source:ml.{table}+" for table in sorted(read_source_tables(DBT_PROJECT / "models", "ml")) if table not in LINKAGE_TABLES
)
