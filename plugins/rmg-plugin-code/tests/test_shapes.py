"""Tests in the shapes in which data sets have them."""

import json

import anyio
import pytest

from rmg_core import CannotGrade, GradingRunner
from rmg_plugin_code.runs_tests import RunsTests

ADD = "def add(a, b):\n    return a + b\n"
SUM = "print(sum(map(int, input().split())))"
CHECK = "METADATA = {}\n\n\ndef check(candidate):\n    assert candidate(1, 2) == 3\n"
ASSERTS = ["assert add(1, 2) == 3", "import math\nassert math.isclose(add(1, 1), 2)"]
APPS = {"inputs": ["1 2\n", "3 4"], "outputs": ["3", "7\n"]}
LINES = {"inputs": [["1 2", ""]], "outputs": [["3"]]}
PAIRS = {"inputs": [[1, 2], [2, 2]], "outputs": [3, 4]}
STREAM = {"input": "1 2\n", "output": "3"}
FUNCTIONAL = {"input": "1\n2", "output": "3", "testtype": "functional"}


def graded(response, tests, function=None, **options):
    return anyio.run(RunsTests(**options).grade, response, tests, function)


@pytest.mark.parametrize(
    ("program", "tests", "function", "count"),
    [
        (ADD, CHECK, "add", 1),
        (ADD, ASSERTS, None, 2),
        (ADD, "assert add(1, 2) == 3", None, 1),
        (SUM, APPS, None, 2),
        (SUM, LINES, None, 1),
        (ADD, PAIRS, "add", 2),
        (SUM, [STREAM, {**STREAM, "testtype": "stdin"}], None, 2),
        (ADD, [FUNCTIONAL], "add", 1),
    ],
)
@pytest.mark.parametrize("written", [lambda tests: tests, json.dumps])
def test_a_shape_of_a_data_set_is_read_as_data_and_as_json(
    written, program, tests, function, count
):
    kept = tests if isinstance(tests, str) else written(tests)
    came = graded(program, kept, function)
    assert (came.score, came.metadata["tests"]) == (1.0, count), came.reason
    assert graded("pass", kept, function).score == 0.0


def test_each_assert_is_a_test():
    came = graded(ADD, ["assert add(1, 2) == 3", "assert add(1, 2) == 4"], score="share")
    assert (came.score, came.reason) == (0.5, "test_2 failed: AssertionError")


@pytest.mark.parametrize(("tests", "function"), [(ASSERTS, None), (CHECK, "add")])
def test_what_runs_beside_the_program_is_forgeable(tests, function):
    assert graded(ADD, tests, function).metadata["forgeable"] is True


def test_a_function_whose_name_begins_with_test_is_no_test():
    program = "def test_sum(a, b):\n    return a + b\n"
    assert graded(program, ["assert test_sum(1, 2) == 3"]).score == 1.0


def test_tests_run_among_the_names_of_the_program():
    program = f"def _twice(n): return 2 * n\n{ADD}"
    check = "def check(candidate):\n    assert candidate(1, 1) == _twice(1)\n"
    assert graded(program, check, "add").score == 1.0


@pytest.mark.parametrize("tests", [APPS, [STREAM], ["assert 1 + 1 == 2"]])
def test_a_run_takes_each_shape(tests):
    runner = GradingRunner({"tests": {"grader": "code/runs_tests"}})
    outcome = runner.run([{"response": SUM, "tests": tests}])["tests"][0]
    assert outcome.status == "score", outcome


@pytest.mark.parametrize(
    ("tests", "function", "message"),
    [
        (["add(1, 2)"], None, "test 1 is a text that asserts nothing: write `assert add(1, 2)"),
        (["assert 1", "a b"], None, "test 2 is a text that asserts nothing"),
        (CHECK, None, "tests that are a function `check` need the name of the function that it"),
        ({"inputs": ["1"], "outputs": []}, None, "there are 1 inputs and 0 outputs"),
        ({"inputs": [], "outputs": []}, None, "there are no tests"),
        ({"inputs": "1", "outputs": "1"}, None, "tests that are a table are {"),
        ({"cases": []}, None, "tests that are a table are {"),
        ({**PAIRS, "fn_name": "add"}, None, "tests with 'fn_name' wrap what they expect"),
        ([{**FUNCTIONAL, "input": "a"}], "add", "test 1 must have JSON as 'output'"),
        ([{**FUNCTIONAL, "output": 3}], "add", "test 1 must have JSON as 'output'"),
        ([{"input": 1, "output": "1"}], None, "test 1 must have texts as 'stdin' and 'stdout'"),
    ],
)
def test_a_shape_that_cannot_be_read_says_what_to_write(tests, function, message):
    with pytest.raises(CannotGrade) as caught:
        graded(ADD, tests, function)
    assert caught.value.kind == "bad_input"
    assert str(caught.value).startswith(message)
