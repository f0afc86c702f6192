"""Systems in order of strength, from pairwise outcomes, with what the order rests on."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from attrs import evolve, frozen

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.resampling import AT_ONCE, MOST_CLUSTERS, multinomial_weights
from rmg_plugin_stats.samples import Floats, Places
from rmg_plugin_stats.strengths import fit, is_bounded
from rmg_plugin_stats.tournaments import Games, groups

RIDGE = 1e-6
"""Keeps resamples finite in which a system lost, or won, every game; ranks need no more."""

SAME = 1e-6
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
    has_fit = len(strong) > 1 and is_bounded(_within(wins, strong), _within(even, strong))[0]
    spread = _resample(played, strong, ranked, ties=ties, resamples=resamples, seed=seed)
    rule = f"Bradley-Terry, ties: {ties}; {resamples} resamples of prompts, seed {seed}"
    sheet = _Sheet(played, strong, ranked, rule, level)
    ranks = sheet.ranks(
        _order(fit(_within(wins, ranked), _within(even, ranked), ridge=RIDGE).strengths)[0], spread
    )
    if not has_fit:
        tie = sheet.tie(None, spread, "strengths have no bound")
        return Ranking(sheet.strengths(None, spread), ranks, tie)
    best = fit(_within(wins, strong), _within(even, strong))
    value = float(np.exp(best.log_tie[0])) if ties == "davidson" else None
    tie = sheet.tie(value, spread, "ties count as half wins")
    return Ranking(sheet.strengths(best.strengths[0], spread), ranks, tie)


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
    strengths, tie, ranks, bounded = [], [], [], []
    for drawn_wins, drawn_even in _drawn(played, resamples, seed):
        wins, even = _as_asked(drawn_wins, drawn_even, ties)
        found = fit(_within(wins, strong), _within(even, strong), ridge=RIDGE)
        strengths.append(found.strengths)
        tie.append(np.exp(found.log_tie))
        bounded.append(is_bounded(_within(wins, strong), _within(even, strong)))
        whole = fit(_within(wins, ranked), _within(even, ranked), ridge=RIDGE)
        ranks.append(_order(whole.strengths))
    split = 1 - float(np.concatenate(bounded).mean())
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
        figures = []
        for place, name in enumerate(self.played.names):
            at = _place_in(self.strong, place)
            if values is None or at < 0:
                figures.append(self._none(name, self._why_no_strength(place)))
                continue
            figure = self._figure(name, float(values[at]), self._games_of(place))
            figures.append(self._spread(figure, spread.strengths[:, at], self._why_no_ends(spread)))
        return tuple(figures)

    def ranks(self, values: Floats, spread: _Spread) -> tuple[Figure, ...]:
        figures = []
        for place, name in enumerate(self.played.names):
            at = _place_in(self.ranked, place)
            if len(self.ranked) < 2 or at < 0:
                figures.append(self._none(name, self._why_no_strength(place)))
                continue
            figure = self._figure(name, float(values[at]), self._games_of(place))
            figures.append(self._spread(figure, spread.ranks[:, at], self._why_one()))
        return tuple(figures)

    def tie(self, value: float | None, spread: _Spread, why: str) -> Figure:
        if value is None:
            return self._none("ties", why)
        figure = self._figure("ties", value, len(self.played.points))
        return self._spread(figure, spread.tie, self._why_no_ends(spread))

    def _figure(self, name: str, value: float, n: int) -> Figure:
        return Figure(name, value, n=n, unit="games", level=self.level, rule=self.rule)

    def _spread(self, figure: Figure, drawn: Floats, why: str) -> Figure:
        """Return the figure with the percentiles of its resamples, or why it has none."""
        if why:
            return evolve(figure, why=why)
        tail = (1 - self.level) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return evolve(figure, low=float(low), high=float(high))

    def _why_one(self) -> str:
        return "no interval: two prompts are the least" if self.played.prompts.count < 2 else ""

    def _why_no_ends(self, spread: _Spread) -> str:
        if spread.split > (1 - self.level) / 2:
            share = f"{spread.split:.0%} of the resamples"
            return self._why_one() or f"no interval: in {share} the strengths have no bound"
        return self._why_one()

    def _games_of(self, place: int) -> int:
        return int(((self.played.first == place) | (self.played.second == place)).sum())

    def _none(self, name: str, why: str) -> Figure:
        return Figure(name, None, unit="games", level=self.level, rule=self.rule, why=why)

    def _why_no_strength(self, place: int) -> str:
        if not self._games_of(place):
            return "it never played"
        if place not in self.ranked:
            return "no game links it to the others"
        if len(self.strong) < 2:
            return "it has no finite strength: no two systems reach each other by wins or ties"
        if place in self.strong:
            return "it has no finite strength: the wins are too few beside the ties"
        return "it has no finite strength: it won, or lost, every game against those that connect"


def _place_in(group: Places, place: int) -> int:
    """Return where a system stands in its group, -1 where it does not."""
    at = np.flatnonzero(group == place)
    return int(at[0]) if len(at) else -1
