"""The grader of a number in a response."""

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from attrs import frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_text.numerals import Numeral, numerals
from rmg_plugin_text.references import best, quoted

TAKES = ("last", "first", "any", "all", "whole")
ANSWER_LINES = ("auto", "required", "ignore")
PERCENT_MEANINGS = ("number", "fraction")

Take: TypeAlias = Annotated[
    Literal["last", "first", "any", "all", "whole"],
    validators.in_(TAKES),
    "which number of the response must equal the reference's; all: place by place, as a share; "
    "whole: the response is one number and nothing else",
]
AnswerLine: TypeAlias = Annotated[
    Literal["auto", "required", "ignore"],
    validators.in_(ANSWER_LINES),
    "auto: read the last line that starts with `####` or `A:` and has a number, else the whole "
    "text; required: a response without such a line is wrong",
]
Percent: TypeAlias = Annotated[
    Literal["number", "fraction"],
    validators.in_(PERCENT_MEANINGS),
    "number: 60% is 60; fraction: 60% is 0.6",
]
Tolerance: TypeAlias = Annotated[float, validators.ge(0), validators.lt(math.inf)]

_ANSWER_LINE = re.compile(r"^[ \t]*(?:####|A:)(.*)$", re.MULTILINE)
_HASHED_LINE = re.compile(r"^[ \t]*####(.*)$", re.MULTILINE)
_OPTION_B = re.compile(r"^[ \t]*B:", re.MULTILINE)


@frozen
class _Reading:
    """How numbers are read from a text."""

    take: str
    answer_line: str
    decimal_comma: bool

    def of(self, text: str) -> Sequence[Numeral]:
        if self.answer_line != "ignore":
            # Where B: follows, A: is a choice that is offered, not an answer that is given.
            pattern = _HASHED_LINE if _OPTION_B.search(text) else _ANSWER_LINE
            for line in reversed(pattern.findall(text)):
                if found := self._numerals(line):
                    return found
            if self.answer_line == "required":
                return ()
        return self._numerals(text)

    def _numerals(self, text: str) -> Sequence[Numeral]:
        return tuple(numerals(text, decimal_comma=self.decimal_comma))

    def expected(self, reference: str) -> Sequence[Numeral]:
        """Return what a reference asks for: all its numbers, or the one that is taken.

        Raises:
            CannotGrade: there is none, or one too long to be read (`bad_input`).
        """
        answer_line = "ignore" if self.answer_line == "ignore" else "auto"
        found = _Reading(self.take, answer_line, self.decimal_comma).of(reference)
        if not found:
            raise CannotGrade(f"reference {quoted(reference)} holds no number", "bad_input")
        if self.take != "all":
            found = (found[0 if self.take == "first" else -1],)
        if any(each.value is None for each in found):
            raise CannotGrade(
                f"reference {quoted(reference)} holds a number too long to be read", "bad_input"
            )
        return found


@grader
def number_match(
    response: str,
    reference: str | float | list[str],
    *,
    take: Take = "last",
    answer_line: AnswerLine = "auto",
    absolute: Annotated[Tolerance, "how far off the number may be"] = 0.0,
    relative: Annotated[Tolerance, "the same, as a share of the reference"] = 0.0,
    percent: Percent = "number",
    decimal_comma: Annotated[bool, "1.000,5 is a thousand and a half"] = False,
) -> GraderScore:
    r"""1 when the number of the response is the reference's, or that of any of a list, else 0.

    Numbers are read and compared exactly, whatever stands around them: 1,000, $18.00, 60%, 1e3,
    -5, 1/2, 2½, 18 dollars. They are equal when they differ by at most
    max(absolute, relative · |reference|). With take = all the score is the share of the
    reference's numbers that stand at the same place in the response. A response without a number
    scores 0. Of a worked solution as reference the answer line counts, as in the response.

    Definition: the final-answer rule of GSM8K (Cobbe et al. 2021), on values instead of spellings.

    Raises:
        CannotGrade: a reference holds no number, or the list is empty (`bad_input`).

    Example:
        >>> number_match("16 - 3 = 13 eggs, so $1,300.00 in all.", "1300").score
        1.0
        >>> number_match("3 + 4 = 7\nA: 7", "3 + 4 = 7\n#### 7").reason
        '7 is 7'
        >>> number_match("about 3.14", 3.14159, absolute=0.01).score
        1.0
    """
    reading = _Reading(take, answer_line, decimal_comma)
    found = (
        _whole(response, decimal_comma=decimal_comma) if take == "whole" else reading.of(response)
    )
    slack = (Fraction(str(absolute)), Fraction(str(relative)))

    def value(each: Numeral) -> Fraction | None:
        if each.value is None or percent == "number" or not each.is_percentage:
            return each.value
        return each.value / 100

    def equal(each: Numeral, wanted: Numeral) -> bool:
        got, goal = value(each), value(wanted)
        if got is None or goal is None:
            return False
        return got == goal or abs(got - goal) <= max(slack[0], slack[1] * abs(goal))

    def compare(text: str) -> tuple[float, str]:
        wanted = reading.expected(text)
        if not found:
            return 0.0, _nothing(take, answer_line)
        if take == "all":
            hits = sum(map(equal, found, wanted))
            return hits / len(wanted), f"{hits} of {len(wanted)} numbers"
        goal = wanted[0]
        if take == "any":
            hit = any(equal(each, goal) for each in found)
            return float(hit), f"{goal} is {'' if hit else 'not '}among {len(found)} numbers"
        given = found[0 if take == "first" else -1]
        hit = equal(given, goal)
        return float(hit), f"{given} is {'' if hit else 'not '}{goal}"

    texts = (
        reference
        if isinstance(reference, str | list)
        else _written(reference, decimal_comma=decimal_comma)
    )
    return GraderScore(*best(compare, texts))


def _whole(response: str, *, decimal_comma: bool) -> Sequence[Numeral]:
    found = tuple(numerals(response, decimal_comma=decimal_comma))
    return found if len(found) == 1 and found[0].text == response.strip() else ()


def _nothing(take: str, answer_line: str) -> str:
    if take == "whole":
        return "the response is not a number and nothing else"
    where = "answer line of the response" if answer_line == "required" else "response"
    return f"no number in the {where}"


def _written(number: float, *, decimal_comma: bool) -> str:
    """Write a number as the texts that it is compared with are read."""
    if not math.isfinite(number):
        raise CannotGrade(f"reference {number} is not a finite number", "bad_input")
    return str(number).replace(".", ",") if decimal_comma else str(number)
