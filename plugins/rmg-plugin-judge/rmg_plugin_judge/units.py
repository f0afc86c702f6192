"""The parts of an answer that are judged one by one: turns of a talk, steps of a solution."""

import re
from collections.abc import Mapping, Sequence
from math import fsum, prod
from typing import Any, Final, Literal, TypeAlias

from attrs import Attribute, evolve, field, frozen
from attrs.validators import ge

from rmg_core import CannotGrade, GraderError, GraderScore, GraderSkip, Outcome
from rmg_plugin_judge.material import Steps

Unit: TypeAlias = Literal["last", "turn", "step"]
UnitReduce: TypeAlias = Literal["mean", "min", "last", "product"]

CONVERSATIONS: Final = ("messages", "history", "conversation", "dialogue", "query")
_PARAGRAPHS: Final = re.compile(r"\n\s*\n")


def _of_turns(made: "Units", attribute: "Attribute[int]", value: int) -> None:
    if value and made.unit == "step":
        raise ValueError(f"{attribute.name} is for unit = 'turn' or 'last'")


def _of_steps(made: "Units", attribute: "Attribute[str]", value: str) -> None:
    if value and made.unit != "step":
        raise ValueError(f"{attribute.name} is for unit = 'step'")


@frozen(kw_only=True)
class Units:
    """How an answer is taken apart, and how its parts become one score.

    "last" is the last turn of the assistant, given at most `window` messages before it (0 is all
    of them). "turn" is each turn of the assistant, given the same. "step" is each paragraph of the
    answer, or each element of the input `steps`, given those before it.
    """

    unit: Unit
    window: int = field(default=0, validator=[ge(0), _of_turns])
    steps: str = field(default="", validator=_of_steps)
    reduce: UnitReduce = "mean"


def as_units(given: Any) -> Any:
    """Make a table of a mapping, as Python code may write it."""
    return Units(**given) if isinstance(given, Mapping) else given


def taken_apart(
    units: Units, inputs: Mapping[str, Any], answer: str
) -> Sequence[Mapping[str, Any]]:
    """Return the inputs of each part, in order; `answer` is the input that is judged.

    Raises:
        CannotGrade: there is no conversation or list of steps where one is wanted (`bad_input`),
            or no turn of the assistant in it (`empty_input`). A step without a word is "".
    """
    if units.unit == "step":
        return _steps(units, inputs, answer)
    return _turns(units, inputs, answer)


def _steps(units: Units, inputs: Mapping[str, Any], answer: str) -> Sequence[Mapping[str, Any]]:
    given = inputs.get(units.steps or answer)
    if isinstance(given, str):
        steps = [part.strip() for part in _PARAGRAPHS.split(given) if part.strip()]
    elif isinstance(given, list | tuple) and all(isinstance(each, str) for each in given):
        steps = list(given)
    else:
        raise CannotGrade(f"{units.steps or answer!r} holds no steps: {given!r:.100}", "bad_input")
    kept = {name: value for name, value in inputs.items() if name != units.steps}
    if not steps:
        return [{**kept, answer: ""}]
    return [
        {**kept, answer: Steps(tuple(steps[:number])) if steps[number - 1].strip() else ""}
        for number in range(1, len(steps) + 1)
    ]


def _turns(units: Units, inputs: Mapping[str, Any], answer: str) -> Sequence[Mapping[str, Any]]:
    name = next((each for each in CONVERSATIONS if isinstance(inputs.get(each), list)), None)
    if name is None:
        known = ", ".join(each for each in CONVERSATIONS if each in inputs) or "none is there"
        raise CannotGrade(f"no input is a list of messages: {known}", "bad_input")
    messages = list(inputs[name])
    spoken = inputs.get(answer)
    if isinstance(spoken, str) and spoken.strip():
        messages.append({"role": "assistant", "content": spoken})
    places = [place for place, each in enumerate(messages) if _is_answer(each)]
    if not places:
        raise CannotGrade("the conversation has no turn of the assistant", "empty_input")
    made = []
    for place in places[-1:] if units.unit == "last" else places:
        start = max(0, place - units.window) if units.window else 0
        turn = messages[place].get("content") or ""
        made.append({**inputs, name: messages[start:place], answer: turn})
    return made


def _is_answer(message: Any) -> bool:
    """Tell whether it is said to the user; a call of a tool without a word is not."""
    if not isinstance(message, Mapping) or message.get("role") != "assistant":
        return False
    return bool(message.get("content") or not message.get("tool_calls"))


def put_together(outcomes: Sequence[Outcome], reduce: UnitReduce) -> Outcome:
    """Return the outcome of all parts: an error in one is one of the whole.

    A skip leaves one out; of the `last` it is that of the whole.

    `mean` and `min` are on the scale of the parts, and so is `last`, the last part's. `product`
    is that of the normalised scores, brought back to the scale.
    """
    if len(outcomes) == 1:
        return outcomes[0]
    for number, each in enumerate(outcomes, 1):
        if isinstance(each, GraderError):
            return evolve(each, error=f"part {number} of {len(outcomes)}: {each.error}")
    scored = [each for each in outcomes if isinstance(each, GraderScore)]
    if reduce == "last" and isinstance(outcomes[-1], GraderSkip):
        return outcomes[-1]
    if not scored:
        return GraderSkip(f"no part of {len(outcomes)} was judged")
    scores = [each.score for each in scored]
    scale = scored[0].scale
    if reduce == "mean":
        score = fsum(scores) / len(scores)
    elif reduce == "min":
        score = min(scores)
    elif reduce == "last":
        score = scores[-1]
    else:
        low, high = scale.low or 0.0, scale.high if scale.high is not None else 1.0
        score = low + (high - low) * prod(each.normalised for each in scored)
    number, worst = min(
        (
            (number, each)
            for number, each in enumerate(outcomes, 1)
            if isinstance(each, GraderScore)
        ),
        key=lambda part: part[1].score,
    )
    reason = f"{reduce} of {len(scored)} parts; the lowest, part {number}: {worst.reason}"
    parts = [{"score": each.score, "reason": each.reason, **each.metadata} for each in scored]
    skipped = len(outcomes) - len(scored)
    about = {"parts": parts, **({"skipped": skipped} if skipped else {})}
    return GraderScore(score, reason, about, scale)
