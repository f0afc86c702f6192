"""What goes into a store and comes out of it, beside finished cells."""

from typing import NamedTuple

from attrs import frozen

from rmg_core.outcomes import UNIT, Cell, Outcome, Scale


@frozen
class StoredGrader:
    """A grader as its grades depend on it; `digest` stands for all but the scale."""

    digest: bytes
    name: str
    distribution: str = ""
    release: str = ""
    version: str = ""
    source: str = ""
    options: str = "{}"
    scale: Scale = UNIT


@frozen
class Column:
    """A name of the config: of a grader, or of an aggregator, which has no `grader`."""

    name: str
    grader: StoredGrader | None = None
    repeats: int = 1


class Found(NamedTuple):
    """A stored outcome; `attempts` counts it and those that it replaced."""

    number: int
    fingerprint: str
    outcome: Outcome
    seconds: float
    attempts: int


class StoredCell(NamedTuple):
    """A cell of the last run; `attempts` counts its outcome and those that it replaced."""

    cell: Cell
    attempts: int


class Link(NamedTuple):
    """A cell whose outcome is stored already, and the number that it was found under."""

    cell: Cell
    number: int


class Asked(NamedTuple):
    """That a cell made a call: its fingerprint, the how manieth it was (from 0), and the key."""

    fingerprint: str
    number: int
    key: str


@frozen
class CallTotals:
    """Sums over the calls of a model; `usd` is over those whose price is known, or None.

    `unpriced` is how many have none.
    """

    calls: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    unpriced: int


class Forgotten(NamedTuple):
    """How many outcomes and calls were deleted."""

    outcomes: int
    calls: int


@frozen
class Finding:
    """Something in a store that is not as it was written; of which grade, where that is known."""

    said: str
    sample: int | None = None
    id: str | int | None = None
    column: str = ""
    repeat: int | None = None
    fingerprint: str = ""

    def __str__(self) -> str:
        if self.sample is None:
            return self.said
        named = f" ({self.id!r})" if self.id is not None else ""
        place = f"sample {self.sample}{named}, {self.column}, repeat {self.repeat}"
        address = f", fingerprint {self.fingerprint}" if self.fingerprint else ""
        return f"{place}{address}: {self.said}"
