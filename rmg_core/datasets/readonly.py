"""Samples that many graders share: dicts and lists that refuse to be changed."""

from collections.abc import Mapping
from typing import Any, Final, NoReturn

SCALARS: Final = frozenset({str, int, float, bool, type(None), bytes})


def _refuse(value: object, *_: object, **__: object) -> NoReturn:
    kind = "dict" if isinstance(value, dict) else "list"
    raise TypeError(
        f"this {kind} belongs to a sample, which all graders share, and cannot be changed; "
        "change a copy of it: `copy.deepcopy(value)`"
    )


class ReadOnlyDict(dict[str, Any]):
    """A dict that cannot be changed; every copy of it is an ordinary dict."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (dict(self),)


class ReadOnlyList(list[Any]):
    """A list that cannot be changed; every copy of it is an ordinary list."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = _refuse
    clear = sort = reverse = _refuse

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        return list, (list(self),)


def freeze(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a sample with every dict and list in them read-only.

    The mapping itself stays as it is: a mapper takes single values out of it. One without dicts,
    lists and the like is returned untouched. Values of other types, such as arrays, are shared.
    """
    if SCALARS.issuperset(map(type, fields.values())):
        return fields
    return {
        name: value if type(value) in SCALARS else _frozen(value) for name, value in fields.items()
    }


def _frozen(value: Any) -> Any:
    # Testing all parts at once is what makes a leaf, such as a message or a vector, cheap.
    kind = type(value)
    if kind in SCALARS or kind is ReadOnlyDict or kind is ReadOnlyList:
        return value
    if isinstance(value, dict):
        if SCALARS.issuperset(map(type, value.values())):
            return ReadOnlyDict(value)
        return ReadOnlyDict({name: _frozen(part) for name, part in value.items()})
    if isinstance(value, list):
        flat = SCALARS.issuperset(map(type, value))
        return ReadOnlyList(value if flat else map(_frozen, value))
    return tuple(map(_frozen, value)) if kind is tuple else value
