"""How often the intervals of the pack `stats` hold the true value: 93 to 97 % is wanted of 95 %.

    python docs/benchmarks/coverage.py                  2,000 runs of each case
    python docs/benchmarks/coverage.py --runs 100

Prints one JSON object. Each case draws runs whose true value is known, from a seed of its own, and
counts the intervals that hold it. `cautious` are wider than they say: an exact interval, and that
of Rogan and Gladen where the labelled samples are part of the run. `few` has fewer labels than the
100 below which a report warns, and `rare` fewer of the rarer label than the 15 below which it does.
`wrong` are intervals that are often used and do not hold it: the
one of a judge's own scores, and the one that takes clustered samples as independent.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from zlib import crc32

import numpy as np

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.correction import correct_mean
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean, proportion
from rmg_plugin_stats.paired import difference, pair
from rmg_plugin_stats.rates import correct_rate

Dice = np.random.Generator
Case = Callable[[Dice], tuple[Figure, float]]

RUN = 2_000
"""Samples that the judge of a case scores, labelled ones among them."""

LEVELS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
OFTEN = np.array([0.05, 0.05, 0.1, 0.3, 0.5])


def scores(n: int) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        return mean(dice.beta(2, 5, n), bounds=(0, 1)), 2 / 7

    return case


def ratings(n: int) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        return mean(dice.choice(LEVELS, n, p=OFTEN), bounds=(1, 5)), float(LEVELS @ OFTEN)

    return case


def rate(n: int) -> Case:
    """Draw the true rate too: at one rate the coverage of a share jumps with n."""

    def case(dice: Dice) -> tuple[Figure, float]:
        true = dice.uniform(0.05, 0.95)
        return proportion(int(dice.binomial(n, true)), n), true

    return case


def judged(dice: Dice, labelled: int, lenience: float) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, of which the first are known, and a judge who passes too many."""
    truth = (dice.random(RUN) < 0.6).astype(float)
    passes = np.where(truth == 1, 0.9, lenience)
    calls = (dice.random(RUN) < passes).astype(float)
    return np.where(np.arange(RUN) < labelled, truth, np.nan), calls


def corrected(labelled: int, lenience: float) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        return correct_mean(*judged(dice, labelled, lenience)).corrected, 0.6

    return case


def of_rare(labelled: int, rate: float, *, is_alone: bool = False) -> Case:
    """Draw labels of which few are 0, and a judge that is right in nine of ten samples."""

    def case(dice: Dice) -> tuple[Figure, float]:
        truth = (dice.random(RUN) < rate).astype(float)
        calls = np.where(dice.random(RUN) < 0.9, truth, 1 - truth)
        made = correct_mean(np.where(np.arange(RUN) < labelled, truth, np.nan), calls)
        return made.labels_only if is_alone else made.corrected, rate

    return case


def corrected_scores(labelled: int) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        truth = dice.choice(LEVELS, RUN, p=OFTEN)
        judge = np.clip(np.round(truth + dice.normal(0.5, 1, RUN)), 1, 5)
        labels = np.where(np.arange(RUN) < labelled, truth, np.nan)
        return correct_mean(labels, judge).corrected, float(LEVELS @ OFTEN)

    return case


def corrected_strata(labelled: int) -> Case:
    """Label half of the samples among those that the judge fails, who are fewer."""

    def case(dice: Dice) -> tuple[Figure, float]:
        truth, calls = judged(dice, RUN, 0.3)
        labels, weights = np.full(RUN, np.nan), np.ones(RUN)
        for call in (0.0, 1.0):
            places = np.flatnonzero(calls == call)
            chosen = dice.choice(places, labelled // 2, replace=False)
            labels[chosen] = truth[chosen]
            weights[places] = len(places) / (labelled // 2)
        return correct_mean(labels, calls, weights=weights).corrected, 0.6

    return case


def corrected_rate(labelled: int) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        return correct_rate(*judged(dice, labelled, 0.3)).corrected, 0.6

    return case


def judge_alone(lenience: float) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        return mean(judged(dice, 0, lenience)[1]), 0.6

    return case


def differences(n: int) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        first = dice.choice(LEVELS, n, p=OFTEN)
        moved = dice.choice([-1.0, 0.0, 1.0], n, p=[0.2, 0.5, 0.3])
        return difference(pair(first, first + moved)), 0.1

    return case


def binary_differences(n: int) -> Case:
    def case(dice: Dice) -> tuple[Figure, float]:
        moved = dice.choice([-1.0, 0.0, 1.0], n, p=[0.08, 0.8, 0.12])
        first = np.where(moved == 0, dice.integers(0, 2, n), moved < 0).astype(float)
        return difference(pair(first, first + moved)), 0.04

    return case


def clustered(count: int, *, is_told: bool = True, is_paired: bool = False) -> Case:
    """Draw clusters of 1 to 10 samples, of which two of a cluster correlate by 0.3."""

    def case(dice: Dice) -> tuple[Figure, float]:
        ids = np.repeat(np.arange(count), dice.integers(1, 11, count))
        values = 0.3**0.5 * dice.normal(size=count)[ids] + 0.7**0.5 * dice.normal(size=len(ids))
        groups = cluster_by(ids.tolist()) if is_told else None
        if is_paired:
            return difference(pair(np.zeros(len(ids)), values, groups)), 0.0
        return mean(values, clusters=groups), 0.0

    return case


CASES: Mapping[str, Case] = {
    "mean of scores 0..1, n = 50": scores(50),
    "mean of scores 0..1, n = 400": scores(400),
    "mean of ratings 1..5, n = 100": ratings(100),
    "proportion, n = 50": rate(50),
    "proportion, n = 200": rate(200),
    "proportion, n = 1,000": rate(1_000),
    "PPI++ of a rate, 100 labels": corrected(100, 0.3),
    "PPI++ of a rate, 300 labels": corrected(300, 0.3),
    "PPI++ of a rate, useless judge, 100 labels": corrected(100, 0.9),
    "PPI++ of ratings, 100 labels": corrected_scores(100),
    "PPI++ of ratings, 300 labels": corrected_scores(300),
    "PPI++ of a rate, stratified, 150 labels": corrected_strata(150),
    "paired difference of ratings, n = 50": differences(50),
    "paired difference of ratings, n = 200": differences(200),
    "paired difference of a rate, n = 150": binary_differences(150),
    "clustered mean, 30 clusters": clustered(30),
    "clustered mean, 100 clusters": clustered(100),
    "clustered mean, 400 clusters": clustered(400),
    "paired difference, 50 clusters": clustered(50, is_paired=True),
}

CAUTIOUS: Mapping[str, Case] = {
    "proportion, n = 20, exact": rate(20),
    "Rogan-Gladen, 150 labels": corrected_rate(150),
}

FEW: Mapping[str, Case] = {
    "PPI++ of a rate, 50 labels": corrected(50, 0.3),
    "PPI++ of ratings, 50 labels": corrected_scores(50),
}

RARE: Mapping[str, Case] = {
    "PPI++ of a rate of 90 %, 100 labels": of_rare(100, 0.9),
    "PPI++ of a rate of 95 %, 100 labels": of_rare(100, 0.95),
    "PPI++ of a rate of 95 %, 300 labels": of_rare(300, 0.95),
}

WRONG: Mapping[str, Case] = {
    "t of a rate of 95 %, 100 labels": of_rare(100, 0.95, is_alone=True),
    "judge alone, lenient": judge_alone(0.3),
    "judge alone, slightly lenient": judge_alone(0.2),
    "clusters taken as independent, 100 clusters": clustered(100, is_told=False),
}


def coverage(name: str, case: Case, runs: int) -> float:
    """Return the share of runs whose interval holds the true value."""
    dice = np.random.default_rng(crc32(name.encode()))
    held = 0
    for _ in range(runs):
        figure, true = case(dice)
        if figure.low is not None and figure.high is not None:
            held += figure.low <= true <= figure.high
    return held / runs


def measure(runs: int) -> dict[str, dict[str, float]]:
    """Return the coverage of every case."""
    kinds = {"covered": CASES, "cautious": CAUTIOUS, "few": FEW, "rare": RARE, "wrong": WRONG}
    return {
        kind: {name: coverage(name, case, runs) for name, case in cases.items()}
        for kind, cases in kinds.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    runs = parser.parse_args().runs
    found = measure(runs)
    outside = [name for name, share in found["covered"].items() if not 0.93 <= share <= 0.97]
    print(json.dumps({"runs": runs, **found, "outside of 93 to 97 %": outside}, indent=2))


if __name__ == "__main__":
    main()
