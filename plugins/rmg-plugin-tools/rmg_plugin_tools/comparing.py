"""When two calls count as the same."""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeAlias

from attrs import frozen, validators

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

    def pairs(self, calls: Sequence[Call], expected: Sequence[Call]) -> dict[int, int]:
        """Return as many pairs of a call and an expected call as can be made, by their places."""
        waiting: dict[Hashable, deque[int]] = {}
        by_name: dict[str, list[int]] = {}
        for place, each in enumerate(expected):
            if not self._by_key(each):
                by_name.setdefault(each.name, []).append(place)
            elif (key := self._key(each)) is not None:
                waiting.setdefault(key, deque()).append(place)
        found = {}
        # One call may include several expected ones: which it is paired with matters.
        rest = []
        for place, call in enumerate(calls):
            if not self._by_key(call):
                rest.append(place)
            elif places := waiting.get(self._key(call)):
                found[place] = places.popleft()
        fits = [
            [at for at in by_name.get(call.name, ()) if self.fits(call, expected[at])]
            for call in map(calls.__getitem__, rest)
        ]
        return found | {rest[left]: right for left, right in most_pairs(fits).items()}

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
