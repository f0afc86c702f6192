"""The aggregator that computes a formula over the parts."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from rmg_core.aggregators import Aggregator, OnMissing, Parts
from rmg_core.basic import formula
from rmg_core.basic.options import (
    ON_MISSING_FIXED,
    Attribute,
    as_on_missing,
    check_impute,
    finite,
    no_renormalise,
)
from rmg_core.basic.parts import Bound, about, listed, score_parts
from rmg_core.outcomes import NOTHING, GraderError, GraderScore, Outcome, Scale


def _readable(_: Any, __: Attribute, text: Any) -> None:
    if not isinstance(text, str):
        raise TypeError(f"formula must be text, not {text!r}")
    try:
        formula.read(text)
    except ValueError as fault:
        raise ValueError(f"formula {text[:200]!r}: {fault}") from fault


def _as_range(given: Any) -> tuple[float, float] | None:
    if given is None:
        return None
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise ValueError(f"scale must be [low, high], not {given!r}")
    low, high = (finite(end, "scale") for end in given)
    if not low < high:
        raise ValueError(f"scale must be [low, high] with low < high, not {given!r}")
    return low, high


@frozen(kw_only=True)
class Expression:
    """Formula over the raw scores of the parts: `0.7*help*safe - 0.1*len`.

    It has numbers, names of graders, `+ - * / **`, parentheses, `min`, `max`, `abs`,
    `clip(value, low, high)` and the natural `log`. A name that is not a plain word stands in
    quotes: `'helpfulness-v2' / 5`. What has no finite value, such as a division by zero, is an
    error; so is a result outside `scale`, which is open when left out.
    """

    formula: str = field(validator=_readable, metadata={"help": "the formula, of graders' names"})
    scale: tuple[float, float] | None = field(
        default=None,
        converter=_as_range,
        metadata={"help": "the least and the greatest possible result: [low, high]"},
    )
    higher_is_better: bool = field(
        default=True, metadata={"help": "whether a greater result is the better one"}
    )
    on_missing: OnMissing = field(
        default="error",
        converter=as_on_missing,
        validator=no_renormalise("a formula has a place for each of its parts"),
        metadata=ON_MISSING_FIXED,
    )

    def reads(self) -> tuple[str, ...]:
        return formula.read(self.formula).names

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_impute(self.on_missing, parts)
        return self._scale()

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        read = formula.read(self.formula)
        parts = score_parts(outcomes, read.names, self.on_missing, scales=scales)
        if not isinstance(parts, Parts):
            return parts
        values = {name: float(part.score) for name, part in parts.scores.items()}
        said = listed([f"{name} {value:g}" for name, value in values.items()])
        try:
            score = read.compute(values)
        except ArithmeticError as fault:
            return GraderError("aggregator_error", f"{self.formula}: {fault}, with {said}")
        scale = self._scale()
        if not scale.contains(score):
            return GraderError(
                "out_of_scale", f"{self.formula} is {score:g}, not on the scale {scale}: {said}"
            )
        return GraderScore(score, f"{self.formula}: {said}", about("expression", parts), scale)

    def _scale(self) -> Scale:
        low, high = self.scale or (None, None)
        return Scale(low, high, self.higher_is_better)
