"""Training of the customer clusters; the logic is in `python_models.customer_clusters`, here are reading, storing and showing."""

import dagster as dg

from orchestration.cluster_upkeep import cluster_check, cluster_decision, cluster_provenance, clustering_reason, examine_clusters
from orchestration.defs.train.shared import FEATURES, FRESH, LIMITS, MODELS_DIR, RETRY, as_markdown, demanded, published
from orchestration.model_checks import save_check
from orchestration.model_data import as_date, clock, scoring_features
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.monitoring import limits
from orchestration.reports.clusters import cluster_report
from orchestration.resources.street import Street
from python_models.customer_clusters.families import comparison_table
from python_models.customer_clusters.model import cluster_model_from_json
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS
from python_models.customer_clusters.train import train_clusters


@dg.asset(
    key=["models", "customer_clusters"],
    deps=[FEATURES, LIMITS],
    group_name="models",
    kinds={"python", "scikitlearn"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="K-means, or what groups scaled behaviour better beyond noise; names from profiles, ids kept from one to the next.",
)
def customer_clusters_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at, limit = clock(street.tables), limits(street.tables, "champion")
    store = ModelStore(street.tables, MODELS_DIR)
    features = scoring_features(street.tables, [feature.name for feature in CUSTOMER_CLUSTERS.features])
    checkup = examine_clusters(store, CUSTOMER_CLUSTERS, features, as_of_at)
    reason = demanded(context) or clustering_reason(store, CUSTOMER_CLUSTERS, checkup, as_date(as_of_at), limit)
    check = cluster_check(CUSTOMER_CLUSTERS, checkup, as_date(as_of_at), reason, limit)
    if reason is None:
        store.withdraw(CUSTOMER_CLUSTERS.model_name, as_date(as_of_at))
        save_check(store, check, as_of_at)
        return dg.MaterializeResult(metadata={"version": check.incumbent, "trained": False, "why": check.reason})
    previous = store.previous_content(CUSTOMER_CLUSTERS.model_name, as_date(as_of_at))
    result = train_clusters(features, CUSTOMER_CLUSTERS, cluster_model_from_json(previous) if previous else None)
    content = result.model.to_json() if result.model else None
    stored = StoredModel(
        CUSTOMER_CLUSTERS.model_name, result.model_version, as_date(as_of_at), content, result.reason, {"train": result.metrics}
    )
    decision = cluster_decision(store, result, as_date(as_of_at), CUSTOMER_CLUSTERS.model_name, reason)
    folder = store.save(stored, as_of_at, keep_content=True, decision=decision, provenance=cluster_provenance(CUSTOMER_CLUSTERS))
    save_check(store, check, as_of_at)
    made = cluster_report(result, CUSTOMER_CLUSTERS, as_date(as_of_at), len(features))
    metadata = published(made, result.model_version, folder) | {"customers": len(features), "trained": True, "why": reason}
    if result.model is None:
        context.log.warning("no clusters: %s", result.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": result.reason})
    return dg.MaterializeResult(
        metadata=metadata
        | {
            "k": len(result.model.clusters),
            "names": ", ".join(cluster.cluster_name for cluster in result.model.clusters),
            "choice": result.choice,
            "ways of grouping": dg.MetadataValue.md(as_markdown(comparison_table(result.candidates))),
        }
    )
