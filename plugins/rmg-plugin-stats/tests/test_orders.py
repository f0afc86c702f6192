from itertools import permutations

import numpy as np
import pytest

from rmg_plugin_stats.orders import MOST_SYSTEMS, cheapest, contradictions
from rmg_plugin_stats.tournaments import games


@pytest.mark.parametrize("seed", range(20))
def test_the_cheapest_order_is_the_cheapest_of_all(seed):
    dice = np.random.default_rng(seed)
    size = int(dice.integers(2, 7))
    cost = dice.integers(0, 9, (size, size)).astype(float)

    def price(order):
        return sum(cost[one, two] for at, one in enumerate(order) for two in order[at + 1 :])

    found, order = cheapest(cost)
    assert found == min(map(price, permutations(range(size))))
    assert price(order) == found


def circle(wins=2):
    """A beats B, B beats C, C beats A; all beat D."""
    pairs = [("A", "B"), ("B", "C"), ("C", "A"), ("A", "D"), ("B", "D"), ("C", "D")] * wins
    first, second = zip(*pairs, strict=True)
    return games(list(first), list(second), [1.0] * len(pairs))


def test_a_circle_contradicts_every_order_once():
    found = contradictions(circle(), np.array([1.0, 2.0, 3.0, 4.0]))
    assert found.majorities.value == found.least_majorities.value == 1 / 6
    assert found.games.value == found.least_games.value == 2 / 12
    assert found.best[-1] == "D"


def test_a_wrong_order_contradicts_more_than_it_must():
    found = contradictions(circle(), np.array([4.0, 3.0, 2.0, 1.0]))
    assert found.majorities.value == 5 / 6
    assert found.least_majorities.value == 1 / 6


def test_systems_on_one_place_contradict_half():
    found = contradictions(games(["A"], ["B"], [1.0]), np.array([1.0, 1.0]))
    assert (found.games.value, found.least_games.value) == (0.5, 0.0)


def test_systems_without_a_place_do_not_count():
    found = contradictions(circle(), np.array([1.0, 2.0, np.nan, 3.0]))
    assert (found.games.n, found.games.value) == (6, 0.0)
    none = contradictions(circle(), np.full(4, np.nan))
    assert none.games.why == "no game is between ranked systems"


def test_more_systems_than_can_be_tried_say_so():
    names = [f"s{at:02d}" for at in range(MOST_SYSTEMS + 1)]
    played = games(names[:-1], names[1:], [1.0] * MOST_SYSTEMS)
    found = contradictions(played, np.arange(float(len(names))))
    assert found.games.value == 0.0
    assert found.least_games.value is None
    assert "15 systems are too many" in found.least_games.why
