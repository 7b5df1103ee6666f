"""The list of features whose drift is watched in SQL is that of the models."""

import re
from pathlib import Path

import yaml

from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS
from python_models.propensity.spec import CHURN_OWN_RHYTHM, SPECS


def test_drift_is_watched_for_what_models_read_and_for_nothing_else(repository: Path) -> None:
    text = (repository / "dbt_project" / "macros" / "feedback" / "monitored_features.sql").read_text(encoding="utf-8")
    watched = re.findall(r"'(\w+)'", text)
    read = {name for spec in SPECS for name in spec.features} | {feature.name for feature in CUSTOMER_CLUSTERS.features}
    assert sorted(watched) == sorted(read)


def test_the_longest_horizon_of_training_is_that_of_the_labels(repository: Path) -> None:
    variables = yaml.safe_load((repository / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    longest = CHURN_OWN_RHYTHM.horizon_days
    assert longest == variables["churn_horizon_maximum_days"]
    # A train, a validation and a test date whose windows do not overlap.
    assert 3 * longest <= variables["training_date_count"] * variables["training_date_step_days"]
