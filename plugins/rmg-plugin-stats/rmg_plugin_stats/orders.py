"""Systems in one line: how many outcomes any line must contradict, and how many one does."""

import numpy as np
from attrs import frozen

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.tournaments import Games

MOST_SYSTEMS = 14
"""The best order is searched among all: 2^14 sets of systems take half a second."""


@frozen
class Contradictions:
    """What an order contradicts, as shares, beside the least that any order must.

    `majorities` counts pairs of systems with a majority (Slater 1961), `games` all games, ties as
    half (Kemeny 1959). `best` is an order that contradicts the fewest games; there may be others.
    """

    majorities: Figure
    least_majorities: Figure
    games: Figure
    least_games: Figure
    best: tuple[str, ...] = ()


def contradictions(played: Games, order: Floats) -> Contradictions:
    """Return what an order contradicts; `order` has a place for each system, nan for one without.

    Systems on one place contradict half of what is between them.
    """
    placed = np.flatnonzero(~np.isnan(order))
    wins = played.wins[np.ix_(placed, placed)]
    ties = played.ties[np.ix_(placed, placed)]
    lost = wins.T + ties / 2
    beaten = (wins < wins.T).astype(np.float64)
    decided = int(beaten.sum())
    count = round(float((wins + wins.T + ties).sum()) / 2)
    places = order[placed]
    slater, _ = _both(beaten, places, "majorities against the order", "pairs", decided)
    kemeny, line = _both(lost, places, "games against the order", "games", count)
    best = tuple(played.names[placed[each]] for each in line)
    return Contradictions(slater[0], slater[1], kemeny[0], kemeny[1], best)


def _both(
    cost: Floats, places: Floats, name: str, unit: str, n: int
) -> tuple[list[Figure], list[int]]:
    counted = "no interval: it is counted of these games"
    rule = "ties are half against any order" if unit == "games" else "pairs with a majority"
    if not n:
        none = Figure(name, None, unit=unit, rule=rule, why="no game is between ranked systems")
        return [none, none], []
    own = Figure(name, _cost(cost, places) / n, n=n, unit=unit, rule=rule, why=counted)
    least = f"{name}, at least"
    if len(places) > MOST_SYSTEMS:
        why = f"{len(places)} systems are too many to try every order; {MOST_SYSTEMS} are the most"
        return [own, Figure(least, None, n=n, unit=unit, rule=rule, why=why)], []
    found, line = cheapest(cost)
    return [own, Figure(least, found / n, n=n, unit=unit, rule=rule, why=counted)], line


def _cost(cost: Floats, places: Floats) -> float:
    ahead = places[:, None] < places[None, :]
    level = (places[:, None] == places[None, :]) & ~np.eye(len(places), dtype=np.bool_)
    return float(cost[ahead].sum() + cost[level].sum() / 2)


def cheapest(cost: Floats) -> tuple[float, list[int]]:
    """Return the least cost of an order, and one that has it.

    `cost[i, j]` is that of i ahead of j. By dynamic programming over sets of those ahead.
    """
    size = len(cost)
    sets = np.arange(2**size)
    has = ((sets[:, None] >> np.arange(size)) & 1).astype(np.float64)
    after = has @ cost
    best = np.zeros(2**size)
    last = np.zeros(2**size, dtype=np.intp)
    for code in range(1, 2**size):
        options = [
            (best[code ^ (1 << each)] + after[code ^ (1 << each), each], each)
            for each in range(size)
            if code >> each & 1
        ]
        best[code], last[code] = min(options)
    order: list[int] = []
    code = 2**size - 1
    while code:
        order.append(int(last[code]))
        code ^= 1 << int(last[code])
    return float(best[-1]), order[::-1]
