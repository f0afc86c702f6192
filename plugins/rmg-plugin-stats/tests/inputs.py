"""Inputs to compare with other libraries: 200 of each kind, random and degenerate."""

from collections.abc import Iterator

import numpy as np

COUNT = 200


def label_pairs() -> Iterator[tuple[list[int], list[int]]]:
    """Yield verdicts and truths: balanced, skewed, never wrong, always wrong, of one label."""
    for seed in range(COUNT):
        rng = np.random.default_rng(seed)
        n, labels = int(rng.integers(2, 80)), int(rng.integers(1, 6))
        truth = rng.choice(labels, n, p=rng.dirichlet(np.ones(labels) * rng.choice([0.2, 1, 5])))
        right = rng.random(n) < rng.choice([0, 0.2, 0.7, 1])
        judge = np.where(right, truth, rng.integers(0, labels, n))
        if seed % 10 == 0:
            judge[:] = judge[0]
        yield judge.tolist(), truth.tolist()


def rater_labels(missing: float) -> Iterator[np.ndarray]:
    """Yield items x raters of labels, -1 for a share that is missing."""
    for seed in range(COUNT):
        rng = np.random.default_rng(seed)
        items, raters = int(rng.integers(2, 40)), int(rng.integers(2, 6))
        labels = int(rng.integers(1, 6))
        true = rng.choice(labels, (items, 1), p=rng.dirichlet(np.ones(labels) * 0.5))
        found = np.where(rng.random((items, raters)) < rng.choice([0.2, 0.8, 1]), true, 0)
        found = np.where(rng.random((items, raters)) < 0.2, rng.integers(0, labels), found)
        found[rng.random((items, raters)) < missing] = -1
        yield found


def score_pairs() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield two scores: continuous, with ties, far from 0, one constant, one the other's mirror."""
    for seed in range(COUNT):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 100))
        two = rng.normal(size=n)
        one = two * rng.choice([-1, 0, 0.5, 1]) + rng.normal(size=n) * rng.choice([0, 0.3, 2])
        if seed % 3 == 0:
            one, two = one.round(), two.round()
        if seed % 7 == 0:
            one = one + 1e6
        if seed % 20 == 0:
            two = np.zeros(n)
        yield one, two
