import warnings

import numpy as np
import pytest

from rmg_plugin_stats.discrimination import (
    average_precision,
    best_threshold,
    roc_auc,
    score_up,
)

from .inputs import COUNT

metrics = pytest.importorskip("sklearn.metrics")


def scored():
    """Yield scores and truths of both kinds: continuous, with ties, perfect, useless, rare."""
    for seed in range(COUNT):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 150))
        truth = rng.random(n) < rng.choice([0.05, 0.5, 0.9])
        truth[:2] = [True, False]
        scores = truth * rng.choice([0, 0.5, 3]) + rng.normal(size=n) * rng.choice([0.01, 1])
        yield (scores.round() if seed % 3 == 0 else scores), truth.astype(float)


def test_auc_is_that_of_scikit_learn():
    for scores, truth in scored():
        found = roc_auc(score_up(scores, truth), resamples=10)
        assert found.value == pytest.approx(metrics.roc_auc_score(truth, scores), abs=1e-9)


def test_average_precision_is_that_of_scikit_learn():
    for scores, truth in scored():
        found = average_precision(score_up(scores, truth), resamples=10)
        wanted = metrics.average_precision_score(truth, scores)
        assert found.value == pytest.approx(wanted, abs=1e-9)


def test_the_best_threshold_by_youden_is_the_first_best_of_scikit_learns_curve():
    for scores, truth in scored():
        false, true, thresholds = metrics.roc_curve(truth, scores, drop_intermediate=False)
        gains = (true - false)[1:]  # the first is of a threshold that nothing reaches
        first = int(np.flatnonzero(gains >= gains.max() - 1e-12)[0])
        threshold, reached = best_threshold(score_up(scores, truth), resamples=10)
        assert threshold.value == thresholds[1:][first]
        assert reached.value == pytest.approx(gains[first], abs=1e-9)


def of_f1(scores, truth):
    precision, recall, _ = metrics.precision_recall_curve(truth, scores)
    return max(2 * p * r / (p + r) for p, r in zip(precision, recall, strict=True) if p + r)


def of_accuracy(scores, truth):
    false, true, _ = metrics.roc_curve(truth, scores, drop_intermediate=False)
    share = truth.mean()
    return (true * share + (1 - false) * (1 - share))[1:].max()


@pytest.mark.parametrize(("criterion", "best"), [("f1", of_f1), ("accuracy", of_accuracy)])
def test_the_best_threshold_reaches_the_best_of_scikit_learns_curve(criterion, best):
    for scores, truth in scored():
        _, reached = best_threshold(score_up(scores, truth), criterion, resamples=10)
        assert reached.value == pytest.approx(best(scores, truth), abs=1e-9)


@pytest.mark.parametrize(
    ("figure", "measure"),
    [
        (roc_auc, metrics.roc_auc_score),
        (average_precision, metrics.average_precision_score),
    ],
)
def test_figures_of_weighted_samples_are_those_of_scikit_learn(figure, measure):
    for seed, (scores, truth) in enumerate(scored()):
        weights = np.random.default_rng(seed).uniform(0.5, 4, len(scores))
        found = figure(score_up(scores, truth, weights=weights), resamples=10)
        wanted = measure(truth, scores, sample_weight=weights)
        assert found.value == pytest.approx(wanted, abs=1e-9)


def test_what_the_best_threshold_reaches_is_said_to_be_too_good():
    _, reached = best_threshold(score_up([0.1, 0.2, 0.9], [0, 0, 1]))
    assert (reached.value, reached.low) == (1.0, None)
    assert reached.why == "of the samples that chose it: too good"


@pytest.mark.parametrize("figure", [roc_auc, average_precision])
@pytest.mark.parametrize(
    ("truth", "why"),
    [
        ([1, 1], "the truth has no negative"),
        ([0, 0], "the truth has no positive"),
        ([np.nan, np.nan], "no score with a truth"),
    ],
)
def test_one_kind_of_truth_tells_nothing(figure, truth, why):
    found = figure(score_up([0.1, 0.2], truth))
    assert (found.value, found.why) == (None, why)


def test_missing_scores_are_left_out_or_counted_as_told():
    scores, truth = [0.9, 0.5, np.nan], [1, 0, 1]
    dropped, imputed = score_up(scores, truth), score_up(scores, truth, impute=0)
    assert (roc_auc(dropped).value, roc_auc(dropped).n) == (1.0, 2)
    assert (roc_auc(imputed).value, roc_auc(imputed).n) == (0.5, 3)
    assert dropped.rule == "1 missing left out; ties of scores count half"
    assert imputed.rule == "1 missing counted as 0; ties of scores count half"


def test_a_truth_that_is_a_score_is_refused():
    with pytest.raises(ValueError, match="the truth is 1 or 0"):
        score_up([0.1], [0.7])


def test_other_lengths_are_told():
    with pytest.raises(ValueError, match="1 scores and 2 truths"):
        score_up([0.1], [0, 1])


def test_the_rule_of_auprc_says_what_chance_would_give():
    assert average_precision(score_up([1, 2, 3, 4], [0, 0, 0, 1])).rule.endswith("chance is 0.250")


def test_perfect_separation_has_no_interval_rather_than_one_of_no_width():
    found = roc_auc(score_up(np.arange(40.0), np.arange(40) >= 20))
    assert (found.value, found.low, found.why) == (1.0, None, "every resample gives the same value")


def test_auc_covers_the_truth():
    from scipy.stats import norm

    truth, covered = norm.cdf(1 / 2**0.5), 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        positive = rng.random(100) < 0.4
        found = roc_auc(score_up(rng.normal(size=100) + positive, positive), resamples=400)
        covered += found.low <= truth <= found.high
    assert 0.92 < covered / 300 < 0.98


def test_bins_give_nearly_the_interval_of_all_scores(monkeypatch):
    rng = np.random.default_rng(0)
    positive = rng.random(1500) < 0.3
    given = score_up(rng.normal(size=1500) + positive, positive)
    rough = roc_auc(given)
    monkeypatch.setattr("rmg_plugin_stats.discrimination.MOST_BINS", 2000)
    whole = roc_auc(given)
    assert rough.value == whole.value
    assert (rough.low, rough.high) == pytest.approx((whole.low, whole.high), abs=1e-3)


def test_no_figure_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        best_threshold(score_up(np.arange(20.0), np.arange(20) == 7))
