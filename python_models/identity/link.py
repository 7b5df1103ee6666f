"""Probabilistic record linkage on any frame: who is who where no identifier says so.

from python_models.identity.link import link_records
from python_models.identity.spec import LinkColumns, LinkSpec

columns = LinkColumns(record_id="id", given_name="first_name", surname="last_name", date_of_birth="dob", email="email")
result = link_records(frame, LinkSpec(columns))
result.pairs       # pairs worth a look: probability, evidence, decision
result.clusters    # record_id, cluster_id
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from python_models.identity.agreement import is_backed
from python_models.identity.clusters import LEFT, RIGHT, accepted_links, cluster_links
from python_models.identity.prepare import ATTRIBUTES, ID, ROOTS, count_pairs, prepare_records, squeezed
from python_models.identity.rules import BLOCKING, STRICT, TRAINING, Rule, usable
from python_models.identity.spec import LinkSpec
from python_models.reproducible import fingerprint

if TYPE_CHECKING:
    from python_models.identity.splink_model import Backend, Settings

PROBABILITY_DIGITS = 6
WEIGHT_DIGITS = 2
# The first round only has to find the sure links: it looks at one in so many of the random pairs, and learns from the first rules.
FIRST_ROUND_SHARE = 10
FIRST_ROUND_RULES = 3
PAIR_COLUMNS = (LEFT, RIGHT, "match_probability", "match_weight", "decision", "evidence")
NO_BLOCKS = "no blocking rule gives few enough pairs: compare columns that few records share, or name rules with more keys in LinkSpec"
LINK, REVIEW, CONFLICT = "link", "review", "conflict"


@dataclass(frozen=True)
class LinkResult:
    """What was found.

    * `pairs`: one row per pair from the review threshold on, the smaller id left, ordered by ids: `match_probability`, `match_weight`
      (base-2 logarithm of the odds), `decision` (link; review: a person should decide, since it is not sure enough or lacks what
      `LinkSpec` asks of a link; conflict: sure enough, but the two or their
      clusters differ in what one person has only one of) and `evidence`, JSON with the level and the weight of each comparison, no values;
    * `clusters`: one row per record with the smallest id of its cluster;
    * `settings`: the trained model as Splink's own settings, which hold no values of records; empty when nothing was trained;
    * `reason`: why there are no pairs, when nothing was trained.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    settings: Mapping[str, Any]
    random_match_probability: float | None
    blocking_rules: tuple[Rule, ...]
    model_version: str
    reason: str | None


def link_records(records: pd.DataFrame, spec: LinkSpec, spark: Any = None) -> LinkResult:
    """Link the records of a frame; the order of its rows does not matter and the same frame gives the same result.

    Learns without labels, in two rounds: the second takes what people have in common by chance, and how common values are, from one
    record per person that the first one found, since records of one person agree for another reason than chance. Ids are compared and
    returned as text. `spark`, a Spark session with Splink's similarity jar on its class path, computes there instead of in DuckDB.

    Raises ValueError for records that lack a mapped column, are empty, or have empty or repeated ids.
    """
    prepared = prepare_records(records, spec)
    said = prepared.drop(columns=ROOTS, errors="ignore").fillna("")
    version = f"{spec.model_name}-{fingerprint(said, asdict(spec))}"
    if len(prepared) < spec.minimum_records:
        reason = f"{len(prepared)} records, at least {spec.minimum_records} are needed to learn how records of one person agree"
        return nothing_linked(list(prepared[ID]), version, reason)
    prepared = prepared.dropna(axis="columns", how="all")
    if not _attributes(prepared):
        return nothing_linked(list(prepared[ID]), version, "no record has a value in any of the columns that are compared")
    # Imported late: Splink costs a second, and only those who link need it.
    from python_models.identity.splink_model import Backend

    backend = Backend(spark)
    plan = _plan(prepared, spec)
    if not plan.blocking:
        # Nothing that few people share is known of anybody, such as in a shop that knows ids and countries only.
        return nothing_linked(list(prepared[ID]), version, NO_BLOCKS)
    first = _round(backend, prepared, spec, plan, prepared, None)
    links = first.found[first.found["match_probability"] >= spec.link_threshold]
    people = _one_record_per_person(prepared, cluster_links(list(prepared[ID]), links))
    pair_count = len(prepared) * (len(prepared) - 1) / 2
    expected = max(float(first.found["match_probability"].round(PROBABILITY_DIGITS).sum()), 1.0) / pair_count
    second = _round(backend, prepared, spec, plan, people, expected)
    pairs = _decided(_described(second, spec), records, spec)
    clusters = cluster_links(list(prepared[ID]), pairs[pairs["decision"] == LINK])
    return LinkResult(pairs, clusters, second.settings, expected, plan.blocking, version, None)


def nothing_linked(record_ids: Sequence[str], model_version: str, reason: str) -> LinkResult:
    """Everybody alone, for a reason."""
    return LinkResult(_no_pairs(), cluster_links(record_ids, _no_pairs()), {}, None, (), model_version, reason)


@dataclass(frozen=True)
class _Plan:
    """Attributes that are compared and rules that are used."""

    attributes: tuple[str, ...]
    blocking: tuple[Rule, ...]
    training: tuple[Rule, ...]
    strict: tuple[Rule, ...]


@dataclass(frozen=True)
class _Round:
    """A trained model and the pairs that it found."""

    settings: Settings
    found: pd.DataFrame


def _plan(prepared: pd.DataFrame, spec: LinkSpec) -> _Plan:
    blocking = _chosen(spec.blocking_rules, BLOCKING, prepared)
    affordable = _affordable(blocking, prepared, spec)
    training = _chosen(spec.training_rules, TRAINING, prepared)
    enough = tuple(rule for rule in training if count_pairs(prepared, rule) >= spec.minimum_training_pairs)
    return _Plan(_attributes(prepared), affordable, enough, _chosen(spec.strict_rules, STRICT, prepared))


def _attributes(prepared: pd.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in prepared.columns if name in ATTRIBUTES or name.startswith(("text_", "category_")))


def _affordable(rules: Sequence[Rule], prepared: pd.DataFrame, spec: LinkSpec) -> tuple[Rule, ...]:
    """Rules that are blocks, as many as there is room for; the first ones say most."""
    taken, room = [], spec.max_candidate_pairs
    for rule in rules:
        pairs = count_pairs(prepared, rule)
        if pairs <= min(room, spec.max_pairs_per_record * len(prepared)):
            taken.append(rule)
            room -= pairs
    return tuple(taken)


def _chosen(given: Sequence[Rule], default: Sequence[Rule], prepared: pd.DataFrame) -> tuple[Rule, ...]:
    unknown = sorted({key for rule in given for key in rule} - set(prepared.columns))
    if unknown:
        known = ", ".join(name for name in prepared.columns if name != ID)
        raise ValueError(f"rules name {', '.join(unknown)}, which the records do not have; they have {known}")
    return tuple(given) if given else tuple(usable(default, prepared))


def _round(backend: Backend, prepared: pd.DataFrame, spec: LinkSpec, plan: _Plan, people: pd.DataFrame, expected: float | None) -> _Round:
    from python_models.identity import splink_model as model

    untrained = model.untrained_settings(plan.attributes, plan.blocking)
    is_first = expected is None
    if expected is None:
        expected = model.random_match_probability(backend, prepared, untrained, plan.strict, spec.strict_rules_recall)
    random_pairs = spec.max_random_pairs // (FIRST_ROUND_SHARE if is_first else 1)
    settings = model.learn_u(backend, _sampled(people, _records_of(random_pairs), spec.seed), untrained)
    settings["probability_two_random_records_match"] = expected
    expected_matches = expected * len(prepared) * (len(prepared) - 1) / 2
    training = plan.training[:FIRST_ROUND_RULES] if is_first else plan.training
    settings = model.learn_m(backend, _training_records(prepared, plan, spec), settings, training, expected_matches)
    settings["probability_two_random_records_match"] = expected
    frequencies = {name: _frequencies(people[name], prepared[name]) for name in model.adjusted_columns(settings)}
    threshold = model.NEGLIGIBLE if is_first else spec.review_threshold / 2
    return _Round(settings, model.score(backend, prepared, settings, frequencies, threshold, with_levels=not is_first))


def _one_record_per_person(prepared: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """The first value that any record of a person has, in the order of ids."""
    people = prepared.groupby(clusters["cluster_id"].to_numpy(), sort=True).first()
    return people[list(prepared.columns)].reset_index(drop=True)


def _records_of(pair_count: int) -> int:
    """So many records have so many pairs."""
    return int((1 + (1 + 8 * pair_count) ** 0.5) / 2)


def _sampled(frame: pd.DataFrame, size: int, seed: int) -> pd.DataFrame:
    """A sample by a hash of the id, which is the same everywhere and for every order of rows."""
    if len(frame) <= size:
        return frame
    drawn = frame[ID].map(lambda record_id: hashlib.sha256(f"{seed}|{record_id}".encode()).hexdigest())
    return frame.loc[drawn.sort_values(kind="stable").index[:size]].sort_values(ID, kind="stable").reset_index(drop=True)


def _training_records(prepared: pd.DataFrame, plan: _Plan, spec: LinkSpec) -> pd.DataFrame:
    """All records, or so many that no training rule gives more pairs than needed: half of the records have a quarter of the pairs."""
    most = max((count_pairs(prepared, rule) for rule in plan.training), default=0)
    if most <= spec.max_training_pairs:
        return prepared
    return _sampled(prepared, int(len(prepared) * (spec.max_training_pairs / most) ** 0.5), spec.seed)


def _frequencies(of_people: pd.Series, of_records: pd.Series) -> pd.Series:
    """How common each value is among people; a value that no chosen record has (a misspelling) counts as one person's."""
    counts = of_people.value_counts().reindex(sorted(of_records.dropna().unique())).fillna(1)
    shares: pd.Series = counts / counts.sum()
    return shares


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64" if name.startswith("match_") else "object") for name in PAIR_COLUMNS})


def _described(scored: _Round, spec: LinkSpec) -> pd.DataFrame:
    """Pairs worth a look with their evidence, ordered, the smaller id left."""
    found = scored.found[scored.found["match_probability"].round(PROBABILITY_DIGITS) >= spec.review_threshold]
    if found.empty:
        return _no_pairs()
    swapped = found[LEFT] > found[RIGHT]
    pairs = pd.DataFrame(
        {
            LEFT: found[LEFT].where(~swapped, found[RIGHT]),
            RIGHT: found[RIGHT].where(~swapped, found[LEFT]),
            "match_probability": found["match_probability"].round(PROBABILITY_DIGITS),
            "match_weight": found["match_weight"].round(WEIGHT_DIGITS),
            "evidence": _evidence(found, scored.settings),
        }
    )
    return pairs.sort_values([LEFT, RIGHT], kind="stable").reset_index(drop=True)


def _evidence(found: pd.DataFrame, settings: Settings) -> list[str]:
    """Per pair the level and the weight of each comparison that had two values, as JSON; `rarity` is what a rare value adds."""
    described: list[dict[str, dict[str, object]]] = [{} for _ in range(len(found))]
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        labels = [level["label_for_charts"] for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        weights = found[f"mw_{name}"].round(WEIGHT_DIGITS)
        rarities = found.get(f"mw_tf_adj_{name}", pd.Series(0.0, index=found.index)).round(WEIGHT_DIGITS)
        for pair, level, weight, rarity in zip(described, found[f"gamma_{name}"], weights, rarities, strict=True):
            if level >= 0:
                # Splink numbers levels from the last one, 0, to the first.
                pair[name] = {"level": labels[len(labels) - 1 - int(level)], "weight": float(weight)}
                if rarity:
                    pair[name]["rarity"] = float(rarity)
    return [json.dumps(pair, sort_keys=True) for pair in described]


def _decided(pairs: pd.DataFrame, records: pd.DataFrame, spec: LinkSpec) -> pd.DataFrame:
    decided = pairs.assign(decision=REVIEW)
    sure = (decided["match_probability"] >= spec.link_threshold) & np.array(is_backed(list(decided["evidence"]), spec), dtype=bool)
    decided.loc[sure, "decision"] = LINK
    if spec.never_differ and not decided.empty:
        values = _fixed_values(records, spec)
        differs = [_differ(values[left], values[right]) for left, right in zip(decided[LEFT], decided[RIGHT], strict=True)]
        decided.loc[differs, "decision"] = CONFLICT
        candidates = decided[decided["decision"] == LINK]
        accepted = accepted_links(candidates, values)
        decided.loc[candidates.index[~accepted], "decision"] = CONFLICT
    return decided[list(PAIR_COLUMNS)]


def _fixed_values(records: pd.DataFrame, spec: LinkSpec) -> dict[str, list[str | None]]:
    columns = [[squeezed(str(value)) or None if pd.notna(value) else None for value in records[name]] for name in spec.never_differ]
    return {record_id: list(values) for record_id, *values in zip(records[spec.columns.record_id].astype(str), *columns, strict=True)}


def _differ(one: Sequence[str | None], other: Sequence[str | None]) -> bool:
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))
