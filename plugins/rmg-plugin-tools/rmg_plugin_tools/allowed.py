"""What the Berkeley leaderboard allows a call to be: the values of each of its arguments."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_tools.calls import Call, call_of
from rmg_plugin_tools.definitions import Tool
from rmg_plugin_tools.values import is_list, is_number, kind, shown

OMITTED: Final = ""
"""Among allowed values: the argument may be left out."""

_STANDARD: Final = str.maketrans("'", '"', " ,./-_*^")

_TYPES: Final[Mapping[str, str]] = {
    "any": "string",  # the leaderboard's own reading
    "dict": "object",
    "float": "number",
    "tuple": "array",
}


# In what words, the argument, its value, what is allowed, and other words: most are thrown away
# while calls are paired, and only the one that is shown is written.
_Refusal: TypeAlias = tuple[Any, ...]


@frozen
class Answer:
    """A call that is allowed: the tool, and a list of allowed values for each argument."""

    name: str
    values: Mapping[str, Sequence[Any]]


def answer_of(value: Any, place: int) -> Answer:
    """Read an allowed call: `{name: {argument: [values]}}`, or a plain call as the only one.

    Raises:
        CannotGrade: it cannot be read (`bad_input`).
    """
    call = call_of(value)
    if call.fault:
        raise CannotGrade(
            f"call {place} of the reference cannot be read: {call.fault}", "bad_input"
        )
    if not (isinstance(value, Mapping) and len(value) == 1 and call.name in value):
        return Answer(call.name, {name: [_only(each)] for name, each in call.arguments.items()})
    for name, each in call.arguments.items():
        if not is_list(each):
            raise CannotGrade(
                f"argument {name!r} of {call.name!r} in the reference must have a list of allowed "
                f"values, not {shown(each)}",
                "bad_input",
            )
    return Answer(call.name, call.arguments)


def refusal(call: Call, answer: Answer, tool: Tool | None, *, dots: bool) -> str:
    """Return why a call is not the allowed one, or an empty text if it is."""
    if call.fault:
        return call.fault
    if call.name not in names_of(answer, dots=dots):
        return f"the tool is {call.name!r}, expected {answer.name!r}"
    found = _arguments_refusal(call, answer, tool)
    if found is None:
        return ""
    words, name, value, allowed, *more = found
    told: str = words.format(name, shown(value), ", ".join(map(shown, allowed)), *more)
    return told


def allows(answer: Answer, call: Call, tool: Tool | None, *, dots: bool) -> bool:
    """Tell whether a call is the allowed one; ten times as fast as to say why it is not."""
    return (
        not call.fault
        and call.name in names_of(answer, dots=dots)
        and _arguments_refusal(call, answer, tool) is None
    )


def names_of(answer: Answer, *, dots: bool) -> tuple[str, ...]:
    """Return what a tool may be called."""
    if dots and "." in answer.name:
        return answer.name, answer.name.replace(".", "_")
    return (answer.name,)


def mark_of(value: Any) -> Hashable:
    """Return what a value has in common with every allowed one that it fits.

    Others may have it too: objects are all alike.
    """
    if isinstance(value, str):
        return "text", _standard(value)
    if isinstance(value, Mapping):
        return "{}"
    if is_list(value):
        return "[]", tuple(map(mark_of, value))
    return value if is_number(value) else (kind(value), value if value in (True, False) else None)


def _arguments_refusal(call: Call, answer: Answer, tool: Tool | None) -> _Refusal | None:
    for name in tool.required if tool else ():
        if name not in call.arguments:
            return "required argument {0!r} is missing", name, None, ()
    for name, value in call.arguments.items():
        if name not in answer.values or (tool and not tool.may_have(name)):
            return "argument {0!r} is not expected", name, None, ()
        why = _value_refusal(
            value, answer.values[name], tool.properties.get(name) if tool else None
        )
        if why:
            words, *more = why
            return f"argument {{0!r}} is {{1}}: {words}", name, value, answer.values[name], *more
    for name, values in answer.values.items():
        if name not in call.arguments and OMITTED not in values:
            return "argument {0!r} is missing", name, None, ()
    return None


def _value_refusal(value: Any, allowed: Sequence[Any], schema: Any) -> tuple[str, ...] | None:
    written = _written(allowed)
    declared = _declared(schema) or written or kind(value)
    found = kind(value)
    if found == "integer" and declared == "number":
        found = "number"
    items = _declared(schema.get("items")) if isinstance(schema, Mapping) else ""
    # An answer of another type than is declared stands as it is, for a variable say.
    as_written = written not in ("", declared)
    if found != declared:
        if found != written:
            return "its type is {3}, expected {4}", found, declared
        as_written = True
    elif found == "array" and items and not any(_items_fit(value, a, items) for a in allowed):
        return "its items must be of type {3}", items
    if as_written:
        fits = any(_same(value, each) for each in allowed)
    elif found == "array" and items == "object":
        fits = any(_objects_fit(value, each) for each in allowed)
    else:
        fits = any(_fits(value, each) for each in allowed)
    return None if fits else ("allowed are {2}",)


def _written(allowed: Sequence[Any]) -> str:
    return next((kind(each) for each in allowed if not _same(each, OMITTED)), "")


def _declared(schema: Any) -> str:
    word = schema.get("type") if isinstance(schema, Mapping) else None
    return _TYPES.get(word, word) if isinstance(word, str) else ""


def _items_fit(value: Any, allowed: Any, items: str) -> bool:
    if not is_list(allowed):
        return True
    kinds = {items, _written(allowed)}
    return all(kind(each) in kinds for each in value)


def _fits(value: Any, allowed: Any) -> bool:
    """Compare as the leaderboard does for the type of the value."""
    if isinstance(value, str):
        return isinstance(allowed, str) and _standard(value) == _standard(allowed)
    if isinstance(value, Mapping):
        return isinstance(allowed, Mapping) and _object_fits(value, allowed)
    if is_list(value):
        if allowed == OMITTED:
            return not value
        return is_list(allowed) and _same(
            [_standard(each) for each in value], [_standard(each) for each in allowed]
        )
    return _same(value, allowed)


def _object_fits(value: Mapping[str, Any], allowed: Mapping[str, Any]) -> bool:
    for name, each in value.items():
        values = allowed.get(name)
        if not is_list(values) or not any(_member_fits(each, one) for one in values or ()):
            return False
    return all(name in value or OMITTED in values for name, values in allowed.items())


def _member_fits(value: Any, allowed: Any) -> bool:
    if _same(_standard(value), _standard(allowed)):
        return True
    return isinstance(value, Mapping) and isinstance(allowed, Mapping) and _fits(value, allowed)


def _objects_fit(value: Any, allowed: Any) -> bool:
    return (
        is_list(allowed)
        and len(value) == len(allowed)
        and all(
            isinstance(each, Mapping) and isinstance(one, Mapping) and _object_fits(each, one)
            for each, one in zip(value, allowed, strict=True)
        )
    )


def _same(value: Any, other: Any) -> bool:
    """Compare as Python does, except that a bool is no number, in lists and tables too."""
    if is_list(value) and is_list(other):
        return len(value) == len(other) and all(map(_same, value, other))
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return value.keys() == other.keys() and all(_same(value[k], other[k]) for k in value)
    if is_number(value) and is_number(other):
        return bool(value == other)
    return type(value) is type(other) and bool(value == other)


def _standard(value: Any) -> Any:
    """Write a text as the leaderboard compares it: in lower case, without spaces and ,./-_*^."""
    return value.lower().translate(_STANDARD) if isinstance(value, str) else value


def _only(value: Any) -> Any:
    """Return a plain value in the form of allowed ones: every member of an object in a list."""
    if isinstance(value, Mapping):
        return {name: [_only(each)] for name, each in value.items()}
    return [_only(each) for each in value] if is_list(value) else value
