"""Recorded results of other projects: ours are equal, or listed as different with the reason."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .differences import DIFFERENT, NOT_OFFERED, UNCOMPARED
from .operations import OPERATIONS

VECTORS = Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "vectors"

pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the recorded results (../shared/data) are not there"
)

OFFERED = [(file, name) for file, operations in OPERATIONS.items() for name in operations]
DEFAULT_TOLERANCE = 1e-6


@cache
def rows(file: str) -> tuple[dict[str, Any], ...]:
    lines = (VECTORS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return tuple(row for row in found if not row.get("unstable") and not row.get("disputed"))


def is_equal(got: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(wanted, dict):
        return (
            isinstance(got, dict)
            and got.keys() == wanted.keys()
            and all(is_equal(got[key], wanted[key], tolerance) for key in wanted)
        )
    if isinstance(got, str) or isinstance(wanted, str):
        return bool(got == wanted)
    return bool(abs(got - wanted) <= tolerance)


@cache
def replay(file: str, name: str) -> tuple[dict[str, bool], list[str]]:
    """Return whether each row is equal, and a line for each that is not."""
    equal: dict[str, bool] = {}
    unequal = []
    for row in rows(file):
        if row["op"] != name:
            continue
        got, wanted = OPERATIONS[file][name](row["input"], row["expected"])
        if isinstance(wanted, dict):
            left_out = UNCOMPARED.get(name, {})
            wanted = {key: value for key, value in wanted.items() if key not in left_out}
        equal[row["id"]] = is_equal(got, wanted, row.get("tolerance", DEFAULT_TOLERANCE))
        if not equal[row["id"]]:
            unequal.append(f"{row['id']}: {got!r} is not {wanted!r}")
    return equal, unequal


@pytest.mark.parametrize(("file", "name"), OFFERED, ids=[f"{f}-{n}" for f, n in OFFERED])
def test_every_row_is_equal_or_a_listed_difference(file, name):
    equal, unequal = replay(file, name)
    assert equal, f"{file} has no row of {name}"
    assert [line for line in unequal if line.partition(":")[0] not in DIFFERENT] == []


@pytest.mark.parametrize("file", OPERATIONS)
def test_every_operation_of_a_file_is_offered_or_listed_as_not_offered(file):
    found = {row["op"] for row in rows(file)}
    offered, not_offered = set(OPERATIONS[file]), set(NOT_OFFERED.get(file, ()))
    assert found == offered | not_offered
    assert not offered & not_offered


def test_every_listed_difference_is_one():
    equal = {row: is_equal for each in OFFERED for row, is_equal in replay(*each)[0].items()}
    assert {row for row, is_equal in equal.items() if not is_equal} == set(DIFFERENT)


def test_every_figure_left_out_is_recorded():
    recorded = {
        (row["op"], key)
        for file in OPERATIONS
        for row in rows(file)
        if isinstance(row["expected"], dict)
        for key in row["expected"]
    }
    assert {(name, key) for name, keys in UNCOMPARED.items() for key in keys} <= recorded


def test_the_counts_of_equal_different_and_not_offered_rows_are_known():
    counts = Counter(
        "equal" if is_equal else "different"
        for each in OFFERED
        for is_equal in replay(*each)[0].values()
    )
    counts["not offered"] = sum(
        row["op"] in NOT_OFFERED.get(file, ()) for file in OPERATIONS for row in rows(file)
    )
    assert counts == {"equal": 1875, "different": 15, "not offered": 361}
    assert counts.total() == sum(len(rows(file)) for file in OPERATIONS)
