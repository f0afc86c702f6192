"""Who beat whom: counts of pairwise outcomes, and what they say without a model of strength."""

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.paired import mean_of
from rmg_plugin_stats.samples import Flags, Floats, Places, clusters_of, floats


@frozen(eq=False)
class Games:
    """Outcomes of pairs: places of both systems, the first one's points, and the prompts.

    `points` are 1 (the first won), 0 (the second won) or 0.5 (a tie).
    """

    names: tuple[str, ...]
    first: Places
    second: Places
    points: Floats
    prompts: Clusters
    missing: int

    @property
    def wins(self) -> Floats:
        """How often the row's system beat the column's, (systems, systems)."""
        return self._count(self.points == 1) + self._count(self.points == 0).T

    @property
    def ties(self) -> Floats:
        """How often both tied, symmetric (systems, systems)."""
        half = self._count(self.points == 0.5)
        return half + half.T

    def _count(self, chosen: Flags) -> Floats:
        size = len(self.names)
        cells = self.first[chosen] * size + self.second[chosen]
        return np.bincount(cells, minlength=size**2).reshape(size, size).astype(np.float64)


def games(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    points: npt.ArrayLike,
    *,
    prompts: Clusters | None = None,
    names: tuple[str, ...] | None = None,
) -> Games:
    """Read pairwise outcomes: names of both systems and 1, 0.5, 0 or nan for the first one.

    An outcome of nan is left out and counted as `missing`. `prompts` are the clusters. `names`
    sets the order of the systems, and adds ones that never played; else they are sorted.

    Raises:
        ValueError: lengths differ, a system meets itself or is not in `names`, or points are
            something else.
    """
    left, right, won = np.asarray(first), np.asarray(second), floats(points, "points")
    if not len(left) == len(right) == len(won):
        raise ValueError("each game has a first and a second system, and points")
    if (left == right).any():
        raise ValueError("a system cannot meet itself")
    if not np.isin(won[~np.isnan(won)], (0.0, 0.5, 1.0)).all():
        raise ValueError("points are 1, 0.5, 0 or nan")
    known = names or tuple(sorted({*map(str, left.tolist()), *map(str, right.tolist())}))
    places = {name: place for place, name in enumerate(known)}
    unknown = {*map(str, left.tolist()), *map(str, right.tolist())} - places.keys()
    if unknown:
        raise ValueError(f"not among the names: {', '.join(sorted(unknown))}")
    groups = clusters_of(prompts, len(won))
    seen = ~np.isnan(won)
    return Games(
        known,
        np.array([places[str(each)] for each in left[seen].tolist()], dtype=np.intp),
        np.array([places[str(each)] for each in right[seen].tolist()], dtype=np.intp),
        won[seen],
        groups.only(seen),
        int((~seen).sum()),
    )


def win_rates(played: Games) -> tuple[Floats, Floats]:
    """Return rates and counts, both (systems, systems): the row's points a game with the column.

    A tie is half a win. The rate of systems that never met is nan.
    """
    counts = played.wins + played.wins.T + played.ties
    with np.errstate(invalid="ignore"):
        return (played.wins + played.ties / 2) / counts, counts


def points_a_game(played: Games, *, level: float = 0.95) -> tuple[Figure, ...]:
    """Return each system's mean points, 0..1, over all of its games, clustered by prompt.

    It depends on whom a system met: strengths do not.
    """
    rule = "a tie is half a win; missing outcomes left out"
    found = []
    for place, name in enumerate(played.names):
        as_first, as_second = played.first == place, played.second == place
        points = np.where(as_first, played.points, 1 - played.points)[as_first | as_second]
        groups = played.prompts.only(as_first | as_second)
        figure = mean_of(
            points, groups, name=name, level=level, rule=rule, unit="games", none="it never played"
        )
        found.append(figure)
    return tuple(found)


def copeland(played: Games) -> tuple[Figure, ...]:
    """Return each system's Copeland score (1951): opponents beaten less opponents lost to.

    An opponent is beaten by more wins than losses against it; an opponent never met counts as
    neither. `n` is how many it met.
    """
    lead = np.sign(played.wins - played.wins.T)
    met = (played.wins + played.wins.T + played.ties) > 0
    like = Figure("", None, unit="opponents", rule="beaten - lost to, by majority of games")
    counted = "no interval: it is counted of these games"
    return tuple(
        evolve(like, name=name, value=float(each.sum()), n=int(seen.sum()), why=counted)
        if seen.any()
        else evolve(like, name=name, why="it never played")
        for name, each, seen in zip(played.names, lead, met, strict=True)
    )


def cyclic_share(played: Games) -> Figure:
    """Return the share of triads that go in a circle: A beats B, B beats C, C beats A; 0..1.

    Over the triads of which each pair met and has a majority (Kendall and Babington Smith 1940).
    In a round of coin flips it is 1/4.
    """
    beats = (played.wins > played.wins.T).astype(np.float64)
    decided = beats + beats.T
    triads = round(float(np.trace(decided @ decided @ decided)) / 6)
    rule = "triads of which every pair has a majority"
    if not triads:
        why = "no three systems all met with a majority"
        return Figure("cyclic triads", None, unit="triads", rule=rule, why=why)
    cyclic = round(float(np.trace(beats @ beats @ beats)) / 3)
    why = "no interval: triads share their pairs"
    return Figure("cyclic triads", cyclic / triads, n=triads, unit="triads", rule=rule, why=why)


def groups(links: Flags, *, strong: bool = False) -> Places:
    """Return the code of each system's group: connected by links, or both ways if `strong`."""
    from scipy.sparse.csgraph import connected_components

    _, codes = connected_components(links, connection="strong" if strong else "weak")
    return np.asarray(codes, dtype=np.intp)


def elo(
    played: Games, *, k: float = 4.0, start: float = 1000.0, shuffles: int = 100, seed: int = 0
) -> tuple[Figure, ...]:
    """Return each system's Elo rating (Elo 1978; 400 points are odds of 10), averaged over orders.

    One pass over the games moves both ratings by `k` · (points - expected). The rating depends on
    the order of the games, which no run has: so it is the mean over `shuffles` random orders, and
    the interval is that of the orders, not of the games. Strengths have one of the games.
    """
    dice = np.random.default_rng(seed)
    ratings = np.full((shuffles, len(played.names)), start)
    orders = [dice.permutation(len(played.points)) for _ in range(shuffles)]
    rows = np.arange(shuffles)
    for turn in np.transpose(orders) if len(played.points) else ():
        one, two, points = played.first[turn], played.second[turn], played.points[turn]
        gap = ratings[rows, two] - ratings[rows, one]
        moved = k * (points - 1 / (1 + 10 ** (gap / 400)))
        ratings[rows, one] += moved
        ratings[rows, two] -= moved
    rule = f"K = {k:g}, mean of {shuffles} orders; the range is that of the orders"
    counts = np.bincount(np.concatenate([played.first, played.second]), minlength=len(ratings[0]))
    low, high = np.quantile(ratings, [0.025, 0.975], axis=0)
    return tuple(
        Figure(
            name,
            float(ratings[:, at].mean()),
            float(low[at]),
            float(high[at]),
            int(counts[at]),
            "games",
            0.95,
            rule,
        )
        if counts[at]
        else Figure(name, None, unit="games", rule=rule, why="it never played")
        for at, name in enumerate(played.names)
    )
