"""Whatever foreign code does, it harms its own cells only: every fault, in the run and isolated."""

import inspect
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
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
from rmg_core.registry import module_of_file
from rmg_core.runner import calls
from rmg_core.store import Store

from .foreign.leftovers import MARK, is_ended, marked, nothing_left

FILE = Path(__file__).parent / "foreign" / "faults.py"
FAULTS = module_of_file(str(FILE))
ROWS = [{"response": f"r{number}", "parts": {"tags": ["a"]}} for number in range(8)]
CULPRIT = 3

# What the culprit's own cell is.
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
CONTAINED = {**RAISED, **RETURNED, **LATE}
# A process cannot keep these from itself, and so from the graders that share it: it ends; it is
# there twice; it has a thread more; what it prints is printed; there is one world for all.
UNCONTAINED = {
    "exits": "crash",
    "segfaults": "crash",
    "forks": "score",
    "leaks_a_thread": "score",
    "prints_a_gigabyte": "score",
    "changes_the_world": "score",
}
EVERY = {**CONTAINED, **UNCONTAINED}

OTHERS = {
    "good": f"{FILE}:good",
    "agood": f"{FILE}:agood",
    "igood": {"grader": f"{FILE}:good", "isolate": True, "max_concurrency": 1},
}
BEST = {"aggregator": "basic/max", "options": {"graders": [*OTHERS]}}


def bad(name: str, *, isolate: bool, deadline: float = 0.5) -> dict[str, Any]:
    made: dict[str, Any] = {"grader": f"{FILE}:{name}", "isolate": isolate}
    if isolate:
        made["max_concurrency"] = 1
    return {**made, "timeout": deadline if name in LATE else 60.0}


def graded(graders: dict[str, Any], backend: str = "asyncio") -> Any:
    runner = GradingRunner(
        {**graders, **OTHERS},
        aggregators={"best": BEST, "of_all": "basic/mean"},
        max_concurrency=4,
    )
    return anyio.run(runner.arun, ROWS, backend=backend)


def as_bytes(results: Any) -> bytes:
    return orjson.dumps([[to_json(each) for each in results[name]] for name in (*OTHERS, "best")])


@cache
def without_fault() -> bytes:
    return as_bytes(graded({}))


def kind_of(outcome: Any) -> str:
    return str(getattr(outcome, "kind", outcome.status))


def check(results: Any, kinds: dict[str, str]) -> None:
    """Fail unless each grader harmed its own cell alone, and is said to have."""
    assert as_bytes(results) == without_fault()
    good = [FAULTS.good(row["response"]) for row in ROWS]
    for name, kind in kinds.items():
        column = list(results[name])
        assert kind_of(column.pop(CULPRIT)) == kind, name
        assert column == good[:CULPRIT] + good[CULPRIT + 1 :], name
    is_scored = set(kinds.values()) == {"score"}
    assert kind_of(results["of_all"][CULPRIT]) == ("score" if is_scored else "missing_part")
    for told in results.summary.columns:
        assert told.scored + told.ranked + told.skipped + told.failed == len(ROWS)
    assert results.summary.is_complete


@pytest.fixture(autouse=True, scope="module")
def _soon_over() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls, "GRACE", 0.1)
        yield
    FAULTS.LET_GO.set()


def test_the_tables_name_every_fault_and_eighteen_are_contained_in_the_run():
    assert set(EVERY) == {
        name
        for name, value in vars(FAULTS).items()
        if inspect.isfunction(value) and [*inspect.signature(value).parameters][1:] == ["parts"]
    }
    assert len(CONTAINED) >= 18


@pytest.mark.parametrize("name", CONTAINED)
def test_a_fault_in_the_run_harms_its_own_cell_alone(name: str):
    check(graded({"bad": bad(name, isolate=False)}), {"bad": CONTAINED[name]})


@pytest.mark.parametrize("name", EVERY)
def test_an_isolated_fault_harms_its_own_cell_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    without_fault()
    with nothing_left(tmp_path, monkeypatch):
        # A second, since a process starts beside other tests.
        grader = bad(name, isolate=True, deadline=1.0)
        check(graded({"bad": grader}), {"bad": EVERY[name]})


def under_trio(faults: dict[str, str]) -> dict[str, str]:
    # A task of trio has nothing to cancel it by.
    return {name: kind for name, kind in faults.items() if name != "cancels_its_task"}


def test_all_faults_in_one_run_under_trio_harm_their_own_cells_alone():
    # Whatever awaits while the loop is blocked would be late with it.
    kinds = under_trio({n: kind for n, kind in CONTAINED.items() if n != "blocks_the_loop"})
    results = graded({name: bad(name, isolate=False) for name in kinds}, "trio")
    check(results, kinds)


def test_all_isolated_faults_in_one_run_under_trio_harm_their_own_cells_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kinds = under_trio(EVERY)
    without_fault()
    # A second, since thirty processes share the processors.
    graders = {name: bad(name, isolate=True, deadline=1.0) for name in kinds}
    with nothing_left(tmp_path, monkeypatch):
        check(graded(graders, "trio"), kinds)


CONFIG = """
max_errors = 1
[dataset]
path = "rows.jsonl"
[graders.bad]
use = "{file}:{name}"
[graders.good]
use = "{file}:good"
[graders.agood]
use = "{file}:agood"
"""
# As `python -m rmg_core`, but that a thread which does not end is left sooner.
COMMAND = """
from rmg_core.cli import leaving, main
leaving.PATIENCE = 0.2
main()
"""


@pytest.fixture
def in_its_own_process(tmp_path: Path) -> Any:
    """Return what runs a fault beside others; it gives the exit code, and what was said."""

    def run(name: str) -> tuple[int, str]:
        is_loud = name == "prints_a_gigabyte"
        (tmp_path / "rows.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
        (tmp_path / "qa.toml").write_text(CONFIG.format(name=name, file=FILE))
        said = tmp_path / "said"
        with Path(os.devnull if is_loud else said).open("w") as errors:
            ended = subprocess.run(
                [sys.executable, "-c", COMMAND, "run", "qa.toml", "--quiet"],
                cwd=tmp_path,
                env={**os.environ, MARK: f"{name} {tmp_path}"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                check=False,
                timeout=60,
            )
        return ended.returncode, "" if is_loud else said.read_text("utf-8")

    return run


@pytest.mark.parametrize(("name", "code"), [("exits", 7), ("segfaults", -signal.SIGSEGV)])
def test_a_fault_that_ends_the_run_leaves_no_run_that_is_said_to_be_complete(
    in_its_own_process: Any, tmp_path: Path, name: str, code: int
):
    assert in_its_own_process(name)[0] == code
    assert not (tmp_path / "runs/qa/summary.json").exists()


def check_written(folder: Path, code: int) -> None:
    """Fail unless the run ended well, and the others are right."""
    assert code == 0
    with Store.read(folder / "runs/qa/store.sqlite") as store:
        cells = [*store.cells()]
    assert len(cells) == 3 * len(ROWS)
    for name in ("good", "agood"):
        scores = {each.index: each.outcome.score for each in cells if each.grader == name}
        assert scores == {number: number / 100 for number in range(len(ROWS))}
    assert json.loads((folder / "runs/qa/summary.json").read_bytes())["complete"]


@pytest.mark.parametrize("name", ["prints_a_gigabyte", "changes_the_world"])
def test_a_fault_that_changes_the_process_leaves_the_others_right(
    in_its_own_process: Any, tmp_path: Path, name: str
):
    check_written(tmp_path, in_its_own_process(name)[0])


def test_a_thread_that_a_grader_leaks_does_not_keep_the_process(
    in_its_own_process: Any, tmp_path: Path
):
    code, said = in_its_own_process("leaks_a_thread")
    check_written(tmp_path, code)
    assert said == "1 thread of the graders' own ('leaked') did not end; leaving without it\n"


def test_a_loop_that_is_blocked_is_told_of_and_the_others_are_right(
    in_its_own_process: Any, tmp_path: Path
):
    code, said = in_its_own_process("blocks_the_loop")
    check_written(tmp_path, code)
    assert "grader 'bad' has blocked the event loop" in said


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Any]:
    """What lists the copies that a grader has made of its process; they end with the test."""

    def listed() -> set[int]:
        return marked(f"forks {tmp_path}")

    yield listed
    for pid in listed():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.usefixtures("copies")
def test_a_process_that_a_grader_copies_ends_and_its_outcomes_are_right(
    in_its_own_process: Any, tmp_path: Path
):
    check_written(tmp_path, in_its_own_process("forks")[0])


def test_the_copy_that_a_grader_has_made_of_its_process_ends_too(
    in_its_own_process: Any, copies: Any
):
    in_its_own_process("forks")
    assert [pid for pid in copies() if not is_ended(pid, within=1.0)] == []


WHOLE = int(os.environ.get("RMG_MIXES", "75"))
"""How many mixes are tried, a fifth of them with processes: RMG_MIXES=1000 is the whole."""

IN_RUN = under_trio({name: kind for name, kind in CONTAINED.items() if name != "blocks_the_loop"})


@st.composite
def entries(draw: Any, names: list[str], *, isolate: bool) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(names))
    return name, {
        **bad(name, isolate=isolate, deadline=0.4 if isolate else 0.2),
        # A third crash would stop the grader.
        "repeats": draw(st.integers(1, 2 if isolate else 3)),
        "max_concurrency": draw(st.integers(1, 2) if isolate else st.none() | st.integers(1, 3)),
    }


def check_mix(
    mix: list[tuple[str, dict[str, Any]]], size: int, max_concurrency: int, backend: str
) -> None:
    rows = [{"response": f"r{number}", "parts": {"tags": []}} for number in range(size)]
    graders = {f"bad{number}": entry for number, (_, entry) in enumerate(mix)}
    others: dict[str, Any] = {
        "good": OTHERS["good"],
        "agood": {"grader": OTHERS["agood"], "repeats": 2},
        "gated": {"grader": OTHERS["good"], "when": "good > 0.1"},
    }
    runner = GradingRunner(
        {**graders, **others}, aggregators={"all": "basic/max"}, max_concurrency=max_concurrency
    )
    results = anyio.run(runner.arun, rows, backend=backend)
    assert results.summary.is_complete
    assert [told.name for told in results.summary.columns] == [*graders, *others, "all"]
    for told in results.summary.columns:
        assert told.samples == size
        assert told.scored + told.ranked + told.skipped + told.failed == size
    good = [FAULTS.good(row["response"]) for row in rows]
    assert results["good"] == good
    assert [each.score for each in results["agood"]] == [each.score for each in good]
    skipped = min(size, 11)
    gated = [each.status for each in results["gated"]]
    assert gated == ["skip"] * skipped + ["score"] * (size - skipped)
    for number, (name, entry) in enumerate(mix):
        kinds = [EVERY[name] if row == CULPRIT else "score" for row in range(size)]
        column = f"bad{number}"
        assert [kind_of(each) for each in results[column]] == kinds
        if entry["repeats"] > 1:
            repeated = [[kind_of(one) for one in each] for each in results.repeats[column]]
            assert repeated == [[kind] * entry["repeats"] for kind in kinds]


BACKENDS = st.sampled_from(["asyncio", "trio"])


@settings(max_examples=WHOLE - WHOLE // 5)
@given(
    st.lists(entries([*IN_RUN], isolate=False), min_size=1, max_size=4),
    st.integers(0, 30),
    st.integers(1, 5),
    BACKENDS,
)
def test_every_planned_cell_of_a_mix_has_an_outcome(
    mix: list[tuple[str, dict[str, Any]]], size: int, max_concurrency: int, backend: str
):
    check_mix(mix, size, max_concurrency, backend)


@settings(max_examples=WHOLE // 5)
@given(
    st.lists(entries([*IN_RUN], isolate=False), max_size=2),
    st.lists(entries([*under_trio(EVERY)], isolate=True), min_size=1, max_size=2),
    st.integers(0, 30),
    st.integers(1, 5),
    BACKENDS,
)
def test_every_planned_cell_of_a_mix_with_processes_has_an_outcome(
    mix: list[tuple[str, dict[str, Any]]],
    apart: list[tuple[str, dict[str, Any]]],
    size: int,
    max_concurrency: int,
    backend: str,
):
    check_mix(mix + apart, size, max_concurrency, backend)
