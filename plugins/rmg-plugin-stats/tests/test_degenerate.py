"""Few, equal and missing values: a figure is finite, or it is not there and says why."""

from math import isfinite

import numpy as np
import pytest
from attrs import fields, has

from rmg_plugin_stats.bias import position_bias, repeat_consistency, self_preference
from rmg_plugin_stats.calibration import reliability
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.controls import controlled_difference, controlled_win_rate
from rmg_plugin_stats.correction import correct_mean
from rmg_plugin_stats.equivalence import equivalent, non_inferior
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.paired import compare, pair, rank_biserial
from rmg_plugin_stats.panels import alt_test, effective_size, leave_one_out
from rmg_plugin_stats.planning import design_effect, pilot
from rmg_plugin_stats.rankings import bradley_terry
from rmg_plugin_stats.rates import correct_rate
from rmg_plugin_stats.significance import Significance
from rmg_plugin_stats.style import choice_weight, prefers_more, rank_correlation
from rmg_plugin_stats.tournaments import copeland, cyclic_share, elo, games, points_a_game

HALVES, BINARY, GRADES = (0.0, 0.5, 1.0), (0.0, 1.0), (1.0, 2.0, 3.0)


class Draw:
    """Makes lines of a few values, some missing, as one number decides."""

    def __init__(self, seed):
        self.dice = np.random.default_rng(seed)
        self.size = int(self.dice.integers(0, 9))
        self.missing = self.dice.choice([0.0, 0.3, 1.0], p=[0.5, 0.4, 0.1])

    def line(self, values, *columns):
        some = self.dice.choice(values, size=int(self.dice.integers(1, len(values) + 1)))
        made = self.dice.choice(some, size=(self.size, *columns))
        made[self.dice.random(made.shape) < self.missing] = np.nan
        return made

    def clusters(self):
        if self.dice.random() < 0.5:
            return None
        return cluster_by(self.dice.integers(0, 3, self.size).tolist())

    def games(self):
        first = self.dice.integers(0, 4, self.size)
        second = (first + self.dice.integers(1, 4, self.size)) % 4
        return games(first, second, self.line(HALVES), prompts=self.clusters())


def compared(draw, kind, values):
    return compare(draw.line(values), draw.line(values), kind=kind, clusters=draw.clusters())


def some_pairs(draw):
    return pair(draw.line(GRADES), draw.line(GRADES), draw.clusters())


MAKERS = {
    "correct_mean": lambda d: correct_mean(d.line(GRADES), d.line(GRADES), clusters=d.clusters()),
    "correct_mean, weighted": lambda d: correct_mean(
        d.line(GRADES), d.line(GRADES), weights=d.dice.choice([1.0, 2.5], d.size)
    ),
    "correct_rate": lambda d: correct_rate(d.line(BINARY), d.line(BINARY), is_apart=d.size > 4),
    "compare, binary": lambda d: compared(d, "binary", BINARY),
    "compare, ordinal": lambda d: compared(d, "ordinal", GRADES),
    "compare, continuous": lambda d: compared(d, "continuous", GRADES),
    "equivalent": lambda d: equivalent(some_pairs(d), 0.2),
    "non_inferior": lambda d: non_inferior(some_pairs(d), 0.2),
    "rank_biserial": lambda d: rank_biserial(some_pairs(d)),
    "bradley_terry": lambda d: bradley_terry(d.games(), resamples=20),
    "bradley_terry, half": lambda d: bradley_terry(d.games(), ties="half", resamples=20),
    "tournament": lambda d: [
        each(d.games()) for each in (copeland, cyclic_share, elo, points_a_game)
    ],
    "effective_size": lambda d: effective_size(d.line(GRADES, 3), d.line(GRADES), resamples=20),
    "leave_one_out": lambda d: leave_one_out(d.line(GRADES, 3), d.line(GRADES)),
    "alt_test": lambda d: alt_test(d.line(GRADES), d.line(GRADES, 3), least_items=2),
    "position_bias": lambda d: position_bias(d.line(HALVES), d.line(HALVES)),
    "self_preference": lambda d: self_preference(
        d.line(GRADES), d.line(GRADES), d.line(BINARY), clusters=d.clusters()
    ),
    "repeat_consistency": lambda d: repeat_consistency(d.line(GRADES, 3), resamples=20),
    "rank_correlation": lambda d: rank_correlation(d.line(GRADES), d.line(GRADES), d.line(GRADES)),
    "prefers_more": lambda d: prefers_more(d.line(HALVES), d.line(GRADES), d.line(GRADES)),
    "choice_weight": lambda d: choice_weight(
        d.line(HALVES), d.line(GRADES), d.line(BINARY), clusters=d.clusters()
    ),
    "controlled_win_rate": lambda d: controlled_win_rate(
        d.line(HALVES), {"a": d.line(GRADES), "b": d.line(GRADES)}, clusters=d.clusters()
    ),
    "controlled_difference": lambda d: controlled_difference(
        d.line(GRADES), {"a": d.line(GRADES)}, clusters=d.clusters()
    ),
    "reliability": lambda d: reliability(d.line(HALVES), d.line(BINARY)),
    "design_effect": lambda d: design_effect(d.line(GRADES), d.clusters()),
    "pilot": lambda d: pilot(d.line(GRADES), d.line(GRADES), d.line(GRADES, 3)),
}


def wrong_in(made):
    """Yield what is neither a finite number nor told to be missing."""
    if isinstance(made, list | tuple):
        for each in made:
            yield from wrong_in(each)
    elif isinstance(made, float):
        if not isfinite(made):
            yield made
    elif has(type(made)):
        is_silent = isinstance(made, Figure) and None in {made.value, made.low, made.high}
        is_silent |= isinstance(made, Significance) and made.p_value is None
        if is_silent and not made.why:
            yield made
        if isinstance(made, Figure) and None not in {made.low, made.high} and made.low > made.high:
            yield made
        for field in fields(type(made)):
            yield from wrong_in(getattr(made, field.name))


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_not_defined_is_told(name):
    for seed in range(200):
        draw = Draw(seed)
        assert list(wrong_in(MAKERS[name](draw))) == [], f"seed {seed}"
