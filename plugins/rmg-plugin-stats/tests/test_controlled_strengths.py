import numpy as np
import pytest

from rmg_plugin_stats.controlled_strengths import controlled_strengths
from rmg_plugin_stats.pairings import pairs_of_rows
from rmg_plugin_stats.rankings import bradley_terry


def played(dice, count, *, length=0.0, verbose=0.0):
    """Games of three systems of known strengths, of which the last writes longer."""
    strengths = np.array([0.6, 0.0, -0.6])
    first, second = dice.integers(0, 3, count), dice.integers(1, 3, count)
    second = (first + second) % 3
    gap = dice.normal(0, 1, count) + verbose * ((first == 2).astype(float) - (second == 2))
    odds = strengths[first] - strengths[second] + length * gap
    points = (dice.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    names = np.array(["a", "b", "c"])
    prompts = (np.arange(count) // 3).tolist()
    pairs = pairs_of_rows(names[first].tolist(), names[second].tolist(), points, prompts)
    return pairs, gap


def values(figures):
    return np.array([each.value for each in figures])


def test_raw_strengths_are_those_of_bradley_and_terry():
    pairs, gap = played(np.random.default_rng(1), 600)
    found = controlled_strengths(pairs, {"length": gap})
    theirs = bradley_terry(pairs.games, ties="half", resamples=1)
    np.testing.assert_allclose(values(found.raw), values(theirs.strengths), atol=1e-6)


def test_what_length_earns_is_taken_off():
    pairs, gap = played(np.random.default_rng(2), 6_000, length=0.8, verbose=1.0)
    found = controlled_strengths(pairs, {"length": gap}, ridge=1e-6)
    assert found.raw[2].low > -0.4
    np.testing.assert_allclose(values(found.controlled), [0.6, 0.0, -0.6], atol=0.12)
    assert found.controlled[2].low < -0.6 < found.controlled[2].high


def test_the_ridge_takes_off_less():
    pairs, gap = played(np.random.default_rng(2), 6_000, length=0.8, verbose=1.0)
    loose = controlled_strengths(pairs, {"length": gap}, ridge=1e-6)
    tight = controlled_strengths(pairs, {"length": gap}, ridge=1.0)
    assert loose.controlled[2].value < tight.controlled[2].value < tight.raw[2].value
    assert 0 < tight.weights[0].value < loose.weights[0].value


def test_intervals_of_controlled_strengths_cover():
    dice, hits = np.random.default_rng(3), 0
    for _ in range(200):
        pairs, gap = played(dice, 300, length=0.5)
        figure = controlled_strengths(pairs, {"length": gap}, ridge=1e-9).controlled[0]
        hits += figure.low <= 0.6 <= figure.high
    assert 0.91 <= hits / 200 <= 0.99


def test_a_system_that_never_lost_has_no_strength():
    pairs = pairs_of_rows(
        ["a", "b", "c", "b"], ["b", "c", "b", "c"], np.array([1.0, 1.0, 1.0, 0.5]), list("pqrs")
    )
    found = controlled_strengths(pairs, {"length": [0.1, 0.3, -0.2, 0.0]})
    assert found.controlled[0].value is None
    assert found.controlled[0].why == "no wins and ties connect it both ways with the others"
    assert found.controlled[1].value == pytest.approx(-found.controlled[2].value)


def test_a_gap_that_never_varies_weighs_nothing():
    pairs, _ = played(np.random.default_rng(5), 60)
    found = controlled_strengths(pairs, {"length": np.zeros(60)})
    assert (found.weights[0].value, found.weights[0].why) == (None, "it never varies")
    np.testing.assert_allclose(values(found.controlled), values(found.raw))


def test_games_of_unknown_gaps_are_left_out():
    pairs, gap = played(np.random.default_rng(6), 90)
    gap[:30] = np.nan
    assert controlled_strengths(pairs, {"length": gap}).raw[0].n == 60
    found = controlled_strengths(pairs, {"length": np.full(90, np.nan)})
    assert {each.value for each in found.controlled} == {None}
