"""Rules that a run must keep, and whether the evidence says that it does."""

from collections.abc import Iterable
from math import ceil
from typing import Literal

from attrs import frozen

from rmg_plugin_stats.figures import Figure

Verdict = Literal["pass", "fail", "inconclusive"]


@frozen
class Gate:
    """A rule's verdict on a figure, with the bound, and how many samples would settle it.

    `needed` counts in the unit of the figure, in all, and supposes that the value stays where it
    is; it is None where the verdict is settled or no number would settle it: `why` says which.
    """

    name: str
    verdict: Verdict
    figure: Figure
    bound: float
    needed: int | None = None
    why: str = ""


def minimum(figure: Figure, bound: float, *, name: str = "minimum") -> Gate:
    """Ask that the true value be at least `bound`.

    `pass` where the whole interval is at or above it, `fail` where the whole is below it, else
    `inconclusive`. A figure without value or interval is inconclusive.
    """
    return _judge(figure, bound, name=name, asks_above=True)


def maximum(figure: Figure, bound: float, *, name: str = "maximum") -> Gate:
    """Ask that the true value be at most `bound`: `minimum` the other way round."""
    return _judge(figure, bound, name=name, asks_above=False)


def no_regression(
    difference: Figure, delta: float, *, higher_is_better: bool = True, name: str = "no regression"
) -> Gate:
    """Ask that this run be worse than the other by `delta` at most, in units of the score.

    `difference` is this run less the other, paired by sample; `delta` is 0 or more.

    Raises:
        ValueError: `delta` is below 0.
    """
    if not delta >= 0:
        raise ValueError(f"delta is how much worse is allowed, 0 or more, and is {delta}")
    if higher_is_better:
        return minimum(difference, -delta, name=name)
    return maximum(difference, delta, name=name)


def coverage(scored: int, total: int, bound: float, *, name: str = "coverage") -> Gate:
    """Ask that the share of cells with a score be at least `bound`.

    It is counted of this run, and no estimate: the verdict is `pass` or `fail`, and inconclusive
    only where nothing was to be graded.
    """
    return _counted(scored, total, bound, name=name, asks_above=True)


def errors(failed: int, total: int, bound: float, *, name: str = "errors") -> Gate:
    """Ask that the share of cells with an error be at most `bound`; counted like `coverage`."""
    return _counted(failed, total, bound, name=name, asks_above=False)


def overall(gates: Iterable[Gate]) -> Verdict:
    """Return `fail` if one gate fails, else `inconclusive` if one is so, else `pass`.

    Raises:
        ValueError: there is no gate; nothing was asked, and nothing has passed.
    """
    verdicts = {each.verdict for each in gates}
    if not verdicts:
        raise ValueError("no rule was asked: there is nothing to pass")
    order: tuple[Verdict, ...] = ("fail", "inconclusive", "pass")
    return next(each for each in order if each in verdicts)


def _judge(figure: Figure, bound: float, *, name: str, asks_above: bool) -> Gate:
    value, low, high = figure.value, figure.low, figure.high
    if value is None or low is None or high is None:
        why = figure.why or "there is no interval"
        return Gate(name, "inconclusive", figure, bound, why=why)
    good, bad = (low >= bound, high < bound) if asks_above else (high <= bound, low > bound)
    if good or bad:
        return Gate(name, "pass" if good else "fail", figure, bound)
    needed = _needed(figure.n, value - bound, value - low if value > bound else high - value)
    if needed is None:
        why = "the value is the bound: no number of samples settles that, another bound may"
        return Gate(name, "inconclusive", figure, bound, why=why)
    why = f"the interval holds the bound; about {needed} {figure.unit} would settle it"
    return Gate(name, "inconclusive", figure, bound, needed, why)


def _needed(n: int, distance: float, half: float) -> int | None:
    """Return how many samples bring the half-width down to the distance: it falls with 1/√n."""
    ratio = half / abs(distance) if abs(distance) > 1e-12 * half else float("inf")
    # A distance that would take more samples than there are atoms is none.
    # 1e-6 keeps a whole number whole that rounding has raised.
    return ceil(n * ratio**2 - 1e-6) if ratio < 1e6 else None


def _counted(hits: int, total: int, bound: float, *, name: str, asks_above: bool) -> Gate:
    rule = "counted, no estimate"
    if not 0 <= hits <= total:
        raise ValueError(f"{name}: {hits} of {total} cells cannot be")
    if not total:
        why = "nothing was to be graded"
        nothing = Figure(name, None, unit="cells", rule=rule, why=why)
        return Gate(name, "inconclusive", nothing, bound, why=why)
    value = hits / total
    figure = Figure(name, value, value, value, total, "cells", 1.0, rule)
    kept = value >= bound if asks_above else value <= bound
    return Gate(name, "pass" if kept else "fail", figure, bound)
