import numpy as np
import pytest

from rmg_core import Scale
from rmg_plugin_stats.clusters import cluster_by, each_alone
from rmg_plugin_stats.contrasts import Rule, contrast, kind_of, missing_of, sensitivity

NAN = np.nan
UNIT = Scale(0, 1)


@pytest.mark.parametrize(
    ("values", "scale", "kind"),
    [
        ([0, 1, NAN], UNIT, "binary"),
        ([1, 1], UNIT, "binary"),
        ([0, 1], Scale(0, None), "ordinal"),
        ([1, 5], Scale(1, 5), "ordinal"),
        ([0, 0.5, 1], UNIT, "continuous"),
        (list(range(30)), Scale(0, None), "continuous"),
        ([NAN], UNIT, "continuous"),
    ],
)
def test_the_kind_of_scores_is_seen_in_them(values, scale, kind):
    line = np.array(values, dtype=float)
    assert kind_of(line, line, scale)[0] == kind


def test_means_are_over_the_pairs_so_that_their_difference_is_the_difference():
    first, second = np.array([0, 1, NAN, 1.0]), np.array([1, 1, 0, NAN])
    found = contrast(first, second, Rule(UNIT, "binary"), each_alone(4))
    assert (found.first.value, found.second.value) == (0.5, 1.0)
    assert found.comparison.difference.value == 0.5
    assert found.comparison.unpaired == 2


@pytest.mark.parametrize(
    ("kind", "test"),
    [("binary", "McNemar"), ("ordinal", "Wilcoxon"), ("continuous", "flipped signs")],
)
def test_each_kind_has_its_test_and_clusters_have_theirs(kind, test):
    first, second = np.array([0, 1, 0, 1.0]), np.array([1, 1, 1, 0.0])
    rule = Rule(UNIT, kind)
    assert contrast(first, second, rule, each_alone(4)).comparison.test.name == test
    clustered = contrast(first, second, rule, cluster_by(["x", "x", "y", "y"]))
    assert clustered.comparison.test.name == "flipped signs"


def test_a_margin_is_judged_in_the_direction_of_the_scale():
    first, second = np.zeros(50), np.tile([0.2, 0.3], 25)
    verdicts = [
        contrast(first, second, Rule(scale, "continuous", margin=0.1), each_alone(50)).no_worse
        for scale in (UNIT, Scale(0, 1, higher_is_better=False))
    ]
    assert [each.verdict for each in verdicts] == ["yes", "no"]


def test_means_on_an_open_scale_are_no_rates():
    found = contrast(np.ones(40), np.ones(40), Rule(Scale(0, None), "ordinal"), each_alone(40))
    assert (found.first.value, found.first.low) == (1.0, None)


def test_no_pair_has_no_p_value():
    lines = np.array([1.0, NAN]), np.array([NAN, 1.0])
    test = contrast(*lines, Rule(UNIT, "binary"), each_alone(2)).comparison.test
    assert (test.p_value, test.why) == (None, "no sample has both values")


def test_what_is_missing_is_counted_by_side_and_by_kind():
    found = missing_of(["", "", "timeout", "skipped"], ["", "timeout", "", "skipped"])
    assert (found.in_second, found.in_first, found.in_both) == ({"timeout": 1}, {"timeout": 1}, 1)
    assert found.on_one_side == 2


def test_missing_scores_could_move_the_difference_to_the_ends_of_the_scale():
    first, second = np.array([1, 1, NAN, NAN]), np.array([1, NAN, 0.5, NAN])
    found = sensitivity(first, second, Rule(UNIT, "continuous"))
    assert found.n == 2
    assert found.worst == pytest.approx((0 - 1 + 0.5) / 3)
    assert found.best == pytest.approx((0 + 0 - 0.5) / 3)
    assert (found.lowest, found.highest) == (pytest.approx(-0.5), pytest.approx(0.5 / 3))


def test_an_open_scale_has_no_worst_score():
    rule = Rule(Scale(0, None), "continuous")
    assert sensitivity(np.array([1.0]), np.array([NAN]), rule) is None


def test_where_nothing_is_missing_there_is_no_sensitivity():
    assert sensitivity(np.array([1.0]), np.array([0.0]), Rule(UNIT, "binary")) is None


def test_an_effect_that_no_cluster_varies_has_no_interval_of_no_width():
    first, second = np.zeros(6), np.array([1, 1, 0, 1, 0, 0.0])
    clusters = cluster_by(["x", "x", "y", "y", "z", "z"])
    effect = contrast(first, second, Rule(UNIT, "binary"), clusters).comparison.effect
    assert (effect.value, effect.low) == (0.5, None)
    assert effect.why == "no interval: every pair that differs differs alike"
