"""Strengths of systems as they would be at equal length and style."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from rmg_plugin_stats.clusters import Clusters, cluster_by
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.pairings import Pairings
from rmg_plugin_stats.regressions import standardised
from rmg_plugin_stats.samples import Flags, Floats, aligned, floats, t_quantile
from rmg_plugin_stats.tournaments import games, groups

HOLD = 1e-9
"""Penalty a game on strengths, of which only differences matter: without, there is no inverse."""


@frozen
class ControlledStrengths:
    """Strengths raw and at equal gaps, in the order of the systems, and what gaps weigh.

    `weights` says what each feature adds to the log odds for a gap as large as its root mean
    square. Both sorts of strengths take a tie as half a win.
    """

    names: tuple[str, ...]
    raw: tuple[Figure, ...]
    controlled: tuple[Figure, ...]
    weights: tuple[Figure, ...]


def controlled_strengths(
    pairs: Pairings,
    gaps: Mapping[str, npt.ArrayLike],
    *,
    ridge: float = 0.05,
    level: float = 0.95,
) -> ControlledStrengths:
    """Fit Bradley and Terry's model with what is unlike about the responses of each game.

    Log odds of the first: its strength less the second's, and the weight of each of `gaps` (one a
    game, nan where unknown: the game is left out), scaled to a root mean square of 1. `ridge` · n/2
    · Σ weights² is taken from the likelihood, as in `controls`: without, a weight takes for itself
    what stronger systems write longer for. Intervals are of the sandwich over prompts. A system
    outside of the largest group that is connected by wins and ties has no strength.

    Raises:
        ValueError: lengths differ.
    """
    lines = [floats(each, name) for name, each in gaps.items()]
    aligned(pairs.points, *lines)
    table = np.column_stack(lines)
    known = ~np.isnan(pairs.points) & ~np.isnan(table).any(1)
    names = tuple(sorted({*pairs.first, *pairs.second}))
    strong = _strong(pairs, known, names)
    places = {name: place for place, name in enumerate(names)}
    ends = np.array([[places[each] for each in line] for line in (pairs.first, pairs.second)])
    kept = known & strong[ends[0]] & strong[ends[1]]
    design = _Design(ends[:, kept], pairs.points[kept], _prompts(pairs, kept), len(names))
    scaled, varies = standardised(table[kept])
    raw = _fit(design, np.empty((len(design.points), 0)), ridge)
    made = _fit(design, scaled, ridge)
    rule = f"ties half; at equal {', '.join(gaps)}; ridge {ridge:g}"
    like = Figure("", None, n=len(design.points), unit="games", level=level)
    weights = []
    used = iter(range(len(names), len(names) + int(varies.sum())))
    for name, is_used in zip(gaps, varies, strict=True):
        base = evolve(like, name=f"weight of {name}", rule=f"log odds a root mean square; {rule}")
        figure = _figure(made, next(used), base) if is_used else evolve(base, why="it never varies")
        weights.append(figure)
    return ControlledStrengths(
        names,
        _strengths(raw, strong, names, evolve(like, rule="ties half")),
        _strengths(made, strong, names, evolve(like, rule=rule)),
        tuple(weights),
    )


@frozen(eq=False)
class _Design:
    """Games between systems that are connected: places of both, points, prompts, all systems."""

    ends: npt.NDArray[np.intp]
    points: Floats
    prompts: Clusters
    size: int


@frozen(eq=False)
class _Fit:
    """Strengths that sum to 0 over those that played, then weights; and their covariance."""

    values: Floats
    covariance: Floats


def _strong(pairs: Pairings, known: Flags, names: tuple[str, ...]) -> Flags:
    """Return which systems are in the largest group where each reaches the others."""
    at = np.flatnonzero(known)
    if not len(at):
        return np.zeros(len(names), dtype=np.bool_)
    played = games(
        [pairs.first[each] for each in at],
        [pairs.second[each] for each in at],
        pairs.points[at],
        names=names,
    )
    codes = groups((played.wins + played.ties) > 0, strong=True)
    counts = np.bincount(codes)
    if counts.max() < 2:
        return np.zeros(len(names), dtype=np.bool_)
    return np.asarray(codes == counts.argmax())


def _prompts(pairs: Pairings, kept: Flags) -> Clusters:
    return cluster_by([pairs.prompts[at] for at in np.flatnonzero(kept)])


def _fit(design: _Design, scaled: Floats, ridge: float) -> _Fit:
    """Maximise the likelihood by Newton, and take the sandwich over prompts."""
    n = len(design.points)
    x = np.zeros((n, design.size + scaled.shape[1]))
    x[np.arange(n), design.ends[0]] = 1.0
    x[np.arange(n), design.ends[1]] = -1.0
    x[:, design.size :] = scaled
    penalty = np.full(x.shape[1], HOLD * max(n, 1))
    penalty[design.size :] = ridge * n
    beta = np.zeros(x.shape[1])
    bread = np.zeros((x.shape[1],) * 2)
    for _ in range(200):
        chance = _chance(x @ beta)
        bread = np.linalg.pinv((x * (chance * (1 - chance))[:, None]).T @ x + np.diag(penalty))
        step = bread @ (x.T @ (design.points - chance) - penalty * beta)
        beta += step * min(1.0, 2.0 / max(float(np.abs(step).max(initial=0.0)), 1e-300))
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    count = design.prompts.count
    scores = x * (design.points - _chance(x @ beta))[:, None]
    totals = design.prompts.sums(*scores.T)
    factor = count / (count - 1) if count > 1 else np.nan
    covariance = factor * bread @ (totals.T @ totals) @ bread
    centre = _centre(design, x.shape[1])
    return _Fit(centre @ beta, centre @ covariance @ centre.T)


def _centre(design: _Design, size: int) -> Floats:
    """Return what takes the mean strength of those that played from each strength."""
    played = np.zeros(size)
    played[np.unique(design.ends)] = 1.0
    centre = np.eye(size)
    if played.any():
        centre[: design.size] -= played / played.sum()
    return centre


def _strengths(
    fit: _Fit, strong: Flags, names: tuple[str, ...], like: Figure
) -> tuple[Figure, ...]:
    none = "no wins and ties connect it both ways with the others"
    return tuple(
        _figure(fit, at, evolve(like, name=name))
        if strong[at]
        else evolve(like, name=name, why=none)
        for at, name in enumerate(names)
    )


def _figure(fit: _Fit, at: int, like: Figure) -> Figure:
    value, variance = float(fit.values[at]), float(fit.covariance[at, at])
    if np.isnan(variance):
        return evolve(like, value=value, why="no interval: two prompts are the least")
    half = t_quantile(like.level, np.inf) * max(variance, 0.0) ** 0.5
    return evolve(like, value=value, low=value - half, high=value + half)


def _chance(odds: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(odds))
