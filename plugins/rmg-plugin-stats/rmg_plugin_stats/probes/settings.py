"""What a probe is, what it works on, and what came of what it asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import nan
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from rmg_core import GraderScore, Outcome, RunColumn, Scale, StoredRun
from rmg_plugin_stats.probes.items import Item, Place
from rmg_plugin_stats.reports import Section
from rmg_plugin_stats.samples import Flags, Floats

ALIKE: Final = 1e-9
"""Scores that are closer than this are equal: means of the same votes differ by rounding."""


@frozen
class Setting:
    """What a probe works on: the samples, the inputs of the grader, and where the answer stands."""

    run: StoredRun
    column: RunColumn
    items: Sequence[Item] = field(repr=False)
    names: tuple[str, ...]
    answer: Place
    seed: int = 0
    repeats: int = 3

    @property
    def scale(self) -> Scale:
        return self.items[0].scale

    def answers(self) -> Iterator[tuple[int, Item, str]]:
        """Yield place, sample and answer of those whose answer is a text that is not blank."""
        for place, item in enumerate(self.items):
            text = item.inputs.get(self.answer.name or "")
            if isinstance(text, str) and text.strip():
                yield place, item, text

    def altered(self, place: int, kind: str, text: str) -> "Altered":
        """Return a sample with another answer."""
        given, name = self.items[place].inputs, self.answer.name or ""
        before = given.get(name)
        added = len(text) - len(before) if isinstance(before, str) else 0
        return Altered(place, kind, {**given, name: text}, added)


@frozen
class Altered:
    """The inputs of a sample, altered in some way; so many characters were `added`."""

    place: int
    kind: str
    inputs: Mapping[str, Any] = field(repr=False)
    added: int = 0


@frozen(eq=False)
class Moves:
    """Scores of alterations beside those of their samples as they were, where both are there.

    `gain` is towards the better end of the scale, in its units.
    """

    scale: Scale
    places: Floats = field(repr=False)
    added: Floats = field(repr=False)
    altered: Floats = field(repr=False)
    honest: Floats = field(repr=False)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def gain(self) -> Floats:
        change = self.altered - self.honest
        better = change if self.scale.higher_is_better else -change
        return np.where(np.abs(better) < ALIKE, 0.0, better)

    def with_room(self, *, up: bool) -> "Moves":
        """Return those whose sample was not at the best end, or the worst with `up` False."""
        end = self.scale.high if up == self.scale.higher_is_better else self.scale.low
        return self if end is None else self.only(np.abs(self.honest - end) > ALIKE)

    def only(self, kept: Flags) -> "Moves":
        columns = (self.places, self.added, self.altered, self.honest)
        return Moves(self.scale, *(each[kept] for each in columns))


@frozen
class Answers:
    """What came of what was asked: of the samples as they were, and as they were altered."""

    setting: Setting
    asked: Sequence[tuple[Altered, Outcome]] = field(repr=False)
    same: Sequence[Outcome] = field(default=(), repr=False)
    repeats: Sequence[Sequence[Outcome]] = field(default=(), repr=False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of alteration, in the order in which they were made."""
        return tuple(dict.fromkeys(altered.kind for altered, _ in self.asked))

    def of(self, *kinds: str) -> Iterator[tuple[Altered, Outcome]]:
        """Yield what came of alterations of some kinds."""
        return (each for each in self.asked if each[0].kind in kinds)

    def moves(self, *kinds: str, over: str | None = None) -> Moves:
        """Return what alterations of some kinds did to scores.

        With `over` they are held against an alteration of that kind, not the samples as they were.
        """
        honest = [score_of(each) for each in self.same]
        if over is not None:
            honest = [nan] * len(honest)
            for altered, out in self.of(over):
                honest[altered.place] = score_of(out)
        rows = [
            (altered.place, altered.added, score_of(out), honest[altered.place])
            for altered, out in self.of(*kinds)
        ]
        return _moves(self.setting.scale, rows)

    def asked_again(self) -> Moves:
        """Return the scores of the samples as they were, asked anew beside those of the run."""
        rows = [
            (place, 0, score_of(out), item.score)
            for place, (item, out) in enumerate(zip(self.setting.items, self.same, strict=True))
        ]
        return _moves(self.setting.scale, rows)


def _moves(scale: Scale, rows: Sequence[tuple[float, ...]]) -> Moves:
    table = np.array(rows, dtype=float).reshape(-1, 4)
    return Moves(scale, *table[~np.isnan(table).any(axis=1)].T)


@frozen
class Probe:
    """A probe: its title, why it cannot apply, what it asks, and what it makes of the answers.

    `unfit` returns "" where it applies. `limit` is how many samples it takes by default.
    """

    key: str
    title: str
    unfit: Callable[[Setting], str]
    alter: Callable[[Setting], Iterator[Altered]]
    report: Callable[[Answers], Section]
    limit: int = 50


def score_of(outcome: Outcome | None) -> float:
    return outcome.score if isinstance(outcome, GraderScore) else nan


def needs_an_answer(setting: Setting) -> str:
    """Say why the answer cannot be altered, or ""."""
    if setting.answer.name is None:
        return setting.answer.why
    if not any(setting.answers()):
        return f"every {setting.answer.name!r} is blank"
    return ""
