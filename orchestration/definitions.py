"""Everything that Dagster loads: what `defs/` declares, and the resources that it runs on."""

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration import defs as declared
from orchestration.dbt_part import dbt_executable, project_of
from orchestration.defs.publish.schedules import landing_files, street_daily, street_hourly, street_job
from orchestration.defs.publish.triggers import trigger_audience, trigger_audience_sensor
from orchestration.paths import data_folder
from orchestration.resources.street import Street

FOLDER = data_folder()

defs = dg.Definitions(
    assets=[*dg.load_assets_from_package_module(declared), trigger_audience],
    asset_checks=dg.load_asset_checks_from_package_module(declared),
    jobs=[street_job],
    schedules=[street_daily, street_hourly],
    sensors=[landing_files, trigger_audience_sensor],
    resources={
        "street": Street(data_dir=str(FOLDER.root)),
        "dbt": DbtCliResource(project_dir=project_of(FOLDER), dbt_executable=dbt_executable()),
    },
    executor=dg.in_process_executor,
)
