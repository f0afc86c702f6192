"""When two calls count as the same."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeAlias

from attrs import frozen, validators

from rmg_plugin_tools.budget import Budget
from rmg_plugin_tools.calls import Call
from rmg_plugin_tools.pairing import most_pairs
from rmg_plugin_tools.values import key_of

MODES: Final = ("equal", "include", "ignore")
Arguments: TypeAlias = Annotated[
    Literal["equal", "include", "ignore"],
    validators.in_(MODES),
    "equal: the arguments must be those of the reference; include: it may have more; ignore: the "
    "name of the tool is enough",
]
Fields: TypeAlias = Annotated[
    Mapping[str, tuple[str, ...]],
    "for these tools, the arguments that must be there and equal, as dotted paths; no other counts",
]
NO_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

_NOTHING: Final = object()

_EDGES: Final = 10  # take as long as a comparison


def spend_on(fits: Sequence[Sequence[int]]) -> None:
    """Let what fits be looked through.

    Raises:
        CannotGrade: it is too much (`bad_input`).
    """
    Budget().spend(sum(map(len, fits)) // _EDGES)


@frozen
class Comparing:
    """The rule by which a call is that of the reference."""

    arguments: str
    fields: Mapping[str, tuple[str, ...]]

    def fits(self, call: Call, expected: Call) -> bool:
        if self._by_key(expected):
            key = self._key(expected)
            return key is not None and key == self._key(call)
        return (
            not call.fault
            and call.name == expected.name
            and all(
                name in call.arguments and key_of(call.arguments[name]) == key_of(value)
                for name, value in expected.arguments.items()
            )
        )

    def places(self, calls: Sequence[Call], expected: Sequence[Call]) -> list[Sequence[int]]:
        """Return for each call the places of the expected calls that it fits, in order."""
        by_key: dict[Hashable, list[int]] = {}
        for place, each in enumerate(expected):
            key = self._key(each) if self._by_key(each) else each.name
            if key is not None:
                by_key.setdefault(key, []).append(place)
        found: list[Sequence[int]] = []
        compared: dict[Hashable, Sequence[int]] = {}
        budget = Budget()
        for call in calls:
            if self._by_key(call):
                found.append(by_key.get(self._key(call), ()))
                continue
            if call.key not in compared:
                may_fit = by_key.get(call.name, ())
                budget.spend(len(may_fit))
                compared[call.key] = [at for at in may_fit if self.fits(call, expected[at])]
            found.append(compared[call.key])
        return found

    def pairs(self, calls: Sequence[Call], expected: Sequence[Call]) -> dict[int, int]:
        """Return as many pairs of a call and an expected call as can be made, by their places."""
        fits = self.places(calls, expected)
        if self.arguments == "include":
            # One call may include several expected ones: which it is paired with matters.
            spend_on(fits)
            return most_pairs(fits)
        # Calls that fit the same place share one list of them.
        left: dict[int, Iterator[int]] = {}
        found = {}
        for call, places in enumerate(fits):
            place = next(left.setdefault(places[0], iter(places)), None) if places else None
            if place is not None:
                found[call] = place
        return found

    def unpaired(
        self, calls: Sequence[Call], expected: Sequence[Call]
    ) -> tuple[list[Call], list[Call]]:
        """Return the expected calls that no call was paired with, and the calls that are over."""
        pairs = self.pairs(calls, expected)
        taken = set(pairs.values())
        missing = [each for place, each in enumerate(expected) if place not in taken]
        return missing, [each for place, each in enumerate(calls) if place not in pairs]

    def _by_key(self, call: Call) -> bool:
        return self.arguments != "include" or call.name in self.fields

    def _key(self, call: Call) -> Hashable | None:
        """Return what calls that fit have in common, or None where nothing fits."""
        if call.name in self.fields:
            values = [_at(call.arguments, path) for path in self.fields[call.name]]
            if call.fault or any(each is _NOTHING for each in values):
                return None
            return call.name, tuple(map(key_of, values))
        if self.arguments == "ignore":
            return call.name or None
        return None if call.fault else call.key


def _at(arguments: Any, path: str) -> Any:
    if not isinstance(arguments, Mapping):
        return _NOTHING
    if path in arguments:
        return arguments[path]
    first, _, rest = path.partition(".")
    return _at(arguments[first], rest) if rest and first in arguments else _NOTHING
