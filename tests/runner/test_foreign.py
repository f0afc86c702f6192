"""Whatever foreign code does, it harms its own cells only: every fault, in the run and isolated."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import GradingRunner
from rmg_core.outcomes import to_json

FAULTS = Path(__file__).parent / "foreign" / "faults.py"
ROWS = [{"response": f"r{number}", "parts": {"tags": ["a"]}} for number in range(8)]
CULPRIT = 3

# What the culprit's own cell is in the run, and isolated where that is something else.
RAISED = {
    "raises_exception": "grader_error",
    "raises_base_exception": "grader_error",
    "raises_system_exit": "grader_error",
    "raises_generator_exit": "grader_error",
    "raises_cancelled": "cancelled",
    "cancels_its_task": "cancelled",
    "raises_recursion_error": "grader_error",
    "raises_memory_error": "grader_error",
    "raises_group": "grader_error",
    "raises_mute": "grader_error",
}
RETURNED = {
    "returns_none": "bad_return",
    "returns_text": "bad_return",
    "returns_nan": "bad_return",
    "returns_infinity": "bad_return",
    "returns_off_the_scale": "out_of_scale",
    "returns_generator": "bad_return",
    "returns_long_reason": "score",
    "returns_surrogate": "score",
    "mutates_the_sample": "grader_error",
}
LATE = {
    "hangs_async": "timeout",
    "swallows_cancellation": "timeout",
    "hangs_sync": "timeout",
    "blocks_the_loop": "timeout",
}
# In the run these reach the process that they share with everything else.
UNCONTAINED = {
    "exits": "crash",
    "segfaults": "crash",
    "forks": "score",
    "leaks_a_thread": "score",
    "prints_a_gigabyte": "score",
    "changes_the_world": "score",
}
CONTAINED = {**RAISED, **RETURNED, **LATE}
EVERY = {**CONTAINED, **UNCONTAINED}


def use(name: str) -> str:
    return f"{FAULTS}:{name}"


def others() -> dict[str, Any]:
    return {
        "good": use("good"),
        "agood": use("agood"),
        "igood": {"grader": use("good"), "isolate": True},
    }


def graded(graders: dict[str, Any], backend: str = "asyncio") -> Any:
    runner = GradingRunner(
        {**graders, **others()}, aggregators={"best": "basic/max"}, max_concurrency=4
    )
    return anyio.run(runner.arun, ROWS, backend=backend)


def as_bytes(results: Any) -> bytes:
    return orjson.dumps([[to_json(each) for each in results[name]] for name in others()])


@cache
def without_fault() -> bytes:
    return as_bytes(graded({}))


def children() -> set[str]:
    """List the processes of graders that this one has started, zombies included."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == os.getpid():
                found.add(each.name)
    return found


def kind_of(outcome: Any) -> str:
    return getattr(outcome, "kind", outcome.status)


def check(results: Any, kind: str) -> None:
    assert as_bytes(results) == without_fault()
    column = list(results["bad"])
    culprit = column.pop(CULPRIT)
    assert kind_of(culprit) == kind
    assert {each.status for each in column} == {"score"}
    told = results.summary["bad"]
    assert told.scored + told.ranked + told.skipped + told.failed == len(ROWS)
    assert results.summary.is_complete


def test_the_table_has_every_fault():
    names = {
        line.partition("=")[0].strip()
        for line in FAULTS.read_text("utf-8").splitlines()
        if "= raising(" in line or "= returning(" in line or "= plain(" in line
    }
    names |= {
        line.partition("def ")[2].partition("(")[0]
        for before, line in zip(
            FAULTS.read_text("utf-8").splitlines(),
            FAULTS.read_text("utf-8").splitlines()[1:],
            strict=False,
        )
        if before in {"@plain", "@waiting"}
    }
    assert names == {*EVERY}
    assert len(CONTAINED) >= 18


@pytest.mark.parametrize("name", CONTAINED)
def test_a_fault_in_the_run_harms_its_own_cell_alone(name: str):
    results = graded({"bad": {"grader": use(name), "timeout": 0.5 if name in LATE else 60.0}})
    check(results, CONTAINED[name])


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


@pytest.mark.parametrize("name", EVERY)
def test_an_isolated_fault_harms_its_own_cell_alone(name: str):
    before, opened = children(), descriptors()
    timeout = 0.6 if name in LATE else 60.0
    check(graded({"bad": {"grader": use(name), "isolate": True, "timeout": timeout}}), EVERY[name])
    assert children() <= before
    assert descriptors() <= opened


CONFIG = """
max_errors = 1
[dataset]
path = "rows.jsonl"
[graders.bad]
use = "{bad}"
[graders.good]
use = "{good}"
"""


@pytest.fixture
def command(tmp_path: Path) -> Any:
    def run(name: str) -> "tuple[subprocess.CompletedProcess[bytes], list[dict[str, Any]]]":
        (tmp_path / "rows.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
        (tmp_path / "qa.toml").write_text(CONFIG.format(bad=use(name), good=use("good")))
        ended = subprocess.run(
            [sys.executable, "-m", "rmg_core", "run", "qa.toml", "--quiet"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        results = tmp_path / "runs" / "qa" / "results.jsonl"
        lines = results.read_text("utf-8").splitlines() if results.exists() else []
        return ended, [json.loads(line) for line in lines]

    return run


@pytest.mark.parametrize("name", ["exits", "segfaults"])
def test_a_fault_that_ends_the_run_claims_no_complete_run(command: Any, name: str, tmp_path: Path):
    command(name)
    assert not (tmp_path / "runs" / "qa" / "summary.json").exists()


@pytest.mark.parametrize("name", ["leaks_a_thread", "prints_a_gigabyte", "changes_the_world"])
def test_the_process_ends_and_the_others_are_right(command: Any, name: str):
    ended, lines = command(name)
    assert ended.returncode == 0
    scores = {line["index"]: line["score"] for line in lines if line["grader"] == "good"}
    assert scores == {number: number / 100 for number in range(len(ROWS))}


WHOLE = int(os.environ.get("RMG_MIXES", "40"))
"""How many mixes are tried: RMG_MIXES=1000 is the whole."""

MIXED = st.lists(
    st.tuples(
        st.sampled_from(sorted({**RAISED, **RETURNED, "hangs_async": "", "hangs_sync": ""})),
        st.integers(0, 9).map(lambda number: number == 0),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=WHOLE)
@given(MIXED, st.integers(0, 30), st.integers(1, 5))
def test_every_planned_cell_of_a_mix_has_an_outcome(
    mix: list[tuple[str, bool, int]], size: int, max_concurrency: int
):
    graders: dict[str, Any] = {
        f"bad{number}": {
            "grader": use(name),
            "isolate": isolate,
            "repeats": repeats,
            "timeout": 0.3 if name.startswith("hangs") else 60.0,
        }
        for number, (name, isolate, repeats) in enumerate(mix)
    }
    rows = [{"response": f"r{number}", "parts": {"tags": []}} for number in range(size)]
    runner = GradingRunner({**graders, "good": use("good")}, max_concurrency=max_concurrency)
    results = runner.run(rows)
    assert results.summary.is_complete
    for column in results.summary.columns:
        planned = column.scored + column.ranked + column.skipped + column.failed
        assert planned == column.samples == size
    assert [each.score for each in results["good"]] == [number / 100 for number in range(size)]
    for number, (name, _, _) in enumerate(mix):
        kinds = [kind_of(each) for each in results[f"bad{number}"]]
        assert kinds == [EVERY[name] if row == CULPRIT else "score" for row in range(size)]
