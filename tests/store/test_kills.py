"""Whatever moment a writer is killed at: what was written is there, and never half a batch.

The short form has 30 kills at random moments. The long one:

    RMG_STORE_KILLS=200 python -m pytest tests/store/test_kills.py
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from rmg_core import Cell
from rmg_core.store import Store, verify

from .making import calls_of, cell, sample, write_run

WRITER = Path(__file__).with_name("writing.py")
KILLS = int(os.environ.get("RMG_STORE_KILLS", "30"))
SEED = 20_261_127

# Statements of the writer, and at which time: making the file, its -wal, a run, batches, its end.
STEPS = [
    ("CREATE TABLE meta", 1),
    ("CREATE VIEW", 1),
    ("PRAGMA user_version =", 1),
    ("COMMIT", 1),
    ("PRAGMA journal_mode =", 1),
    ("UPDATE meta SET value = ? WHERE key = 'complete'", 1),
    ("PRAGMA wal_checkpoint", 1),
    ("UPDATE meta SET value = ? WHERE key = 'complete'", 2),
    ("DELETE FROM columns", 1),
    ("BEGIN IMMEDIATE", 6),
    ("SELECT (SELECT", 2),
    ("INSERT INTO samples", 2),
    ("INSERT INTO outcomes", 3),
    ("INSERT INTO outcomes", 4),
    ("INSERT INTO cells", 3),
    ("INSERT INTO models", 1),
    ("INSERT INTO calls", 1),
    ("INSERT INTO calls", 2),
    ("SELECT call FROM calls", 1),
    ("DELETE FROM asked", 2),
    ("INSERT INTO asked", 1),
    ("INSERT INTO asked", 2),
    ("COMMIT", 6),
    ("DELETE FROM cells WHERE sample", 1),
    ("DELETE FROM cells WHERE repeat", 1),
]


def key_of(cell: Cell) -> tuple[int, str, int]:
    return cell.index, cell.grader, cell.repeat


def run(path: Path, samples: int, seed: int, *kill: str, lines: int | None = None) -> list[dict]:
    """Run a writer and return what it said; it is killed when it has said so many `lines`."""
    command = [sys.executable, str(WRITER), str(path), str(samples), str(seed), *kill]
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            said.append(line)
            if len(said) == lines:
                writer.kill()
    # The last word may have been cut short, and the end may have come before the kill.
    assert writer.returncode in ({0, -9} if lines else {-9} if kill else {0})
    return [json.loads(each) for each in said if each.endswith("\n")]


def check(path: Path, before: list[Cell], said: list[dict], done: set[int]) -> list[Cell]:
    """Compare what is in the store with what the writer said, and return the cells."""
    with Store.open(path) as store:
        cells = list(store.cells())
        for each in cells:
            if each.grader == "same":
                assert store.calls_of(each.fingerprint) == calls_of(each.index)
        assert store.unused_calls() == 0
    for each in cells:
        assert each in sample(each.index)
    there = {key_of(each) for each in cells}
    assert len(there) == len(cells)
    done.update(index for each in said if "written" in each for index in range(*each["written"]))
    assert {key_of(each) for index in done for each in sample(index)} <= there
    for each in said:
        if "about" in each:
            new = {tuple(key) for key in each["about"]} - {key_of(each) for each in before}
            assert new <= there or not new & there
    return cells


def finish(path: Path, samples: int) -> None:
    """Run a writer to its end, and compare with a store that was never interrupted."""
    with Store.open(path) as store:
        write_run(store, samples, random.Random(SEED))  # noqa: S311 - as above
        assert list(store.cells()) == [each for n in range(samples) for each in sample(n)]
        assert store.is_finished
        assert store.unused() == store.unused_calls() == 0
        assert [store.calls_of(cell(n).fingerprint) for n in range(samples)] == [
            calls_of(n) for n in range(samples)
        ]
    assert verify(path) == []


def test_at_random_moments(path: Path):
    dice = random.Random(SEED)  # noqa: S311 - kills that can be repeated
    samples, done, cells = 8 * KILLS, set(), []
    for _ in range(KILLS):
        # Two lines a batch of 3.5 samples: somewhere soon after those that are done.
        lines = len(done) * 2 // 4 + dice.randint(1, 8)
        said = run(path, samples, dice.randrange(2**32), lines=lines)
        cells = check(path, cells, said, done)
    finish(path, samples)


@pytest.mark.parametrize("when", ["before", "after"])
def test_at_each_step_of_the_writer(tmp_path: Path, when: str):
    for number, (statement, time) in enumerate(STEPS):
        path = tmp_path / f"{number}.sqlite"
        said = run(path, 8, SEED, when, str(time), statement)
        check(path, [], said, set())
        finish(path, 8)
