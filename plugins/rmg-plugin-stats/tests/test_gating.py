import numpy as np
import pytest

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.gating import coverage, errors, maximum, minimum, no_regression, overall
from rmg_plugin_stats.paired import difference, pair


def figure(value, low, high, n=100):
    return Figure("mean", value, low, high, n)


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [(0.5, "pass"), (0.6, "pass"), (0.65, "inconclusive"), (0.8, "inconclusive"), (0.81, "fail")],
)
def test_a_minimum_has_three_verdicts(bound, verdict):
    assert minimum(figure(0.7, 0.6, 0.8), bound).verdict == verdict


@pytest.mark.parametrize(
    ("bound", "verdict"), [(0.85, "pass"), (0.8, "pass"), (0.75, "inconclusive"), (0.59, "fail")]
)
def test_a_maximum_has_three_verdicts(bound, verdict):
    assert maximum(figure(0.7, 0.6, 0.8), bound).verdict == verdict


def test_an_inconclusive_gate_says_how_many_would_settle_it():
    gate = minimum(figure(0.7, 0.6, 0.8), 0.65)
    assert gate.needed == 400
    assert gate.why == "the interval holds the bound; about 400 samples would settle it"


def test_the_number_that_settles_does_settle():
    dice = np.random.default_rng(1)
    moved = dice.normal(0.1, 1, 100)
    gate = no_regression(difference(pair(np.zeros(100), moved)), 0.02)
    assert gate.verdict == "inconclusive"
    times = -(-gate.needed // 100)
    more = difference(pair(np.zeros(100 * times), np.tile(moved, times)))
    assert no_regression(more, 0.02).verdict != "inconclusive"


def test_no_number_settles_a_value_on_the_bound():
    gate = minimum(figure(0.7, 0.6, 0.8), 0.7)
    assert gate.needed is None
    assert "no number of samples settles that" in gate.why


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.01, 0.05, "pass"), (-0.05, 0.01, "inconclusive"), (-0.09, -0.03, "fail")],
)
def test_a_regression_may_be_as_large_as_delta(low, high, verdict):
    middle = (low + high) / 2
    assert no_regression(figure(middle, low, high), 0.02).verdict == verdict
    flipped = figure(-middle, -high, -low)
    assert no_regression(flipped, 0.02, higher_is_better=False).verdict == verdict


def test_a_figure_without_a_value_is_inconclusive_with_its_reason():
    gate = minimum(Figure("kappa", None, why="one label only"), 0.5)
    assert (gate.verdict, gate.why) == ("inconclusive", "one label only")


def test_a_figure_without_an_interval_passes_nothing():
    gate = minimum(Figure("mean", 0.9), 0.5)
    assert (gate.verdict, gate.why) == ("inconclusive", "there is no interval")


@pytest.mark.parametrize(("scored", "verdict"), [(98, "pass"), (97, "fail")])
def test_coverage_is_counted(scored, verdict):
    assert coverage(scored, 100, 0.98).verdict == verdict


@pytest.mark.parametrize(("failed", "verdict"), [(2, "pass"), (3, "fail")])
def test_errors_are_counted(failed, verdict):
    assert errors(failed, 100, 0.02).verdict == verdict


def test_nothing_graded_covers_nothing():
    gate = coverage(0, 0, 0.9)
    assert (gate.verdict, gate.why) == ("inconclusive", "nothing was to be graded")


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "inconclusive"], "inconclusive"),
        (["inconclusive", "fail", "pass"], "fail"),
    ],
)
def test_the_worst_verdict_is_that_of_all(verdicts, expected):
    bounds = {"pass": 0.5, "inconclusive": 0.65, "fail": 0.9}
    gates = [minimum(figure(0.7, 0.6, 0.8), bounds[each]) for each in verdicts]
    assert overall(gates) == expected


def test_no_rule_is_no_pass():
    with pytest.raises(ValueError, match="nothing to pass"):
        overall([])


def test_a_negative_delta_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        no_regression(figure(0, -1, 1), -0.1)


def test_more_hits_than_cells_are_refused():
    with pytest.raises(ValueError, match="errors: 5 of 4 cells cannot be"):
        errors(5, 4, 0.02)
