"""Mathematics read out of references and responses by Math-Verify, and compared by it."""

import functools
import logging
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_math.places import boxes, quoted
from rmg_plugin_math.plain import is_delimited, is_formula, latex_of

# Two or three letters are a product, such as xy, unless they are one of these words.
_WORD = re.compile(r"[A-Za-z]{4,40}|(?i:yes|no|odd|all|one|two|six|ten|red|tie)")
_UNIT = re.compile(r"(\\(?:text|mathrm|textbf|mathbf)\s*\{[^{}]*\})(?:\^(?:\d|\{\d\}))?")
# A number and what it counts. Of shorter words only these: 5 xy is a product, and 5 cm is known.
_COUNTED = re.compile(
    r"\s*(-?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+|\s+\d+/\d+)?)\s+"
    r"(?:(?!percent)([A-Za-z]{4,20})|bag|box|can|car|cat|cup|dog|egg|jar|oz|pen|row|ton|tsp)\s*\.?\s*"
)
_BARE_COMMAND = re.compile(r"(\\(?:vec|hat|bar|overline|tilde|dot|operatorname))\s*([A-Za-z0-9])")
_NUMERAL = re.compile(r"\d(?:[\d.,/ ]*\d)?")


@frozen
class Reading:
    """What was read of a text: its expressions, as SymPy has them, and how it is written.

    `values` holds what Math-Verify compares: an expression, then the text that it was read from.
    """

    written: str
    values: Sequence[Any]

    @property
    def expression(self) -> Any:
        return self.values[0]

    def __str__(self) -> str:
        return quoted(self.written)


def read_reference(text: str) -> Reading:
    """Read a reference: the whole of it, or what it marks as mathematics.

    Raises:
        CannotGrade: it holds no mathematics (`bad_input`).
    """
    # Among words it must be the only number, as in 7 apples.
    is_one = is_delimited(text) or _is_answer(text) or len(_NUMERAL.findall(text)) == 1
    found = _read(_as_latex(text)) or _read(text) if is_one else None
    if found is None:
        hint = r"write LaTeX such as $\frac{1}{2}$, or words as \text{even}"
        if bare := _BARE_COMMAND.search(text):
            hint = f"write braces, as in ${bare[1]}{{{bare[2]}}}$"
        raise CannotGrade(
            f"reference {quoted(text)} cannot be read as mathematics; {hint}", "bad_input"
        )
    return found


def read_response(text: str) -> Reading | None:
    """Read a response's answer: a box, else what is said to be it, else the last mathematics."""
    return _read(_as_latex(text)) or _read(text)


def read_answer(text: str) -> Reading | None:
    """Read a text of which the whole is to be the answer, or nothing."""
    # Without the extraction of plain expressions, which takes a number from anywhere.
    latex = _formula(text)
    found = _read(f"${latex}$", plain=False)
    if found is None or _count_digits(found.written) < _count_digits(_UNIT.sub(" ", latex)):
        return None
    return found if _is_parsed_whole(found.written) else None


def is_equal(
    reference: Reading, response: Reading, *, decimals: int, same_names: bool, as_sets: bool
) -> bool:
    """Ask Math-Verify whether the response is what the reference is."""
    verified: bool = _library().verify(
        list(reference.values),
        list(response.values),
        float_rounding=decimals,
        strict=same_names,
        allow_set_relation_comp=as_sets,
        timeout_seconds=None,  # its time-outs are alarms, which a computation in C does not hear
        raise_on_error=True,
    )
    return verified


def _as_latex(text: str) -> str:
    """Mark the mathematics of a text that is a formula, or of its only box."""
    if (counted := _COUNTED.fullmatch(text)) and not (counted[2] and is_formula(text)):
        text = counted[1]
    if not is_delimited(text):
        return f"${_formula(text)}$" if _is_answer(text) else text
    found = list(boxes(text))
    if len(found) == 1 and found[0] and not is_delimited(found[0]) and _is_answer(found[0]):
        before, _, behind = text.rpartition(found[0])
        return f"{before}{_formula(found[0])}{behind}"
    return text


def _is_answer(text: str) -> bool:
    return is_formula(text) or bool(_WORD.fullmatch(text.strip()))


def _formula(text: str) -> str:
    text = text.strip().rstrip(".").strip()
    return rf"\text{{{text}}}" if _WORD.fullmatch(text) and not is_formula(text) else latex_of(text)


def _count_digits(text: str) -> int:
    """Count digits, of which Math-Verify may drop some with what it takes for a unit: `5 a 6`."""
    return sum(map(str.isdigit, text))


def _is_parsed_whole(latex: str) -> bool:
    """Say whether the parser takes all of it; Math-Verify goes on with the last of two equations.

    The grammar ends where the text ends, so that nothing may follow what it takes.
    """
    from latex2sympy2_extended import latex2sympy

    try:
        latex2sympy(latex, normalization_config=None)
    except Exception:  # noqa: BLE001 - it raises bare ones, and whatever SymPy raises
        return False
    return True


def _read(text: str, *, plain: bool = True) -> Reading | None:
    library = _library()
    boxed_first = library.LatexExtractionConfig(boxed_match_priority=0)
    kinds = (boxed_first, library.ExprExtractionConfig()) if plain else (boxed_first,)
    values = library.parse(
        text,
        kinds,
        parsing_timeout=None,  # as for `verify`
    )
    if not values or isinstance(values[0], str):  # text that it could not parse
        return None
    written = values[1] if len(values) > 1 else str(values[0])
    return Reading(written, values)


@functools.cache
def _library() -> ModuleType:
    import math_verify

    # It warns that its time-outs are off; what a process prints would be counted and told.
    logging.getLogger("math_verify").setLevel(logging.ERROR)
    library: ModuleType = math_verify
    return library
