"""Everything that Dagster loads: what `defs/` declares, and the resources that it runs on."""

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration import defs as declared
from orchestration.dbt_part import dbt_executable, project_of
from orchestration.paths import data_folder
from orchestration.resources.street import Street

FOLDER = data_folder()

defs = dg.Definitions.merge(
    dg.load_definitions_from_package_module(declared),
    dg.Definitions(
        resources={
            "street": Street(data_dir=str(FOLDER.root)),
            "dbt": DbtCliResource(project_dir=project_of(FOLDER), dbt_executable=dbt_executable()),
        },
        executor=dg.in_process_executor,
    ),
)
