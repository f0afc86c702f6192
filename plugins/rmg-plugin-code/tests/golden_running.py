"""Samples of the grader that runs programs; every grade follows from its definition by hand."""

from typing import Any

from rmg_core.testing import Golden

ADD = "def add(a, b):\n    return a + b\n"
CASES = [{"args": [1, 2], "expected": 3}, {"args": [2, 2], "expected": 5}]
FILE = "from solution import add\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n"


def called(response: str, tests: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "tests": tests, "function": "add"}, expected, options)


RUNNING = {
    "runs_tests": [
        called(ADD, CASES[:1], 1.0),
        called(ADD, CASES, 0.0),
        called(ADD, CASES, 0.5, score="share"),
        called("It cannot be done.\n```\n```", CASES, 0.0),
        called(ADD, [{"args": [1, 2]}], "bad_input"),
        called(ADD, FILE, 1.0),
    ],
}
