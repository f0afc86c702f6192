"""In what the graders of two runs differ, whose scores are compared."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rmg_core import RmgError, RunColumn, StoredRun

_LONGEST = 60
_PLAIN = ("distribution", "release", "version")


def differences_of(
    first: StoredRun, second: StoredRun, names: Sequence[tuple[str, str]]
) -> list[str]:
    """Return a warning for each pair of columns that were not graded alike."""
    warnings = []
    for one, other in names:
        ours, theirs = first.column(one), second.column(other)
        said = [*_of_graders(ours, theirs)]
        if ours.is_aggregator and theirs.is_aggregator:
            said = [*_of_aggregators(first, second, one, other)]
        if said:
            name = one if one == other else f"{one} and {other}"
            told = f"{name}: graded otherwise in the two runs ({'; '.join(said)})"
            warnings.append(f"{told}: the comparison is of the graders too")
    return warnings


def _of_graders(ours: RunColumn, theirs: RunColumn) -> Iterator[str]:
    if ours.use != theirs.use:
        yield f"{ours.use or 'an aggregator'} and {theirs.use or 'an aggregator'}"
        return
    for name in _PLAIN:
        one, other = ours.made_by.get(name, ""), theirs.made_by.get(name, "")
        if one != other:
            yield f"{name} {one or '–'} and {other or '–'}"  # noqa: RUF001 - the dash for nothing
    if ours.made_by.get("source") != theirs.made_by.get("source"):
        yield "its code differs"
    yield from _options(ours.made_by.get("options", {}), theirs.made_by.get("options", {}))
    if ours.repeats != theirs.repeats:
        yield f"repeats {ours.repeats} and {theirs.repeats}"


def _options(ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _options(one, other, f"{path}{name}.")
        else:
            yield f"{path}{name} {_short(one)} and {_short(other)}"


def _of_aggregators(first: StoredRun, second: StoredRun, one: str, other: str) -> Iterator[str]:
    """Say what differs of aggregators, of which the store knows nothing but their outcomes."""
    try:
        ours = first.config.aggregators.get(one)
        theirs = second.config.aggregators.get(other)
    except RmgError:
        yield "whether the aggregators are the same cannot be told: a config is lost"
        return
    if ours is None or theirs is None:
        return
    if ours.use != theirs.use:
        yield f"{ours.use} and {theirs.use}"
    yield from _options(ours.options, theirs.options)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
