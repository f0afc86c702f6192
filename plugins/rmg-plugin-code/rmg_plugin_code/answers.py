"""The answer of a program, read and compared outside of the sandbox: it is trusted in nothing."""

import json
import math
from typing import Any, NoReturn

from attrs import frozen


class NoAnswer(ValueError):
    """What a program wrote is not one line that holds one JSON value."""


def answer_in(written: bytes) -> Any:
    """Return the value that a program answered.

    Raises:
        NoAnswer: there is none, there is more than one, or it is not JSON.
    """
    lines = written.split(b"\n")
    if lines == [b""]:
        raise NoAnswer("it ended without an answer")
    if lines[-1] or len(lines) != 2:
        raise NoAnswer(f"it wrote {len(lines)} lines where one answer is read")
    try:
        return json.loads(
            lines[0].decode(), object_pairs_hook=_without_doubles, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as fault:
        raise NoAnswer(f"its answer is not a JSON value: {fault}") from fault


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("an object has a key twice")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is none")


@frozen
class Comparison:
    """Whether two JSON values are the same: of one type, and equal, and so are their parts.

    1 is neither `true` nor 1.0. With a `tolerance` a float may be off by that much, absolutely or
    relatively. Without `strict_types` 1 is 1.0, and still not `true`.
    """

    tolerance: float = 0.0
    strict_types: bool = True

    def holds(self, one: Any, other: Any) -> bool:
        left = [(one, other)]
        while left:
            one, other = left.pop()
            if type(one) is not type(other) and not self._are_numbers(one, other):
                return False
            if isinstance(one, dict):
                if one.keys() != other.keys():
                    return False
                left += [(value, other[key]) for key, value in one.items()]
            elif isinstance(one, list):
                if len(one) != len(other):
                    return False
                left += zip(one, other, strict=True)
            elif not self._is_same(one, other):
                return False
        return True

    def _are_numbers(self, one: Any, other: Any) -> bool:
        return not self.strict_types and {type(one), type(other)} == {int, float}

    def _is_same(self, one: Any, other: Any) -> bool:
        if self.tolerance and float in (type(one), type(other)):
            try:
                return math.isclose(one, other, rel_tol=self.tolerance, abs_tol=self.tolerance)
            except OverflowError:  # a whole number that is larger than any float
                return False
        return bool(one == other)


def same_lines(printed: str, expected: str) -> bool:
    """Tell whether two texts are the same, but for white space at the ends of lines and the end."""
    return _lines(printed) == _lines(expected)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]
