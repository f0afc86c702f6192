import warnings

import numpy as np
import pytest

from rmg_plugin_stats.classification import (
    RATES,
    at_threshold,
    averages,
    confusion,
    f1_by_label,
    rate,
)
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.intervals import clopper_pearson, wilson
from rmg_plugin_stats.labels import Rules, pair_up

from .inputs import label_pairs

metrics = pytest.importorskip("sklearn.metrics")


def theirs(function, *given, **options):
    """Call an oracle that warns of what it makes a number of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*given, **options)


def same(found, wanted):
    """Return whether a figure is the number, or is not available where the number is nan."""
    if found.value is None or np.isnan(wanted):
        return found.value is None and bool(np.isnan(wanted)) and bool(found.why)
    return found.value == pytest.approx(wanted, abs=1e-9)


def test_confusion_is_that_of_scikit_learn():
    for judge, truth in label_pairs():
        found = confusion(pair_up(judge, truth, labels=range(5)))
        wanted = metrics.confusion_matrix(truth, judge, labels=range(5))
        assert [list(row) for row in found.counts] == wanted.tolist()


def test_rates_of_a_label_are_those_of_scikit_learn_and_not_available_where_it_warns():
    options = {"average": None, "zero_division": np.nan}
    for judge, truth in label_pairs():
        pairs = pair_up(judge, truth)
        precision = theirs(metrics.precision_score, truth, judge, labels=pairs.labels, **options)
        recall = theirs(metrics.recall_score, truth, judge, labels=pairs.labels, **options)
        for place, label in enumerate(pairs.labels):
            told = [each == label for each in judge], [each == label for each in truth]
            others = [[not each for each in column] for column in told]
            specificity = theirs(metrics.recall_score, others[1], others[0], zero_division=np.nan)
            npv = theirs(metrics.precision_score, others[1], others[0], zero_division=np.nan)
            assert same(rate(pairs, label, "precision", resamples=10), precision[place])
            assert same(rate(pairs, label, "sensitivity", resamples=10), recall[place])
            assert same(rate(pairs, label, "fnr", resamples=10), 1 - recall[place])
            assert same(rate(pairs, label, "specificity", resamples=10), specificity)
            assert same(rate(pairs, label, "fpr", resamples=10), 1 - specificity)
            assert same(rate(pairs, label, "npv", resamples=10), npv)


def test_f1_of_labels_is_that_of_scikit_learn():
    for judge, truth in label_pairs():
        pairs = pair_up(judge, truth, labels=range(5))
        options = {"labels": range(5), "average": None, "zero_division": np.nan}
        wanted = theirs(metrics.f1_score, truth, judge, **options)
        for found, number in zip(f1_by_label(pairs, resamples=10), wanted, strict=True):
            assert same(found, number)


def test_averages_are_those_of_scikit_learn_but_for_what_is_undefined():
    for judge, truth in label_pairs():
        pairs = pair_up(judge, truth)
        found = averages(pairs, resamples=10)
        for name, function in [
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("F1", metrics.f1_score),
        ]:
            options = {"labels": pairs.labels, "zero_division": np.nan}
            each = theirs(function, truth, judge, average=None, **options)
            assert same(found[f"macro {name}"], each.mean())  # nan of one is nan of the mean
        wanted = theirs(metrics.balanced_accuracy_score, truth, judge)
        assert found["balanced accuracy"].value == pytest.approx(wanted, abs=1e-9)
        assert found["micro F1"].value == pytest.approx(metrics.accuracy_score(truth, judge))


def test_mcc_is_that_of_scikit_learn_and_not_available_where_one_side_has_one_label():
    for judge, truth in label_pairs():
        found = averages(pair_up(judge, truth), resamples=10)["MCC"]
        if len(set(judge)) == 1 or len(set(truth)) == 1:
            assert (found.value, found.why) == (None, "one side says one label only")
        else:
            assert found.value == pytest.approx(metrics.matthews_corrcoef(truth, judge), abs=1e-9)


def test_a_perfect_judge_of_yes_and_no_has_an_f1_of_1():
    pairs = pair_up([1, 0] * 20, [1, 0] * 20)
    assert [each.value for each in f1_by_label(pairs)] == [1.0, 1.0]
    assert averages(pairs)["macro F1"].value == 1.0


def test_a_rate_has_the_interval_of_what_it_rests_on():
    pairs = pair_up([1] * 20 + [0] * 80, [1] * 15 + [0] * 85)
    few, many = rate(pairs, 1, "precision"), rate(pairs, 1, "specificity")
    assert (few.n, few.low, few.high) == (20, *clopper_pearson(15, 20))
    assert (many.n, many.low, many.high) == (85, *wilson(80, 85))


@pytest.mark.parametrize(
    ("kind", "why"),
    [("precision", "no verdict is 2"), ("sensitivity", "no truth is 2")],
)
def test_a_rate_of_nothing_says_what_is_lacking(kind, why):
    found = rate(pair_up([1], [1], labels=[1, 2]), 2, kind)
    assert (found.value, found.why) == (None, why)


@pytest.mark.parametrize("kind", ["specificity", "npv"])
def test_a_rate_of_the_others_says_that_there_are_none(kind):
    found = rate(pair_up([1], [1], labels=[1, 2]), 1, kind)
    assert found.why in {"no truth is other than 1", "no verdict is other than 1"}


def test_a_macro_average_names_the_labels_that_have_no_figure():
    found = averages(pair_up([1, 1, 2], [1, 2, 2], labels=[1, 2, 3]))["macro precision"]
    assert (found.value, found.why) == (None, "no verdict is 3")


def test_missing_verdicts_counted_as_wrong_lower_recall_and_not_precision():
    judge, truth = [1, 2, None, 1, 2], [1, 2, 1, 1, 2]
    pairs = pair_up(judge, truth, rules=Rules(missing="wrong"))
    assert rate(pairs, 1, "sensitivity").value == pytest.approx(2 / 3)
    assert rate(pairs, 1, "precision").value == 1.0
    assert averages(pairs)["macro recall"].value == pytest.approx((2 / 3 + 1) / 2)
    assert averages(pairs)["micro F1"].value == pytest.approx(2 * 4 / (4 + 5))
    assert confusion(pairs).labels == (1, 2, "(missing)")
    assert confusion(pairs).counts == ((2, 0, 1), (0, 2, 0), (0, 0, 0))


def test_a_tie_is_a_label_to_rates_also_where_it_counts_half_in_agreement():
    pairs = pair_up([0, 1], [1, 1], rules=Rules(ties="half", tie=0))
    found = rate(pairs, 1, "sensitivity")
    assert (found.value, "a tie is a label like any other" in found.rule) == (0.5, True)


def test_scores_that_reach_the_threshold_are_positive():
    assert at_threshold([0.4, 0.5, np.nan], 0.5) == [False, True, None]


def test_weighted_averages_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth, judge = rng.integers(0, 3, 80).tolist(), rng.integers(0, 3, 80).tolist()
    weights = rng.uniform(0.5, 4, 80)
    pairs = pair_up(judge, truth, weights=weights)
    found = averages(pairs)
    options = {"average": "macro", "sample_weight": weights}
    wanted = metrics.precision_recall_fscore_support(truth, judge, **options)
    for name, number in zip(("precision", "recall", "F1"), wanted, strict=False):
        assert found[f"macro {name}"].value == pytest.approx(number, abs=1e-9)
    mcc = metrics.matthews_corrcoef(truth, judge, sample_weight=weights)
    assert found["MCC"].value == pytest.approx(mcc, abs=1e-9)
    recalls = metrics.recall_score(truth, judge, average=None, sample_weight=weights)
    assert rate(pairs, 1, "sensitivity").value == pytest.approx(recalls[1], abs=1e-9)


def test_no_pairs_have_no_averages():
    found = averages(pair_up([None], [1]))
    assert {each.value for each in found.values()} == {None}
    assert {each.why for each in found.values()} == {"no pair"}


def test_clusters_widen_the_intervals_of_rates_and_averages():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 60)
    judge = np.where(rng.random(60) < 0.8, truth, 1 - truth)
    columns = np.repeat(judge, 5).tolist(), np.repeat(truth, 5).tolist()
    clusters = cluster_by(np.repeat(np.arange(60), 5).tolist())
    alone, clustered = pair_up(*columns), pair_up(*columns, clusters=clusters)

    def widths(pairs):
        found = [*averages(pairs).values(), *(rate(pairs, 1, kind) for kind in RATES)]
        return np.array([each.high - each.low for each in found])

    assert (widths(clustered) > 1.6 * widths(alone)).all()
