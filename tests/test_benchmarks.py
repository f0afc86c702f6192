"""The benchmark scripts run, in a short form; what they measure is not asserted here."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"


def report_of(script: str, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, SCRIPTS / script, *arguments], check=True, capture_output=True, text=True
    )
    made: dict[str, object] = json.loads(done.stdout)
    return made


def test_runner_script_reports_every_row():
    report = report_of("runner.py", "--rows", "200", "--stream-rows", "2000", "--rounds", "1")
    assert set(report["in memory"]) == {"bare loop", "R1 function", "R2 async def"}
    assert "R3 stream µs" in report["stream"]
    assert "R4 rmg run µs" in report["command"]


def test_startup_script_reports_every_row():
    report = report_of("startup.py", "--rounds", "1")
    assert set(report["above bare Python s"]) == {
        "U1 import rmg_core",
        "U2 rmg --help",
        "U2 rmg graders",
        "rmg check",
    }


def test_processes_script_reports_every_row():
    report = report_of("processes.py", "--rows", "40", "--rounds", "1")
    assert "R5 µs a grade" in report["a trivial grader"]
    assert len(report["two processes"]["times as fast"]) == 1
    assert set(report["two processes, graders of packs"]) == {"text/rougeL", "math/math_equal"}
    assert "wall ms" in report["restart"]


def test_models_script_reports_every_row():
    report = report_of("models.py", "--calls", "20", "--rounds", "1")
    assert "J1 openai/chat" in report["clients"]
    assert "J2 CPU ms a cell" in report["cells"]
    assert "J4 CPU µs a call" in report["control"]


def test_store_script_reports_every_row():
    report = report_of("store.py", "--cells", "300", "--batch", "100", "--rounds", "1")
    assert set(report["µs a cell"]) == {
        "bare table",
        "write",
        "write, batches of 10,000",
        "find",
        "link what is linked",
        "read all cells",
        "finish",
        "verify",
    }
    assert "S4 bytes a cell" in report


def test_runs_script_reports_every_row():
    report = report_of("runs.py", "--rows", "200", "--rounds", "1")
    for name in ("plain", "waiting"):
        assert f"S1 first run, {name}, µs a cell" in report["CPU"]
        assert f"S3 nothing to do, {name}, s" in report["CPU"]


def test_validate_script_reports_every_row():
    report = report_of("validate.py", "--samples", "60")
    assert {"cpu_seconds", "peak_mb"} == set(report["validate"]) == set(report["read"])
