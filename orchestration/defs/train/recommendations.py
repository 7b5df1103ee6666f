"""Training of the recommender; the logic is in `python_models.recommendations`, here are reading, storing and showing."""

import dagster as dg

from orchestration.chosen_ways import fit_way
from orchestration.defs.train.shared import FRESH, LIMITS, MODELS_DIR, RETRY, as_markdown, demanded, published, shown
from orchestration.model_checks import save_check
from orchestration.model_data import as_date, clock, recommendable_products, recommendation_dates, shop_day
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.monitoring import limits
from orchestration.reports.recommendations import recommendation_report
from orchestration.resources.street import Street
from python_models.recommendations.spec import PRODUCT_RECOMMENDATIONS
from python_models.recommendations.train import RecommendationFit, train_recommendations

PRODUCT_FEATURES = tuple(
    dg.AssetKey(["features", name])
    for name in (
        "feature_recommendation_dates",
        "feature_recommendable_products",
        "feature_product_purchases",
        "feature_product_outcomes",
        "feature_customer_dates",
        "feature_customer_categories",
        "feature_customers",
    )
)


@dg.asset(
    key=["models", PRODUCT_RECOMMENDATIONS.model_name],
    deps=[*PRODUCT_FEATURES, LIMITS],
    group_name="models",
    kinds={"python", "scipy"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="Item-item weights, EASE, ALS or SVD where one beats the rules beyond noise on a past date; judged on a later one.",
)
def product_recommendations_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    today = shop_day(street.tables, "scoring")
    if today is None:
        raise LookupError("feature_recommendation_dates has no date to score: build the features first")
    validation, test = shop_day(street.tables, "validation"), shop_day(street.tables, "test")
    store, products = ModelStore(street.tables, MODELS_DIR), recommendable_products(street.tables)

    def train(only: str | None, incumbent: str | None) -> RecommendationFit:
        spec = PRODUCT_RECOMMENDATIONS.only(only) if only else PRODUCT_RECOMMENDATIONS
        return train_recommendations(validation, test, today, products, spec, incumbent)

    limit = limits(street.tables, "champion")
    found = fit_way(store, PRODUCT_RECOMMENDATIONS, as_date(as_of_at), limit, demanded(context), train)
    fit, name = found.fit, PRODUCT_RECOMMENDATIONS.model_name
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(name, fit.model_version, as_date(as_of_at), content, fit.reason, fit.metrics)
    folder = store.save(stored, as_of_at, provenance=found.provenance)
    save_check(store, found.check, as_of_at)
    dates = recommendation_dates(street.tables)
    made = recommendation_report(fit, dates, PRODUCT_RECOMMENDATIONS, as_date(as_of_at), found.compared_date)
    metadata = published(made, fit.model_version, folder) | {"compared": found.check.is_trained, "why": found.check.reason}
    if fit.reason is not None:
        context.log.warning("%s: rules serve: %s", name, fit.reason)
        metadata["reason"] = fit.reason
    if fit.model is not None:
        metadata["serves"] = fit.way
        metadata["candidates"] = dg.MetadataValue.md(as_markdown(fit.comparison))
    return dg.MaterializeResult(metadata=metadata | shown(fit.metrics))
