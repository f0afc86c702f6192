"""The thresholds at which parts pass, each on its own scale."""

from collections.abc import Mapping
from typing import Final, Protocol

from rmg_core.aggregators import OnMissing, Parts
from rmg_core.basic.options import check_impute, check_on_scale, numbers
from rmg_core.basic.parts import end_of, name_of_end
from rmg_core.outcomes import UNIT, Scale

THRESHOLD: Final = {
    "help": "the score at which a part passes, on its own scale; without it, the best one"
}
THRESHOLDS: Final = {"help": "the threshold of single parts, instead of the one of all"}


def as_thresholds(given: Mapping[str, float]) -> Mapping[str, float]:
    return numbers(given, "thresholds")


class Judging(Protocol):
    """The options of an aggregator that asks which parts pass."""

    @property
    def graders(self) -> tuple[str, ...] | None: ...
    @property
    def threshold(self) -> float | None: ...
    @property
    def thresholds(self) -> Mapping[str, float]: ...
    @property
    def on_missing(self) -> OnMissing: ...
    @property
    def min_coverage(self) -> float: ...


def check_named(options: Judging) -> None:
    """Check that thresholds are of graders that are combined.

    Raises:
        ValueError: one is not.
    """
    if options.graders is not None:
        for name in options.thresholds:
            if name not in options.graders:
                raise ValueError(f"thresholds names {name!r}, which is not among the graders")


def check_thresholds(options: Judging, parts: Mapping[str, Scale]) -> Scale:
    """Check that every part has a threshold on its scale; return the scale of a verdict.

    Raises:
        ValueError: a threshold is missing, off the scale, or shared by different scales.
    """
    check_impute(options.on_missing, parts)
    for name in options.thresholds:
        if name not in parts:
            raise ValueError(f"thresholds names {name!r}, which is not among the parts")
    plain = {scale for name, scale in parts.items() if name not in options.thresholds}
    if options.threshold is not None and len(plain) > 1:
        raise ValueError(
            "the parts are on different scales, and one threshold cannot fit them: write "
            "thresholds = {" + ", ".join(f"{name} = …" for name in parts) + "}"
        )
    for name, scale in parts.items():
        is_own = name in options.thresholds
        bar = bar_of(options, name, scale)
        check_on_scale(f"thresholds.{name}" if is_own else "threshold", bar, name, scale)
    return UNIT


def bar_of(options: Judging, name: str, scale: Scale) -> float:
    """Return the score at which a part passes.

    Raises:
        ValueError: there is none, for the scale is open.
    """
    bar = options.thresholds.get(name, options.threshold)
    if bar is None:
        bar = end_of(scale, best=True)
    if bar is None:
        raise ValueError(
            f"{name} ({scale}) has no {name_of_end(scale, best=True)} end: set threshold"
        )
    return bar


def compared(name: str, score: float, bar: float, scale: Scale) -> tuple[bool, str]:
    """Say whether a score passes, and the comparison in signs."""
    if scale.higher_is_better:
        passes, sign = (True, "≥") if score >= bar else (False, "<")
    else:
        passes, sign = (True, "≤") if score <= bar else (False, ">")
    return passes, f"{name} {score:g} {sign} {bar:g}"


def tally(options: Judging, parts: Parts) -> tuple[list[str], list[str], list[str]]:
    """Return the parts that pass, those that fail, and each comparison in signs."""
    passed: list[str] = []
    failed: list[str] = []
    said: list[str] = []
    for name, part in parts.scores.items():
        bar = bar_of(options, name, part.scale)
        passes, sentence = compared(name, part.score, bar, part.scale)
        (passed if passes else failed).append(name)
        said.append(sentence)
    return passed, failed, said
