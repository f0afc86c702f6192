"""The grader of a mathematical answer against what it should be."""

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

from attrs import Attribute, field, frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_math import expressions, reading, strictness
from rmg_plugin_math.places import after, alternatives, marked, quoted
from rmg_plugin_math.plain import narrowed

VERIFY = ("rmg-plugin-math[verify]",)

Profile = Literal["standard", "strict"]


def _suits_the_profile(instance: "MathEqual", attribute: "Attribute[Any]", value: bool) -> None:
    usual = attribute.default
    if instance.profile == "strict" and value != usual:
        raise ValueError(
            f"{attribute.name} = {str(value).lower()} does not go with profile 'strict', which "
            f"compares names and kinds as they are; leave {attribute.name} out, or the profile"
        )


@grader(runs_in="process", needs=VERIFY, timeout=10)
@frozen(kw_only=True)
class MathEqual:
    r"""1 when the response's answer equals the reference as mathematics, or any of a list, else 0.

    Both may be LaTeX or plain (`sqrt(2)/2`, `x**2`, `1,000`, `1e3`, `50%`). In profile standard
    the answer is the last box of the response, else what "answer is" or "Answer:" introduces, else
    the last mathematics in it. Numbers, algebra,
    sets, intervals, matrices, equations and inequalities are compared by value; decimals to
    `decimals` places. A response in which no mathematics can be read scores 0.

    Profile strict is for rewards: the response has one `\boxed{}`, or one `marker`, and there one
    value of the reference's kind, of bounded length and size. What else it refuses stands in the
    README of the pack. What is refused scores 0, with the reason.

    It runs in processes of its own, since some expressions take for ever: after 10 seconds, or
    the config's `timeout`, the cell is an error (`timeout`).

    Definition: Math-Verify (Kydlíček et al. 2025), with its own time-outs off.

    Raises:
        CannotGrade: a reference cannot be read as mathematics, or the list is empty (`bad_input`).

    Example:
        >>> MathEqual().grade(r"So it is \boxed{\frac{2}{4}}.", "0.5").score
        1.0
        >>> strict = MathEqual(profile="strict")
        >>> strict.grade(r"It is \boxed{x = 0.5}.", "1/2").reason
        'x stands in the answer, and not in the reference'
    """

    profile: Profile = field(
        default="standard",
        validator=validators.in_(get_args(Profile)),
        metadata={"help": "strict: for rewards; one answer in the agreed place, and nothing else"},
    )
    marker: str = field(
        default="",
        metadata={"help": "the answer is what follows this text, up to the end of the line"},
    )
    after: str = field(
        default="",
        metadata={"help": "only what follows this text is read, such as `</think>`"},
    )
    decimals: int = field(
        default=6,
        validator=[validators.ge(0), validators.le(15)],
        metadata={"help": "decimals are compared rounded to so many places"},
    )
    same_names: bool = field(
        default=True,
        validator=_suits_the_profile,
        metadata={"help": "variables must have the same names; false: x + 1 is y + 1"},
    )
    sets_as_relations: bool = field(
        default=False,
        validator=_suits_the_profile,
        metadata={"help": "1 < x < 2 answers a reference that is a set, as (1, 2)"},
    )
    longest: int = field(
        default=300,
        validator=[validators.ge(1), validators.le(10_000)],
        metadata={"help": "the most characters of an answer (strict)"},
    )
    largest: int = field(
        default=100,
        validator=[validators.ge(1), validators.le(10_000)],
        metadata={"help": "the most numbers, names and operations of an answer (strict)"},
    )

    def grade(self, response: str, reference: str | float | list[str]) -> GraderScore:
        if not isinstance(reference, str | Sequence):
            reference = _written(reference)
        golds = [reading.read_reference(text) for text in alternatives(reference)]
        grade = self._strict if self.profile == "strict" else self._standard
        found = [grade(response, gold) for gold in golds]
        place = max(range(len(found)), key=lambda index: found[index][0])
        score, reason = found[place]
        if len(found) > 1:
            reason = f"reference {place + 1} of {len(found)}: {reason}"
        return GraderScore(score, reason)

    def _standard(self, response: str, gold: reading.Reading) -> tuple[float, str]:
        text = after(response, self.after)
        if text is None:
            return 0.0, f"{quoted(self.after)} is not in the response"
        if self.marker and (found := marked(text, self.marker)):
            text = found[-1]
        answer = reading.read_response(text)
        if answer is None:
            return 0.0, "no mathematics can be read in the response"
        return self._verdict(answer, gold)

    def _strict(self, response: str, gold: reading.Reading) -> tuple[float, str]:
        text, reason = strictness.answer_in(response, mark=self.after, marker=self.marker)
        if text is None:
            return 0.0, reason
        text = narrowed(text)
        if reason := strictness.textual_refusal(text, gold.written, longest=self.longest):
            return 0.0, reason
        answer = reading.read_answer(text)
        if answer is None:
            return 0.0, f"{quoted(text)} cannot be read as mathematics"
        if reason := expressions.refusal(answer, gold, largest=self.largest):
            return 0.0, reason
        score, reason = self._verdict(answer, gold)
        if score and not expressions.is_near(answer, gold, decimals=self.decimals):
            return 0.0, f"{answer} is {gold} only when both are rounded"
        return score, reason

    def _verdict(self, answer: reading.Reading, gold: reading.Reading) -> tuple[float, str]:
        equal = reading.is_equal(
            gold,
            answer,
            decimals=self.decimals,
            same_names=self.same_names,
            as_sets=self.sets_as_relations,
        )
        return float(equal), f"{answer} is {'' if equal else 'not '}{gold}"


def _written(number: float) -> str:
    if not isinstance(number, int | float):
        raise CannotGrade(
            f"reference {quoted(repr(number))} must be a number, a text or a list of texts",
            "bad_input",
        )
    if not math.isfinite(number):
        raise CannotGrade(f"reference {number} is not a finite number", "bad_input")
    return str(number)
