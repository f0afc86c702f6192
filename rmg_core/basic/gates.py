"""The aggregators that let pass by one grader after the other: threshold and gate."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from rmg_core.aggregators import Aggregator, Parts
from rmg_core.basic.options import (
    GRADER,
    STOP,
    Stop,
    a_name,
    check_on_scale,
    number,
    one_of,
    optional_number,
)
from rmg_core.basic.parts import Bound, about, end_of, name_of_end, score_parts
from rmg_core.basic.thresholds import compared
from rmg_core.outcomes import NOTHING, UNIT, GraderError, GraderScore, Outcome, Scale


@frozen(kw_only=True)
class Threshold:
    """1 when one grader's score is `at` or better, else 0.

    At least `at` where higher is better, at most where lower is; on the grader's own scale.
    """

    grader: str = field(validator=a_name, metadata=GRADER)
    at: float = field(
        validator=number,
        metadata={"help": "the score at which it passes, on its own scale"},
    )
    on_missing: Stop = field(default="error", validator=one_of("error", "abstain"), metadata=STOP)

    def reads(self) -> tuple[str, ...]:
        return (self.grader,)

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_on_scale("at", self.at, self.grader, parts[self.grader])
        return UNIT

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome:
        parts = score_parts(outcomes, (self.grader,), self.on_missing)
        if not isinstance(parts, Parts):
            return parts
        part = parts.scores[self.grader]
        passes, said = compared(self.grader, part.score, self.at, part.scale)
        return GraderScore(float(passes), said, about("threshold", parts))


@frozen(kw_only=True)
class Condition:
    """What one grader's score must be: `min ≤ score ≤ max`, on the grader's own scale."""

    grader: str = field(validator=a_name)
    min: float | None = field(default=None, validator=optional_number)
    max: float | None = field(default=None, validator=optional_number)

    def __attrs_post_init__(self) -> None:
        if self.min is None and self.max is None:
            raise ValueError(f"the gate of {self.grader} needs min or max")

    def fault(self, score: float) -> str:
        """Say why the score does not pass; nothing when it does."""
        if self.min is not None and not score >= self.min:
            return f"{self.grader} {score:g} < {self.min:g}"
        if self.max is not None and not score <= self.max:
            return f"{self.grader} {score:g} > {self.max:g}"
        return ""

    def check(self, parts: Mapping[str, Scale]) -> None:
        """Check that the bounds are possible scores of the grader.

        Raises:
            ValueError: one is not.
        """
        for option, value in (("min", self.min), ("max", self.max)):
            if value is not None:
                check_on_scale(option, value, self.grader, parts[self.grader])


def _as_conditions(given: Iterable[Any]) -> tuple[Condition, ...]:
    made = tuple(Condition(**each) if isinstance(each, Mapping) else each for each in given)
    if not made:
        raise ValueError("gates is empty: write gates = [{ grader = …, min = … }]")
    return made


@frozen(kw_only=True)
class Gate:
    """Score of `then` where every gate is passed, else `floor`.

    The gates are asked in their order, and the first that fails is named in the reason: what must
    hold comes before what is good. A gate that fails decides, whatever other parts are missing.
    """

    gates: tuple[Condition, ...] = field(
        converter=_as_conditions,
        metadata={"help": "what must hold, in order: [{ grader = …, min = …, max = … }]"},
    )
    then: str = field(
        validator=a_name,
        metadata={"help": "the grader or aggregator whose score it is when all gates are passed"},
    )
    floor: float | None = field(
        default=None,
        validator=optional_number,
        metadata={
            "help": "the score when a gate fails, on the scale of `then`; without it, the worst one"
        },
    )
    on_missing: Stop = field(default="error", validator=one_of("error", "abstain"), metadata=STOP)

    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(gate.grader for gate in self.gates), self.then]))

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        for gate in self.gates:
            gate.check(parts)
        scale = parts[self.then]
        check_on_scale("floor", self._floor_on(scale), self.then, scale)
        return scale

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        present = score_parts(outcomes, self.reads(), "renormalise", 0.0)
        scores = present.scores if isinstance(present, Parts) else {}
        scale = scores[self.then].scale if self.then in scores else scales.get(self.then)
        if isinstance(present, Parts) and scale is not None:
            for gate in self.gates:
                fault = gate.fault(scores[gate.grader].score) if gate.grader in scores else ""
                if fault:
                    metadata = about("gate", present) | {"failed": gate.grader}
                    return self._floored(scale, fault, metadata)
        parts = score_parts(outcomes, self.reads(), self.on_missing)
        if not isinstance(parts, Parts):
            return parts
        final = parts.scores[self.then]
        said = f"all gates passed: {self.then} {final.score:g}"
        return GraderScore(final.score, said, about("gate", parts), final.scale)

    def _floored(self, scale: Scale, fault: str, metadata: Mapping[str, Any]) -> Outcome:
        try:
            return GraderScore(self._floor_on(scale), f"gate: {fault}", metadata, scale)
        except ValueError as unknown:
            return GraderError("aggregator_error", str(unknown))

    def _floor_on(self, scale: Scale) -> float:
        floor = end_of(scale, best=False) if self.floor is None else self.floor
        if floor is None:
            raise ValueError(
                f"{self.then} ({scale}) has no {name_of_end(scale, best=False)} end: set floor"
            )
        return floor
