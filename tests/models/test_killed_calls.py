"""Runs with a model that are killed: nothing that was answered and kept is paid again.

The short form has 6 kills in a run of 600 cells. The whole one has 40 in a run of 2,000:

    RMG_KILLS=40 python -m pytest -o faulthandler_timeout=0 tests/models/test_killed_calls.py
"""

import os
import random
import sqlite3
from contextlib import closing, suppress
from time import sleep

import pytest
from attrs import define, field

from rmg_core.testing import FaultServer

from .conftest import PATIENCE, Court, Desk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has SIGKILL")

KILLS = int(os.environ.get("RMG_KILLS", "6"))
CELLS = 600 if KILLS < 40 else 2_000
SEED = int(os.environ.get("RMG_SEED", "20261204"))
AT_ONCE = 16


@define
class Killed:
    """A run that was killed and begun again until it was complete.

    `gone` and `changed` count the replies that were kept before a kill and not after it, `again`
    those that were kept and were asked for again.
    """

    court: Court
    gone: int = 0
    changed: int = 0
    again: int = 0
    kills: int = 0
    _kept: dict[str, str] = field(factory=dict)

    def kept(self) -> dict[str, str]:
        """Return what is kept: replies by what was asked, which is what they say."""
        file = self.court.desk.folder / "runs/qa/store.sqlite"
        if not file.exists():
            return {}
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as store:
            if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'calls'").fetchone():
                return {}
            return dict(store.execute("SELECT json_extract(reply, '$.text'), reply FROM calls"))

    def look(self, begun: int) -> None:
        """Compare what is kept with what was kept before, and with what was asked since."""
        now, before = self.kept(), self._kept
        self.gone += len({*before} - {*now})
        self.changed += sum(now[each] != before[each] for each in {*before} & {*now})
        self.again += len({*before} & {*self.court.asked[begun:]})
        self._kept = now

    def run_until(self, calls: int, seconds: float) -> None:
        """Run until so many calls came, and some seconds longer."""
        server, begun = self.court.server, len(self.court.server.calls)
        with self.court.start() as started:
            while started.poll() is None and len(server.calls) < begun + calls:
                with suppress(TimeoutError):
                    server.wait_until(lambda server: len(server.calls) >= begun + calls, 0.2)
            sleep(seconds)
            started.kill()
            _, err = started.communicate(timeout=PATIENCE)
        assert started.returncode in {0, -9}, err
        self.kills += started.returncode == -9
        self.look(begun)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    print("seed", SEED)  # noqa: T201 - which pytest shows when a test fails
    dice = random.Random(SEED)  # noqa: S311 - kills that can be repeated
    with FaultServer(latency=0.03) as server:
        court = Court(Desk(tmp_path_factory.mktemp("killed"), None), server)
        court.write(CELLS, cells=AT_ONCE, model=f"max_concurrency = {AT_ONCE}")
        made = Killed(court)
        for _ in range(KILLS):
            made.run_until(dice.randint(1, int(0.9 * CELLS / KILLS)), dice.uniform(0.0, 0.06))
        begun = len(server.calls)
        with court.start() as started:
            _, err = started.communicate(timeout=PATIENCE)
        assert started.returncode == 0, err
        made.look(begun)
        yield made


def test_no_reply_that_was_kept_is_lost_or_asked_for_again(killed):
    assert killed.kills == KILLS
    assert (killed.gone, killed.changed, killed.again) == (0, 0, 0), SEED
    assert len(killed.kept()) == CELLS


def test_a_kill_costs_at_most_the_calls_in_flight(killed):
    asked = killed.court.asked
    assert len({*asked}) == CELLS
    print(len(asked) - CELLS, "calls were paid twice after", KILLS, "kills")  # noqa: T201
    assert len(asked) - CELLS <= KILLS * AT_ONCE, SEED


def test_a_killed_run_comes_to_what_an_uninterrupted_one_does(killed):
    desk = killed.court.desk
    with killed.court.start("--run-dir", "whole") as started:
        started.communicate(timeout=PATIENCE)
    made = []
    for place in ("whole", "runs/qa"):
        with desk.start("export", place, "--to", "jsonl") as export:
            made.append(export.communicate(timeout=PATIENCE)[0])
    assert made[0] == made[1]
    assert len(made[0].splitlines()) == CELLS
