"""Whole runs of pytest: the store, the options, the marker, and what is reported.

Each is a process of its own: pytest takes the modules that an inner run has loaded out again,
and libraries such as numpy cannot be loaded twice.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "how-to" / "test-with-pytest.md"
EXAMPLE = ROOT / "docs" / "examples" / "quickstart"
FINE = 0
FAILED = 1
USAGE = 4

JUDGED = """
import pytest
from rmg_core import connect
from rmg_core.models import Model
from rmg_core.testing import ScriptedModel

MODEL = connect(ScriptedModel(lambda text: text, name="echo"), name="judge")

async def judge(response: str, *, model: Model) -> float:
    return float((await model.ask(response)).text)

JUDGE = {"judge": {"grader": judge, "options": {"model": MODEL}}}

@pytest.mark.parametrize("grade", ["0.5", "1"])
def test_judged(rmg, grade):
    rmg.check([{"response": grade}], JUDGE, threshold=0.5)
"""

MARKED = """
import pytest

pytestmark = pytest.mark.rmg("text/exact_match", threshold=1)
ROWS = [{"response": each, "reference": "a"} for each in "ab"]

def test_all(rmg):
    rmg.check(ROWS)

@pytest.mark.rmg(share=0.5)
class TestHalf:
    def test_half(self, rmg):
        rmg.check(ROWS)

    @pytest.mark.rmg(share=0.9)
    def test_most(self, rmg):
        rmg.check(ROWS)

    def test_own(self, rmg):
        rmg.check(ROWS, share=0.6)

@pytest.mark.rmg(treshold=1)
def test_misspelt(rmg):
    rmg.check(ROWS)

@pytest.mark.rmg("text/exact_match", "text/contains")
def test_two(rmg):
    rmg.check(ROWS)

def test_lacking(rmg):
    rmg.check({"response": "a"})
"""

AWAITED = """
import pytest

@pytest.mark.asyncio
@pytest.mark.rmg("text/exact_match", threshold=1)
class TestAwaited:
    async def test_good(self, rmg):
        await rmg.acheck({"response": "a", "reference": "a"})

    async def test_bad(self, rmg):
        await rmg.acheck({"response": "a", "reference": "b"})

    async def test_forgotten(self, rmg):
        rmg.acheck({"response": "a", "reference": "b"}).close()
"""

LIGHT = """
import sys

def test_light():
    inside = [name for name in sys.modules if name.startswith("rmg_plugin_pytest.")]
    assert inside == ["rmg_plugin_pytest.plugin"]
    assert "rmg_core" not in sys.modules
"""

Run: TypeAlias = Callable[..., tuple[int, str]]


def run_in(folder: Path, *arguments: str, loads_all: bool = False) -> tuple[int, str]:
    """Run pytest in a folder: its exit code, and what it prints.

    Unless it `loads_all` plugins, it has those alone that the arguments name, and starts faster.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    plugins = [] if loads_all else ["-p", "rmg_plugin_pytest.plugin"]
    if not loads_all:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = xdist_group\n")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", *plugins, *arguments],
        cwd=folder,
        env={**environment, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return partial(run_in, tmp_path)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run of the marked tests prints."""
    folder = tmp_path_factory.mktemp("marked")
    (folder / "test_marked.py").write_text(MARKED)
    return run_in(folder, "--strict-markers")[1]


def used(printed: str) -> str:
    """Return the line that says what all tests have used; empty where there is none."""
    found = re.search(r"^rmg: (.*)$", printed, re.MULTILINE)
    return found[1] if found else ""


def test_a_run_again_makes_no_calls(tmp_path: Path, run: Run):
    (tmp_path / "test_it.py").write_text(JUDGED)
    code, printed = run()
    assert (code, used(printed)) == (FINE, "2 cells, 0 of them stored; 2 calls of models")
    code, printed = run("--rmg-offline")
    assert (code, used(printed)) == (FINE, "2 cells, 2 of them stored; 0 calls of models")
    code, printed = run("--rmg-fresh")
    assert (code, used(printed)) == (FINE, "2 cells, 0 of them stored; 2 calls of models")
    assert len([*tmp_path.glob(".pytest_cache/d/rmg/*/store.sqlite")]) == 2


def test_offline_a_test_whose_reply_is_missing_is_in_error(tmp_path: Path, run: Run):
    (tmp_path / "test_it.py").write_text(JUDGED)
    code, printed = run("--rmg-offline", "--rmg-store", "kept")
    assert (code, used(printed)) == (FAILED, "2 cells, 0 of them stored; 0 calls of models")
    assert "ERROR at call of test_judged[0.5]" in printed
    assert "NotGraded: judge: 1 of 1 samples could not be graded\n" in printed
    assert "no reply is stored for it, and none is asked for offline" in printed
    assert printed.endswith("2 errors in " + printed.rpartition("2 errors in ")[2])
    assert [*tmp_path.glob("kept/*/store.sqlite")]


def test_offline_without_a_place_for_a_store_says_so(tmp_path: Path, run: Run):
    (tmp_path / "test_it.py").write_text(JUDGED)
    _, printed = run("--rmg-offline", "-p", "no:cacheprovider")
    said = "--rmg-offline needs --rmg-store DIR: the cache of pytest is switched off"
    assert f"E       rmg_plugin_pytest.NotGraded: {said}\n" in printed


def test_offline_and_fresh_contradict_each_other(tmp_path: Path, run: Run):
    code, printed = run("--rmg-offline", "--rmg-fresh")
    assert code == USAGE
    assert "ERROR: --rmg-fresh asks models, and --rmg-offline asks none: leave one" in printed


def test_the_nearest_marker_and_before_it_the_call_says_what_is_asked_for(marked: str):
    found = dict(re.findall(r"^(?:\w+) test_marked.py::(\S+)( - .*)?$", marked, re.MULTILINE))
    assert found["TestHalf::test_half"] == ""
    assert [name for name, said in found.items() if "GradesTooLow" in said] == [
        "test_all",
        "TestHalf::test_most",
        "TestHalf::test_own",
    ]
    assert "1 of 2 scored samples reach 1, and all have to" in found["test_all"]
    assert "and 0.9 of them have to" in found["TestHalf::test_most"]
    assert "and 0.6 of them have to" in found["TestHalf::test_own"]


def test_a_marker_that_nobody_understands_is_an_error(marked: str):
    assert "NotGraded: @pytest.mark.rmg takes no 'treshold'; did you mean 'threshold'?" in marked
    assert (
        "NotGraded: @pytest.mark.rmg takes what grades once, and all else by name: several graders "
        "are a list, or a mapping of names to them"
    ) in marked


def test_what_cannot_be_graded_is_an_error_and_no_failure(marked: str):
    assert marked.rstrip().splitlines()[-1].strip("= ").startswith("3 failed, 1 passed, 3 errors")
    assert "ERROR test_marked.py::test_lacking - rmg_plugin_pytest.NotGraded: exact_match" in marked
    assert "missing_input  sample 0: input 'reference': no field 'reference'" in marked


def test_a_failure_shows_the_line_of_the_test_and_its_text_alone(marked: str):
    told = re.search(r"(?ms)^    def test_all\(rmg\):\n(.*?)\n\ntest_marked.py", marked)
    assert told is not None
    *lines, more = told[1].splitlines()
    assert lines == [
        ">       rmg.check(ROWS)",
        (
            "E       rmg_plugin_pytest.GradesTooLow: exact_match: 1 of 2 scored samples reach 1, "
            "and all have to"
        ),
        "E         sample  score  reason                      of",
        "E         1       0      differs from the reference  response='b', reference='a'",
    ]
    assert more.startswith("E       more on a sample: rmg why .pytest_cache/d/rmg/test_marked.py-")


def test_a_run_that_does_not_grade_loads_nothing_and_says_nothing(tmp_path: Path, run: Run):
    (tmp_path / "test_it.py").write_text(LIGHT)
    code, printed = run("-p", "no:asyncio", loads_all=True)
    assert code == FINE, printed
    assert not used(printed)


@pytest.mark.skipif(find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_workers_of_xdist_share_what_is_stored(tmp_path: Path, run: Run):
    (tmp_path / "test_it.py").write_text(
        JUDGED + "\n@pytest.mark.xdist_group('g')\ndef test_bad(rmg):\n    rmg.check([], mean=1)\n"
    )
    run("-k", "judged")
    _, printed = run("-p", "xdist.plugin", "-n2", "--dist", "loadgroup", "--rmg-offline")
    assert used(printed) == "2 cells, 2 of them stored; 0 calls of models"
    assert printed.rstrip().splitlines()[-1].strip("= ").startswith("2 passed, 1 error")


@pytest.mark.skipif(find_spec("pytest_asyncio") is None, reason="pytest-asyncio is not installed")
def test_pytest_asyncio_awaits(tmp_path: Path, run: Run):
    (tmp_path / "test_it.py").write_text(AWAITED)
    scope = "asyncio_default_fixture_loop_scope=function"
    _, printed = run("-p", "pytest_asyncio.plugin", "-o", scope)
    assert "1 failed, 2 passed, 1 error" in printed.rstrip().splitlines()[-1]
    assert "grade when they are awaited: write `await`" in printed


def test_every_test_of_the_page_passes(tmp_path: Path, run: Run):
    blocks = re.findall(r"(?ms)^```python\n# (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"))
    for each in EXAMPLE.glob("*.*"):
        (tmp_path / each.name).write_bytes(each.read_bytes())
    for name, text in blocks:
        (tmp_path / name).write_text(text, "utf-8")
    code, printed = run("-p", "anyio.pytest_plugin")
    # anyio runs a test on asyncio and on trio
    shown = sum(text.count("def test_") + text.count("@pytest.mark.anyio") for _, text in blocks)
    assert code == FINE, printed
    assert f"{shown} passed" in printed
