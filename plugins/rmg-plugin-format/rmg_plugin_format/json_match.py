"""The grader of a JSON response that must equal a reference."""

import math
from collections import Counter
from collections.abc import Hashable
from fractions import Fraction
from typing import Any, TypeAlias

from attrs import field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence
from rmg_plugin_format.json_text import kind_of, shown
from rmg_plugin_format.matching import most_pairs
from rmg_plugin_format.places import IGNORE, Ignored, Step, are_paths, ignored, spelled
from rmg_plugin_format.references import ANY_OF, PAIRING, Budget, Reference, Response, references
from rmg_plugin_format.unreadable import Unreadable
from rmg_plugin_format.valid_json import as_json

_Place: TypeAlias = tuple[Step, ...]
# Where, in what words, what the response has there, what the reference has. Most are thrown away
# while items are paired: only the one that is shown is put in words.
_Difference: TypeAlias = tuple[_Place, str, Any, Any]


@grader
@frozen(kw_only=True)
class JsonMatch:
    """1 when the response is the same JSON value as the reference, else 0.

    Strict: 1 is not true and not "1", `{}` is not `{"a": null}`, and every item and member counts.
    1 is 1.0, as in JSON Schema, unless `number_types`; the order of members never counts. A text
    is read as JSON, as `valid_json` reads it, in the response and in the reference; a table or a
    list is data already.

    With `absolute` and `relative` two numbers are the same when they differ by at most the
    greater of `absolute` and `relative` times the reference's. Without `order` two lists are the
    same when their items can be paired, each with one that is the same.

    Definition: equality of instances of JSON Schema draft 2020-12 (core, 4.2.2); pairs by
    Hopcroft and Karp 1973.

    Raises:
        CannotGrade: the reference cannot be read, or lists without order take too many
            comparisons (`bad_input`).

    Example:
        >>> JsonMatch().grade('{"n": 1, "ok": true}', {"ok": True, "n": 1.0}).score
        1.0
        >>> JsonMatch().grade('{"user": {"admin": 1}}', '{"user": {"admin": true}}').reason
        'at user.admin: 1 is not true'
        >>> JsonMatch(order=False, ignore=("*.id",)).grade(
        ...     '[{"id": 7, "a": 1}, {"a": 2}]', [{"a": 2}, {"a": 1}]
        ... ).score
        1.0
    """

    order: bool = field(default=True, metadata={"help": "the order of the items of lists counts"})
    extra_keys: bool = field(
        default=False,
        metadata={"help": "objects of the response may have keys that the reference has not"},
    )
    number_types: bool = field(
        default=False, metadata={"help": "1 and 1.0 are not the same number"}
    )
    ignore_case: bool = field(
        default=False, metadata={"help": "compare strings without regard to case; keys with it"}
    )
    absolute: float = field(
        default=0.0,
        validator=[validators.ge(0), validators.lt(math.inf)],
        metadata={"help": "what two numbers may differ by"},
    )
    relative: float = field(
        default=0.0,
        validator=[validators.ge(0), validators.lt(1)],
        metadata={"help": "what they may differ by, as a share of the reference's"},
    )
    ignore: tuple[str, ...] = field(default=(), validator=are_paths, metadata=IGNORE)
    any_of: bool = field(default=False, metadata=ANY_OF)
    fence: Fence = field(default="none", validator=validators.in_(FENCES), metadata=FENCE)

    def grade(self, response: Response, reference: Reference) -> GraderScore:
        wanted = references(reference, any_of=self.any_of)
        try:
            value = as_json(response, self.fence)
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        free = ignored(self.ignore)
        comparing = _Comparing(self, Budget(wanted, COMPARISONS))
        found = []
        for number, each in enumerate(wanted, 1):
            difference = comparing.difference(value, each, (), free)
            if difference is None:
                which = f"reference {number} of {len(wanted)}" if self.any_of else "the reference"
                return GraderScore(1.0, f"the same as {which}")
            found.append(difference)
        if len(found) > 1:
            return GraderScore(0.0, f"the same as none of {len(found)}; {_worded(*found[0])}")
        return GraderScore(0.0, _worded(*found[0]))


# A second of them at most, of which scanning the keys of an object is a part, and fractions of
# integers that are beyond doubles are many.
COMPARISONS = 1_000_000
_KEYS = 8
_BEYOND = 100

_ABOVE, _BELOW, _LEAST = 1.000001, 0.999999, 1e-300


@frozen
class _Comparing:
    """One value against its references, with what that may take."""

    by: JsonMatch
    budget: Budget

    def difference(self, got: Any, want: Any, place: _Place, free: Ignored) -> _Difference | None:
        """Return the first difference, or None."""
        self.budget.spend(1)
        kind = kind_of(want)
        if kind_of(got) != kind:
            return place, "{0} is not {1}", got, want
        if kind == "object":
            return self._object_difference(free.members(got), free.members(want), place, free)
        if kind == "array":
            if self.by.order:
                return self._list_difference(free.items(got), free.items(want), place, free)
            return self._unordered_difference(got, want, place, free.in_any_order())
        if self._is_same(got, want):
            return None
        return place, "{0} is not {1}", got, want

    def _object_difference(
        self, got: dict[str, Any], want: dict[str, Any], place: _Place, free: Ignored
    ) -> _Difference | None:
        self.budget.spend(len(want) // _KEYS)
        for key in want:
            if key not in got:
                return (*place, key), "it is missing", None, None
        if not self.by.extra_keys:
            for key in got:
                if key not in want:
                    return (*place, key), "the reference has no such key", None, None
        for key, part in want.items():
            different = self.difference(got[key], part, (*place, key), free.under(key))
            if different is not None:
                return different
        return None

    def _list_difference(
        self,
        got: list[tuple[int, Any]],
        want: list[tuple[int, Any]],
        place: _Place,
        free: Ignored,
    ) -> _Difference | None:
        for (_, item), (index, part) in zip(got, want, strict=False):
            different = self.difference(item, part, (*place, index), free.under(index))
            if different is not None:
                return different
        return _lengths_difference(len(got), len(want), place)

    def _unordered_difference(
        self, got: list[Any], want: list[Any], place: _Place, free: Ignored
    ) -> _Difference | None:
        if free.covers(0):
            return None
        different = _lengths_difference(len(got), len(want), place)
        if different is not None:
            return different
        below = free.under(0)
        alone = self._unpaired(got, want, below)
        if alone is None:
            return None
        return (*place, alone), "no item is left for {1}", None, want[alone]

    def _unpaired(self, got: list[Any], want: list[Any], free: Ignored) -> int | None:
        """Return the index of an item of the reference that finds no partner, or None."""
        if not (self.by.extra_keys or self.by.absolute or self.by.relative):
            # Being the same goes through others here, so that equal forms can be counted.
            left = Counter(self._form(item, free) for item in got)
            for index, item in enumerate(want):
                form = self._form(item, free)
                if not left[form]:
                    return index
                left[form] -= 1
            return None
        self.budget.spend(PAIRING)
        choices = []
        for index, part in enumerate(want):
            fits = [
                place
                for place, item in enumerate(got)
                if self.difference(item, part, (), free) is None
            ]
            if not fits:
                return index
            choices.append(fits)
        partners = most_pairs(choices)
        return partners.index(None) if None in partners else None

    def _form(self, value: Any, free: Ignored) -> Hashable:  # noqa: PLR0911 - one for each kind
        """Return what is equal for two values that are the same, where there is no tolerance."""
        match value:
            case dict():
                members = free.members(value).items()
                return frozenset((key, self._form(part, free.under(key))) for key, part in members)
            case list() if self.by.order:
                return tuple(self._form(part, free.under(i)) for i, part in free.items(value))
            case list():
                free = free.in_any_order()
                if free.covers(0):
                    return "array"
                forms = Counter(self._form(part, free.under(0)) for part in value)
                return ("array", frozenset(forms.items()))
            case str():
                return ("string", value.casefold() if self.by.ignore_case else value)
            case bool() | None:
                return ("word", value)
            case _:
                return ("number", isinstance(value, float) and self.by.number_types, value)

    def _is_same(self, got: Any, want: Any) -> bool:
        if isinstance(want, str):
            return bool(got.casefold() == want.casefold() if self.by.ignore_case else got == want)
        if want is None or isinstance(want, bool):
            return bool(got == want)
        if self.by.number_types and type(got) is not type(want):
            return False
        if got == want:
            return True
        if not (self.by.absolute or self.by.relative):
            return False
        return self._is_near(got, want)

    def _is_near(self, got: float, want: float) -> bool:
        try:
            apart, allowed = abs(got - want), max(self.by.absolute, self.by.relative * abs(want))
        except OverflowError:
            self.budget.spend(_BEYOND)
        else:
            # Doubles tell, ten times as fast, where the two are not nearly equal.
            if apart > allowed * _ABOVE + _LEAST:
                return False
            if apart < allowed * _BELOW - _LEAST:
                return True
        # Fractions are exact, and have no largest number.
        exact = max(Fraction(self.by.absolute), Fraction(self.by.relative) * abs(Fraction(want)))
        return abs(Fraction(got) - Fraction(want)) <= exact


def _lengths_difference(got: int, want: int, place: _Place) -> _Difference | None:
    if got == want:
        return None
    return place, "its length is {0} and not {1}", got, want


def _worded(place: _Place, words: str, got: Any, want: Any) -> str:
    return f"at {spelled(place)}: {words.format(shown(got), shown(want))}"
