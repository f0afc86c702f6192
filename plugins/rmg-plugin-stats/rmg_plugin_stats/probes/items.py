"""The samples of a run that a probe takes, and which of their inputs is the answer."""

from bisect import insort
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from random import Random
from typing import Any, Final

from attrs import field, frozen

from rmg_core import DataError, GraderScore, Problem, Scale, StoredRun

ANSWERS: Final = (
    "response",
    "answer",
    "output",
    "completion",
    "prediction",
    "candidate",
    "response_a",
    "answer_a",
    "summary",
    "translation",
    "text",
    "code",
)
"""Names that the input with the answer has, the likeliest first."""

SIDES: Final = (("_a", "_b"), ("_1", "_2"), ("a", "b"), ("1", "2"), ("first", "second"))
"""How the names of the inputs of two answers end."""


@frozen
class Item:
    """A sample with the inputs of the grader, and the score of the run with what it says beside."""

    index: int
    id: str | int | None
    inputs: Mapping[str, Any] = field(repr=False)
    score: float
    scale: Scale
    metadata: Mapping[str, Any] = field(repr=False)

    @property
    def key(self) -> str:
        """What the sample is known by, also in a run of the same samples in another order."""
        return repr(self.index if self.id is None else self.id)

    def chance(self, *words: object) -> Random:
        """Return chance that is the same for the same sample and words, whatever else is probed."""
        return Random("\x1f".join(map(str, (self.key, *words))))  # noqa: S311 - no secret


@frozen
class Picked:
    """The samples that are probed, of so many `scored` ones, and what became of the others."""

    items: Sequence[Item] = field(converter=tuple[Item, ...])
    scored: int
    left_out: Mapping[str, int]


def pick(run: StoredRun, column: str, limit: int, seed: int) -> Picked:
    """Take at most `limit` samples at random, of those that the run has a score for.

    Which they are follows from the seed and their ids, so that those of a smaller limit are among
    those of a larger one: what was asked for them is asked once.

    Raises:
        ConfigError: the grader cannot be made any more.
        DataError: there is no such column, or the dataset is another.
    """
    kept: list[tuple[bytes, int, Item]] = []
    left_out: Counter[str] = Counter()
    scored = 0
    for sample, inputs in run.inputs(column):
        outcome = sample.outcomes.get(column)
        if not isinstance(outcome, GraderScore):
            left_out["have no score in the run"] += 1
        elif inputs is None:
            left_out["have no inputs any more"] += 1
        else:
            scored += 1
            item = Item(
                sample.index, sample.id, inputs, outcome.score, outcome.scale, outcome.metadata
            )
            place = blake2b(f"{seed}\x1f{item.key}".encode(), digest_size=16).digest()
            insort(kept, (place, sample.index, item), key=lambda each: each[:2])
            del kept[limit:]
    return Picked([each[-1] for each in kept], scored, left_out)


@frozen
class Place:
    """The input that a probe alters; None with the reason where there is none."""

    name: str | None
    why: str = ""


def answer_of(names: Sequence[str], items: Sequence[Item], wanted: str | None) -> Place:
    """Find the input that holds the answer: the one that is wanted, or has a usual name.

    Raises:
        DataError: the grader has no input of the wanted name.
    """
    if wanted is not None and wanted not in names:
        said = f"the grader has no input {wanted!r}"
        raise DataError([Problem(said, f"its inputs are {_listed(names)}")])
    texts = [name for name in names if any(_is_text(each.inputs.get(name)) for each in items)]
    if wanted is not None:
        return Place(wanted) if wanted in texts else Place(None, f"no {wanted!r} is a text")
    known = [name for name in ANSWERS if name in names]
    if known:
        if known[0] in texts:
            return Place(known[0])
        return Place(None, f"no {known[0]!r} is a text")
    if len(texts) == 1:
        return Place(texts[0])
    if not texts:
        return Place(None, "the grader takes no text")
    said = f"the grader takes the texts {_listed(texts)}: say which of them is the answer"
    return Place(None, said)


def sides_of(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the inputs that change places when two answers do, as pairs of names."""
    found: list[tuple[str, str]] = []
    for one, two in SIDES:
        for name in names:
            other = name.removesuffix(one) + two
            taken = {each for both in found for each in both}
            if name.endswith(one) and other in names and not {name, other} & taken:
                found.append((name, other))
    return tuple(found)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
