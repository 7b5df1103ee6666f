"""When customers are clustered anew. In between centres and names stay, so that who changes cluster has changed, not the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

import pandas as pd

from orchestration.model_checks import ModelCheck
from orchestration.model_records import Champion, DamagedModelError, Decision, Provenance, as_json, full_code_version
from orchestration.model_store import ModelStore
from orchestration.retraining import why_not_yet
from python_models.customer_clusters.model import ClusterModel, cluster_model_from_json
from python_models.customer_clusters.score import score_clusters
from python_models.customer_clusters.spec import ClusterSpec
from python_models.customer_clusters.train import SHARE, ClusterResult
from python_models.evaluation.drift import stability_index_of_shares


@dataclass(frozen=True)
class ClusterCheckup:
    """The clusters that served before a date on the customers of that date; size_drift: population stability index of their shares."""

    champion: Champion | None = None
    fault: str | None = None
    size_drift: float | None = None


def examine_clusters(store: ModelStore, spec: ClusterSpec, features: pd.DataFrame, as_of_at: datetime) -> ClusterCheckup:
    """`features`: one row per customer at the scoring date, as for training."""
    champion = store.champion_before(spec.model_name, as_of_at.date())
    if champion is None:
        return ClusterCheckup()
    try:
        stored = store.load_version(spec.model_name, champion.model_version, champion.as_of_date)
        model = _readable(stored.content, features)
    except DamagedModelError as error:
        return ClusterCheckup(champion, str(error))
    fitted = stored.metrics.get("train", {})
    before = {name: share for name, share in fitted.items() if name.startswith(SHARE)}
    counts = score_clusters(features, model, as_of_at)["cluster_id"].value_counts(normalize=True)
    now = {f"{SHARE}{cluster_id:02d}": float(share) for cluster_id, share in counts.items()}
    return ClusterCheckup(champion, None, stability_index_of_shares(before, now) if before and now else None)


def clustering_reason(
    store: ModelStore, spec: ClusterSpec, checkup: ClusterCheckup, as_of_date: date, limits: Mapping[str, float]
) -> str | None:
    """Why customers are clustered anew in the run of this date; None when the clusters stay. limits: of check `champion`."""
    if checkup.champion is None:
        return "nothing served before"
    if checkup.fault is not None:
        return f"the clusters can no longer be used: {checkup.fault}"
    trained = store.newest_before(spec.model_name, as_of_date)
    if trained is None or (trained["code_version"], trained["parameters"]) != (full_code_version(spec.code_version), as_json(asdict(spec))):
        return "its code or parameters changed"
    age_days = (as_of_date - checkup.champion.serves_since_date).days
    if age_days >= limits["maximum_age_days"]:
        return f"due after {age_days} days"
    if checkup.size_drift is not None and checkup.size_drift >= limits["maximum_score_psi"]:
        return f"the sizes of the clusters have drifted (PSI {checkup.size_drift:.3f})"
    return None


def cluster_check(
    spec: ClusterSpec, checkup: ClusterCheckup, as_of_date: date, reason: str | None, limits: Mapping[str, float]
) -> ModelCheck:
    """What the run of this date found, for the table of checks; no reason: the clusters stay."""
    champion = checkup.champion
    why = reason or why_not_yet(champion.serves_since_date if champion else as_of_date, as_of_date, limits)
    incumbent = champion.model_version if champion else None
    return ModelCheck(spec.model_name, as_of_date, incumbent, reason is not None, why, score_drift=checkup.size_drift)


def cluster_decision(store: ModelStore, result: ClusterResult, as_of_date: date, name: str, reason: str) -> Decision:
    """New clusters serve at once, unless a person holds on to earlier ones; below the floor those that serve go on."""
    if result.model is None:
        return Decision(False, f"no model: {result.reason}")
    if store.is_held(name, as_of_date):
        return Decision(False, "an earlier version is held by a person")
    return Decision(True, reason)


def cluster_provenance(spec: ClusterSpec) -> Provenance:
    """What the registry says of a version besides its file; its name is a digest of the customers, too."""
    return Provenance(spec.code_version, asdict(spec))


def _readable(content: str | None, features: pd.DataFrame) -> ClusterModel:
    try:
        model = cluster_model_from_json(content or "")
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedModelError("its file cannot be read") from error
    gone = [feature.name for feature in model.scaler.features if feature.name not in features.columns]
    if gone:
        raise DamagedModelError(f"its features are gone: {', '.join(gone)}")
    return model
