"""The cases that a program is tried on, as a dataset writes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from attrs import frozen

from rmg_core import CannotGrade

_OF_CALL: Final = frozenset({"args", "kwargs", "expected", "function"})
_OF_STREAM: Final = frozenset({"stdin", "stdout"})
_OF_LIVECODEBENCH: Final = frozenset({"input", "output", "testtype"})
_OF_APPS: Final = frozenset({"inputs", "outputs"})
MOST_EXPECTED: Final = 16 << 20
"""Bytes of an answer: as much is read of a program, and more, and held in memory."""
_FORMS: Final = (
    'a case is {"args": […], "kwargs": {…}, "expected": …} or {"stdin": "…", "stdout": "…"}'
)


@frozen
class CallCase:
    """A call of a function of the program, and what it must return; all of it is JSON."""

    function: str
    args: str
    kwargs: str
    expected: Any
    size: int
    """The bytes of the answer that is expected."""

    @property
    def arguments(self) -> str:
        """What the program is told: never what is expected."""
        function = json.dumps(self.function)
        return f'{{"function":{function},"args":{self.args},"kwargs":{self.kwargs}}}'

    @property
    def told(self) -> str:
        """The call as a reader would write it."""
        args = [repr(each) for each in json.loads(self.args)]
        args += [f"{name}={value!r}" for name, value in json.loads(self.kwargs).items()]
        return f"{self.function}({', '.join(args)})"


@frozen
class StreamCase:
    """What the program reads, and what it must print."""

    stdin: str
    stdout: str

    @property
    def size(self) -> int:
        """The bytes of the answer that is expected."""
        return len(self.stdout.encode("utf-8", "replace"))


Case: TypeAlias = CallCase | StreamCase


def cases_in(text: str) -> Sequence[Any] | Mapping[str, Any] | None:
    """Return what a text holds as JSON, as some datasets keep their cases, or None."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list | dict) else None


def cases_of(tests: Sequence[Any] | Mapping[str, Any], function: str | None) -> tuple[Case, ...]:
    """Read the cases of a sample.

    Raises:
        CannotGrade: they are not cases (`bad_input`).
    """
    listed = _paired(tests, function) if isinstance(tests, Mapping) else tests
    if not listed:
        raise CannotGrade("there are no tests", "bad_input")
    cases = tuple(_case(each, function, number) for number, each in enumerate(listed, 1))
    for number, each in enumerate(cases, 1):
        if each.size > MOST_EXPECTED:
            _refuse(number, f"expects more than {MOST_EXPECTED >> 20} MB")
    return cases


def _paired(tests: Mapping[str, Any], function: str | None) -> list[Mapping[str, Any]]:
    """Return the cases that stand as a list of what goes in and one of what comes out."""
    if "fn_name" in tests:
        raise CannotGrade(
            "tests with 'fn_name' wrap what they expect in a list or do not: write them as "
            '{"args": […], "expected": …}, and map the input \'function\'',
            "bad_input",
        )
    sides = [tests.get(name) for name in ("inputs", "outputs")]
    if set(tests) != _OF_APPS or not all(isinstance(each, list | tuple) for each in sides):
        raise CannotGrade(
            'tests that are a table are {"inputs": […], "outputs": […]}, and have '
            + (", ".join(map(repr, tests)) or "nothing"),
            "bad_input",
        )
    inputs, outputs = tests["inputs"], tests["outputs"]
    if len(inputs) != len(outputs):
        raise CannotGrade(f"there are {len(inputs)} inputs and {len(outputs)} outputs", "bad_input")
    pairs = zip(inputs, outputs, strict=True)
    if function is not None:
        return [{"args": given, "expected": wanted} for given, wanted in pairs]
    return [{"stdin": _lines(given), "stdout": _lines(wanted)} for given, wanted in pairs]


def _lines(value: Any) -> Any:
    """Return a text, which may be a list of its lines."""
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    return value


def _case(case: Any, function: str | None, number: int) -> Case:
    if not isinstance(case, Mapping):
        _refuse(number, f"is of type {type(case).__name__}; {_FORMS}")
    keys = set(case)
    if {"input", "output"} <= keys <= _OF_LIVECODEBENCH:
        case = _of_livecodebench(case, number)
        keys = set(case)
    if not (keys <= _OF_CALL or keys <= _OF_STREAM):
        odd = sorted(map(str, keys - _OF_CALL - _OF_STREAM)) or sorted(keys)
        _refuse(number, f"has {', '.join(map(repr, odd))}; {_FORMS}")
    if keys <= _OF_STREAM and keys:
        return _stream_case(case, number)
    if "expected" not in case:
        _refuse(number, f"has no 'expected'; {_FORMS}")
    return _call_case(case, function, number)


def _of_livecodebench(case: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    given, wanted = case["input"], case["output"]
    if case.get("testtype", "stdin") == "stdin":
        return {"stdin": given, "stdout": wanted}
    try:
        args = [json.loads(line) for line in given.split("\n") if line.strip()]
        return {"args": args, "expected": json.loads(wanted)}
    except (AttributeError, TypeError, ValueError, RecursionError) as fault:
        _refuse(number, f"must have JSON as 'output', and in each line of 'input': {fault}")


def _stream_case(case: Mapping[str, Any], number: int) -> StreamCase:
    stdin, stdout = case.get("stdin", ""), case.get("stdout")
    if not isinstance(stdin, str) or not isinstance(stdout, str):
        _refuse(number, "must have texts as 'stdin' and 'stdout'")
    return StreamCase(stdin, stdout)


def _call_case(case: Mapping[str, Any], function: str | None, number: int) -> CallCase:
    name = case.get("function", function)
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
        _refuse(
            number,
            "needs the name of the function that is called: map the input 'function', or give "
            f"each case one; it is {name!r}",
        )
    args, kwargs = case.get("args", []), case.get("kwargs", {})
    if not isinstance(args, list | tuple) or not isinstance(kwargs, Mapping):
        _refuse(number, "must have a list as 'args' and a table as 'kwargs'")
    expected = _json(case["expected"], "expected", number)
    return CallCase(
        name,
        _json(list(args), "args", number),
        _json(dict(kwargs), "kwargs", number),
        json.loads(expected),
        len(expected),
    )


def _json(value: Any, name: str, number: int) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as fault:
        _refuse(number, f"must have {name!r} that JSON can hold: {fault}")


def _refuse(number: int, said: str) -> NoReturn:
    raise CannotGrade(f"test {number} {said}", "bad_input")
