"""The grader of the state that an agent leaves behind."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Annotated, Any, TypeAlias

from attrs import frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_tools.budget import Budget
from rmg_plugin_tools.pairing import most_pairs
from rmg_plugin_tools.values import (
    is_list,
    is_number,
    key_of,
    read_json,
    shown,
    size_of,
    within_depth,
)

DIFFERENCES_SHOWN = 3
Path: TypeAlias = tuple[str, ...]


@grader
def final_state_equal(
    response: object,
    reference: object,
    *,
    ignore: Annotated[
        tuple[str, ...], "paths that do not count, as `orders.*.updated`; `*` is any one name"
    ] = (),
    tolerance: Annotated[
        float, validators.ge(0), "how far two numbers may be apart to be the same"
    ] = 0.0,
    unordered: Annotated[bool, "the order of lists does not count"] = False,
) -> GraderScore:
    """1 when the state at the end is that of the reference, else 0; the reason tells where not.

    A state is any JSON value, a database for example, or a text that holds one. The order of names
    in a table does not count. 1 and 1.0 are equal; 1, "1" and true are not, and a name that is not
    there is not null.

    Definition: equality of the final database state with that of the annotated actions, as in
    τ-bench (Yao et al. 2024), by value instead of by hash.

    Raises:
        CannotGrade: the reference is text that begins as JSON does, and is none, or lists without
            order take more than 250,000 comparisons (`bad_input`).

    Example:
        >>> final_state_equal({"a": 1, "b": [1, 2]}, {"b": [1, 3], "a": 1}).reason
        '1 difference: b.1 is 2, expected 3'
    """
    try:
        wanted = _state(reference)
    except ValueError as fault:
        raise CannotGrade(f"the reference cannot be read: it is {fault}", "bad_input") from fault
    try:
        state = _state(response)
    except ValueError as fault:
        return GraderScore(0.0, f"the response cannot be read: it is {fault}")
    rules = _Rules(
        tuple(tuple(each.split(".")) for each in ignore),
        tolerance,
        unordered,
        Budget(size_of(wanted)),
    )
    found = rules.differences(state, wanted, ())
    first = list(islice(found, DIFFERENCES_SHOWN))
    if not first:
        return GraderScore(1.0, "the states are equal")
    number = len(first) + sum(1 for _ in found)
    reason = f"{number} difference{'' if number == 1 else 's'}: {'; '.join(first)}"
    return GraderScore(0.0, f"{reason}; …" if number > len(first) else reason)


def _state(value: Any) -> Any:
    is_json = isinstance(value, str) and value.lstrip().startswith(("{", "["))
    return read_json(value) if is_json else within_depth(value)


@frozen
class _Rules:
    """What counts as a difference."""

    ignored: tuple[Path, ...]
    tolerance: float
    unordered: bool
    budget: Budget  # each value of the reference has a comparison of its own

    def differences(self, value: Any, wanted: Any, path: Path) -> Iterator[str]:
        self.budget.spend(1)
        if any(_fits(path, each) for each in self.ignored):
            return
        if isinstance(value, Mapping) and isinstance(wanted, Mapping):
            yield from self._in_tables(value, wanted, path)
        elif is_list(value) and is_list(wanted):
            yield from (self._in_bags if self.unordered else self._in_lists)(value, wanted, path)
        elif not self._is_same(value, wanted):
            yield f"{_written(path)} is {shown(value)}, expected {shown(wanted)}"

    def _in_tables(
        self, value: Mapping[str, Any], wanted: Mapping[str, Any], path: Path
    ) -> Iterator[str]:
        for name, each in wanted.items():
            here = (*path, str(name))
            if name in value:
                yield from self.differences(value[name], each, here)
            elif not self._is_ignored(here):
                yield f"{_written(here)} is missing"
        for name in value:
            here = (*path, str(name))
            if name not in wanted and not self._is_ignored(here):
                yield f"{_written(here)} is not expected"

    def _in_lists(self, value: Sequence[Any], wanted: Sequence[Any], path: Path) -> Iterator[str]:
        if len(value) != len(wanted):
            yield f"{_written(path)} has {len(value)} items, expected {len(wanted)}"
            return
        for place, (each, other) in enumerate(zip(value, wanted, strict=True)):
            yield from self.differences(each, other, (*path, str(place)))

    def _in_bags(self, value: Sequence[Any], wanted: Sequence[Any], path: Path) -> Iterator[str]:
        if len(value) != len(wanted):
            yield f"{_written(path)} has {len(value)} items, expected {len(wanted)}"
            return
        # What is equal as it is needs no pairing, which looks at every pair.
        both = Counter(map(key_of, value)) & Counter(map(key_of, wanted))
        mine, others = _without(value, both), _without(wanted, both)
        inside = (*path, "*")
        pairs = most_pairs(
            [
                [
                    at
                    for at, other in enumerate(others)
                    if next(self.differences(each, other, inside), None) is None
                ]
                for each in mine
            ]
        )
        taken = set(pairs.values())
        for at, other in enumerate(others):
            if at not in taken:
                yield f"{_written(path)} lacks {shown(other)}"

    def _is_ignored(self, path: Path) -> bool:
        return any(_fits(path, each) for each in self.ignored)

    def _is_same(self, value: Any, wanted: Any) -> bool:
        if key_of(value) == key_of(wanted):
            return True
        if not (_is_finite(value) and _is_finite(wanted)):
            return False
        # As fractions: a large integer is no float.
        return abs(Fraction(value) - Fraction(wanted)) <= self.tolerance


def _without(items: Sequence[Any], both: Counter[Any]) -> list[Any]:
    left = both.copy()
    kept = []
    for each in items:
        key = key_of(each)
        if left[key] > 0:
            left[key] -= 1
        else:
            kept.append(each)
    return kept


def _fits(path: Path, pattern: Path) -> bool:
    return len(path) == len(pattern) and all(
        "*" in (each, name) or each == name for each, name in zip(pattern, path, strict=True)
    )


def _is_finite(value: Any) -> bool:
    return is_number(value) and (isinstance(value, int) or math.isfinite(value))


def _written(path: Path) -> str:
    return ".".join(path) or "the state"
