"""The page of a model: whole, of one file, the same each time, and about nobody in particular."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.reports.page import write_report
from orchestration.reports.propensity import importances, propensity_report
from python_models.propensity.policy import ContactPolicy
from python_models.propensity.spec import EMAIL_CLICK_30D, PURCHASE_30D, BoostingParameters
from python_models.propensity.train import train_propensity
from tests.unit.python_models.worlds import AS_OF_DATE, labelled_rows

QUICK = replace(
    PURCHASE_30D, minimum_train_cases=50, minimum_holdout_cases=20, forests=(), boosting=(BoostingParameters(max_iterations=20),)
)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return labelled_rows().assign(country_code="DE")


def test_the_page_says_what_was_measured_and_why_the_threshold(rows: pd.DataFrame) -> None:
    result = train_propensity(rows, QUICK, ContactPolicy(value_of_hit=4.0, cost_of_contact=1.0))
    page = propensity_report(result, QUICK, AS_OF_DATE).page
    test = result.metrics["test"]
    assert result.model_version in page
    assert f"{test['auc']:.4f}" in page
    assert f"{test['auc_low']:.4f} to {test['auc_high']:.4f}" in page
    assert f"{test['auc_low@country_code=DE']:.4f} to {test['auc_high@country_code=DE']:.4f}" in page
    assert f"{test['lift_decile_02']:.2f} ({test['lift_decile_02_low']:.2f} to {test['lift_decile_02_high']:.2f})" in page
    assert "it pays from 1.00 / 4.00 on" in page
    assert "country_code=DE" in page
    assert "logistic_c0.1" in page
    assert page.count("data:image/png;base64,") == 2
    assert result.model is not None
    assert all(f"<td>{name}</td>" in page for name in result.model.features)
    lost = importances(result)["order_count_90d"]
    assert f"{lost.lost:.4f}</td><td>{lost.low:.4f} to {lost.high:.4f}" in page
    assert result.split is not None
    assert result.split.test[0].isoformat() in page


def test_the_page_is_one_file_about_nobody(rows: pd.DataFrame, tmp_path: Path) -> None:
    result = train_propensity(rows, QUICK)
    file = write_report(propensity_report(result, QUICK, AS_OF_DATE), tmp_path)
    page = file.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    without_images = re.sub(r"base64,[^\"]+", "", page)
    assert not re.search(r"c_\d{5}", without_images)
    assert "best F1 on the validation part" in page
    write_report(propensity_report(train_propensity(rows, QUICK), QUICK, AS_OF_DATE), tmp_path / "again")
    assert (tmp_path / "again" / "report.html").read_bytes() == file.read_bytes()


def test_without_folds_the_page_says_what_chose(rows: pd.DataFrame) -> None:
    recent = rows[rows["as_of_date"] >= sorted(rows["as_of_date"].unique())[-4]]
    page = propensity_report(train_propensity(recent, QUICK), QUICK, AS_OF_DATE).page
    assert "AUC on the validation part" in page
    assert "Left out, since their outcome" not in page


def test_without_a_model_the_page_says_why(rows: pd.DataFrame) -> None:
    spec = replace(EMAIL_CLICK_30D, outcome_column="has_purchase_30d", minimum_train_cases=100_000)
    page = propensity_report(train_propensity(rows, spec), spec, AS_OF_DATE).page
    assert "100000 needed" in page
    assert "Among customers to whom a message is delivered" in page
    assert "Threshold" not in page


def test_without_any_date_the_page_still_stands(rows: pd.DataFrame) -> None:
    page = propensity_report(train_propensity(rows.head(0), QUICK), QUICK, date(2026, 11, 1)).page
    assert "too few to split by time" in page
