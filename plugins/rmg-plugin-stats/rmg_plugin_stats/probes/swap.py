"""The probe `swap`: two answers in both orders."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan, nan
from statistics import fmean
from typing import Any, Final

from rmg_core import GraderScore, Outcome, Scale
from rmg_plugin_stats.bias import PositionBias, position_bias
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.probes.effects import coverage
from rmg_plugin_stats.probes.items import sides_of
from rmg_plugin_stats.probes.settings import ALIKE, Altered, Answers, Probe, Setting
from rmg_plugin_stats.reports import Section, number
from rmg_plugin_stats.significance import Significance

BOTH: Final = ((0, 1), (1, 0))
"""Forth and back."""

WON: Final = {"A": 1.0, "B": 0.0, "tie": 0.5}
"""What a vote for the answer shown first, for the second, or for neither says of the first."""


def unfit(setting: Setting) -> str:
    """Say why there are no two answers that could change places."""
    if sides_of(setting.names):
        return ""
    names = ", ".join(map(repr, setting.names)) or "nothing"
    return (
        f"the grader compares no two answers: it takes {names}, of which no two names end in "
        "_a and _b, or in _1 and _2"
    )


def alter(setting: Setting) -> Iterator[Altered]:
    """Yield each sample with its answers swapped, unless the run's votes have both orders."""
    if _has_both_orders(setting):
        return
    other = {name: twin for both in sides_of(setting.names) for name, twin in (both, both[::-1])}
    for place, item in enumerate(setting.items):
        inputs = {name: item.inputs.get(other.get(name, name)) for name in item.inputs}
        yield Altered(place, "swapped", inputs)


def report(answers: Answers) -> Section:
    """Say how often the answer shown first is preferred, and what swapping does."""
    setting = answers.setting
    if _has_both_orders(setting):
        shown, swapped = _of_votes(setting)
        said = (
            "From the votes that the run keeps, which show both orders; nothing was asked. The "
            "score of the grader nets the orders out."
        )
    else:
        shown, swapped = _of_outcomes(answers)
        said = "From the scores in both orders, asked anew; a score in the middle is a tie."
        if any(BOTH[1] in _orders_of(each.metadata.get("votes")) for each in setting.items):
            said += " The grader shows answers in orders of its own; first here is the first input."
    bias = position_bias(shown, swapped)
    return Section(
        PROBE.key,
        PROBE.title,
        [bias.first_share, bias.consistency, bias.first_of_flips],
        [coverage(answers)] if answers.asked else [],
        [said, _told(bias.first_test), _told(bias.flip_test), _verdict(bias)],
    )


def _of_outcomes(answers: Answers) -> tuple[list[float], list[float]]:
    setting = answers.setting
    shown = [_won(each, setting.scale) for each in answers.same]
    swapped = [nan] * len(shown)
    for altered, outcome in answers.asked:
        swapped[altered.place] = _won(outcome, setting.scale)
    return shown, swapped


def _won(outcome: Outcome, scale: Scale) -> float:
    """Return 1 where the first answer wins, 0 the second, 0.5 a tie; nan of no score."""
    if not isinstance(outcome, GraderScore):
        return nan
    middle = 0.0 if scale.low is None or scale.high is None else (scale.low + scale.high) / 2
    return _side(outcome.score - middle if scale.higher_is_better else middle - outcome.score)


def _side(lead: float) -> float:
    return 0.5 if abs(lead) < ALIKE else float(lead > 0)


def _has_both_orders(setting: Setting) -> bool:
    shown, swapped = _of_votes(setting)
    return any(not isnan(one + two) for one, two in zip(shown, swapped, strict=True))


def _of_votes(setting: Setting) -> tuple[list[float], list[float]]:
    """Return who won by position in each order, by the votes in the run's metadata."""
    both = [_orders(each.metadata.get("votes")) for each in setting.items]
    return [forth for forth, _ in both], [back for _, back in both]


def _orders(votes: Any) -> tuple[float, float]:
    """Return who won on balance of the votes in each order; nan where none counts."""
    won = _orders_of(votes)
    forth, back = ([WON[each] for each in won.get(order, ()) if each in WON] for order in BOTH)
    return _side(fmean(forth) - 0.5) if forth else nan, _side(fmean(back) - 0.5) if back else nan


def _orders_of(votes: Any) -> Mapping[tuple[int, ...], Sequence[str]]:
    """Return the labels that votes give, by the order in which the answers were shown."""
    found: dict[tuple[int, ...], list[str]] = {}
    for vote in votes if isinstance(votes, list | tuple) else ():
        if isinstance(vote, Mapping) and vote.get("order"):
            labels = (vote.get("verdict") or {}).get("labels") or {}
            found.setdefault(tuple(vote["order"]), []).extend(labels.values())
    return found


def _told(test: Significance) -> str:
    if test.p_value is None:
        return f"{test.name}: no test, {test.why}."
    hits = "" if test.statistic is None else f"{test.statistic:,.0f} of {test.n:,}, "
    return f"{test.name}: {hits}p = {number(test.p_value)} ({test.rule})."


def _verdict(bias: PositionBias) -> str:
    figure: Figure = bias.first_share
    if figure.low is None or figure.high is None:
        return f"Position: not available, {figure.why}."
    if figure.low > 0.5:
        return "Position: the answer shown first is preferred."
    if figure.high < 0.5:
        return "Position: the answer shown second is preferred."
    return "Position: no preference is shown."


PROBE = Probe("swap", "the two answers swapped", unfit, alter, report)
