"""A run directory with a store, as a run of the desk's config leaves it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from rmg_core import Cell, GraderError, GraderScore
from rmg_core.models import Call
from rmg_core.plan import plan_of_config
from rmg_core.runner.addresses import fingerprinter
from rmg_core.runs.directory import CONFIG, STORE, marked
from rmg_core.store import Asked, Column, Store, StoredGrader

from .conftest import Desk


def columns_of(desk: Desk, config: str = "qa.toml") -> list[Column]:
    """Return the columns of a config as a run hands them to the store."""
    plan = plan_of_config(desk.folder / config)
    made = []
    for each in plan.graders:
        who = each.identity
        texts = (who.name, who.distribution, who.release, who.version, who.source, who.options)
        grader = StoredGrader(who.digest, *texts, scale=each.scale)
        made.append(Column(each.name, grader, each.repeats))
    return [*made, *(Column(each.name) for each in plan.aggregators)]


def address(column: Column, *inputs: object, repeat: int = 0) -> str:
    return fingerprinter(column.grader.digest, column.repeats)(inputs, repeat)


def cells_of(columns: list[Column]) -> list[Cell]:
    """Return cells as a run of the desk makes them, but for one that took too long."""
    same, brief, _ = columns
    slow = GraderError("timeout", "no answer in 5 s", "Traceback:\n  here", {"tries": 2})
    return [
        Cell(0, "a", "same", 0, address(same, "Paris", "Paris"), GraderScore(1.0, "same"), 0.25),
        Cell(0, "a", "brief", 0, address(brief, "Paris"), GraderScore(1.0), 0.5),
        Cell(0, "a", "both", 0, "", GraderScore(1.0, "mean of 2"), 0.0),
        Cell(1, "b", "same", 0, address(same, "paris", "Paris"), GraderScore(0.0, "differs"), 0.25),
        Cell(1, "b", "brief", 0, address(brief, "paris"), slow, 5.0),
        Cell(1, "b", "both", 0, "", GraderError("missing_part", "brief failed"), 0.0),
    ]


def keep(
    desk: Desk, *, command: str = "rmg run qa.toml", place: str = "runs/qa", finish: bool = True
) -> Path:
    """Write the run directory; returns its store."""
    folder = desk.folder / place
    folder.mkdir(parents=True)
    folder.joinpath(CONFIG).write_bytes(marked((desk.folder / "qa.toml").read_text(), command))
    columns = columns_of(desk)
    with Store.open(folder / STORE) as store:
        store.begin(columns)
        store.write(cells_of(columns))
        if finish:
            store.finish()
    return folder / STORE


def keep_calls(file: Path) -> None:
    """Keep a call that a cell of the last run made, and one that none did."""
    with Store.open(file) as store:
        store.begin(store.columns())
        cells = list(store.cells())
        made = [Call(letter * 32, '"x"', {"text": letter}, 7, 1, 0.5, 0.0, 0.25) for letter in "ab"]
        asked = [Asked(cells[0].fingerprint, 0, "a" * 32), Asked("gone", 0, "b" * 32)]
        store.write(cells, calls=made, asked=asked)
        store.finish()


def damage(file: Path, statement: str) -> None:
    """Change something behind the back of the checksums."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)
