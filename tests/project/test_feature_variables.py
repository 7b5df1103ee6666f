"""Rows of features that are kept from build to build were made with the variables of now."""

import re
from pathlib import Path

VARIABLE = re.compile(r"\bvar\('(\w+)'\)")
# In the digests of feature_date_inputs, or what those dates are.
OF_THE_DATES = {"training_sample_percent", "training_customer_limit", "training_date_count"}


def test_every_variable_of_kept_features_is_listed(repository: Path) -> None:
    project = repository / "dbt_project"
    models = [path.read_text(encoding="utf-8") for path in sorted((project / "models" / "features").glob("*.sql"))]
    kept = [text for text in models if "incremental_strategy='replace_dates'" in text]
    assert len(kept) > 10
    listed = set(re.findall(r"'(\w+)',", (project / "macros" / "features" / "feature_variables.sql").read_text(encoding="utf-8")))
    read = {name for text in kept for name in VARIABLE.findall(text)}
    assert read - listed == set()


def test_every_listed_variable_is_read(repository: Path) -> None:
    project = repository / "dbt_project"
    listed = re.findall(r"'(\w+)',", (project / "macros" / "features" / "feature_variables.sql").read_text(encoding="utf-8"))
    files = [*(project / "models" / "features").glob("*.sql"), *(project / "macros" / "features").glob("*.sql")]
    files.append(project / "macros" / "identity" / "knowledge_date.sql")
    read = {name for path in files for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    assert set(listed) <= read - OF_THE_DATES
    assert listed == sorted(listed)
