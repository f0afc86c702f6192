"""The grader of the final number of a worked solution."""

import pkgutil
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_math.places import bare, boxes, quoted
from rmg_plugin_text import rmg_graders

Place: TypeAlias = Literal["auto", "marked"]
PlaceOption: TypeAlias = Annotated[
    Place,
    validators.in_(get_args(Place)),
    "marked: a response with neither box nor answer line is wrong; auto: its last number counts",
]
ToleranceOption: TypeAlias = Annotated[float, validators.ge(0), validators.lt(float("inf"))]

_LINE = re.compile(r"^[ \t]*(?:####|A:)[ \t]*(.*\d.*)$", re.MULTILINE)
_SAID = re.compile(r"\banswer\b(?:\s{1,9}is\b)?[ \t]{0,9}[:=]?([^\n]{0,200})", re.IGNORECASE)
_END = re.compile(r"[.!;](?:\s|$)|,\s")
_WORDS = re.compile(r"\\(?:text|mathrm|textbf|mathbf|mbox)\s*\{([^{}]*)\}")
_REWRITTEN = (
    (re.compile(r"\{,\}|\\[,!;: ]|\\left|\\right|\\quad"), ""),
    (re.compile(r"\\[dt]?frac\s*\{?(-?\d+)\}?\s*\{?(\d+)\}?"), r"\1/\2"),
    (re.compile(r"\\(?=[$%])|\$(?!\d)"), ""),
    (re.compile(r"(\d)\s*\\(?:times|cdot)\s*10\s*\^\s*\{?([+-]?\d+)\}?"), r"\1e\2"),
    (re.compile(r"\^\s*\{?\\circ\}?|\\degree"), " "),
)


@grader
def final_number(
    response: str,
    reference: str | float | list[str],
    *,
    place: PlaceOption = "auto",
    absolute: Annotated[ToleranceOption, "how far off the number may be"] = 0.0,
    relative: Annotated[ToleranceOption, "the same, as a share of the reference"] = 0.0,
) -> GraderScore:
    r"""1 when the final number of a worked solution is the reference's, or any of a list, else 0.

    The final number stands in the last `\boxed{}`; else in the last line that begins with `####`
    or `A:`; else after the last "answer is" or "Answer:"; else, where `place` allows it, it is the
    last number. It is read from LaTeX too (`1{,}000`, `\frac{1}{2}`, `3 \times 10^{4}`), and
    compared exactly unless a tolerance allows more. A box or a line without a number scores 0.
    Of a worked solution as reference the final number counts as well.

    It finds the number, and leaves the comparison to `text/number_match`, which reads plain texts.
    For answers that are more than a number there is `math_equal`.

    Definition: the final answers of GSM8K (Cobbe et al. 2021) and MATH (Hendrycks et al. 2021).

    Raises:
        CannotGrade: a reference holds no number, or the list is empty (`bad_input`).

    Example:
        >>> final_number(r"3 \cdot 6 = \boxed{\$18{,}000} in 2 years", "18000").score
        1.0
        >>> final_number("The answer is 7, since 3 + 4 = 7 and not 8.", 7).reason
        '7 is 7 (said to be the answer)'
    """
    match: Any = pkgutil.resolve_name(rmg_graders()["number_match"])
    marked = _marked(response)
    if marked is None:
        # In an empty text there is no number, and the reference is looked at all the same.
        where, text = (
            ("last number", _plain(response)) if place == "auto" else ("nothing marked", "")
        )
    else:
        where, text = marked
    outcome: GraderScore = match(
        text,
        _references(reference),
        # Of a marked place the first number is the answer, as in "18 dollars in 2 years".
        take="last" if marked is None else "first",
        answer_line="ignore",
        absolute=absolute,
        relative=relative,
    )
    return GraderScore(outcome.score, f"{outcome.reason} ({where})")


def _references(reference: str | float | Sequence[str]) -> Any:
    match reference:
        case str():
            return _expected(reference)
        case int() | float():
            return reference
        case Sequence() if all(isinstance(each, str) for each in reference):
            return list(map(_expected, reference))
    raise CannotGrade(
        f"reference {quoted(repr(reference))} must be a number, a text or a list of texts",
        "bad_input",
    )


def _expected(reference: str) -> str:
    marked = _marked(reference)
    return _plain(reference) if marked is None else marked[1]


def _marked(text: str) -> tuple[str, str] | None:
    """Return how the answer is marked and what stands there, or None without a mark."""
    if boxed := list(boxes(text)):
        return "boxed", _value(boxed[-1] or "")
    if lines := _LINE.findall(text):
        return "answer line", _value(lines[-1])
    for said in reversed(_SAID.findall(text)):
        sentence = _END.split(said, maxsplit=1)[0]
        if any(map(str.isdigit, sentence)):
            return "said to be the answer", _value(sentence)
    return None


def _value(text: str) -> str:
    """Return what an equation comes to, as in 3 + 4 = 7; the text itself where there is none."""
    text = _plain(text)
    _, _, value = text.rpartition("=")
    return value if any(map(str.isdigit, value)) else text


def _plain(text: str) -> str:
    """Write the numbers of LaTeX as plain ones."""
    text = _WORDS.sub(r" \1", text)
    for pattern, new in _REWRITTEN:
        text = pattern.sub(new, text)
    return bare(text)
