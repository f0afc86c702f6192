"""The benchmark scripts run, in a short form; what they measure is not asserted here."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"

# In this process, since a start for each would take longer than what it runs.
ROWS = {
    "startup --rounds 1": {"U1", "U1 memory", "U2", "U2 graders", "U3", "U4"},
    "runner --rows 50 --rounds 1": {"R1", "R2"},
    "stream --rows 100": {"R3", "R3 memory"},
    "waiting --rows 8 --rounds 1": {"R6", "R6 log-normal", "R6 blocking", "R7"},
    "store --cells 50 --batch 20 --rounds 1": {"S4"},
    "share --rows 8 --rounds 1": {"S2", "S2 commit"},
    "steps --rows 20 --rounds 1": set(),
    "runs --rows 20 --rounds 1": {"R4", "S1", "S1 async", "S3", "S3 nothing to do"},
    "models --calls 8 --rounds 1 --clients openai/chat aiohttp+orjson": {"J1", "J1 wall"},
    "judging --cells 4 --rounds 1": {"J2", "J2 verdicts"},
    "control --calls 100 --rounds 1": {"J4", "J4 queued", "J4 throughput"},
    "processes --rows 10 --rounds 1": {"R5", "R5 cores"},
}
OF_LITELLM = {"J3"}


@pytest.fixture
def script(monkeypatch):
    """Import scripts as they find one another: by their names alone."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    before = {*sys.modules}
    yield load
    for name in {*sys.modules} - before:
        if getattr(sys.modules[name], "__file__", None) and str(SCRIPTS) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told_by(module: ModuleType, arguments: list[str], monkeypatch, capsys) -> dict[str, object]:
    monkeypatch.setattr(sys, "argv", ["script", *arguments])
    module.main()
    made: dict[str, object] = json.loads(capsys.readouterr().out)
    return made


@pytest.mark.parametrize("line", ROWS)
def test_script_measures_its_rows(line, script, monkeypatch, capsys):
    name, *arguments = line.split()
    told = told_by(script(name), arguments, monkeypatch, capsys)
    assert set(told["targets"]) == ROWS[line]


def test_the_script_of_validations_tells_time_and_memory(script, monkeypatch, capsys):
    told = told_by(script("validate"), ["--samples", "60"], monkeypatch, capsys)
    assert {"cpu_seconds", "peak_mb"} == set(told["validate"]) == set(told["read"])


def test_every_target_is_measured_by_a_script(script):
    measured = set().union(*ROWS.values(), OF_LITELLM)
    assert set(script("targets").TARGETS) == measured


def test_a_target_is_met_as_it_is_written_and_shown_at_the_pace_of_its_machine(script):
    targets = script("targets")
    grade = targets.Target("a grade", "µs", 3, by="loop")
    assert grade.is_met(2.9)
    assert not grade.is_met(3.1)
    assert grade.there(2.0, floor=0.1, loop=0.5) == 4.0
    rate = targets.Target("verdicts", "a second", 1200, is_least=True, by="floor", reference=4000)
    assert rate.is_met(1201)
    assert rate.there(1600, floor=8000, loop=None) == 800
    assert targets.Target("a share", "%", 2).there(1.5, floor=0.1, loop=0.1) == 1.5


def test_page_says_what_was_not_measured_and_what_failed(script):
    page = script("all").page(
        {
            "runner": {"targets": {"R1": {"measured": 2.5, "floor": 1.0}}, "loop_us": 0.5},
            "scaling": {"failed": "no room on the disk", "targets": {}},
            "peers": {"peers": {"deepeval": {"failed": "is not installed"}}, "targets": {}},
        },
        60,
    )
    assert "| R1 |" in page
    assert "| **2.5** | yes | 5 **no** | 1 | 2.5 |" in page
    assert "## Targets: 1 of 32 met, at their pace 0" in page
    assert "| not measured |" in page
    assert "no room on the disk" in page
    assert "| deepeval |  | is not installed |" in page
