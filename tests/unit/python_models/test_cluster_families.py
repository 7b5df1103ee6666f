"""Ways of grouping: judged as they would serve, and the simplest unless another one is better beyond noise."""

from dataclasses import replace

import numpy as np
import pytest

from python_models.customer_clusters.families import Candidate, Family, choose_family, compare_families, nearest
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS, ClusterSpec
from python_models.matrix import FloatArray
from python_models.reproducible import single_thread

SPEC = replace(CUSTOMER_CLUSTERS, k_range=(2, 3, 4), resamples=3)


def candidate(family: Family, silhouette: float, stability: float = 0.9, smallest_share: float = 0.2, groups: int = 3) -> Candidate:
    return Candidate(family, np.zeros((groups, 2)), silhouette, stability, smallest_share)


@pytest.mark.parametrize(
    ("rival", "serves", "reason"),
    [
        (candidate(Family.WARD, 0.50), Family.WARD, "better than that of k-means"),
        (candidate(Family.WARD, 0.41), Family.K_MEANS, "not beyond noise"),
        (candidate(Family.HDBSCAN, 0.90, stability=0.5), Family.K_MEANS, "as stable"),
        (candidate(Family.HDBSCAN, 0.90, smallest_share=0.001), Family.K_MEANS, "tiny groups"),
        (candidate(Family.HDBSCAN, 0.90, groups=99), Family.K_MEANS, "tiny groups"),
    ],
)
def test_k_means_serves_unless_another_way_is_better_beyond_noise(rival: Candidate, serves: Family, reason: str) -> None:
    chosen, why = choose_family([candidate(Family.K_MEANS, 0.40), rival], SPEC)
    assert chosen.family is serves
    assert reason in why


def blobs(*sizes: int, spread: float = 0.2) -> FloatArray:
    """Groups of the given sizes, far apart."""
    generator = np.random.default_rng(3)
    centres = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0], [6.0, 6.0]])
    return np.concatenate([generator.normal(centre, spread, (size, 2)) for centre, size in zip(centres, sizes, strict=False)])


def compared(points: FloatArray, k_means: FloatArray, spec: ClusterSpec = SPEC) -> tuple[dict[Family, Candidate], dict[int, float]]:
    with single_thread():
        candidates, bic = compare_families(points, k_means, spec)
    return {each.family: each for each in candidates}, bic


def test_every_way_finds_groups_that_are_plain_to_see() -> None:
    points = blobs(200, 200, 200)
    found, bic = compared(points, np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]]))
    assert set(found) == set(Family)
    assert {each.group_count for each in found.values()} == {3}
    assert min(each.silhouette for each in found.values()) > 0.9
    assert min(each.stability for each in found.values()) > 0.99
    assert min(bic, key=lambda k: bic[k]) == 3


def test_a_way_that_finds_what_k_means_missed_serves() -> None:
    points = blobs(200, 200, 200)
    # Centres that k-means may end in: two groups under one of them, one group torn apart.
    missed = np.array([[3.0, 0.0], [-0.1, 6.0], [0.1, 6.0]])
    found, _ = compared(points, missed)
    chosen, why = choose_family(list(found.values()), replace(SPEC, flat_stability=1.0))
    assert chosen.family is not Family.K_MEANS
    assert "better than that of k-means" in why
    assert len(np.unique(nearest(points, chosen.centroids))) == 3


def test_micro_segments_and_outliers_are_counted() -> None:
    generator = np.random.default_rng(4)
    micro = generator.normal([3.0, 3.0], 0.05, (12, 2))
    # Each of them alone, and together too few for a group.
    angles = np.arange(8) * np.pi / 4
    strangers = 30 * np.column_stack([np.cos(angles), np.sin(angles)])
    points = np.concatenate([blobs(900, 900), micro, strangers])
    found, _ = compared(points, np.array([[0.0, 0.0], [6.0, 0.0]]), replace(SPEC, k_range=(2, 3)))
    assert found[Family.HDBSCAN].micro_segment_count == 1
    assert 8 / len(points) <= found[Family.HDBSCAN].outlier_share + 1e-6 < 0.2
    assert found[Family.K_MEANS].outlier_share == found[Family.K_MEANS].micro_segment_count == 0


def test_the_same_customers_are_judged_the_same() -> None:
    points, centres = blobs(150, 150, 150), np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])
    first, second = compared(points, centres)[0], compared(points, centres)[0]
    assert {name: (each.silhouette, each.stability) for name, each in first.items()} == {
        name: (each.silhouette, each.stability) for name, each in second.items()
    }
