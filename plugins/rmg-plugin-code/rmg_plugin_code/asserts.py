"""Tests that are bare asserts, as MBPP has them, or a function `check`, as HumanEval has it.

Both become a file for pytest. They are run among the names of the program, as they are there, and
not imported beside them: a program may have a function whose name begins with `test`.
"""

import ast
from collections.abc import Sequence
from typing import Final

from rmg_core import CannotGrade
from rmg_plugin_code import python_source
from rmg_plugin_code.pytest_files import NotATestFile, PytestFile

_ONE: Final = """
def test_{number}():
    exec({text!r}, dict(vars({module})))
"""
_CHECK: Final = """
def test_check():
    names = dict(vars({module}))
    exec({text!r}, names)
    names["check"](names[{function!r}])
"""


def asserts(texts: Sequence[str], module: str) -> PytestFile:
    """Make a test of each text.

    Raises:
        CannotGrade: one of them asserts nothing (`bad_input`).
    """
    for number, text in enumerate(texts, 1):
        if not any(isinstance(each, ast.Assert) for each in _body(text)):
            raise CannotGrade(
                f"test {number} is a text that asserts nothing: write `assert add(1, 2) == 3`, or "
                'a case, {"args": [1, 2], "expected": 3}',
                "bad_input",
            )
    tests = [
        _ONE.format(number=number, text=text, module=module) for number, text in enumerate(texts, 1)
    ]
    names = frozenset(f"test_{number}" for number in range(1, len(texts) + 1))
    return PytestFile(f"import {module}\n" + "".join(tests), names)


def file_in(text: str, function: str | None, module: str) -> PytestFile:
    """Read a text of tests: a file for pytest, a function `check`, or asserts.

    Raises:
        CannotGrade: it is none of them (`bad_input`).
    """
    try:
        return PytestFile.read(text)
    except NotATestFile as fault:
        body = _body(text)
        if any(isinstance(each, ast.FunctionDef) and each.name == "check" for each in body):
            return _check(text, function, module)
        if any(isinstance(each, ast.Assert) for each in body):
            return asserts([text], module)
        raise CannotGrade(f"the tests cannot be run: {fault}", "bad_input") from fault


def _check(text: str, function: str | None, module: str) -> PytestFile:
    if function is None or not function.isidentifier():
        raise CannotGrade(
            "tests that are a function `check` need the name of the function that it is given: "
            f"map the input 'function'; it is {function!r}",
            "bad_input",
        )
    test = _CHECK.format(text=text, module=module, function=function)
    return PytestFile(f"import {module}\n{test}", frozenset({"test_check"}))


def _body(text: str) -> list[ast.stmt]:
    try:
        return python_source.source(text).tree().body
    except python_source.Unparsable:
        return []
