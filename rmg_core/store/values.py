"""What goes into a store and comes out of it, beside finished cells."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from attrs import field, frozen

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


@frozen
class StoredCall:
    """A call of a model: what came back, and what that took.

    Args:
        key: 32 hexadecimal digits that stand for the request, the model and the sample number.
        model: which model it was, as JSON.
        reply: what `to_json` makes of a `Reply` or of `Embeddings`.
        input_tokens, output_tokens: as far as the provider has said.
        usd: what it cost; None where no price is known.
        queued: seconds that it waited for its turn.
        served: seconds that the model took.
        attempts: how many it took.
        number: of the call in the store, larger for those that were kept later; 0 before that.
    """

    key: str
    model: str
    reply: Mapping[str, Any]
    input_tokens: int | None
    output_tokens: int | None
    usd: float | None
    queued: float
    served: float
    attempts: int = 1
    number: int = field(default=0, eq=False)


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
