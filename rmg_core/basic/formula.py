"""A formula: arithmetic over names, read once and computed without `eval`."""

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from attrs import field, frozen

LONGEST: Final = 2000
DEEPEST: Final = 100
_TOO_DEEP: Final = f"it nests deeper than {DEEPEST}"

Values: TypeAlias = Mapping[str, float]
Compute: TypeAlias = Callable[[Values], float]


@frozen
class Formula:
    """A formula that was read: the names in it, in their order, and how to compute it."""

    names: tuple[str, ...]
    compute: Compute = field(repr=False)
    """Compute it of finite values. Raises ArithmeticError where there is no finite number."""


@lru_cache(maxsize=256)
def read(text: str) -> Formula:
    """Read a formula.

    It has numbers, names, `+ - * / **`, parentheses, and the functions `min(a, b, …)`,
    `max(a, b, …)`, `abs(a)`, `clip(a, low, high)` and `log(a)` (natural). A name that is not a
    plain word stands in quotes: `0.7 * 'helpfulness-v2'`.

    Raises:
        ValueError: it has anything else, is longer than 2000 characters, or nests deeper than 100.
    """
    formula = arithmetic(parsed(text, "arithmetic"))
    if not formula.names:
        raise ValueError("it names no grader")
    return formula


def parsed(text: str, noun: str) -> ast.expr:
    """Parse what should be `noun`, as Python would.

    Raises:
        ValueError: it has no syntax, or is too long.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text)} characters, and at most {LONGEST} are allowed")
    try:
        with warnings.catch_warnings():
            # Python only warns of a slip such as `2if`; a formula has no room for one.
            warnings.simplefilter("error")
            return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as fault:
        raise ValueError(f"it is not {noun}: {fault.msg}") from fault
    except (ValueError, RecursionError, MemoryError) as fault:
        raise ValueError(f"it cannot be read: {fault or type(fault).__name__}") from fault


def arithmetic(node: ast.expr, depth: int = 1) -> Formula:
    """Read the arithmetic that stands `depth` deep in what was parsed; it may name nothing.

    Raises:
        ValueError: it is anything else, or nests too deep.
    """
    names: dict[str, None] = {}
    compute = _node(node, names, depth)
    return Formula(tuple(names), compute)


def check_depth(depth: int) -> None:
    """Refuse what nests too deep."""
    if depth > DEEPEST:
        raise ValueError(_TOO_DEEP)


def _node(node: ast.expr, names: dict[str, None], depth: int) -> Compute:
    check_depth(depth)
    match node:
        case ast.Constant(value=str() as name) | ast.Name(id=name):
            names[name] = None
            return operator.itemgetter(name)
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _constant(number)
        case ast.UnaryOp(op=ast.UAdd() | ast.USub() as sign, operand=operand):
            inner = _node(operand, names, depth + 1)
            return inner if isinstance(sign, ast.UAdd) else lambda values: -inner(values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            sides = [_node(side, names, depth + 1) for side in (left, right)]
            return _call(_SIGNS[type(sign)], sides)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            function, least, most = _FUNCTIONS[name]
            if not least <= len(arguments) <= most:
                wanted = f"{least}" if least == most else f"at least {least}"
                raise ValueError(f"{name} takes {wanted} values, not {len(arguments)}")
            return _call(function, [_node(each, names, depth + 1) for each in arguments])
    raise ValueError(f"`{shown(node)}` is not allowed; {_advice(node)}")


def _constant(number: float) -> Compute:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError("a number in it is too large")
    return lambda _: value


def _call(function: Callable[..., float], arguments: list[Compute]) -> Compute:
    def compute(values: Values) -> float:
        result = function(*[argument(values) for argument in arguments])
        if not math.isfinite(result):
            raise ArithmeticError("a number becomes too large")
        return result

    return compute


def _divide(dividend: float, divisor: float) -> float:
    if divisor == 0:
        raise ArithmeticError("division by zero")
    return dividend / divisor


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except (ValueError, OverflowError) as fault:
        raise ArithmeticError(f"{base:g} ** {exponent:g} is not a finite number") from fault


def _log(value: float) -> float:
    if value <= 0:
        raise ArithmeticError(f"log of {value:g}")
    return math.log(value)


def _clip(value: float, low: float, high: float) -> float:
    if low > high:
        raise ArithmeticError(f"clip between {low:g} and {high:g}")
    return min(max(value, low), high)


_SIGNS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: _divide,
        ast.Pow: _power,
    }
)
_FUNCTIONS: Final[Mapping[str, tuple[Callable[..., float], int, int]]] = MappingProxyType(
    {
        "min": (min, 2, LONGEST),
        "max": (max, 2, LONGEST),
        "abs": (abs, 1, 1),
        "clip": (_clip, 3, 3),
        "log": (_log, 1, 1),
    }
)


def shown(node: ast.expr) -> str:
    """Show a part of a formula in a message.

    Raises:
        ValueError: it nests too deep even for that.
    """
    try:
        text = ast.unparse(node)
    except RecursionError as fault:
        raise ValueError(_TOO_DEEP) from fault
    return text if len(text) <= 60 else text[:60] + "…"


def _advice(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"write a name that is not a plain word in quotes: '{shown(node)}'"
    return "a formula has numbers, names, + - * / **, and " + ", ".join(sorted(_FUNCTIONS))
