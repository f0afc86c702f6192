"""A model that cannot be asked any more: its cells stay pending, and the next run goes on.

The short form grades 2,000 cells. The whole one grades 100,000:

    RMG_CELLS=100000 python -m pytest -o faulthandler_timeout=0 tests/models/test_stopped_models.py
"""

import os
from time import monotonic

import pytest

from .conftest import PATIENCE

CELLS = int(os.environ.get("RMG_CELLS", "2000"))


def test_a_refused_key_costs_the_calls_in_flight_and_the_mended_one_grades_all(court):
    court.server.play("401")
    court.write(CELLS, model="max_concurrency = 32")
    with court.start() as started:
        _, err = started.communicate(timeout=PATIENCE)
    seconds = monotonic() - court.server.calls[0].at
    with court.desk.capture.disabled():
        print(f"{seconds:.2f} s from the first 401 to the exit")  # noqa: T201 - a figure
    assert started.returncode == 75, err
    assert len(court.asked) <= 32
    assert court.outcomes() == {}
    assert court.summary()["columns"]["judged"]["errors"] == {}
    assert "model 'judge' is not asked any more in this run: status 401" in err
    assert seconds < 20  # 2 s on a machine that does nothing else
    court.server.play("ok")
    before = len(court.asked)
    court.run()
    assert len(court.asked) == before + CELLS
    assert court.outcomes() == dict.fromkeys(range(CELLS), 1.0)


@pytest.mark.parametrize("case", ["401", "402", "403", "404_model", "429_quota", "429_day"])
def test_what_only_somebody_can_mend_leaves_every_cell_pending(court, case):
    court.server.play("ok", case)
    court.write(50, model="max_concurrency = 4")
    said = court.run(code=75)
    assert len(court.asked) <= 1 + 4
    assert {*court.outcomes().values()} <= {1.0}
    assert "run again with: rmg run qa.toml --quiet" in said.err
    court.server.play("ok")
    court.run()
    assert court.outcomes() == dict.fromkeys(range(50), 1.0)


def test_a_provider_that_nobody_ever_reached_is_given_up(court):
    court.write(50, model="max_concurrency = 32")
    url = court.server.refused_url()
    court.run("--set", f'models.judge.options.base_url="{url}"', code=75)
    assert court.outcomes() == {}


def test_graders_without_the_stopped_model_grade_all(court):
    court.server.play("401")
    plain = '[graders.plain]\nuse = "./graders.py:plain"\n[aggregators.both]\nuse = "mean"'
    court.write(500, model="max_concurrency = 4", more=plain)
    said = court.run(code=75)
    assert len(court.asked) <= 4
    assert court.outcomes("plain") == dict.fromkeys(range(500), 1.0)
    assert court.outcomes() == {}
    assert said.err.endswith("1,000 outcomes pending; run again with: rmg run qa.toml --quiet\n")
    summary = court.summary()
    assert {name: each["pending"] for name, each in summary["columns"].items()} == {
        "judged": 500,
        "plain": 0,
        "both": 500,
    }
    assert not any(each["errors"] for each in summary["columns"].values())
    court.server.play("ok")
    court.run()
    assert court.outcomes() == dict.fromkeys(range(500), 1.0)


def test_what_depends_on_a_pending_grade_is_pending_too(court):
    court.server.play("401")
    gated = '[graders.plain]\nuse = "./graders.py:plain"\nwhen = "judged >= 0.5"'
    court.write(30, more=gated)
    court.run(code=75)
    assert court.outcomes("plain") == {}
    court.server.play("ok")
    court.run()
    assert court.outcomes("plain") == dict.fromkeys(range(30), 1.0)
