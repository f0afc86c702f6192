"""What the strict profile refuses in the expression of an answer, before anything is computed."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from rmg_plugin_math.reading import Reading
from rmg_plugin_math.strictness import COMMAND

MOST_DIGITS = 10_000
"""Of a number that is computed: 9^9^9 has 369,693,100."""

_OPENING, _CLOSING = {"{", "(", "["}, {"}", ")", "]"}
_SEPARATOR = re.compile(r"[{}()\[\],;]|\\pm|±|\band\b")

_UNFINISHED = {"Integral", "Sum", "Product", "Limit", "Derivative", "Subs", "ConditionSet"}


def refusal(answer: Reading, reference: Reading, *, largest: int) -> str:
    """Say what about the expression of an answer is refused, or nothing; computes nothing."""
    parts = _parts(answer.expression, largest)
    if parts is None:
        return f"the expression has more than {largest} parts"
    refusals = (
        _strange_names(answer, reference),
        _unbounded(parts, reference),
        _unlike(answer, reference),
    )
    return next(chain.from_iterable(refusals), "")


def _strange_names(answer: Reading, reference: Reading) -> Iterator[str]:
    gold = set(map(str, _free(reference.expression)))
    strange = set(map(str, _free(answer.expression))) - gold
    # Math-Verify reads all names in lower case: r and R are one to it.
    letters = set(COMMAND.sub(" ", answer.written)) - set(reference.written)
    recased = {letter for letter in letters if letter.lower() in gold}
    for name in sorted(strange | recased):
        yield f"{name} stands in the answer, and not in the reference"


def _unbounded(parts: Sequence[Any], reference: Reading) -> Iterator[str]:
    gold = _preorder(reference.expression)
    for name in sorted(_names(parts) & _UNFINISHED - _names(gold)):
        yield f"the answer leaves a computation undone: {name}"
    if max(map(_digits, parts)) > MOST_DIGITS:
        yield f"a number of the answer would have more than {MOST_DIGITS} digits"


def _unlike(answer: Reading, reference: Reading) -> Iterator[str]:
    mine, gold = answer.expression, reference.expression
    if _kind(mine) != "relation":
        gold = _value(gold)
    kinds = _kind(mine), _kind(gold)
    if kinds[0] != kinds[1]:
        yield f"the answer is a {kinds[0]}, the reference a {kinds[1]}"
    elif kinds[0] == "set" and (counts := _counts(answer, reference))[0] != counts[1]:
        yield f"the answer has {counts[0]} elements, the reference {counts[1]}"
    elif kinds[0] == "value" and _is_number(gold) and not _is_written_number(mine):
        yield f"{answer} is a computation, and the reference a number"


def _counts(answer: Reading, reference: Reading) -> tuple[int, int]:
    """Count the elements of two sets as read, else as written, where 1, 1, 2 are three."""
    read = len(answer.expression.args), len(_value(reference.expression).args)
    return read if read[0] != read[1] else (_written(answer), _written(reference))


def _written(each: Reading) -> int:
    text = each.written.strip()
    if text.startswith(r"\{") and text.endswith(r"\}"):
        text = text[2:-2]
    count, depth = 1, 0
    for sign in _SEPARATOR.findall(text):
        depth += (sign in _OPENING) - (sign in _CLOSING)
        count += depth == 0 and sign not in _CLOSING
    return count


def is_near(answer: Reading, reference: Reading, *, decimals: int) -> bool:
    """Say whether two numbers are near each other in proportion too.

    Rounding alone makes 0.0000001 equal to 0.
    """
    from sympy import Float

    mine, gold = answer.expression, _value(reference.expression)
    if not any(getattr(each, "has", lambda _: False)(Float) for each in (mine, gold)):
        return True
    if not (_is_expression(mine) and _is_expression(gold)):
        return True
    values = [each.doit().evalf() for each in (mine, gold)]
    if not all(each.is_Number for each in values):
        return True
    one, other = values
    return bool(one == other or abs(one - other) <= abs(other) * 10.0**-decimals * 5)


def _value(expression: Any) -> Any:
    """Return the value of an assignment, `x = 5`; anything else as it is."""
    from sympy import Eq, Symbol

    is_assignment = isinstance(expression, Eq) and isinstance(expression.lhs, Symbol)
    return expression.rhs if is_assignment else expression


def _parts(expression: Any, most: int) -> Sequence[Any] | None:
    found = list(islice(_preorder(expression), most + 1))
    return found if len(found) <= most else None


def _preorder(expression: Any) -> Iterator[Any]:
    """Yield an expression and all its parts."""
    from sympy import preorder_traversal

    yield from preorder_traversal(expression)


def _names(parts: Iterable[Any]) -> set[str]:
    return {type(part).__name__ for part in parts}


def _free(expression: Any) -> Any:
    return getattr(expression, "free_symbols", ())


def _kind(expression: Any) -> str:
    from sympy import Interval, MatrixBase, Set, Tuple
    from sympy.logic.boolalg import Boolean

    # A chain of relations is an `And` of latex2sympy2_extended, which is no Boolean.
    if isinstance(expression, Boolean) or type(expression).__name__ == "And":
        return "relation"
    if isinstance(expression, MatrixBase) or getattr(expression, "is_Matrix", False):
        return "matrix"
    if isinstance(expression, Tuple):
        return "tuple"
    if isinstance(expression, Set):
        is_finite = type(expression).__name__ == "FiniteSet"
        return "interval" if isinstance(expression, Interval) else "set" if is_finite else "region"
    return "value"


def _is_expression(expression: Any) -> bool:
    from sympy import Expr

    return isinstance(expression, Expr)


def _is_number(expression: Any) -> bool:
    return bool(getattr(expression, "is_Number", False))


def _is_written_number(expression: Any) -> bool:
    """Say whether it is a number as it is written: 12, 1/2, 50 %, 2^10 or 1.5 · 10^3."""
    from sympy import Mul, Pow, UnevaluatedExpr

    if isinstance(expression, UnevaluatedExpr):
        return _is_number(expression.args[0])
    if isinstance(expression, Pow):
        return all(map(_is_number, expression.args)) and expression.exp.is_Integer
    if not isinstance(expression, Mul):
        return _is_number(expression)
    first, *others = expression.args
    if first == -1 and len(others) == 1:
        return _is_written_number(others[0])
    is_scaled = len(others) == 1 and not _is_number(others[0]) and _is_written_number(others[0])
    is_ten = is_scaled and getattr(others[0], "base", None) == 10
    return _is_number(first) and (is_ten or (is_scaled and isinstance(others[0], UnevaluatedExpr)))


def _digits(expression: Any) -> float:
    """Estimate how many digits the numbers have that an expression comes to, from above."""
    if _is_number(expression):
        bits = [int(getattr(expression, part, 0)).bit_length() for part in ("p", "q")]
        return max(1.0, max(bits) * math.log10(2))
    parts: list[float] = [_digits(each) for each in getattr(expression, "args", ())]
    match type(expression).__name__:
        case "Pow" | "exp":
            size = _size(expression.args[-1], parts[-1])
            # A power of a name is written out in terms, each of which is small.
            return max(parts) * size if not _free(expression) else max(*parts, size / 10)
        case "factorial" | "factorial2" | "subfactorial" | "gamma":
            digits = parts[0]
            return digits * math.pow(10, min(digits, 9))
        case _:
            return math.fsum(parts) or 1.0


def _size(exponent: Any, digits: float) -> float:
    """Return how large an exponent is at most, up to a thousand millions."""
    if _is_number(exponent) and exponent.is_finite and digits < 9:
        return abs(float(exponent))
    return math.pow(10, min(digits, 9))
