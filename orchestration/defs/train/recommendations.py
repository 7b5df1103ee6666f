"""Training of the recommender; the logic is in `python_models.recommendations`, here are reading, storing and showing."""

import dagster as dg

from orchestration.defs.train.shared import FRESH, MODELS_DIR, RETRY, as_markdown, published, shown
from orchestration.model_data import as_date, clock, recommendable_products, recommendation_dates, shop_day
from orchestration.model_records import StoredModel, chosen_way
from orchestration.model_store import ModelStore
from orchestration.reports.recommendations import recommendation_report
from orchestration.resources.street import Street
from python_models.recommendations.spec import PRODUCT_RECOMMENDATIONS
from python_models.recommendations.train import train_recommendations

PRODUCT_FEATURES = tuple(
    dg.AssetKey(["features", name])
    for name in (
        "feature_recommendation_dates",
        "feature_recommendable_products",
        "feature_product_purchases",
        "feature_product_outcomes",
        "feature_customer_dates",
        "feature_customer_categories",
    )
)


@dg.asset(
    key=["models", PRODUCT_RECOMMENDATIONS.model_name],
    deps=[*PRODUCT_FEATURES],
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
    store = ModelStore(street.tables, MODELS_DIR)
    incumbent = store.way_before(PRODUCT_RECOMMENDATIONS.model_name, as_date(as_of_at))
    fit = train_recommendations(validation, test, today, recommendable_products(street.tables), PRODUCT_RECOMMENDATIONS, incumbent)
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(PRODUCT_RECOMMENDATIONS.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, fit.metrics)
    way = fit.model.recommender.candidate.name if fit.model else None
    folder = store.save(stored, as_of_at, provenance=chosen_way(PRODUCT_RECOMMENDATIONS.code_version, way))
    made = recommendation_report(fit, recommendation_dates(street.tables), PRODUCT_RECOMMENDATIONS, as_date(as_of_at))
    metadata = published(made, fit.model_version, folder)
    if fit.reason is not None:
        context.log.warning("%s: rules serve: %s", PRODUCT_RECOMMENDATIONS.model_name, fit.reason)
        metadata["reason"] = fit.reason
    if fit.model is not None:
        metadata["serves"] = way
        metadata["candidates"] = dg.MetadataValue.md(as_markdown(fit.comparison))
    return dg.MaterializeResult(metadata=metadata | shown(fit.metrics))
