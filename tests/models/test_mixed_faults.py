"""A fifth of the calls goes wrong in every way there is: each cell comes to what it must.

The short form grades 2,000 cells. The whole one grades 10,000:

    RMG_CELLS=10000 python -m pytest -o faulthandler_timeout=0 tests/models/test_mixed_faults.py
"""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from rmg_core.testing import FaultServer
from rmg_core.testing.fault_server import CASES

from .conftest import ENVIRONMENT, PATIENCE, Court, Desk

CELLS = int(os.environ.get("RMG_CELLS", "2000"))
MOST_MEMORY = {"openai/chat": 250e6, "litellm/chat": 350e6}
"""Bytes; litellm takes 270 MB for a run of one call."""

TIMES = 2_000
"""The clock of the model runs so many times as fast: 90 s that a provider asks for are 45 ms."""

RIGHT = {
    *("ok", "logprobs", "closed_after", "finish_unknown", "finish_missing"),
    *("usage_null", "usage_missing", "usage_negative", "usage_absurd", "usage_text"),
}
WRONG = {"content_list", "surrogate", "control", "escapes", "tool_calls"}
"""Replies to go by that do not say what was asked."""

AT_ONCE = {
    **dict.fromkeys(("400_context", "400_context_words", "413"), "context_overflow"),
    **dict.fromkeys(("400_other", "422"), "bad_request"),
    **dict.fromkeys(("huge", "huge_chunks", "huge_header"), "bad_response"),
    **dict.fromkeys(("400_filter", "finish_filter"), "content_filtered"),
    "refusal": "refusal",
    "finish_length": "truncated",
    "redirect": "provider",
}
FEW = {
    **dict.fromkeys(("truncated", "two_documents", "empty", "204", "html"), "bad_response"),
    **dict.fromkeys(("invalid_utf8", "list", "null", "number", "no_choices"), "bad_response"),
    **dict.fromkeys(("content_number", "nested", "garbage", "gzip"), "bad_response"),
    **dict.fromkeys(("too_many_bytes", "gzip_bomb"), "bad_response"),
    **dict.fromkeys(("no_choice", "content_null", "content_empty"), "empty"),
}
MANY = {
    **dict.fromkeys(("500", "502_html", "503", "503_seconds", "504", "529"), "provider"),
    **dict.fromkeys(("408", "409", "error", "error_text", "huge_error"), "provider"),
    **dict.fromkeys(("reset", "reset_head", "reset_body", "closed"), "provider"),
    **dict.fromkeys(("too_few_bytes",), "provider"),
    **dict.fromkeys(("429", "429_seconds", "429_decimals", "429_ms", "error_code"), "rate_limit"),
    **dict.fromkeys(("429_http_date", "429_http_date_ahead", "429_iso"), "rate_limit"),
    **dict.fromkeys(("429_duration", "429_reset", "429_garbage", "429_negative"), "rate_limit"),
}
STOP = {"401", "401_echo", "402", "403", "404_model", "429_quota", "429_day"}
"""After these the model is not asked any more: test_stopped_models.py."""
HANG = {"hang", "slow_head", "slow_body", "endless_chunks"}
"""These take as long as the timeout of the model."""

KINDS = {**AT_ONCE, **FEW, **MANY}
MIXED = sorted({*RIGHT, *WRONG, *KINDS} - {"ok"})


def test_every_case_of_the_server_is_expected_to_do_something():
    told = [*RIGHT, *WRONG, *AT_ONCE, *FEW, *MANY, *STOP, *HANG]
    assert sorted(told) == sorted(name for name, case in CASES.items() if case.of == "chat")


@pytest.fixture(scope="module", params=["openai", "litellm"])
def mixed(tmp_path_factory, request):
    """A run whose provider has failed in every way, and what it took in memory."""
    pytest.importorskip(f"rmg_plugin_{request.param}", reason="the pack is not installed")
    cells = CELLS if request.param == "openai" else CELLS // 4  # litellm takes 5 ms a call
    with FaultServer() as server:
        server.mix(rate=0.2, cases=MIXED)
        desk = Desk(tmp_path_factory.mktemp("mixed"), None)
        court = Court(desk, server, f"{request.param}/chat")
        court.write(cells, model="timeout = 30")
        yield court, cells, run_quickly(court)


def run_quickly(court, times=TIMES):
    """Run `quickly.py` to the end; return the most memory that it had, in bytes."""
    command = [sys.executable, str(Path(__file__).with_name("quickly.py")), str(times)]
    env = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    folder = court.desk.folder
    with (folder / "said").open("w") as said:
        started = subprocess.Popen(
            [*command, "run", "qa.toml"], cwd=folder, env=env, stdout=said, stderr=said
        )
        started.wait()
    lines = (folder / "said").read_text().splitlines()
    assert started.returncode == 0, lines
    return int(lines[-1].removeprefix("peak ")) * 1024


def test_no_cell_is_lost_or_there_twice(mixed):
    court, cells, _ = mixed
    with court.desk.start("export", "runs/qa", "--to", "jsonl") as export:
        rows = export.communicate(timeout=PATIENCE)[0].splitlines()
    assert len(rows) == cells
    assert sorted(court.outcomes()) == list(range(cells))


def test_each_cell_comes_to_what_became_of_its_last_call(mixed):
    court, _, _ = mixed
    cases = defaultdict(list)
    for call, asked in zip(court.server.calls, court.asked, strict=True):
        cases[int(asked.split()[1])].append(call.case)
    wrong = {}
    for number, outcome in court.outcomes().items():
        last = cases[number][-1]
        expected = KINDS.get(last, 1.0 if last in RIGHT else 0.0)
        if outcome != expected:
            wrong[number] = outcome, cases[number]
    assert wrong == {}


def test_what_cannot_pass_by_itself_is_not_tried_again(mixed):
    court, _, _ = mixed
    seen = defaultdict(list)
    for call, asked in zip(court.server.calls, court.asked, strict=True):
        seen[asked].append(call.case)
    assert not [each for each in seen.values() if {*each[:-1]} & {*AT_ONCE, *WRONG}]
    assert max(sum(one in FEW for one in each) for each in seen.values()) <= 3
    assert max(map(len, seen.values())) <= 6


def test_a_fifth_of_faults_costs_at_most_a_third_more_calls(mixed):
    court, cells, _ = mixed
    print(len(court.server.calls) / cells, "calls a cell")  # noqa: T201 - a figure
    assert len(court.server.calls) <= 1.35 * cells


def test_the_memory_of_the_run_is_bounded(mixed):
    court, _, memory = mixed
    print(memory / 1e6, "MB")  # noqa: T201 - a figure
    assert memory <= MOST_MEMORY[court.client]


def test_a_run_waits_in_earnest_and_grades_all(court):
    court.server.mix(rate=0.2, cases=["503", "reset", "429_ms", "truncated"])
    court.write(60)
    run_quickly(court, times=1)
    last = {asked: call.case for call, asked in zip(court.server.calls, court.asked, strict=True)}
    assert {*last.values()} <= {"ok", "truncated"}
    expected = {int(asked.split()[1]): KINDS.get(case, 1.0) for asked, case in last.items()}
    assert court.outcomes() == expected
    assert len(court.asked) <= 1.35 * 60 + 5
