"""The samples that two runs share: by their ids, or by their places in the dataset."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from attrs import field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.reading import RunScores
from rmg_plugin_stats.samples import Places

By = Literal["id", "index"]


@frozen(eq=False)
class Matched:
    """The places of the same samples in two runs, in the order of the first."""

    first: Places = field(repr=False)
    second: Places = field(repr=False)
    by: By
    only_first: int = 0
    only_second: int = 0
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.first)


def match(first: RunScores, second: RunScores, by: By | None = None) -> Matched:
    """Pair the samples of two runs: by id where both have ids unless `by` says otherwise.

    Raises:
        DataError: there are no ids where they are asked for, or no sample is in both.
    """
    has_ids = first.has_ids, second.has_ids
    if by == "id" and not all(has_ids):
        lacking = second.place if has_ids[0] else first.place
        hint = "set id = … in [dataset] and run again, or pair by index"
        raise DataError([Problem(f"the samples of {lacking!r} have no ids", hint)])
    warnings = []
    if by is None:
        by = "id" if all(has_ids) else "index"
        if any(has_ids) and not all(has_ids):
            warnings.append("only one run has ids: samples are paired by their index")
    ours, theirs = (_keys(each, by) for each in (first, second))
    for run, keys in ((first, ours), (second, theirs)):
        if twice := sum(1 for key in keys if key is not None and key[1]):
            said = f"{twice} samples of {run.place!r} have an id that another has before them"
            warnings.append(f"{said}: the nth of an id is paired with the nth")
    places = {key: place for place, key in enumerate(theirs) if key is not None}
    pairs = [(at, places[key]) for at, key in enumerate(ours) if key is not None and key in places]
    if not pairs:
        raise _nothing_shared(first, second, by)
    left, right = np.array(pairs, dtype=np.intp).T
    return Matched(
        left,
        right,
        by,
        len(first) - len(pairs),
        len(second) - len(pairs),
        tuple(warnings),
    )


def all_of(run: RunScores) -> Matched:
    """Pair each sample of a run with itself, to compare two of its columns."""
    places = np.arange(len(run), dtype=np.intp)
    return Matched(places, places, "id" if run.has_ids else "index")


def _keys(run: RunScores, by: By) -> Sequence[tuple[Hashable, int] | None]:
    """Return what each sample is known by, and how many had the same before it; None of no id."""
    named: Sequence[Hashable | None] = run.ids if by == "id" else run.index
    seen: Counter[Hashable] = Counter()
    keys: list[tuple[Hashable, int] | None] = []
    for each in named:
        keys.append(None if each is None else (each, seen[each]))
        seen[each] += 1
    return keys


def _nothing_shared(first: RunScores, second: RunScores, by: By) -> DataError:
    said = f"no sample of {first.place!r} is in {second.place!r}"
    if by == "index":
        return DataError([Problem(said, "is one of them empty?")])
    one, other = _an_id(first), _an_id(second)
    if {*map(str, first.ids)} & {*map(str, second.ids)} - {"None"}:
        said = f"{said}: the ids of one are numbers and of the other texts, such as {one!r} "
        return DataError([Problem(f"{said}and {other!r}", "write them alike and run again")])
    hint = "are these runs of the same samples? --pair index takes the nth of each together"
    return DataError([Problem(f"{said}: they have ids such as {one!r} and {other!r}", hint)])


def _an_id(run: RunScores) -> str | int | None:
    return next((each for each in run.ids if each is not None), None)
