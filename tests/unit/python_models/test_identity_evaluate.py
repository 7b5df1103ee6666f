"""Clusters from links, links that may not meet, and quality counted in pairs."""

import pandas as pd
import pytest

from python_models.identity.clusters import accepted_links, cluster_links
from python_models.identity.evaluate import evaluate_clusters, evaluate_pairs


def links(*pairs: tuple[str, str], probability: float = 0.99) -> pd.DataFrame:
    frame = pd.DataFrame(list(pairs), columns=["record_id_l", "record_id_r"])
    return frame.assign(match_probability=probability)


def groups(name: str, *people: str) -> pd.DataFrame:
    """Each word is a group, each of its letters a record."""
    return pd.DataFrame([(letter, f"{name}{number}") for number, letters in enumerate(people) for letter in letters]).set_axis(
        ["record_id", name], axis=1
    )


def clusters_of(letters: str, *pairs: tuple[str, str]) -> dict[str, str]:
    frame = cluster_links(list(letters), links(*pairs))
    return dict(zip(frame["record_id"], frame["cluster_id"], strict=True))


def test_chains_are_one_cluster_named_after_its_smallest_id() -> None:
    assert clusters_of("abcdef", ("f", "e"), ("e", "b"), ("c", "d")) == {"a": "a", "b": "b", "c": "c", "d": "c", "e": "b", "f": "b"}


def test_without_links_everybody_is_alone() -> None:
    assert clusters_of("ba") == {"a": "a", "b": "b"}


def test_two_values_of_one_kind_never_meet_not_even_by_way_of_a_third() -> None:
    values = {"a": ["k1"], "b": [None], "c": ["k2"], "d": ["k1"]}
    candidates = links(("a", "b"), ("b", "c"), ("a", "d"), ("b", "d"))
    candidates["match_probability"] = [0.97, 0.99, 0.96, 0.98]
    # b and c are the surest, so b is k2 from then on.
    assert accepted_links(candidates, values).tolist() == [False, True, True, False]


def test_the_order_of_candidates_does_not_matter() -> None:
    values = {"a": ["k1"], "b": [None], "c": ["k2"]}
    for pairs in ([("a", "b"), ("b", "c")], [("b", "c"), ("a", "b")]):
        candidates = links(*pairs)
        accepted = candidates[accepted_links(candidates, values)]
        assert accepted[["record_id_l", "record_id_r"]].to_numpy().tolist() == [["a", "b"]]


def test_quality_is_counted_in_pairs() -> None:
    quality = evaluate_clusters(groups("cluster_id", "abc", "de", "f"), groups("person_id", "ab", "cde", "f"))
    assert (quality.found, quality.true, quality.found_and_true) == (4, 4, 2)
    assert (quality.precision, quality.recall, quality.f1) == (0.5, 0.5, 0.5)


def test_counting_groups_and_counting_pairs_agree() -> None:
    clusters, truth = groups("cluster_id", "abcd", "ef", "g"), groups("person_id", "abe", "cdf", "g")

    def listed(frame: pd.DataFrame, by: str) -> pd.DataFrame:
        both = frame.merge(frame, on=by, suffixes=("_r", "_l"))
        return both[both["record_id_l"] < both["record_id_r"]]

    assert evaluate_clusters(clusters, truth) == evaluate_pairs(listed(clusters, "cluster_id"), listed(truth, "person_id"))


def test_a_pair_is_a_pair_whichever_comes_first_and_however_often() -> None:
    quality = evaluate_pairs(links(("a", "b"), ("b", "a"), ("a", "c")), links(("b", "a")))
    assert (quality.found, quality.true, quality.found_and_true) == (2, 1, 1)
    assert quality.f1 == pytest.approx(2 / 3)


def test_nothing_to_find_and_nothing_found_is_perfect() -> None:
    quality = evaluate_clusters(groups("cluster_id", "a", "b"), groups("person_id", "a", "b"))
    assert (quality.precision, quality.recall, quality.f1) == (1.0, 1.0, 1.0)


def test_finding_nothing_is_worth_nothing() -> None:
    assert evaluate_clusters(groups("cluster_id", "a", "b"), groups("person_id", "ab")).f1 == 0.0


def test_records_without_a_person_are_an_error() -> None:
    with pytest.raises(ValueError, match="1 records have a cluster and no person"):
        evaluate_clusters(groups("cluster_id", "ab"), groups("person_id", "a"))
    with pytest.raises(ValueError, match="repeated record_id"):
        evaluate_clusters(groups("cluster_id", "aa"), groups("person_id", "a"))
