"""The request that is made from the YAML names what the macro names from dbt's graph."""

from orchestration.landing.contract import parse_table
from orchestration.landing.declared import contract_digest, landing_contract
from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import landing_sources

MODELS = DBT_PROJECT / "models"


def test_every_landing_table_is_there_in_order() -> None:
    contract = landing_contract(MODELS)
    names = [f"{table['source_name']}.{table['table_name']}" for table in contract]
    assert names == sorted(f"{source}.{table}" for source, tables in landing_sources(MODELS).items() for table in tables)


def test_flags_of_tables_and_columns_are_read() -> None:
    tables = {(table["source_name"], table["table_name"]): parse_table(table) for table in landing_contract(MODELS)}
    assert tables["shop", "orders"].is_required
    assert not tables["esp", "campaigns"].is_required
    campaign_id = tables["esp", "campaigns"].columns[0]
    assert (campaign_id.name, campaign_id.data_type, campaign_id.is_mandatory) == ("campaign_id", "string", True)


def test_the_digest_changes_with_a_declaration() -> None:
    contract = landing_contract(MODELS)
    before = contract_digest(contract)
    contract[0]["columns"][0]["data_type"] = "bigint"
    assert contract_digest(contract) != before
