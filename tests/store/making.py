"""What the tests of the store write into it."""

import random
import sqlite3
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from rmg_core import Cell, GraderError, GraderScore, GraderSkip
from rmg_core.models import Call
from rmg_core.outcomes import Outcome
from rmg_core.store import Asked, Column, Link, Store, StoredGrader

SAME = StoredGrader(bytes(range(16)), "text/same", "rmg-plugin-text", "1.0", options='{"a":1}')
OTHER = StoredGrader(bytes(range(16, 32)), "./g.py:other", source="cafe")

COLUMNS = (Column("same", SAME), Column("other", OTHER, repeats=2), Column("all"))


def address(*parts: object) -> str:
    """A fingerprint: another one for other parts."""
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def cell(
    index: int,
    outcome: Outcome | float = 1.0,
    *,
    key: str | int | None = None,
    column: str = "same",
    repeat: int = 0,
    fingerprint: str | None = None,
    seconds: float = 0.25,
) -> Cell:
    """A finished cell, whose fingerprint is its own unless it is given."""
    made = GraderScore(outcome) if isinstance(outcome, float) else outcome
    own = address(index, column, repeat) if fingerprint is None else fingerprint
    return Cell(index, key, column, repeat, own, made, seconds)


MODEL = '{"client":"x/chat","options":{"model":"m"}}'


def call(name: object, text: str = "so", *, model: str = MODEL, usd: float | None = 0.5) -> Call:
    """A call of a model, with a key for its name."""
    reply = {"text": text, "finish": "stop", "usage": {"input_tokens": 7, "output_tokens": 2}}
    return Call(address("call", name), model, reply, 7, 2, usd, 0.125, 0.25, 2)


def asked(who: Cell | int, *calls: Call) -> list[Asked]:
    """Say that a cell, or the one of `same` of a sample, made calls."""
    made = cell(who) if isinstance(who, int) else who
    return [Asked(made.fingerprint, number, each.key) for number, each in enumerate(calls)]


def calls_of(index: int) -> list[Call]:
    """The calls of a sample of `COLUMNS`: one of its own, and one that three samples share."""
    return [call(index), call(("shared", index // 3), "shared")]


def sample(index: int, score: float = 0.5) -> list[Cell]:
    """All cells of a sample of `COLUMNS`: scores, an error, a skip, and an aggregator's."""
    key = f"q{index}"
    first = GraderError("timeout", "too slow") if index % 7 == 3 else GraderScore(score, "so")
    return [
        cell(index, first, key=key),
        cell(index, score / 3, key=key, column="other"),
        cell(index, GraderSkip("no claim"), key=key, column="other", repeat=1, fingerprint=""),
        cell(index, score, key=key, column="all", fingerprint="", seconds=0.0),
    ]


def filled(store: Store, samples: int, *, batch: int = 5) -> list[Cell]:
    """Write samples in batches of so many; returns the cells in the order of `cells()`."""
    store.begin(COLUMNS)
    made = [each for index in range(samples) for each in sample(index)]
    for start in range(0, len(made), 4 * batch):
        store.write(made[start : start + 4 * batch])
    return made


def write_run(
    store: Store, samples: int, dice: random.Random, say: Callable[..., None] = dict
) -> None:
    """Do what a run does: link what is there, write what is not, in batches; errors again."""
    store.begin(COLUMNS)
    start = 0
    while start < samples:
        end = min(start + dice.randint(1, 6), samples)
        cells = [each for index in range(start, end) for each in sample(index)]
        found = store.find(each.fingerprint for each in cells if each.fingerprint)
        kept = {key for key, each in found.items() if each.outcome.status != "error"}
        links = [each for each in cells if each.fingerprint in kept]
        batch = [each for each in cells if each.fingerprint not in kept]
        say(about=[(each.index, each.grader, each.repeat) for each in batch])
        askers = [each for each in batch if each.grader == "same"]
        store.write(
            batch,
            [Link(each, found[each.fingerprint].number) for each in links],
            calls=[made for each in askers for made in calls_of(each.index)],
            asked=[made for each in askers for made in asked(each, *calls_of(each.index))],
        )
        say(written=[start, end])
        start = end
    store.finish()


class Watched(sqlite3.Connection):
    """A connection that says before and after each statement what it is.

    One that is not durable does not wait for the disk, which is most of the time of a test.
    """

    watch: Callable[[str, str], None]
    is_durable: bool

    def execute(self, query: str, *arguments: Any) -> sqlite3.Cursor:
        return self._tell(super().execute, query, *arguments)

    def executemany(self, query: str, *arguments: Any) -> sqlite3.Cursor:
        return self._tell(super().executemany, query, *arguments)

    def _tell(self, act: Callable[..., sqlite3.Cursor], query: str, *rest: Any) -> sqlite3.Cursor:
        self.watch("before", query)
        if query.startswith("PRAGMA synchronous") and not self.is_durable:
            query = "PRAGMA synchronous = OFF"
        made = act(query, *rest)
        try:
            self.watch("after", query)
        except BaseException:
            made.close()  # a statement that failed does not go on
            raise
        return made


def watched(
    watch: Callable[[str, str], None], *, is_durable: bool = True
) -> Callable[..., sqlite3.Connection]:
    """Return what connects as `sqlite3.connect` does, and tells `watch` of each statement."""
    members = {"watch": staticmethod(watch), "is_durable": is_durable}
    factory = type("Watched", (Watched,), members)

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made = sqlite3.connect(*arguments, factory=factory, **options)
        if not is_durable:
            sqlite3.Connection.execute(made, "PRAGMA synchronous = OFF")
        return made

    return connect
