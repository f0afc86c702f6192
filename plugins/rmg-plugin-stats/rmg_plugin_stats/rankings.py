"""Systems in order of strength, from pairwise outcomes, with what the order rests on."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.resampling import AT_ONCE, MOST_CLUSTERS, multinomial_weights
from rmg_plugin_stats.samples import Floats, Places
from rmg_plugin_stats.strengths import fit, is_connected
from rmg_plugin_stats.tournaments import Games, groups

RIDGE = 1e-6
"""Keeps resamples finite in which a system lost, or won, every game; ranks need no more."""

SAME = 1e-9
"""Strengths that differ by less share a rank."""

Ties = Literal["davidson", "half"]


@frozen
class Ranking:
    """Strengths and ranks, each in the order of the systems, and how likely ties are.

    Strengths are in log odds (natural) and sum to 0 over the systems that have one; rank 1 is best.
    `tie` is Davidson's nu: two systems of equal strength tie with chance nu / (2 + nu).
    """

    strengths: tuple[Figure, ...]
    ranks: tuple[Figure, ...]
    tie: Figure


def bradley_terry(
    played: Games,
    *,
    ties: Ties = "davidson",
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Ranking:
    """Rank systems by Bradley and Terry's model (1952), ties by Davidson (1970) or as half wins.

    The intervals are percentiles of a bootstrap over prompts. A strength exists only between
    systems that are connected: each reaches the other by wins or ties (Ford 1957). The largest such
    group has strengths; a system that won (or lost) every game against it has none, but a rank,
    from strengths shrunk by 1e-6; one that is not linked to it by games has neither.
    With ties as half wins the strengths are those of `choix` without regularisation.
    """
    if not len(played.points):
        none = [Figure(each, None, unit="games", why="it never played") for each in played.names]
        nothing = Figure("ties", None, unit="games", level=level, why="no games")
        return Ranking(tuple(none), tuple(none), nothing)
    strong, ranked = _groups(played)
    wins, even = _as_asked(played.wins[None], played.ties[None], ties)
    # Where no game within the group was won, nu has no bound, and the strengths do not matter.
    has_fit = len(strong) > 1 and _within(wins, strong).sum() > 0
    spread = _resample(played, strong, ranked, ties=ties, resamples=resamples, seed=seed)
    rule = f"Bradley-Terry, ties: {ties}; {resamples} resamples of prompts, seed {seed}"
    sheet = _Sheet(played, strong, ranked, rule, level)
    ranks = sheet.ranks(
        _order(fit(_within(wins, ranked), _within(even, ranked), ridge=RIDGE).strengths)[0], spread
    )
    if not has_fit:
        return Ranking(sheet.strengths(None, spread), ranks, sheet.tie(None, spread))
    best = fit(_within(wins, strong), _within(even, strong))
    tie = float(np.exp(best.log_tie[0])) if ties == "davidson" else None
    return Ranking(sheet.strengths(best.strengths[0], spread), ranks, sheet.tie(tie, spread))


def _groups(played: Games) -> tuple[Places, Places]:
    """Return the places of those with finite strengths together, and of those that have a rank."""
    links = (played.wins + played.ties) > 0
    strong, linked = groups(links, strong=True), groups(links)
    among = np.flatnonzero(strong == np.bincount(strong).argmax())
    return among, np.flatnonzero(linked == linked[among[0]])


def _as_asked(wins: Floats, even: Floats, ties: Ties) -> tuple[Floats, Floats]:
    return (wins, even) if ties == "davidson" else (wins + even / 2, np.zeros_like(even))


def _within(counts: Floats, places: Places) -> Floats:
    return np.asarray(counts[:, places[:, None], places])


def _order(strengths: Floats) -> Floats:
    """Return the place of each system in each set: 1 and how many are stronger."""
    stronger = strengths[:, None, :] - strengths[:, :, None] > SAME
    return np.asarray(stronger.sum(2) + 1.0)


@frozen(eq=False)
class _Spread:
    """Of each resample: strengths and nu of the strong, ranks of the ranked; how often split."""

    strengths: Floats
    tie: Floats
    ranks: Floats
    split: float


def _resample(
    played: Games, strong: Places, ranked: Places, *, ties: Ties, resamples: int, seed: int
) -> _Spread:
    strengths, tie, ranks, connects = [], [], [], []
    for drawn_wins, drawn_even in _drawn(played, resamples, seed):
        wins, even = _as_asked(drawn_wins, drawn_even, ties)
        found = fit(_within(wins, strong), _within(even, strong), ridge=RIDGE)
        strengths.append(found.strengths)
        tie.append(np.exp(found.log_tie))
        connects.append(is_connected(_within(wins, strong), _within(even, strong)))
        whole = fit(_within(wins, ranked), _within(even, ranked), ridge=RIDGE)
        ranks.append(_order(whole.strengths))
    split = 1 - float(np.concatenate(connects).mean())
    return _Spread(np.concatenate(strengths), np.concatenate(tie), np.concatenate(ranks), split)


def _drawn(played: Games, resamples: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield wins and ties (resamples, systems, systems) of prompts drawn with replacement."""
    from scipy.sparse import csr_array

    size = len(played.names)
    prompts = played.prompts.at_most(MOST_CLUSTERS, seed)
    ahead = np.where(played.points == 0, played.second, played.first)
    behind = np.where(played.points == 0, played.first, played.second)
    is_tie = played.points == 0.5
    cells = ahead * size + behind + is_tie * size**2
    shape = (2 * size**2, prompts.count)
    by_prompt = csr_array((np.ones(len(cells)), (cells, prompts.codes)), shape=shape)
    weights = multinomial_weights(prompts.count, resamples, seed)
    step = max(1, AT_ONCE // (2 * size**2))
    for start in range(0, resamples, step):
        counts = (by_prompt @ weights[start : start + step].T).T.reshape(-1, 2, size, size)
        yield counts[:, 0], counts[:, 1] + counts[:, 1].transpose(0, 2, 1)


@frozen(eq=False)
class _Sheet:
    """Makes figures of what was found."""

    played: Games
    strong: Places
    ranked: Places
    rule: str
    level: float

    def strengths(self, values: Floats | None, spread: _Spread) -> tuple[Figure, ...]:
        low, high = self._bounds(spread.strengths)
        figures = []
        for place, name in enumerate(self.played.names):
            at = np.flatnonzero(self.strong == place)
            if values is None or not len(at):
                figures.append(self._none(name, self._why_no_strength(place)))
            else:
                here = int(at[0])
                ends = (float(low[here]), float(high[here]))
                figures.append(self._figure(name, place, float(values[here]), ends, spread))
        return tuple(figures)

    def ranks(self, values: Floats, spread: _Spread) -> tuple[Figure, ...]:
        low, high = self._bounds(spread.ranks)
        figures = []
        for place, name in enumerate(self.played.names):
            at = np.flatnonzero(self.ranked == place)
            if len(self.ranked) < 2 or not len(at):
                figures.append(self._none(name, self._why_no_strength(place)))
                continue
            here = int(at[0])
            n = self._games_of(place)
            ends = float(np.floor(low[here])), float(np.ceil(high[here]))
            rank = float(values[here])
            figures.append(Figure(name, rank, *ends, n, "games", self.level, self.rule))
        return tuple(figures)

    def tie(self, value: float | None, spread: _Spread) -> Figure:
        if value is None:
            return self._none("ties", "the ties have no strength of their own here")
        low, high = self._bounds(spread.tie)
        n = len(self.played.points)
        return Figure("ties", value, float(low), float(high), n, "games", self.level, self.rule)

    def _figure(
        self, name: str, place: int, value: float, ends: tuple[float, float], spread: _Spread
    ) -> Figure:
        n = self._games_of(place)
        if self.played.prompts.count < 2:
            why = "no interval: two prompts are the least"
            return Figure(name, value, None, None, n, "games", self.level, self.rule, why)
        if spread.split > (1 - self.level) / 2:
            why = (
                f"no interval: in {spread.split:.0%} of the resamples the systems do not connect, "
                "and their strengths have no bound"
            )
            return Figure(name, value, None, None, n, "games", self.level, self.rule, why)
        return Figure(name, value, *ends, n, "games", self.level, self.rule)

    def _bounds(self, values: Floats) -> npt.NDArray[np.float64]:
        tail = (1 - self.level) / 2
        return np.asarray(np.quantile(values, [tail, 1 - tail], axis=0))

    def _games_of(self, place: int) -> int:
        return int(((self.played.first == place) | (self.played.second == place)).sum())

    def _none(self, name: str, why: str) -> Figure:
        return Figure(name, None, unit="games", level=self.level, rule=self.rule, why=why)

    def _why_no_strength(self, place: int) -> str:
        if not self._games_of(place):
            return "it never played"
        if place not in self.ranked:
            return "no game links it to the others"
        if place in self.strong:
            return "no game of the systems that connect was won"
        return "it has no finite strength: it won, or lost, every game against those that connect"
