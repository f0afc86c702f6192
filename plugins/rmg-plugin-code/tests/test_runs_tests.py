"""The grader that runs programs: what it reads, what it says, what it refuses."""

import anyio
import pytest

from rmg_core import CannotGrade, GradingRunner
from rmg_core.errors import DefinitionError, RunFailed
from rmg_core.graders import spec_of, with_options
from rmg_plugin_code import pytest_files
from rmg_plugin_code.runs_tests import RunsTests
from rmg_plugin_code.sandbox import levels, probe, supervisor

ADD = "def add(a, b):\n    return a + b\n"
THREE = {"args": [1, 2], "expected": 3}
FIVE = {"args": [2, 2], "expected": 5}


def graded(response, tests, function="add", **options):
    return anyio.run(RunsTests(**options).grade, response, tests, function)


def refused(response, tests, function="add", **options):
    with pytest.raises(CannotGrade) as caught:
        graded(response, tests, function, **options)
    return caught.value.kind, str(caught.value)


@pytest.mark.parametrize(
    ("program", "case", "reason"),
    [
        (ADD, FIVE, "test 1 of 1: add(2, 2) gave 4, and 5 is expected"),
        (
            "def add(a, b): return a / 0",
            THREE,
            "test 1 of 1: add(1, 2) ended with exit code 1: ZeroDivisionError: division by zero",
        ),
        (
            "def sub(a, b): return a - b",
            THREE,
            (
                "test 1 of 1: add(1, 2) ended with exit code 1: "
                "AttributeError: module 'program' has no attribute 'add'"
            ),
        ),
        (
            "def add(a, b) return a",
            THREE,
            "test 1 of 1: add(1, 2) ended with exit code 1: SyntaxError: expected ':'",
        ),
        (
            "def add(a, b): return {a}",
            THREE,
            (
                "test 1 of 1: add(1, 2) ended with exit code 1: "
                "TypeError: Object of type set is not JSON serializable"
            ),
        ),
        (
            "def add(a, b): raise SystemExit",
            THREE,
            "test 1 of 1: add(1, 2) cannot be counted: it ended without an answer",
        ),
        (
            "def add(a, b): return float('nan')",
            THREE,
            "test 1 of 1: add(1, 2) cannot be counted: its answer is not a JSON value: NaN is none",
        ),
        (
            "def add(a, b):\n while True: pass",
            THREE,
            "test 1 of 1: add(1, 2) took more than 0.5 s of processor",
        ),
        (
            "def add(a, b):\n while True: print('x' * 1000)",
            THREE,
            "test 1 of 1: add(1, 2) wrote more than 256 KB",
        ),
        (
            "import os\ndef add(a, b): os.abort()",
            THREE,
            "test 1 of 1: add(1, 2) was ended by SIGABRT",
        ),
        (
            "def add(a, b): return bytearray(1 << 30)",
            THREE,
            "test 1 of 1: add(1, 2) ended with exit code 1: MemoryError",
        ),
        (
            "print(input())",
            {"stdin": "a", "stdout": "b"},
            "test 1 of 1: the program printed 'a\\n', and 'b' is expected",
        ),
        (
            "input(); input()",
            {"stdin": "a", "stdout": "b"},
            "test 1 of 1: the program ended with exit code 1: EOFError: EOF when reading a line",
        ),
    ],
)
def test_the_reason_says_what_went_wrong(program, case, reason):
    came = graded(program, [case], seconds=0.5)
    assert (came.score, came.reason) == (0.0, reason)


def test_by_default_all_tests_must_pass_and_the_first_that_does_not_is_the_last_to_run():
    came = graded(ADD, [THREE, FIVE, THREE])
    assert came.score == 0.0
    assert {**came.metadata, "conditions": ""} == {
        "conditions": "",
        "tests": 3,
        "tried": 2,
        "passed": 1,
    }


def test_the_share_counts_every_test():
    came = graded(ADD, [THREE, FIVE, FIVE, THREE], score="share")
    assert (came.score, came.metadata["passed"]) == (0.5, 2)
    assert came.reason.count(" is expected") == 2


@pytest.mark.parametrize(("take", "score"), [("last", 0.0), ("first", 1.0), ("all", 0.0)])
def test_which_block_is_the_program(take, score):
    response = f"Try\n```python\n{ADD}```\nor\n```py\nadd = lambda a, b: a\n```\n```json\n{{}}\n```"
    assert graded(response, [THREE], take=take).score == score


def test_a_block_without_a_tag_is_no_program_beside_one_that_says_python():
    response = f"```python\n{ADD}```\nOutput:\n```\n3\n```"
    for take in ("last", "first", "all"):
        assert graded(response, [THREE], take=take).score == 1.0


def test_as_much_may_be_written_as_is_expected():
    printed = {"stdin": "", "stdout": "x" * (1 << 20)}
    assert graded("print('x' * (1 << 20))", [printed], None).score == 1.0
    numbers = {"args": [], "expected": list(range(100_000))}
    assert graded("def f(): return list(range(100000))", [numbers], "f").score == 1.0


def test_what_is_expected_may_not_be_endless():
    case = {"stdin": "", "stdout": "x" * (17 << 20)}
    assert refused("print(1)", [THREE, case]) == ("bad_input", "test 2 expects more than 16 MB")


def test_numbers_are_compared_by_value_when_types_are_not_strict():
    half = "def add(a, b): return a / b"
    case = {"args": [10, 2], "expected": 5}
    assert graded(half, [case]).score == 0.0
    assert graded(half, [case], strict_types=False).score == 1.0
    true = graded("def add(a, b): return True", [{**case, "expected": 1}], strict_types=False)
    assert true.score == 0.0


PRELUDE = "from typing import *\nimport math"


@pytest.mark.parametrize(
    "program",
    [
        "def add(a: List[int], b): return math.floor(a) + b",
        "'Adds.'\nfrom __future__ import annotations\ndef add(a: List[int], b): return a + b",
        "from __future__ import annotations; x = 1\ndef add(a, b): return a + b",
    ],
)
def test_a_prelude_is_put_before_the_program(program):
    assert graded(program, [THREE], prelude=PRELUDE).score == 1.0


def test_a_prelude_is_put_before_the_program_that_a_file_tests():
    came = graded("def add(a: List[int], b): return a + b", FILE, None, prelude=PRELUDE)
    assert came.reason == "test_two[2] failed: AssertionError"


def test_a_response_of_another_language_has_no_program():
    came = graded("```rust\nfn add() {}\n```", [THREE])
    assert (came.score, came.reason) == (
        0.0,
        "the response has no python; its blocks are rust",
    )


def test_floats_may_be_off_by_the_tolerance():
    case = {"args": [0.1, 0.2], "expected": 0.3}
    assert graded(ADD, [case]).score == 0.0
    assert graded(ADD, [case], tolerance=1e-9).score == 1.0
    assert graded("def add(a, b): return 0", [{"args": [], "expected": 0.0}]).score == 0.0


def test_every_character_that_is_printed_counts_when_asked():
    case = {"stdin": "", "stdout": "a\nb"}
    assert graded("print('a  \\nb')", [case], None).score == 1.0
    assert graded("print('a  \\nb')", [case], None, exact_output=True).score == 0.0
    assert graded("print('a\\nb', end='')", [case], None, exact_output=True).score == 1.0


@pytest.mark.parametrize(
    ("tests", "function", "message"),
    [
        ([], "add", "there are no tests"),
        ([1], "add", "test 1 is of type int; a case is {"),
        ([THREE, "x"], "add", "test 2 is of type str; a case is {"),
        ([{"args": [1], "expect": 2}], "add", "test 1 has 'expect'; a case is {"),
        ([{"args": [1], "stdout": ""}], "add", "test 1 has 'args', 'stdout'; a case is {"),
        ([THREE, {"args": [1]}], "add", "test 2 has no 'expected'; a case is {"),
        ([THREE], None, "test 1 needs the name of the function that is called: map the input"),
        ([THREE], "a b", "test 1 needs the name of the function that is called: map the input"),
        ([{"args": 1, "expected": 2}], "add", "test 1 must have a list as 'args'"),
        ([{"args": [], "expected": {1, 2}}], "add", "test 1 must have 'expected' that JSON"),
        (
            [{"args": [float("nan")], "expected": 1}],
            "add",
            "test 1 must have 'args' that JSON can hold",
        ),
        ([{"stdin": "", "stdout": 3}], None, "test 1 must have texts as 'stdin' and 'stdout'"),
        ("def f(:", None, "the tests cannot be run: they are neither cases nor Python: "),
        ("x = 1", None, "the tests cannot be run: no function in them begins with `test`"),
    ],
)
def test_tests_that_cannot_be_read_are_an_error_of_the_data(tests, function, message):
    kind, said = refused(ADD, tests, function)
    assert kind == "bad_input"
    assert said.startswith(message)


def test_cases_may_be_written_as_json():
    assert graded(ADD, '[{"args": [1, 2], "expected": 3}]').score == 1.0
    assert refused(ADD, "[1]") == refused(ADD, [1])


def test_a_program_imports_what_is_installed_only_when_that_is_allowed(level):
    program = "import attrs\nprint(attrs.__name__)"
    case = {"stdin": "", "stdout": "attrs"}
    refusal = graded(program, [case])
    assert refusal.score == 0.0
    assert refusal.reason.endswith("ModuleNotFoundError: No module named 'attrs'")
    assert graded(program, [case], packages=True).score == 1.0


def test_a_case_may_name_its_own_function():
    assert graded(ADD, [{**THREE, "function": "add"}], None).score == 1.0


def test_what_is_expected_is_not_told_to_the_program(monkeypatch):
    seen = []

    def told(level, program, limits, cut):
        seen.append(program)
        return supervisor.Ran("exit", 0, b"3\n", b"", b"")

    monkeypatch.setattr("rmg_plugin_code.sandbox.running.run", told)
    assert graded(ADD, [{"args": [1], "expected": "a secret"}]).score == 0.0
    assert [program.arguments for program in seen] == ['{"function":"add","args":[1],"kwargs":{}}']
    assert "a secret" not in repr(seen)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"language": "rust"},
            "language must be 'python', and not 'rust': programs of other languages cannot",
        ),
        ({"score": "some"}, "'score' must be in"),
        ({"take": "second"}, "'take' must be in"),
        ({"seconds": 0}, "'seconds' must be > 0"),
        ({"memory_mb": 1}, "'memory_mb' must be >= 128"),
        ({"tolerance": -1}, "'tolerance' must be >= 0"),
        ({"prelude": "import"}, "prelude must be Python: "),
        ({"module": "a-b"}, "'module' must match regex"),
    ],
)
def test_a_bad_option_is_refused_before_anything_runs(options, message):
    with pytest.raises(DefinitionError, match=message):
        with_options(spec_of(RunsTests), options)


def without_a_sandbox(monkeypatch):
    found = probe.Reached(levels.UNSANDBOXED, {"filters": "the kernel has no Landlock"})
    monkeypatch.setattr(probe, "reached", lambda: found)


def test_without_a_sandbox_the_run_does_not_begin(monkeypatch):
    without_a_sandbox(monkeypatch)
    runner = GradingRunner({"tests": {"grader": "code/runs_tests"}})
    with pytest.raises(RunFailed) as caught:
        runner.run([{"response": ADD, "tests": [THREE], "function": "add"}])
    assert (
        "there is no sandbox on this machine, and code of a model is not run without one "
        "(filters: the kernel has no Landlock); install bubblewrap on Linux, or set "
        "allow_unsandboxed = true to run it with your rights and limits on resources only"
    ) in str(caught.value)


def test_what_runs_without_a_sandbox_says_so_in_every_outcome(monkeypatch):
    without_a_sandbox(monkeypatch)
    for case in (THREE, FIVE):
        came = graded(ADD, [case], allow_unsandboxed=True)
        assert came.metadata["conditions"]["sandbox"] == "NONE - resource limits only"
        assert came.metadata["unsandboxed"] is True
        assert came.reason.endswith(" (not sandboxed)")
    assert graded("```c\n```", [THREE], allow_unsandboxed=True).metadata["unsandboxed"] is True


def test_a_sandbox_that_fails_is_an_error_and_is_probed_again(monkeypatch):
    forgotten = []

    def fail(*_):
        raise supervisor.SandboxError("it could not be put up: no room")

    monkeypatch.setattr("rmg_plugin_code.sandbox.running.run", fail)
    monkeypatch.setattr(probe, "forget", lambda: forgotten.append(1))
    kind, said = refused(ADD, [THREE])
    assert (kind, forgotten) == ("crash", [1])
    assert said == f"sandbox {probe.reached().level.label}: it could not be put up: no room"


FILE = """
import pytest
from solution import add

def test_one():
    assert add(1, 2) == 3

@pytest.mark.parametrize("x", [1, 2])
def test_two(x):
    assert add(x, x) == 2

class TestMore:
    def test_three(self):
        with pytest.raises(TypeError):
            add(1)
"""


def test_a_file_for_pytest_is_run(level):
    came = graded(ADD, FILE, None, score="share")
    assert (came.score, came.reason) == (0.75, "test_two[2] failed: AssertionError")
    assert came.metadata["tests"] == 4
    assert graded("def add(a, b): return 2 if a == b else a + b", FILE, None).score == 1.0


UNITTEST = """
import unittest
import pytest
from solution import add

@pytest.fixture
def test_value():
    return 3

def test_with_a_fixture(test_value):
    assert add(1, 2) == test_value

class Adding(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(add(2, 2), 4)
"""


def test_a_file_may_have_fixtures_and_cases_of_unittest():
    came = graded(ADD, UNITTEST, None)
    assert (came.score, came.metadata["tests"]) == (1.0, 2)


def test_a_file_may_call_what_a_shell_has_too():
    file = (
        "import pytest\nimport solution\n\ndef test_leaves():\n"
        "    with pytest.raises(SystemExit):\n        solution.leave()\n    assert callable(quit)\n"
    )
    assert graded("def leave(): exit()", file, None).score == 1.0


def test_the_result_of_a_file_is_said_to_be_forgeable():
    for program in (ADD, "import os; os._exit(0)", "raise ValueError"):
        assert graded(program, FILE, None).metadata["forgeable"] is True
    assert "forgeable" not in graded(ADD, [THREE]).metadata


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os._exit(0)", "the tests cannot be counted: it ended without an answer"),
        ("import pytest; pytest.exit('x', 0)", "the tests cannot be counted: nothing was reported"),
        ("def add(a, b=0):\n import pytest; pytest.skip('x')", "test_one skipped"),
        ("def add(a, b=0):\n import pytest; pytest.xfail('x')", "test_one skipped"),
        ("def add(a, b=0):\n import unittest; raise unittest.SkipTest", "test_one skipped"),
        ("raise ValueError('x')", "the tests cannot be counted: nothing was reported of "),
    ],
)
def test_a_program_that_makes_tests_not_run_has_not_passed_them(program, reason):
    came = graded(program, FILE, None)
    assert came.score == 0.0
    assert came.reason.startswith(reason)


def test_a_file_without_pytest_says_what_to_install(monkeypatch):
    monkeypatch.setattr(pytest_files, "find_spec", lambda name: None)
    assert refused(ADD, FILE, None) == (
        "grader_error",
        "tests in a file need pytest: run `pip install 'rmg-plugin-code[pytest]'`",
    )
