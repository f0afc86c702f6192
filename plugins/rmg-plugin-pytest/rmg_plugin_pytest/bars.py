"""What grades have to come up to: looked at before anything is graded, and held against them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from attrs import field, frozen

from rmg_core import GraderRank, GraderScore, GradingRunner, Results, Scale
from rmg_plugin_pytest.asking import BARS, Asked
from rmg_plugin_pytest.failures import Misused

CLOSE = 1e-9
"""So near a bar is on it: three times 0.8 have a mean of 0.7999999999999999."""


@frozen
class Bar:
    """What one column has to come up to.

    `threshold` is what a sample passes at, and `share` how many of those that are scored have to
    (0..1). `mean` is of those that are scored, `bound` of the worse end of its interval, and
    `scored` is their share of all samples.
    """

    column: str
    threshold: float | None = None
    share: float = 1.0
    mean: float | None = None
    bound: float | None = None
    scored: float | None = None


@frozen
class Fault:
    """A bar that is not reached: what is said of it, and where the samples stand that show it."""

    column: str
    said: str
    places: Sequence[int] = field(factory=tuple)


def bars_of(asked: Asked, runner: GradingRunner) -> list[Bar]:
    """Return the bars of a check.

    Raises:
        Misused: there are none, or one that says nothing or that nothing can reach.
    """
    columns = runner.plan.columns
    given = {name: _by_column(name, getattr(asked, name), columns) for name in BARS}
    if not any(given.values()):
        raise Misused(
            "nothing says what the grades have to come up to: give threshold=, mean=, bound= "
            "or scored=; "
            "to get them alone, call rmg.grade"
        )
    scales: dict[str, Scale | None] = {each.name: each.scale for each in runner.plan.graders}
    scales |= {each.name: each.scale for each in runner.plan.aggregators}
    made = []
    for column in columns:
        said = {name: values[column] for name, values in given.items() if column in values}
        if said:
            _check(column, said, scales.get(column))
            made.append(Bar(column, **said))
    return made


def _by_column(name: str, value: Any, columns: Sequence[str]) -> Mapping[str, float]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        if len(columns) > 1:
            raise Misused(
                f"{name}={value!r} is for one column, and these are graded: {', '.join(columns)}; "
                f'say of which, as in {name}={{"{columns[-1]}": {value!r}}}'
            )
        return {columns[0]: value}
    for column in value:
        if column not in columns:
            near = get_close_matches(str(column), columns, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(columns)}"
            raise Misused(f"{name} names no column {column!r}; {hint}")
    return value


def _check(column: str, said: Mapping[str, Any], scale: Scale | None) -> None:
    for name, value in said.items():
        what = f"{name} of {column!r} is {value!r}"
        if type(value) not in {int, float} or not math.isfinite(value):
            raise Misused(f"{what}, and has to be a number")
        if name in {"share", "scored"} and not 0 <= value <= 1:
            raise Misused(f"{what}, and is a share of the samples: a number of 0..1")
        if (
            name in {"threshold", "mean", "bound"}
            and scale is not None
            and not scale.contains(value)
        ):
            raise Misused(f"{what}, which is not on its scale {scale}")
    if "share" in said and "threshold" not in said:
        raise Misused(f"share of {column!r} needs the threshold that so many samples have to reach")


def faults_of(bars: Sequence[Bar], results: Results) -> Iterator[Fault]:
    """Hold grades against their bars; what could not be graded is not among them any more.

    Raises:
        Misused: there are no intervals to hold a bound against.
    """
    for bar in bars:
        outcomes = results[bar.column]
        if any(isinstance(each, GraderRank) for each in outcomes):
            yield Fault(bar.column, "has ranks, which no threshold can be held against")
            continue
        places = [n for n, each in enumerate(outcomes) if isinstance(each, GraderScore)]
        if bar.scored is not None and len(places) < bar.scored * len(outcomes) * (1 - CLOSE):
            others = [n for n in range(len(outcomes)) if n not in set(places)]
            said = f"{len(places)} of {len(outcomes)} samples are scored"
            yield Fault(bar.column, f"{said}, and {_share(bar.scored)} have to be", others)
        if not places:
            others = list(range(len(outcomes)))
            yield Fault(bar.column, f"none of {len(outcomes)} samples is scored", others)
            continue
        yield from _too_low(bar, results, places)


def _too_low(bar: Bar, results: Results, places: list[int]) -> Iterator[Fault]:
    outcomes: Any = results[bar.column]
    worst = sorted(places, key=lambda n: _goodness(outcomes[n]))
    if bar.threshold is not None:
        failing = [n for n in worst if not _reaches(outcomes[n], bar.threshold)]
        passing = len(places) - len(failing)
        if passing < bar.share * len(places) * (1 - CLOSE):
            said = f"{passing} of {len(places)} scored samples reach {bar.threshold:g}"
            yield Fault(bar.column, f"{said}, and {_share(bar.share)} have to", failing)
    if bar.mean is not None:
        scale = outcomes[places[0]].scale
        mean = results.summary[bar.column].mean
        below = [n for n in worst if not _reaches(outcomes[n], bar.mean)]
        if mean is None:
            yield Fault(bar.column, "has no mean: its scores are on different scales")
        elif not _is_as_good(mean, bar.mean, scale):
            said = f"the mean is {mean:.4g}, and has to reach {bar.mean:g}"
            yield Fault(bar.column, said, below)
    if bar.bound is not None and (said := _unsure(bar.bound, results.summary[bar.column])):
        yield Fault(bar.column, said, worst)


def _unsure(bound: float, column: Any) -> str:
    """Say why a mean is not surely as good as a bound; nothing where it is."""
    interval, scale = column.interval, column.scale
    if interval is None:
        raise Misused(f"bound={bound:g} needs intervals: pip install rmg-plugin-stats")
    end = interval.low if scale is None or scale.higher_is_better else interval.high
    if end is None or scale is None:
        return f"its mean has no interval: {interval.why or 'its scores are on different scales'}"
    if _is_as_good(end, bound, scale):
        return ""
    said = f"the mean is {column.mean:.4g}, of which the {interval.level:.0%} interval is "
    return f"{said}{interval.low:.4g} to {interval.high:.4g}, and has to reach {bound:g} surely"


def _share(share: float) -> str:
    return "all" if share == 1 else f"{share:.4g} of them"


def _goodness(outcome: GraderScore) -> float:
    return outcome.score if outcome.scale.higher_is_better else -outcome.score


def _reaches(outcome: GraderScore, bar: float) -> bool:
    return _is_as_good(outcome.score, bar, outcome.scale)


def _is_as_good(value: float, bar: float, scale: Scale) -> bool:
    if math.isclose(value, bar, rel_tol=CLOSE, abs_tol=CLOSE):
        return True
    return value > bar if scale.higher_is_better else value < bar
