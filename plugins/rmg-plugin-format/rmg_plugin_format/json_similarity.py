"""The grader of how similar a JSON response is to a reference."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from attrs import field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence
from rmg_plugin_format.json_text import kind_of
from rmg_plugin_format.matching import best_pairs
from rmg_plugin_format.places import IGNORE, Ignored, Step, are_paths, ignored, spelled
from rmg_plugin_format.references import ANY_OF, PAIRING, Budget, Reference, Response, references
from rmg_plugin_format.unreadable import Unreadable
from rmg_plugin_format.valid_json import as_json

Strings: TypeAlias = Literal["edit", "equal"]
Numbers: TypeAlias = Literal["relative", "equal"]


# A second of them or two. As long as one take so many steps of the search for the best pairs,
# pairs of characters of two strings, and bits of an integer.
COMPARISONS = 250_000
_BITS = 128
_STEPS = 100
_EDITS = 40_000


class _Alike(NamedTuple):
    """How similar two values are, and where they are least so; made faster than a class is."""

    score: float
    least: float
    place: tuple[Step, ...]


@grader(needs=("rmg-plugin-format[rapidfuzz]",))
@frozen(kw_only=True)
class JsonSimilarity:
    """How much of the reference's JSON value the response has: a mean over members and items.

    Objects: the mean over all keys of both, where a key of one alone counts 0. Lists: the sum
    over the items at the same places, or without `order` over the pairing with the greatest sum,
    / the length of the longer. Two empty ones are alike: 1. Strings: 1 - edit distance / length of
    the longer. Numbers: 1 - |a - b| / (|a| + |b|). Values of different kinds count 0: 1 is not
    true. A response that is not JSON scores 0.

    Definition: the recursion of `JSONDiff` in autoevals, but for values of different kinds, which
    are compared as texts there. Strings by Levenshtein 1966, pairs by Kuhn 1955. The distance of
    deepdiff is not used: its documentation says that it may change with each release.

    Raises:
        CannotGrade: as `json_match`.

    Example:
        >>> JsonSimilarity().grade('{"name": "Ada", "age": 36}', {"name": "Ada", "age": 12}).score
        0.75
        >>> JsonSimilarity(numbers="equal").grade('{"a": 1, "b": 2}', {"a": 1, "b": 3}).reason
        'least alike at b: 0'
    """

    order: bool = field(default=True, metadata={"help": "the order of the items of lists counts"})
    strings: Strings = field(
        default="edit",
        validator=validators.in_(get_args(Strings)),
        metadata={"help": "how alike two strings are: by edits, or equal or not"},
    )
    numbers: Numbers = field(
        default="relative",
        validator=validators.in_(get_args(Numbers)),
        metadata={"help": "how alike two numbers are: by their difference, or equal or not"},
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
        from rapidfuzz.distance import Levenshtein

        measure = _Measure(
            order=self.order,
            is_edit=self.strings == "edit",
            is_relative=self.numbers == "relative",
            edit=Levenshtein.normalized_similarity,
            budget=Budget(wanted, COMPARISONS),
        )
        free = ignored(self.ignore)
        best = max(
            (measure.compare(value, each, (), free) for each in wanted), key=lambda each: each.score
        )
        if best.score == 1:
            return GraderScore(1.0, "alike in all")
        return GraderScore(best.score, f"least alike at {spelled(best.place)}: {best.least:.3g}")


@frozen(kw_only=True)
class _Measure:
    order: bool
    is_edit: bool
    is_relative: bool
    edit: Callable[[str, str], float]
    budget: Budget

    def compare(self, got: Any, want: Any, place: tuple[Step, ...], free: Ignored) -> _Alike:
        self.budget.spend(1)
        kind = kind_of(want)
        if kind_of(got) != kind:
            return _Alike(0.0, 0.0, place)
        if kind == "object":
            return self._objects(free.members(got), free.members(want), place, free)
        if kind == "array":
            return (self._lists if self.order else self._sets)(got, want, place, free)
        score = self._plain(got, want)
        return _Alike(score, score, place)

    def _plain(self, got: Any, want: Any) -> float:
        if isinstance(want, str) and self.is_edit:
            if got == want:
                return 1.0
            self.budget.spend(len(got) * len(want) // _EDITS)
            return self.edit(got, want)
        is_number = isinstance(want, int | float) and not isinstance(want, bool)
        if got == want or not (is_number and self.is_relative):
            return float(got == want)
        bits = sum(each.bit_length() for each in (got, want) if isinstance(each, int))
        self.budget.spend(bits // _BITS)
        # Fractions are exact, and have no largest number.
        left, right = Fraction(got), Fraction(want)
        return float(1 - abs(left - right) / (abs(left) + abs(right)))

    def _objects(
        self, got: dict[str, Any], want: dict[str, Any], place: tuple[Step, ...], free: Ignored
    ) -> _Alike:
        parts = []
        for key in {**want, **got}:
            there = (*place, key)
            if key in got and key in want:
                parts.append(self.compare(got[key], want[key], there, free.under(key)))
            else:
                parts.append(_Alike(0.0, 0.0, there))
        return _mean(parts, len(parts), place)

    def _lists(
        self, got: list[Any], want: list[Any], place: tuple[Step, ...], free: Ignored
    ) -> _Alike:
        ours, theirs = free.items(got), free.items(want)
        parts = [
            self.compare(item, part, (*place, index), free.under(index))
            for (_, item), (index, part) in zip(ours, theirs, strict=False)
        ]
        longer = max(len(ours), len(theirs))
        if len(ours) != len(theirs):
            parts.append(_Alike(0.0, 0.0, (*place, len(parts))))
        return _mean(parts, longer, place)

    def _sets(
        self, got: list[Any], want: list[Any], place: tuple[Step, ...], free: Ignored
    ) -> _Alike:
        free = free.in_any_order()
        longer = max(len(got), len(want))
        if not longer or free.covers(0):
            return _Alike(1.0, 1.0, place)
        steps = min(len(got), len(want)) * len(got) * len(want)
        self.budget.spend(PAIRING + steps // _STEPS)
        below = free.under(0)
        gains = [[self.compare(item, part, (), below).score for item in got] for part in want]
        score = min(best_pairs(gains) / longer, 1.0)
        return _Alike(score, score, place)


def _mean(parts: list[_Alike], number: int, place: tuple[Step, ...]) -> _Alike:
    if not parts:
        return _Alike(1.0, 1.0, place)
    worst = min(parts, key=lambda part: part.least)
    return _Alike(sum(part.score for part in parts) / number, worst.least, worst.place)
