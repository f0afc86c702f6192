"""A grader of a kept run, made ready to grade other inputs as it graded those of the run."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from attrs import evolve

from rmg_core.config import Config, GraderConfig
from rmg_core.datasets import samples_of
from rmg_core.outcomes import NOTHING
from rmg_core.plan import Plan, plan_of_config
from rmg_core.runner.archive import Archive
from rmg_core.runner.collecting import collecting_rarely
from rmg_core.runner.foresight import look_at
from rmg_core.runner.needs import Need, needs_of
from rmg_core.runner.picking import Picked
from rmg_core.runner.survey import survey
from rmg_core.runs.directory import STORE
from rmg_core.runs.stored import StoredRun
from rmg_core.store import Store


def plan_of_column(run: StoredRun, column: str, *, repeats: int, calls: int | None) -> Plan:
    """Return a plan of one grader of a run, whose samples are its inputs by their names.

    Options, models, limits and time-out are those of the config; mapper and condition are gone,
    and so is all else. `calls` makes the budget of the config narrower.

    Raises:
        ConfigError: the grader cannot be made any more, or `column` is an aggregator's.
        DataError: there is no such column.
    """
    grader = evolve(run.grader(column), mapper=None, when=None, repeats=repeats)
    plan = plan_of_config(_alone(run.config, column, grader))
    if calls is None:
        return plan
    least = calls if plan.budget.calls is None else min(calls, plan.budget.calls)
    return evolve(plan, budget=evolve(plan.budget, calls=least))


def _alone(config: Config, column: str, grader: GraderConfig) -> Config:
    return evolve(
        config,
        dataset=type(config.dataset)(),
        graders={column: grader},
        aggregators={},
        sinks={},
        observers={},
    )


def needs_of_rows(plan: Plan, rows: Iterable[Mapping[str, Any]], place: Path) -> tuple[Need, ...]:
    """Say what grading rows would ask of each model, over what is kept at a place.

    Raises:
        DataError: a row is not a sample.
        StoreError: the store cannot be read.
    """
    picked = {each.name: Picked(each) for each in plan.graders if each.models}
    if not picked:
        return ()
    file = place / STORE
    with Store.read(file) if file.exists() else nullcontext() as store:
        archive = None if store is None else Archive(store, "failed")
        with collecting_rarely():
            survey(
                plan,
                samples_of(rows),
                archive,
                lambda planned, cell, waits: picked[planned.name].add(cell, is_waiting=waits),
            )
            looks = look_at(picked.values(), archive)
        return tuple(needs_of(looks, NOTHING if store is None else store.call_totals()))
