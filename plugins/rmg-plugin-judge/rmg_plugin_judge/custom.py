"""A judge whose rubric stands in the config: `use = "judge/custom"`."""

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import Attribute, field, frozen
from attrs.validators import and_, min_len

from rmg_core import GraderScore, Outcome, grader
from rmg_plugin_judge.mistakes import PLACEHOLDER
from rmg_plugin_judge.options import PointwiseOptions
from rmg_plugin_judge.values import Level, Prompt, Rubric, RubricInput

INPUTS = (
    RubricInput("response"),
    RubricInput("query", is_required=False),
    RubricInput("context", is_required=False),
    RubricInput("reference", is_required=False),
)


def _names_inputs(_: object, attribute: "Attribute[str]", value: str) -> None:
    known = [each.name for each in INPUTS]
    for word in PLACEHOLDER.findall(value):
        if word not in known:
            said = f"{attribute.name} names the input {{{word}}}, which is none: "
            raise ValueError(said + ", ".join(known))


def _goes_up(_: object, attribute: "Attribute[Any]", value: tuple[int, int]) -> None:
    if not 0 < value[1] - value[0] <= 100:
        raise ValueError(
            f"{attribute.name} must go up, by at most 100, and not from {value[0]} to {value[1]}"
        )


@grader
@frozen(kw_only=True)
class Custom(PointwiseOptions):
    """Judge a response by criteria that stand in the config.

    The judge chooses a whole number of `scale`. The score is its place between the lowest and the
    highest, of 0..1, since a grader has one scale whatever its options are.

    What is used often is better written as a rubric file, which has examples and tests.
    """

    criteria: str = field(
        validator=and_(min_len(1), _names_inputs),
        metadata={"help": "what is judged, in your own words"},
    )
    scale: tuple[int, int] = field(
        default=(0, 5),
        validator=_goes_up,
        metadata={"help": "the lowest and the highest level"},
    )
    levels: Mapping[str, str] = field(
        factory=dict, metadata={"help": "what each level means; write all of them or none"}
    )

    @levels.validator
    def _describe_the_scale(self, _: "Attribute[Any]", value: Mapping[str, str]) -> None:
        low, high = self.scale
        known = [str(each) for each in range(low, high + 1)]
        if wrong := value and sorted(set(known) ^ set(value)):
            is_more = wrong[0] in value
            said = "is not on the scale" if is_more else "is not described"
            raise ValueError(f"levels must describe each of {low} to {high}: {wrong[0]!r} {said}")

    @property
    def asked(self) -> Rubric:
        """The rubric that the options write."""
        low, high = self.scale
        return Rubric(
            name="custom",
            about="Judge a response by criteria that stand in the config.",
            inputs=INPUTS,
            mode="pointwise",
            prompt=Prompt(self.criteria),
            levels=tuple(
                Level(str(each), self.levels.get(str(each)) or _meaning(each, low, high), each)
                for each in range(low, high + 1)
            ),
        )

    async def grade(
        self,
        response: str,
        query: str | list[Any] | None = None,
        context: str | None = None,
        reference: str | None = None,
    ) -> Outcome:
        from rmg_plugin_judge.judging import judge

        inputs = {"response": response, "query": query, "context": context, "reference": reference}
        outcome: Outcome = await judge(self.asked, self, inputs)
        if not isinstance(outcome, GraderScore):
            return outcome
        low, high = self.scale
        return attrs.evolve(outcome, score=(outcome.score - low) / (high - low))


def _meaning(level: int, low: int, high: int) -> str:
    """Say of a level that is not described where it stands."""
    if level == low:
        return "The response does not meet the criteria at all."
    if level == high:
        return "The response meets the criteria fully."
    return f"The response meets the criteria to {level - low} parts of {high - low}."
