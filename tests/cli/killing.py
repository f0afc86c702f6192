"""Runs of mixed lanes that are killed: what they said before, and what they left.

A run says through a pipe which cells its sink was given: those that are kept. Every call of a
grader is a line of a file, written when the call comes to its end. Every process in which the
graders are holds a named pipe open, so that its reader sees when the last of them is gone.
"""

import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any, TypeAlias

from attrs import define, field, frozen

from .conftest import ENVIRONMENT

PATIENCE = 60.0
"""So many seconds a run may take in all, far more than it does."""

GRADERS = '''
import os
import time

import anyio
from attrs import define

CALLS = os.open(os.environ["CALLS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
ALIVE = os.open(os.environ["ALIVE"], os.O_WRONLY)
SECONDS = float(os.environ["SECONDS"])


def called(name, number):
    os.write(CALLS, f"{name} {number}\\n".encode())


def plain(number):
    time.sleep(SECONDS)
    called("plain", number)
    return number % 7 / 7


async def waits(number):
    await anyio.sleep(SECONDS)
    called("waits", number)
    return 2.0 if number % 50 == 7 else number % 5 / 5


def apart(number):
    time.sleep(SECONDS)
    called("apart", number)
    return number % 3 / 3


def twice(number):
    time.sleep(SECONDS)
    called("twice", number)
    return number % 2


async def gated(number):
    await anyio.sleep(SECONDS)
    called("gated", number)
    return 0.5


@define
class Told:
    """Says which cells it was given, if anyone wants to know."""

    def open(self, plan):
        pass

    def write(self, cells):
        if pipe := os.environ.get("TOLD"):
            told = "".join(f"{each.index} {each.grader} {each.repeat}\\n" for each in cells)
            left = memoryview(told.encode())
            while left:
                left = left[os.write(int(pipe), left):]

    def close(self):
        pass
'''

CONFIG = """
max_errors = 1.0
[dataset]
path = "rows.jsonl"
id = "id"
[graders.plain]
use = "./graders.py:plain"
[graders.waits]
use = "./graders.py:waits"
[graders.apart]
use = "./graders.py:apart"
isolate = true
[graders.twice]
use = "./graders.py:twice"
repeats = 2
[graders.gated]
use = "./graders.py:gated"
when = "plain >= 0.5"
[aggregators.all]
use = "mean"
[sinks.told]
use = "./graders.py:Told"
"""

CELLS_A_ROW = 6

Key: TypeAlias = tuple[int, str, int]
"""A cell: the index of its sample, its column, its repeat."""


@frozen
class Kept:
    """What a store holds: its cells, and of each outcome its fingerprint, grader and the rest."""

    cells: Sequence[Key] = ()
    outcomes: Sequence[tuple[Any, ...]] = ()

    @classmethod
    def of(cls, file: Path) -> "Kept":
        if not file.exists():
            return cls()
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as store:
            if not store.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return cls()
            return cls(
                store.execute('SELECT sample, "column", repeat FROM results').fetchall(),
                store.execute(
                    "SELECT fingerprint, name, attempts, status, score, kind, payload "
                    "FROM outcomes JOIN graders USING (grader) WHERE fingerprint IS NOT NULL"
                ).fetchall(),
            )


@define
class Found:
    """What was found after kills.

    `gone` are cells that were acknowledged, `changed` the fingerprints of outcomes that are not
    as they were after an earlier kill. `twice` counts what is there twice. After `left_over` kills
    a process went on. `not_kept` counts, for every kill, the calls that came to their end for
    nothing, by grader.
    """

    gone: list[Key] = field(factory=list)
    changed: list[str] = field(factory=list)
    twice: int = 0
    left_over: int = 0
    not_kept: list["Counter[str]"] = field(factory=list)

    @property
    def median_not_kept(self) -> float:
        return median(each.total() for each in self.not_kept)


@define
class Killing:
    """A folder with a config of mixed lanes, whose runs are started, killed and looked at."""

    folder: Path
    alive: int
    seconds: float
    found: Found = field(factory=Found)
    places: list[str] = field(factory=list)
    _before: dict[str, Kept] = field(factory=dict)
    not_kept: dict[str, "Counter[str]"] = field(factory=dict)

    @classmethod
    def made(cls, folder: Path, rows: int, seconds: float) -> "Killing":
        folder.joinpath("graders.py").write_text(GRADERS, "utf-8")
        folder.joinpath("qa.toml").write_text(CONFIG, "utf-8")
        lines = "".join(f'{{"id": "q{number}", "number": {number}}}\n' for number in range(rows))
        folder.joinpath("rows.jsonl").write_text(lines, "utf-8")
        os.mkfifo(folder / "alive")
        return cls(folder, os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK), seconds)

    def run(self, place: str, *, after: int | None = None, within: float | None = None) -> int:
        """Run in `place`, and look at what is left.

        The run is killed as soon as so many cells were acknowledged, or so many seconds are over.

        Returns the exit code.
        """
        ours, theirs = os.pipe()
        with self._started(place, theirs) as started:
            os.close(theirs)
            told = _read(ours, after, PATIENCE if within is None else within)
            if after is not None or within is not None:
                started.kill()
            told += _read(ours, None, PATIENCE)
            _, said = started.communicate(timeout=PATIENCE)
        os.close(ours)
        assert started.returncode in {0, -signal.SIGKILL}, said.decode()
        self.look(place, told, is_killed=bool(started.returncode))
        return started.returncode

    def kept(self, place: str) -> Kept:
        return Kept.of(self.folder / place / "store.sqlite")

    def calls(self, place: str) -> "Counter[str]":
        """Count the calls that came to their end, by grader."""
        file = self.folder / f"{place}.calls"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return Counter(line.split()[0] for line in lines)

    def export(self, place: str) -> bytes:
        command = [sys.executable, "-m", "rmg_core.cli", "export", place, "--to", "jsonl"]
        done = subprocess.run(
            command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, check=True
        )
        assert done.stderr == b""
        return done.stdout

    def command(self, place: str) -> list[str]:
        return ["run", "qa.toml", "--quiet", "--run-dir", place]

    def env(self, place: str) -> dict[str, str]:
        return {
            "CALLS": str(self.folder / f"{place}.calls"),
            "ALIVE": str(self.folder / "alive"),
            "SECONDS": str(self.seconds),
        }

    def _started(self, place: str, told: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "rmg_core.cli", *self.command(place)],
            cwd=self.folder,
            env={**ENVIRONMENT, **self.env(place), "TOLD": str(told)},
            pass_fds=(told,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def look(self, place: str, told: bytes, *, is_killed: bool) -> None:
        """Compare what a run has left with what it said, and with what was there before."""
        found = self.found
        found.left_over += not self._is_alone()
        kept = self.kept(place)
        lines = told[: told.rfind(b"\n") + 1].decode().splitlines()
        acknowledged = [(int(a), b, int(c)) for a, b, c in map(str.split, lines)]
        found.gone += {*acknowledged} - {*kept.cells}
        now = {each[0]: each for each in kept.outcomes}
        before = self._before.get(place, Kept())
        found.changed += [each[0] for each in before.outcomes if now.get(each[0]) != each]
        for several in (acknowledged, kept.cells, [*now]):
            found.twice += len(several) - len({*several})
        found.twice += len(kept.outcomes) - len(now)
        self._before[place] = kept
        not_kept = self.calls(place)
        not_kept.subtract(each[1].removeprefix("./graders.py:") for each in kept.outcomes)
        if is_killed:
            lost = not_kept.copy()
            lost.subtract(self.not_kept.get(place, Counter()))
            found.not_kept.append(lost)
        self.not_kept[place] = not_kept

    def _is_alone(self) -> bool:
        """Tell whether every process that had the graders is gone; some seconds are theirs."""
        poller = select.poll()
        poller.register(self.alive, select.POLLIN)
        until = monotonic() + 10
        while (left := until - monotonic()) > 0:
            try:
                if not os.read(self.alive, 1):
                    return True
            except BlockingIOError:
                poller.poll(left * 1000)
        return False


def _read(pipe: int, lines: int | None, seconds: float) -> bytes:
    """Read from a pipe until so many lines are there, it is closed, or the time is over."""
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    until = monotonic() + seconds
    said = b""
    count = 0
    while (lines is None or count < lines) and (left := until - monotonic()) > 0:
        if poller.poll(left * 1000):
            piece = os.read(pipe, 1 << 16)
            if not piece:
                break
            said += piece
            count += piece.count(b"\n")
    return said
