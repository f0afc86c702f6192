"""A run whose store fails: the right results or a clear message, and never anything between."""

import json
import logging
import os
import random
import re
import signal
import sqlite3
from collections import Counter
from contextlib import contextmanager
from functools import partial

import pytest

from rmg_core.cli import grading
from rmg_core.runner import delivery
from rmg_core.runner.execution import LOG
from rmg_core.store import Store
from tests.store.making import watched

from .stored import damage

ROWS = 10
CELLS_A_ROW = 5

GRADERS = """
def same(response, reference):
    return float(response == reference)

async def brief(response):
    return 1 / len(response)
"""

# Five cells a row, of which one is an aggregator's.
CONFIG = """
[dataset]
path = "rows.jsonl"
id = "id"
[graders.same]
use = "./graders.py:same"
[graders.brief]
use = "./graders.py:brief"
repeats = 2
[graders.gated]
use = "./graders.py:brief"
when = "same >= 0.5"
[aggregators.all]
use = "mean"
options = { graders = ["same", "brief"] }
"""


def failure(code, said):
    fault = sqlite3.OperationalError(said)
    fault.sqlite_errorcode = code
    return fault


def results(desk, run_dir="runs/qa"):
    """Return what is stored, but for how long it took."""
    lines = desk.lines(run_dir)
    for each in lines:
        del each["seconds"]
    return lines


def connecting(monkeypatch, connect):
    """Let every store be opened with what makes its connections."""
    monkeypatch.setattr(Store, "open", partial(Store.open, connect=connect))


# Any statement


class Failing:
    """Fails at one statement, before it is done or after."""

    def __init__(self, number, when):
        self.left = number
        self.when = when

    def __call__(self, now, query):
        if now == self.when:
            self.left -= 1
            if not self.left:
                raise failure(sqlite3.SQLITE_IOERR, "disk I/O error")


@pytest.mark.parametrize("when", ["before", "after"])
def test_whichever_statement_fails_a_run_is_right_or_says_so(desk, monkeypatch, when):
    desk.write("graders.py", GRADERS)
    desk.write("qa.toml", CONFIG)
    responses = [("a" * (1 + n % 3), "a") for n in range(ROWS)]
    desk.write("rows.jsonl", [
        {"id": f"q{n}", "response": response, "reference": reference}
        for n, (response, reference) in enumerate(responses)
    ])  # fmt: skip
    assert desk.rmg("run", "qa.toml", "--quiet", "--run-dir", "runs/right").code == 0
    right = results(desk, "runs/right")
    assert len(right) == ROWS * CELLS_A_ROW
    number = 0
    while True:
        number += 1
        run = ("run", "qa.toml", "--quiet", "--run-dir", f"runs/{number}")
        failing = Failing(number, when)
        with monkeypatch.context() as patch:
            connecting(patch, watched(failing, is_durable=False))
            said = desk.rmg(*run)
        if failing.left > 0:
            break
        if said.code:
            assert said.code == 1, (number, said)
            assert said.err.count("\n") == 1, (number, said.err)
            assert "disk I/O error" in said.err, (number, said.err)
            with monkeypatch.context() as patch:
                connecting(patch, watched(lambda *_: None, is_durable=False))
                assert desk.rmg(*run).code == 0, number
        else:
            assert said.err == "", number
        assert results(desk, f"runs/{number}") == right, number
    assert number > 60


# No room


@pytest.fixture
def full(desk, monkeypatch):
    """A desk with a store that has no more room; and what makes room in it."""
    desk.write("graders.py", """
from rmg_core import GraderScore

def same(response):
    return GraderScore(1.0, response * 1000)
""")  # fmt: skip
    desk.write("qa.toml", """
[dataset]
path = "rows.jsonl"
[graders.same]
use = "./graders.py:same"
""")  # fmt: skip
    desk.write("rows.jsonl", [{"response": chr(0x100 + n)} for n in range(300)])
    assert desk.rmg("run", "qa.toml", "--quiet", "--limit", "5").code == 0
    made_room = []

    def connect(*arguments, **options):
        made = sqlite3.connect(*arguments, **options)
        made.execute("PRAGMA max_page_count = 1")  # which is no less than there are
        made_room.append(lambda: made.execute("PRAGMA max_page_count = 1000000"))
        return made

    connecting(monkeypatch, connect)
    monkeypatch.setattr(delivery, "RETRY_SECONDS", 0.01)

    def make_room():
        made_room[-2]()  # the one that writes is made before the one that reads

    return desk, make_room


@contextmanager
def when_it_waits(act):
    """Do something as soon as a run says that it waits."""

    class Hearing(logging.Handler):
        def emit(self, record):
            if "the run waits" in record.getMessage():
                act()

    handler = Hearing(logging.WARNING)
    LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)


def waits(desk):
    store = desk.folder / "runs/qa/store.sqlite"
    return (
        f"the store '{store}' cannot be written: the disk is full; make room; nothing is lost "
        "that was written before"
    )


def test_a_run_without_room_waits_and_goes_on_when_there_is_some(full):
    desk, make_room = full
    with when_it_waits(make_room):
        said = desk.rmg("run", "qa.toml", "--quiet")
    assert said.code == 0
    assert said.err == f"{waits(desk)}; the run waits, and goes on by itself\n"
    lines = results(desk)
    assert [each["index"] for each in lines] == [*range(300)]
    assert [each["reason"] for each in lines] == [chr(0x100 + n) * 1000 for n in range(300)]


def test_a_run_that_waits_for_room_in_vain_fails_and_keeps_what_was_written(full, monkeypatch):
    desk, make_room = full
    before = results(desk)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "NO_ROOM_SECONDS", 0.0)
        said = desk.rmg("run", "qa.toml", "--quiet")
    assert said.code == 1
    assert said.out == ""
    waiting, lost, failed = said.err.splitlines()
    assert waiting == f"{waits(desk)}; the run waits, and goes on by itself"
    assert re.fullmatch(re.escape(waits(desk)) + r"; \d+ finished cells are not kept", lost)
    assert failed == waits(desk)
    assert results(desk)[: len(before)] == before
    with when_it_waits(make_room):
        assert desk.rmg("run", "qa.toml", "--quiet").code == 0
    assert [each["index"] for each in results(desk)] == [*range(300)]


@pytest.mark.parametrize("rows", [300, 6], ids=["with more to grade", "with all graded"])
def test_a_run_that_waits_for_room_can_be_stopped(full, monkeypatch, rows):
    desk, make_room = full
    before = results(desk)
    monkeypatch.setattr(grading, "DRAIN_SECONDS", 0.1)
    run = ("run", "qa.toml", "--quiet", "--limit", str(rows))
    with when_it_waits(lambda: os.kill(os.getpid(), signal.SIGINT)):
        said = desk.rmg(*run)
    assert said.code == 75
    waiting, stopping, lost, last = said.err.splitlines()
    assert waiting == f"{waits(desk)}; the run waits, and goes on by itself"
    assert stopping == "stopping: what has begun is finished; Ctrl-C again cuts that short"
    assert re.fullmatch(re.escape(waits(desk)) + r"; \d+ finished cells are not kept", lost)
    assert re.fullmatch(
        rf"stopped after \d+ samples; run again with: rmg run qa.toml --quiet --limit {rows}", last
    )
    assert '"complete": false' in (desk.folder / "runs/qa/summary.json").read_text()
    assert results(desk) == before
    with when_it_waits(make_room):
        assert desk.rmg(*run).code == 0
    assert [each["index"] for each in results(desk)] == [*range(rows)]


# Flipped bits

FLIPS = int(os.environ.get("RMG_FLIPS", "60"))
SEED = int(os.environ.get("RMG_SEED", "20261204"))


@pytest.fixture
def flipped(desk):
    """A run of 300 cells, and what flips a bit in a copy of its store."""
    desk.write("graders.py", GRADERS)
    desk.write("qa.toml", CONFIG)
    desk.write("rows.jsonl", [
        {"id": f"q{n}", "response": "a" * (1 + n % 7), "reference": "a" * (1 + n % 5)}
        for n in range(60)
    ])  # fmt: skip
    assert desk.rmg("run", "qa.toml", "--quiet").code == 0
    store = desk.folder / "runs/qa/store.sqlite"
    sound = {file.name: file.read_bytes() for file in store.parent.iterdir()}
    assert {*sound} == {"config.toml", "store.sqlite", "summary.json"}

    def flip(bit):
        for each in store.parent.iterdir():
            each.unlink()
        for name, content in sound.items():
            (store.parent / name).write_bytes(content)
        damaged = bytearray(sound["store.sqlite"])
        damaged[bit // 8] ^= 1 << bit % 8
        store.write_bytes(damaged)

    return desk, flip, 8 * len(sound["store.sqlite"])


def changed_grades(before, after):
    """Return the samples and columns of which an export says something else."""
    rows = zip(before.splitlines(), after.splitlines(), strict=True)
    found = set()
    for one, other in ((json.loads(one), json.loads(other)) for one, other in rows):
        for key in one.keys() | other.keys():
            if one.get(key) != other.get(key):
                found.add((one["index"], key.split(".")[0]))
    return found


def test_a_flipped_bit_is_never_taken_for_a_grade(flipped):
    desk, flip, bits = flipped
    right = results(desk)
    before = desk.rmg("export", "runs/qa", "--to", "jsonl")
    assert before.code == 0
    dice = random.Random(SEED)  # noqa: S311 - flips that can be repeated
    told = Counter()
    for _ in range(FLIPS):
        bit = dice.randrange(bits)
        flip(bit)
        after = desk.rmg("export", "runs/qa", "--to", "jsonl")
        verified = desk.rmg("verify", "runs/qa", "--json")
        why = (SEED, bit, after.err, verified)
        if after.code:
            assert verified.code in {1, 2}, why
            assert after.err.count("\n") == 1, why
            told["refused"] += 1
        elif after.out != before.out:
            assert verified.code == 1, why
            named = {(each["sample"], each["column"]) for each in verified.json["findings"]}
            assert changed_grades(before.out, after.out) <= named, why
            told["changed"] += 1
        again = desk.rmg("run", "qa.toml", "--quiet")
        if again.code:
            assert again.code in {1, 2}, (why, again)
            assert again.err.count("\n") == 1, (why, again)
            told["not run"] += 1
            continue
        mended = desk.rmg("export", "runs/qa", "--to", "jsonl")
        if mended.code:
            assert "is damaged" in mended.err, (why, mended)
            assert desk.rmg("verify", "runs/qa").code == 1, why
            told["run, not mended"] += 1
        else:
            assert changed_grades(before.out, mended.out) == set(), (why, again)
            # Where the order of the rows is damaged, one may be there twice, and is told of.
            kept = results(desk)
            assert kept == right or desk.rmg("verify", "runs/qa").code == 1, (why, again)
            assert all(each in right for each in kept), (why, again)
            told["right"] += 1
    assert told["refused"] > FLIPS / 10


def test_a_cell_that_leads_to_the_grade_of_another_leaves_that_one_alone(flipped):
    desk, _, _ = flipped
    before = desk.rmg("export", "runs/qa", "--to", "jsonl")
    damage(
        desk.folder / "runs/qa/store.sqlite",
        """UPDATE cells SET outcome = (
            SELECT outcome FROM cells JOIN columns USING ("column")
            WHERE sample = 18 AND name = 'all'
        ) WHERE sample = 45 AND "column" = (SELECT "column" FROM columns WHERE name = 'gated')""",
    )
    assert desk.rmg("verify", "runs/qa").code == 1
    assert desk.rmg("run", "qa.toml", "--quiet").code == 0
    assert desk.rmg("verify", "runs/qa").code == 0
    assert desk.rmg("export", "runs/qa", "--to", "jsonl") == before
