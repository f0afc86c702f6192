"""The strengths under which pairwise outcomes are likeliest, many sets of outcomes at once."""

import numpy as np
from attrs import frozen

from rmg_plugin_stats.samples import Flags, Floats

LONGEST_STEP = 2.0
"""A whole Newton step from 0 can overshoot where outcomes are lopsided."""


@frozen(eq=False)
class Fit:
    """Strengths (sets, systems) that sum to 0, and log nu of ties (sets,), -inf without ties."""

    strengths: Floats
    log_tie: Floats


def fit(wins: Floats, ties: Floats, *, ridge: float = 0.0, steps: int = 200) -> Fit:
    """Return the strengths of Bradley and Terry (1952) with the ties of Davidson (1970), by Newton.

    `wins` (sets, systems, systems): how often the row beat the column; `ties` symmetric. With
    strengths s and d = s_i - s_j the chances of win, loss and tie are as e^(d/2), e^(-d/2) and nu.
    `ridge` · (s² + log² nu) / 2 is taken from the likelihood; with 0, what has no finite maximum
    must be kept out by the caller.
    """
    sets, size, _ = wins.shape
    counts = wins + wins.transpose(0, 2, 1) + ties
    lead = (wins - wins.transpose(0, 2, 1)).sum(2) / 2
    tied = ties.sum((1, 2)) / 2
    has_ties = tied > 0
    # Where only the ridge holds a strength, rounding alone moves it by 1e-16 / ridge.
    near = max(1e-12, 1e-15 / ridge) * 10 if ridge else 1e-12
    found = np.zeros((sets, size + 1))
    for _ in range(steps):
        chances = _chances(found, has_ties)
        gradient = _gradient(counts, lead, tied, chances) - ridge * found
        gradient[~has_ties, size] = 0.0
        step = np.linalg.solve(_information(counts, chances, ridge), gradient[..., None])[..., 0]
        step *= np.minimum(1.0, LONGEST_STEP / np.maximum(np.abs(step).max(1), 1e-300))[:, None]
        found += step
        if np.abs(step).max(initial=0.0) < near:
            break
    strengths = found[:, :size] - found[:, :size].mean(1, keepdims=True)
    return Fit(strengths, np.where(has_ties, found[:, size], -np.inf))


def _chances(found: Floats, has_ties: Flags) -> tuple[Floats, Floats, Floats]:
    """Return the chances that the row wins, that it loses, and that both tie."""
    half = (found[:, :-1, None] - found[:, None, :-1]) / 2
    log_tie = np.where(has_ties, found[:, -1], -np.inf)[:, None, None]
    most = np.maximum(np.abs(half), log_tie)
    win, loss, tie = np.exp(half - most), np.exp(-half - most), np.exp(log_tie - most)
    total = win + loss + tie
    return win / total, loss / total, tie / total


def _gradient(
    counts: Floats, lead: Floats, tied: Floats, chances: tuple[Floats, Floats, Floats]
) -> Floats:
    win, loss, tie = chances
    of_strengths = lead - (counts * (win - loss)).sum(2) / 2
    of_tie = tied - (counts * tie).sum((1, 2)) / 2
    return np.concatenate([of_strengths, of_tie[:, None]], axis=1)


def _information(counts: Floats, chances: tuple[Floats, Floats, Floats], ridge: float) -> Floats:
    """Return minus the second derivatives, made regular where the data say nothing."""
    win, loss, tie = chances
    sets, size, _ = counts.shape
    half = (win - loss) / 2
    spread = counts * ((win + loss) / 4 - half**2)
    information = np.zeros((sets, size + 1, size + 1))
    information[:, :size, :size] = -spread
    at = np.arange(size)
    information[:, at, at] += spread.sum(2)
    cross = -(counts * half * tie).sum(2)
    information[:, :size, size] = information[:, size, :size] = cross
    of_tie = (counts * tie * (1 - tie)).sum((1, 2)) / 2
    information[:, size, size] = np.where(of_tie > 0, of_tie, 1.0)
    at = np.arange(size + 1)
    information[:, at, at] += ridge
    # Only differences of strengths matter: this holds their sum where it is.
    information[:, :size, :size] += 1 / size
    return information


def is_connected(wins: Floats, ties: Floats) -> Flags:
    """Return for each set whether every system reaches every other by wins and ties (Ford 1957)."""
    size = wins.shape[1]
    reach = ((wins + ties) > 0) | np.eye(size, dtype=bool)
    for _ in range(max(1, int(np.ceil(np.log2(max(2, size)))))):
        reach = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
    return np.asarray(reach.all((1, 2)))


def is_bounded(wins: Floats, ties: Floats) -> Flags:
    """Return for each set whether the likelihood has a finite maximum.

    Every system must reach every other; and where there are ties, some circle of games must hold
    more wins than ties, each win walked from winner to loser. Else strengths and nu can grow
    together: along such growth by 2 a win and at most 2 a tie no outcome becomes less likely.
    """
    has_end = (ties.sum((1, 2)) == 0) | _has_winning_circle(wins, ties)
    return np.asarray(is_connected(wins, ties) & has_end)


def _has_winning_circle(wins: Floats, ties: Floats) -> Flags:
    """Return whether a walk can gain for ever, with 1 for a win and -1 for a tie."""
    gain = np.where(wins > 0, 1.0, np.where(ties > 0, -1.0, -np.inf))
    best = np.zeros(wins.shape[:2])
    for _ in range(wins.shape[1]):
        longer = np.maximum(best, (best[:, :, None] + gain).max(1))
        grows = np.asarray((longer > best).any(1))
        if not grows.any():
            break
        best = longer
    return grows
