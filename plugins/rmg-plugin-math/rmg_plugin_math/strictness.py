"""What the strict profile refuses in how an answer is written, each for a way to earn a reward."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rmg_plugin_math.places import after, boxes, marked, quoted
from rmg_plugin_math.plain import latex_of

DEEPEST = 30
"""Braces and brackets in one another."""

_PLAIN_COMMANDS = frozenset(
    [
        r"\frac",
        r"\dfrac",
        r"\tfrac",
        r"\cfrac",
        r"\sqrt",
        r"\left",
        r"\right",
        r"\cdot",
        r"\times",
        r"\div",
        r"\text",
        r"\mathrm",
        r"\textbf",
        r"\mathbf",
        r"\sin",
        r"\cos",
        r"\tan",
        r"\cot",
        r"\sec",
        r"\csc",
        r"\arcsin",
        r"\arccos",
        r"\arctan",
        r"\sinh",
        r"\cosh",
        r"\tanh",
        r"\log",
        r"\ln",
        r"\exp",
        r"\pi",
        r"\infty",
        r"\alpha",
        r"\beta",
        r"\gamma",
        r"\delta",
        r"\theta",
        r"\lambda",
        r"\mu",
        r"\sigma",
        r"\phi",
        r"\varphi",
        r"\omega",
        r"\circ",
        r"\degree",
        r"\cup",
        r"\cap",
        r"\le",
        r"\leq",
        r"\ge",
        r"\geq",
        r"\lt",
        r"\gt",
        r"\ne",
        r"\neq",
        r"\begin",
        r"\end",
        r"\emptyset",
        r"\varnothing",
        r"\mathbb",
        r"\displaystyle",
        r"\$",
        r"\%",
        r"\,",
        r"\!",
        r"\{",
        r"\}",
    ]
)
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_RELATION = re.compile(r"[=<>≤≥≠]|\\(?:leq?|geq?|lt|gt|neq?)(?![A-Za-z])")
_WORDS = re.compile(r"\\(?:text|mathrm|textbf|mathbf)\s*\{([^{}]*)\}")
_HEDGE = re.compile(
    # A unit is of letters. Digits may be a second answer, and so may number words.
    r"[^A-Za-z\s/.^-]"
    r"|\b(?:or|and|not|any|either|neither|nor|approximately|about|maybe|perhaps|possibly|else"
    r"|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|[bm]illion)\b",
    re.IGNORECASE,
)
_SUBSCRIPT = re.compile(r"_\s*(\{[^{}]*\}|.)", re.DOTALL)
# What Math-Verify, or its parser, leaves out between two digits: 5\text{}6 is 56 to it.
_LEFT_OUT = (
    r"\s|~|\\[!$ ]|\\(?:displaystyle|degree|circ)|\^?\{\s*(?:\\circ|\\degree)?\s*\}"
    r"|\^\s*(?:\\circ|\\degree)|\\(?:mathrm|textbf|mathbf)\s*\{[^{}]*\}"
    r"|\\text\s*\{(?!\s*(?:and|or)\s*\})[^{}]*\}"  # those two it makes a comma
)
_SIDE_BY_SIDE = re.compile(rf"\d(?:{_LEFT_OUT})+(?=\d)")
_MATRIX = re.compile(r"\\begin\s*\{[bpvV]?(?:matrix|array)\}.*?\\end", re.DOTALL)
_BETWEEN_CELLS = re.compile(r"&|\\\\")
_UNKNOWN = re.compile(r"[^A-Za-z0-9 \t\n+\-*/^_=<>()\[\]{},.!]")


def answer_in(response: str, *, mark: str, marker: str) -> tuple[str | None, str]:
    r"""Return the one answer of a response, or None and why there is none.

    >>> answer_in(r"so \boxed{5}, or \boxed{6}", mark="", marker="")
    (None, 'the response has 2 boxed answers, and must have one')
    """
    text = after(response, mark)
    if text is None:
        return None, f"{quoted(mark)} is not in the response"
    found: Sequence[str | None] = list(boxes(text))
    where = "boxed answers"
    if marker:
        found, where = marked(text, marker), f"answers after {quoted(marker)}"
    if len(found) != 1:
        return None, f"the response has {len(found) or 'no'} {where}, and must have one"
    answer = found[0]
    if answer is None:
        return None, r"the \boxed of the response has no closing brace"
    inside = list(boxes(answer))
    if inside:
        if len(inside) > 1 or inside[0] is None or not _is_wrapped(answer):
            return None, f"{quoted(answer)} is not one boxed answer"
        answer = inside[0]
    answer = _undelimited(answer)
    return (answer, "") if answer else (None, "the answer is empty")


def _is_wrapped(answer: str) -> bool:
    return bool(re.fullmatch(r"\$*\s*\\(?:boxed|fbox)\s*\{.*\}\s*\.?\$*\.?", answer, re.DOTALL))


def _undelimited(answer: str) -> str:
    r"""Take the dollars or brackets off an answer that is one formula in them."""
    pairs = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))
    answer = answer.strip()
    for left, right in pairs:
        if len(answer) > len(left + right) and answer.startswith(left) and answer.endswith(right):
            answer = answer[len(left) : -len(right)].strip()
            break
    return answer.rstrip(".").strip()


def textual_refusal(answer: str, reference: str, *, longest: int) -> str:
    r"""Say what about the writing of an answer is refused, or nothing.

    What the reference itself has is allowed.

    >>> textual_refusal(r"5 \approx 6", "5", longest=100)
    "'\\approx' stands in the answer, and not in the reference"
    """
    if len(answer) > longest:
        return f"the answer has {len(answer)} characters, and may have {longest}"
    if _depth(answer) > DEEPEST:
        return f"brackets stand more than {DEEPEST} deep"
    return next(_textual_refusals(latex_of(answer), reference), "")


def _textual_refusals(answer: str, reference: str) -> Iterator[str]:
    relations = len(_RELATION.findall(answer))
    if relations > max(1, len(_RELATION.findall(reference))):
        yield f"the answer has {relations} relation signs"
    for sign in sorted(_unusual(answer)):
        if sign not in reference:
            yield f"{quoted(sign)} stands in the answer, and not in the reference"
    words = " ".join(_WORDS.findall(answer))
    if (hedge := _HEDGE.search(words)) and words.strip() not in reference:
        yield f"{hedge[0]!r} stands among the words of the answer"
    if _SIDE_BY_SIDE.search(answer):
        yield "two numbers stand side by side"
    # Math-Verify leaves a base out: 204_5 is 204 to it, and 204_7 as well.
    bases = [
        Counter(each.strip("{} ") for each in _SUBSCRIPT.findall(text))
        for text in (answer, reference)
    ]
    if bases[0] - bases[1]:
        yield "its subscripts are not those of the reference"


def _unusual(answer: str) -> set[str]:
    """Return the signs and commands of an answer that only its reference makes mathematics."""
    formula = _WORDS.sub(" ", _MATRIX.sub(lambda found: _BETWEEN_CELLS.sub(",", found[0]), answer))
    signs = _UNKNOWN.findall(COMMAND.sub(" ", formula))
    return {*signs, *COMMAND.findall(formula)} - _PLAIN_COMMANDS


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign in "{([") - (sign in "})]")
        deepest = max(deepest, depth)
    return deepest
