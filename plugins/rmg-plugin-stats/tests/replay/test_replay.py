"""Recorded analyses of another project: ours are equal, or listed as different with the reason."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rmg_plugin_stats.tournaments import games, win_rates

from .differences import DIFFERENT
from .operations import OPERATIONS

FILE = (
    Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "vectors" / "openjudge.jsonl"
)
DEFAULT_TOLERANCE = 1e-6

needs_data = pytest.mark.skipif(
    not FILE.is_file(), reason="the recorded results (../shared/data) are not there"
)


@cache
def rows() -> tuple[dict[str, Any], ...]:
    return tuple(map(json.loads, FILE.read_text("utf-8").splitlines()))


def is_equal(got: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(wanted, dict):
        return all(is_equal(got[key], wanted[key], tolerance) for key in wanted)
    return got is not None and abs(got - wanted) <= tolerance


@cache
def replay(name: str) -> tuple[dict[str, bool], list[str]]:
    """Return whether each row is equal, and a line for each that is not."""
    equal: dict[str, bool] = {}
    unequal = []
    for row in rows():
        if row["op"] != name or row.get("unstable") or row.get("disputed"):
            continue
        got, wanted = OPERATIONS[name](row["input"], row["expected"])
        equal[row["id"]] = is_equal(got, wanted, row.get("tolerance", DEFAULT_TOLERANCE))
        if not equal[row["id"]]:
            unequal.append(f"{row['id']}: {got!r} is not {wanted!r}")
    return equal, unequal


@needs_data
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_row_is_equal_or_a_listed_difference(name):
    equal, unequal = replay(name)
    assert equal, f"there is no row of {name}"
    assert [line for line in unequal if line.partition(":")[0] not in DIFFERENT] == []


@needs_data
def test_every_analyzer_is_replayed():
    assert {row["op"] for row in rows() if "Analyzer" in row["op"]} == set(OPERATIONS)


@needs_data
def test_every_listed_difference_is_one():
    equal = {row: is_equal for each in OPERATIONS for row, is_equal in replay(each)[0].items()}
    assert {row for row, is_equal in equal.items() if not is_equal} == set(DIFFERENT)


def test_win_rates_are_of_the_pairs_that_were_judged():
    played = games(["a", "a", "b"], ["b", "b", "c"], [1.0, 0.5, 0.0])
    rates, counts = win_rates(played)
    assert rates[0, 1] == 0.75
    assert counts[0, 2] == 0
    assert rates[2, 1] == 1.0
