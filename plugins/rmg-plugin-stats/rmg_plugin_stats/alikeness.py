"""Whether the rows of two runs are those of the same samples."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_core import ConfigError, DataError, Problem, StoredRun, StoredSample
from rmg_plugin_stats.matching import Matched

MOSTLY = 0.9
"""From this share on a field is taken for one of the sample, and where it differs is told."""

MOST_ROWS = 20_000
"""So many rows of each run are looked at, of which the rest can be told."""


@frozen
class FieldAlike:
    """In how many pairs of rows a field is alike; `tells` if its values tell samples apart."""

    name: str
    alike: int
    pairs: int
    tells: bool
    differs_at: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.alike / self.pairs

    def __str__(self) -> str:
        return f"{self.name} differs in {self.pairs - self.alike:,} of {self.pairs:,} pairs"


@frozen
class Alikeness:
    """What the rows say of two runs: the fields that both have, and what is to be told of them."""

    fields: tuple[FieldAlike, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()


def look_at_rows(
    first: StoredRun, second: StoredRun, matched: Matched, *, is_insisted: bool = False
) -> Alikeness:
    """Say in which fields the rows of pairs are alike.

    Raises:
        DataError: samples are paired by index, and no field that tells them apart is alike.
    """
    if first.imprint and first.imprint == second.imprint:
        return Alikeness(note="both runs are of the same dataset")
    try:
        ours, theirs = (_hashes(islice(each.rows(), MOST_ROWS)) for each in (first, second))
    except (ConfigError, DataError) as fault:
        return Alikeness(warnings=(f"the rows of the two runs could not be compared: {fault}",))
    ids = {each.config.dataset.id for each in (first, second)}
    seen = (matched.first < MOST_ROWS) & (matched.second < MOST_ROWS)
    left, right = matched.first[seen], matched.second[seen]
    fields = tuple(
        _alike(name, line[left], theirs.fields[name][right], [ours.names[at] for at in left])
        for name, line in ours.fields.items()
        if len(left) and name in theirs.fields and name not in ids
    )
    warnings = [*_said(fields, matched, is_insisted=is_insisted)]
    return Alikeness(fields, _note(fields), tuple(warnings))


def _note(fields: tuple[FieldAlike, ...]) -> str:
    same = [each.name for each in fields if each.alike == each.pairs]
    said = [f"alike in all pairs: {', '.join(same)}"] if same else []
    return "; ".join([*said, *(str(each) for each in fields if each.name not in same)])


def _said(fields: tuple[FieldAlike, ...], matched: Matched, *, is_insisted: bool) -> Iterator[str]:
    telling = [each for each in fields if each.tells]
    is_by_index = matched.by == "index"
    if not telling and is_by_index:
        yield (
            "samples are paired by index, and nothing in the rows tells whether they are the same: "
            "set id = … in [dataset] to be sure"
        )
    # What two models answer to the same questions is unlike in one field, and alike in another.
    if len(telling) > 1 and all(each.share < 0.5 for each in telling):
        said = f"no field of the rows is alike in most pairs ({'; '.join(map(str, telling))})"
        if is_by_index and not is_insisted:
            hint = "pair them by ids, or insist by --pair index"
            raise DataError([Problem(f"these are not the same samples: {said}", hint)])
        yield f"are these the same samples? {said}"
    for each in telling:
        if MOSTLY <= each.share < 1:
            yield f"{each}, such as {', '.join(each.differs_at)}: are these the same samples?"


@frozen(eq=False)
class _Hashed:
    """What samples are called, and for each field of their rows a number that tells its value.

    It is 0 where there is none, and below 0 for what is no number itself.
    """

    names: Sequence[str]
    fields: Mapping[str, npt.NDArray[np.int64]]


def _hashes(rows: Iterable[tuple[StoredSample, Mapping[str, Any] | None]]) -> _Hashed:
    found: dict[str, dict[int, int]] = {}
    names = []
    for place, (sample, row) in enumerate(rows):
        names.append(f"#{sample.index}" if sample.id is None else repr(sample.id))
        for name, value in (row or {}).items():
            is_text = isinstance(value, str)
            text = value if is_text else json.dumps(value, sort_keys=True, default=str)
            told = abs(hash((is_text, text))) or 1
            is_number = isinstance(value, int | float)
            found.setdefault(name, {})[place] = told if is_number else -told
    lines = {}
    for name, each in found.items():
        lines[name] = np.zeros(len(names), dtype=np.int64)
        lines[name][list(each)] = list(each.values())
    return _Hashed(names, lines)


def _alike(
    name: str,
    one: npt.NDArray[np.int64],
    other: npt.NDArray[np.int64],
    names: Sequence[str],
) -> FieldAlike:
    same = one == other
    # A language or a source is alike in rows that have nothing to do with one another, and so is
    # the number of a row.
    tells = len(np.unique(one[one < 0])) >= max(2, len(one) / 2)
    others = tuple(names[at] for at in np.flatnonzero(~same)[:3])
    return FieldAlike(name, int(same.sum()), len(one), tells, others)
