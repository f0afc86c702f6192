"""Recorded results of other projects: ours are equal, or listed as different with the reason."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .differences import DIFFERENT
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
        return got.keys() == wanted.keys() and all(
            is_equal(got[key], wanted[key], tolerance) for key in wanted
        )
    if isinstance(got, str):
        return False
    return bool(abs(got - wanted) <= tolerance)


@cache
def replay(file: str, name: str) -> dict[str, str]:
    """Return for each row what is unequal, or nothing."""
    found = {}
    for row in rows(file):
        if row["op"] == name:
            got, wanted = OPERATIONS[file][name](row)
            equal = is_equal(got, wanted, row.get("tolerance", DEFAULT_TOLERANCE))
            found[row["id"]] = "" if equal else f"{got!r} is not {wanted!r}"
    return found


@pytest.mark.parametrize(("file", "name"), OFFERED, ids=[f"{f}-{n}" for f, n in OFFERED])
def test_every_row_is_equal_or_a_listed_difference(file, name):
    found = replay(file, name)
    assert found, f"{file} has no row of {name}"
    unequal = {row: said for row, said in found.items() if said}
    assert {row: said for row, said in unequal.items() if row not in DIFFERENT} == {}


def test_every_listed_difference_is_one():
    unequal = {row for each in OFFERED for row, said in replay(*each).items() if said}
    assert unequal == set(DIFFERENT)


def test_the_counts_of_equal_and_different_rows_are_known():
    counts = Counter(
        "different" if said else "equal" for each in OFFERED for said in replay(*each).values()
    )
    assert counts == {"equal": 1855, "different": 11}
