"""Runs that are killed and begun again: nothing that was acknowledged is lost or done twice.

The short form has 40 kills in a run of 4,000 cells. The whole one has 200 in a run of 20,000:

    RMG_KILLS=200 python -m pytest -o faulthandler_timeout=0 tests/cli/test_killed_runs.py
"""

import os
import random

import pytest

from .killing import CELLS_A_ROW, Killing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has SIGKILL")

KILLS = int(os.environ.get("RMG_KILLS", "40"))
CELLS = 4_000 if KILLS < 200 else 20_000
SEED = 20_261_204


@pytest.fixture(scope="module")
def killing(tmp_path_factory):
    """Kill runs at random points, each run begun again until it is complete."""
    dice = random.Random(SEED)  # noqa: S311 - kills that can be repeated
    made = Killing.made(tmp_path_factory.mktemp("killing"), CELLS // CELLS_A_ROW)
    assert made.run("whole") == 0
    number = 0
    while len(made.found.not_kept) < KILLS:
        place, number = f"run{number}", number + 1
        while made.run(place, **_moment(dice, len(made.kept(place).cells))):
            pass
        break
    while made.run(place):
        pass
    yield made
    os.close(made.alive)


def _moment(dice, done):
    """Say when to kill: mostly some cells after those that are done, else at any time."""
    if dice.random() < 0.2:
        return {"within": dice.uniform(0.05, 1.0)}
    return {"after": done + dice.randint(1, 2 * CELLS // KILLS)}
