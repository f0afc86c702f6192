import warnings

import numpy as np
import pytest

from rmg_plugin_stats.agreement import (
    cohen_kappa,
    gwet_ac1,
    label_agreement,
    prevalence,
    raw_agreement,
)
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.intervals import wilson
from rmg_plugin_stats.labels import Rules, pair_up

from .inputs import label_pairs

metrics = pytest.importorskip("sklearn.metrics")

SKEWED = ["no"] * 118 + ["yes"] * 5 + ["no"] * 2, ["no"] * 118 + ["no"] * 5 + ["yes"] * 2


def theirs(function, *given, **options):
    """Call an oracle that warns of what it makes a number of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*given, **options)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa_is_that_of_scikit_learn_and_not_available_where_that_is_nan(weights):
    for judge, truth in label_pairs():
        found = cohen_kappa(pair_up(judge, truth), weights=weights, resamples=10)
        wanted = theirs(
            metrics.cohen_kappa_score,
            judge,
            truth,
            labels=sorted({*judge, *truth}),
            weights=None if weights == "none" else weights,
        )
        if len({*judge, *truth}) == 1:
            assert (found.value, found.why) == (
                None,
                "one label only: nothing tells agreement from chance",
            )
        else:
            assert found.value == pytest.approx(wanted, abs=1e-9)


def test_raw_agreement_is_the_accuracy_of_scikit_learn():
    for judge, truth in label_pairs():
        found = raw_agreement(pair_up(judge, truth), resamples=10)
        assert found.value == pytest.approx(metrics.accuracy_score(truth, judge), abs=1e-12)


def test_agreement_on_a_label_is_its_f1():
    for judge, truth in label_pairs():
        pairs = pair_up(judge, truth)
        for label in pairs.labels:
            wanted = theirs(metrics.f1_score, truth, judge, labels=[label], average=None)
            found = label_agreement(pairs, label, resamples=10)
            assert found.value == pytest.approx(float(wanted[0]), abs=1e-12)


def ac1_of_definition(judge, truth, labels):
    agreed = np.mean([one == two for one, two in zip(judge, truth, strict=True)])
    shares = [(judge.count(each) + truth.count(each)) / (2 * len(judge)) for each in labels]
    chance = sum(each * (1 - each) for each in shares) / (len(labels) - 1)
    return (agreed - chance) / (1 - chance)


def test_ac1_is_gwets_definition():
    for judge, truth in label_pairs():
        if len({*judge, *truth}) > 1:
            labels = range(6)
            found = gwet_ac1(pair_up(judge, truth, labels=labels), resamples=10)
            assert found.value == pytest.approx(ac1_of_definition(judge, truth, labels), abs=1e-9)


def test_ac1_of_one_label_is_not_available_though_the_formula_gives_1():
    found = gwet_ac1(pair_up(["no"] * 20, ["no"] * 20, labels=["no", "yes"]))
    assert (found.value, found.why) == (None, "one label only: nothing tells agreement from chance")


def test_the_paradox_of_skewed_labels_is_shown():
    pairs = pair_up(*SKEWED)
    assert raw_agreement(pairs).value == pytest.approx(118 / 125)
    assert cohen_kappa(pairs).value == pytest.approx(-0.0234, abs=5e-5)
    assert gwet_ac1(pairs).value == pytest.approx(0.9405, abs=5e-4)


def test_the_most_common_label_stands_in_the_rule():
    assert "'no' is 97.2% of the labels" in cohen_kappa(pair_up(*SKEWED)).rule


def test_prevalence_is_the_share_of_what_both_say():
    no, yes = prevalence(pair_up(*SKEWED))
    assert (no.name, no.value) == ("prevalence of 'no'", pytest.approx(243 / 250))
    assert yes.low < yes.value < yes.high


def test_raw_agreement_has_the_interval_of_a_rate():
    found = raw_agreement(pair_up(*SKEWED))
    assert (found.low, found.high) == wilson(118, 125)
    assert (found.unit, found.n) == ("pairs", 125)


def test_kappa_covers_the_truth():
    covered = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        truth = rng.random(150) < 0.3
        judge = np.where(rng.random(150) < 0.6, truth, rng.random(150) < 0.3)
        found = cohen_kappa(pair_up(judge.tolist(), truth.tolist()), resamples=400)
        covered += found.low <= 0.6 <= found.high
    assert 0.92 < covered / 300 < 0.98


def test_samples_that_come_in_clusters_widen_the_interval():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 50)
    judge = np.where(rng.random(50) < 0.8, truth, 1 - truth)
    five_times = np.repeat(judge, 5).tolist(), np.repeat(truth, 5).tolist()
    ids = np.repeat(np.arange(50), 5).tolist()
    alone = cohen_kappa(pair_up(*five_times))
    clustered = cohen_kappa(pair_up(*five_times, clusters=cluster_by(ids)))
    assert clustered.value == alone.value
    assert clustered.high - clustered.low > 1.8 * (alone.high - alone.low)
    assert "50 clusters" in clustered.rule


def test_a_judge_that_never_errs_has_no_interval_rather_than_one_of_no_width():
    found = cohen_kappa(pair_up([0, 1] * 10, [0, 1] * 10))
    assert (found.value, found.low, found.why) == (1.0, None, "every resample gives the same value")


def test_kappa_with_ties_that_count_half_expects_them_to():
    rules = Rules(ties="half", tie=0)
    found = cohen_kappa(pair_up([1, 0, 2, 1], [1, 1, 1, 2], rules=rules))
    # agreed 1.5 of 4; expected 3/4·(1/2 + 1/4·1/2) + 1/4·(1/4 + 1/4·1/2)
    chance = 3 / 4 * (1 / 2 + 1 / 8) + 1 / 4 * (1 / 4 + 1 / 8)
    assert found.value == pytest.approx((1.5 / 4 - chance) / (1 - chance))


@pytest.mark.parametrize("weights", ["none", "quadratic"])
def test_kappa_of_weighted_samples_is_that_of_scikit_learn(weights):
    for seed, (judge, truth) in enumerate(label_pairs()):
        if len({*judge, *truth}) > 1:
            stands_for = np.random.default_rng(seed).uniform(0.5, 4, len(judge))
            pairs = pair_up(judge, truth, weights=stands_for)
            wanted = theirs(
                metrics.cohen_kappa_score,
                judge,
                truth,
                weights=None if weights == "none" else weights,
                sample_weight=stands_for,
            )
            found = cohen_kappa(pairs, weights=weights, resamples=10)
            assert found.value == pytest.approx(wanted, abs=1e-9)
            assert "weighted" in found.rule


@pytest.mark.parametrize("figure", [raw_agreement, gwet_ac1, lambda pairs: prevalence(pairs)[0]])
def test_a_pair_that_stands_for_three_counts_as_three(figure):
    once = figure(pair_up([0, 1, 1], [0, 1, 0], weights=[3, 1, 2]))
    assert once.value == pytest.approx(
        figure(pair_up([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 0, 0])).value
    )


def test_weighted_kappa_of_a_label_for_missing_is_refused():
    pairs = pair_up([1, None], [1, 2], rules=Rules(missing="wrong"))
    with pytest.raises(ValueError, match="a weighted κ needs ties as labels"):
        cohen_kappa(pairs, weights="linear")


@pytest.mark.parametrize("figure", [raw_agreement, cohen_kappa, gwet_ac1])
def test_no_pairs_have_no_agreement(figure):
    found = figure(pair_up([None], [1]))
    assert found.value is None
    assert found.why


def test_agreement_on_a_label_that_nobody_says_is_not_available():
    found = label_agreement(pair_up([1], [1], labels=[1, 2]), 2)
    assert (found.value, found.why) == (None, "nobody says 2")
