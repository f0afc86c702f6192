"""The logic of conditions: comparisons, and, or, not, of which any may be undecided."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from rmg_core.basic.formula import Values, arithmetic, check_depth, parsed, shown
from rmg_core.plan.conditions import Comparison, Condition, Decide, Sign, Undecided, Verdict

_MEANT: Final = {"&&": "and", "||": "or", "=": "==", "=>": ">=", "=<": "<="}
_ADVICE: Final = "a condition has comparisons with >= > <= < == !=, and, or, not"


def read_condition(text: str) -> Condition:
    """Read a condition.

    It has comparisons (`>= > <= < == !=`, also in a row), `and`, `or`, `not` and parentheses; the
    sides of a comparison are formulas, as an expression's.

    Raises:
        ValueError: it is anything else, or names no grader.
    """
    names: dict[str, None] = {}
    comparisons: list[Comparison] = []
    decide = _logic(_parsed(text), names, comparisons, 1)
    if not names:
        raise ValueError("it names no grader")
    return Condition(" ".join(text.split()), tuple(names), tuple(comparisons), decide)


def _parsed(text: str) -> ast.expr:
    try:
        return parsed(text, "a condition")
    except ValueError as fault:
        found = dict.fromkeys(re.findall(r"&&|\|\||=>|=<|(?<![=<>!])=(?!=)", text))
        hints = [f"write `{_MEANT[each]}` for `{each}`" for each in found]
        raise ValueError("; ".join([str(fault), *hints])) from fault


def _logic(
    node: ast.expr, names: dict[str, None], comparisons: list[Comparison], depth: int
) -> Decide:
    check_depth(depth)
    match node:
        case ast.BoolOp(op=sign, values=parts):
            made = [_logic(part, names, comparisons, depth + 1) for part in parts]
            return _joined(made, decisive=isinstance(sign, ast.Or))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _negated(_logic(operand, names, comparisons, depth + 1))
        case ast.Compare(left=left, ops=signs, comparators=others):
            return _compared([left, *others], signs, names, comparisons, depth + 1)
        case ast.Name() | ast.Constant(value=str()):
            raise ValueError(f"`{shown(node)}` is not compared; write `{shown(node)} >= 0.5`")
    raise ValueError(f"`{shown(node)}` is not allowed; {_ADVICE}")


def _joined(parts: list[Decide], *, decisive: bool) -> Decide:
    """Join parts, any of which settles the matter by being `decisive`."""

    def decide(scores: Values) -> Verdict:
        undecided: Undecided | None = None
        for part in parts:
            verdict = part(scores)
            if verdict is decisive:
                return decisive
            if isinstance(verdict, Undecided):
                before = undecided or Undecided()
                undecided = Undecided(before.names + verdict.names, before.faults + verdict.faults)
        return undecided or not decisive

    return decide


def _negated(part: Decide) -> Decide:
    def decide(scores: Values) -> Verdict:
        verdict = part(scores)
        return verdict if isinstance(verdict, Undecided) else not verdict

    return decide


def _compared(
    sides: list[ast.expr],
    signs: list[ast.cmpop],
    names: dict[str, None],
    comparisons: list[Comparison],
    depth: int,
) -> Decide:
    """Read comparisons in a row: `a < b < c` is `a < b and b < c`."""
    formulas = [arithmetic(side, depth) for side in sides]
    constants = [
        None if formula.names else _constant(side, formula.compute)
        for side, formula in zip(sides, formulas, strict=True)
    ]
    for formula in formulas:
        names.update(dict.fromkeys(formula.names))
    links = []
    for number, written in enumerate(signs):
        if type(written) not in _SIGNS:
            row = ast.Compare(sides[0], signs, sides[1:])
            raise ValueError(f"`{shown(row)}` is not allowed; {_ADVICE}")
        sign = _SIGNS[type(written)]
        left, right = formulas[number], formulas[number + 1]
        links.append(_link(sign, (*left.names, *right.names), left.compute, right.compute))
    if len(links) > 1:
        return _joined(links, decisive=False)
    text = shown(ast.Compare(sides[0], signs, sides[1:]))
    for name, number, by in ((0, 1, sign), (1, 0, _MIRRORED[sign])):
        constant = constants[number]
        if constant is not None and isinstance(sides[name], ast.Name | ast.Constant):
            comparisons += [Comparison(each, by, constant, text) for each in formulas[name].names]
    return links[0]


def _constant(node: ast.expr, compute: Callable[[Values], float]) -> float:
    try:
        return compute({})
    except ArithmeticError as fault:
        raise ValueError(f"`{shown(node)}` has no value: {fault}") from fault


def _link(
    sign: Sign,
    names: tuple[str, ...],
    left: Callable[[Values], float],
    right: Callable[[Values], float],
) -> Decide:
    def decide(scores: Values) -> Verdict:
        for name in names:
            if name not in scores:
                return Undecided(tuple(each for each in names if each not in scores))
        try:
            return sign(left(scores), right(scores))
        except ArithmeticError as fault:
            return Undecided(faults=(str(fault),))

    return decide


_SIGNS: Final[Mapping[type[ast.cmpop], Sign]] = MappingProxyType(
    {
        ast.GtE: operator.ge,
        ast.Gt: operator.gt,
        ast.LtE: operator.le,
        ast.Lt: operator.lt,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
    }
)
_MIRRORED: Final[Mapping[Sign, Sign]] = MappingProxyType(
    {
        operator.ge: operator.le,
        operator.gt: operator.lt,
        operator.le: operator.ge,
        operator.lt: operator.gt,
        operator.eq: operator.eq,
        operator.ne: operator.ne,
    }
)
