import numpy as np
import pytest

from rmg_core import DataError, RunColumn, Scale
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.correction import correct_mean
from rmg_plugin_stats.estimating import estimate
from rmg_plugin_stats.label_numbers import Ratings, ratings_of
from rmg_plugin_stats.labelling import Labels
from rmg_plugin_stats.reading import ColumnScores


def judge(scores, scale=None):
    return ColumnScores(RunColumn("judge"), np.array(scores, dtype=float), scale)


def drawn(labels, strata=None):
    """Return labels of one rater that were drawn at random, nan where nobody labelled."""
    line = np.array(labels, dtype=float)
    names = ["all"] * len(line) if strata is None else list(strata)
    sizes = {name: float(names.count(name)) for name in sorted(set(names))}
    of = [None if np.isnan(each) else name for each, name in zip(line, names, strict=True)]
    answers = tuple(None if np.isnan(each) else float(each) for each in line)
    return Labels(("labels.csv",), ("label",), (answers,), tuple(of), sizes)


def estimated(scores, labels, **more):
    return estimate(judge(scores), labels, ratings_of(labels), **more)


def sampled(dice, truth, count):
    labels = np.full(len(truth), np.nan)
    chosen = dice.choice(len(truth), count, replace=False)
    labels[chosen] = truth[chosen]
    return labels


def test_the_estimate_is_that_of_the_correction():
    dice = np.random.default_rng(1)
    truth = (dice.random(400) < 0.6).astype(float)
    scores = np.clip(truth + dice.normal(0, 0.4, 400), 0, 1)
    labels = sampled(dice, truth, 120)
    found = estimated(scores, drawn(labels))
    assert found.whole.corrected == correct_mean(labels, scores).corrected
    assert (found.scored, found.warnings) == (None, ())
    assert found.target == "share of samples that people label 1 (as 'label' says)"
    assert found.worth > 120


def test_samples_that_the_judge_cannot_score_count_as_well_and_the_interval_covers():
    dice = np.random.default_rng(2)
    hits = apart = 0
    for _ in range(300):
        truth = (dice.random(600) < 0.7).astype(float)
        scores = np.where(dice.random(600) < 0.85, truth, 1 - truth)
        scores[dice.random(600) < np.where(truth == 0, 0.5, 0.05)] = np.nan
        found = estimated(scores, drawn(sampled(dice, truth, 120)))
        hits += found.whole.corrected.low <= 0.7 <= found.whole.corrected.high
        apart += found.scored.corrected.value > 0.7
    assert 0.92 <= hits / 300 <= 0.98
    assert apart / 300 > 0.9


def test_strata_are_weighed():
    names = ["low"] * 300 + ["high"] * 100
    truth = np.array([0.0] * 300 + [1.0] * 100)
    truth[:30] = 1.0
    labels = np.full(400, np.nan)
    labels[:60], labels[300:360] = truth[:60], truth[300:360]
    dice = np.random.default_rng(3)
    found = estimated(dice.random(400), drawn(labels, names))
    assert found.whole.labels_only.value == pytest.approx(0.75 * 0.5 + 0.25)
    assert found.rate is None
    assert "scores are not 0 or 1" in found.no_rate
    assert "from strata" in estimated(truth, drawn(labels, names)).no_rate


def test_a_stratum_without_a_label_leaves_nothing_to_say():
    labels = drawn([1.0, 0.0, 1.0, np.nan, np.nan], ["a", "a", "a", "a", "b"])
    found = estimated([1, 0, 1, 0, 1], labels).whole
    assert found.corrected.value is None
    assert found.labels_only.why == (
        "no sample of the strata 'b' has a label: nothing speaks for 1 samples"
    )


def test_strata_and_clusters_together_are_refused():
    labels = drawn([1.0, 0.0, np.nan, np.nan], ["a", "b", "a", "b"])
    with pytest.raises(DataError, match="leave out --cluster, or draw without --stratify"):
        estimated([1, 0, 1, 0], labels, clusters=cluster_by("xxyy"))


def test_a_threshold_makes_rates_of_scores_and_labels():
    dice = np.random.default_rng(4)
    truth = dice.integers(1, 6, 500).astype(float)
    scores = np.clip(truth + dice.integers(-1, 2, 500), 1, 5)
    found = estimated(scores, drawn(sampled(dice, truth, 150)), threshold=4)
    assert found.target == "share of samples that people label of 4 or more (as 'label' says)"
    assert found.whole.corrected.low < (truth >= 4).mean() < found.whole.corrected.high
    assert found.rate.corrected.low < (truth >= 4).mean() < found.rate.corrected.high


def test_labels_all_alike_have_the_interval_of_a_rate():
    found = estimated([1.0] * 50 + [0.0] * 50, drawn([1.0] * 40 + [np.nan] * 60)).whole
    assert found.labels_only.value == 1.0
    assert found.labels_only.low == pytest.approx(40 / (40 + 1.959964**2), abs=1e-6)


def test_labels_of_yes_and_no_have_the_interval_of_a_rate():
    found = estimated([1.0, 0.0] * 100, drawn([1.0] * 57 + [0.0] * 3 + [np.nan] * 140))
    assert found.whole.labels_only.rule == "Wilson"
    assert found.whole.labels_only.high < 1
    assert found.warnings[0].startswith("3 of 60 labels are the rarer of the two")


def test_labels_that_were_not_drawn_are_warned_of():
    labels = Labels(("human",), ("human",), ((1,) * 30 + (None,) * 70,))
    scores = [0.9, 0.8] * 15 + [0.1, 0.2] * 35
    said = estimated(scores, labels).warnings
    assert said[0].startswith("how the labelled samples were chosen is not known")
    assert said[1] == (
        "the judge's mean is 0.85 where there is a label, and 0.15 elsewhere: "
        "the labelled samples do not look drawn at random"
    )


def test_clusters_are_told_where_they_are_used_and_where_not():
    dice = np.random.default_rng(5)
    truth = dice.integers(0, 2, 200).astype(float)
    scores = np.where(dice.random(200) < 0.8, truth, 1 - truth)
    clusters = cluster_by([at // 2 for at in range(200)])
    found = estimated(scores, drawn(sampled(dice, truth, 80)), clusters=clusters)
    assert "; 100 clusters; t interval" in found.whole.corrected.rule
    assert found.whole.labels_only.rule.startswith("Wilson at an effective n of ")
    assert found.rate.corrected.rule.endswith("clusters are not used")


@pytest.mark.parametrize(
    ("scale", "end"),
    [
        (Scale(0, 1, higher_is_better=False), "so let 1 be the label of what is bad"),
        (Scale(0, 1), "what does a high label say?"),
    ],
)
def test_a_judge_against_whom_labels_go_is_told(scale, end):
    labels = drawn([1.0, 0.0] * 20 + [np.nan] * 20)
    found = estimate(judge([0.0, 1.0] * 30, scale), labels, ratings_of(labels))
    assert found.whole.trust == 0
    assert found.warnings[-1].startswith("the judge's scores fall where labels rise")
    assert found.warnings[-1].endswith(end)


def test_labels_that_come_to_none_are_counted():
    ratings = Ratings(("a", "b"), np.array([[1, 0], [1, 1], [0, 0], [np.nan] * 2]))
    labels = Labels(("x",), ("a", "b"), ((1, 1, 0, None), (0, 1, 0, None)))
    found = estimate(judge([1, 0, 1, 0]), labels, ratings, rule="majority")
    assert found.warnings[0].startswith("1 labelled samples come to no label by the rule")


def test_a_handful_of_labels_is_told():
    found = estimated([1, 0, 1, 0], drawn([1, 0, np.nan, np.nan]))
    assert "2 labels tell next to nothing" in found.warnings[0]


def test_labels_on_another_scale_are_told():
    labels = drawn([5.0, 1.0] * 10 + [np.nan] * 10)
    column = judge([0.5, 0.6] * 15, Scale(0, 1))
    said = estimate(column, labels, ratings_of(labels)).warnings
    assert "labels go from 1 to 5, and the judge's scale 0 to 1" in said[0]


def test_a_column_without_scores_is_told():
    with pytest.raises(DataError, match="no sample has a score of 'judge'"):
        estimated([np.nan, np.nan], drawn([1, 0]))


def test_of_several_raters_the_rule_is_said():
    ratings = Ratings(("a", "b", "c"), np.array([[1, 1, 0], [0, 0, 1], [np.nan] * 3]))
    labels = Labels(("x",), ("a", "b", "c"), ((1, 0, None), (1, 0, None), (0, 1, None)))
    found = estimate(judge([1, 0, 1]), labels, ratings, rule="majority")
    assert "the majority of up to 3 raters; 0 samples without one left out" in found.target
    assert "mean label of people (the mean of up to 3 raters)" in (
        estimate(judge([1, 0, 1]), labels, ratings).target
    )
