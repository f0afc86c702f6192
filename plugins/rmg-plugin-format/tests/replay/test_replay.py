"""Recorded results of other projects: ours are equal, or listed as different with the reason."""

import json
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
    return not isinstance(got, str) and abs(got - wanted) <= tolerance


@cache
def replay(file: str, name: str) -> tuple[dict[str, bool], list[str]]:
    """Return whether each row is equal, and a line for each that is not."""
    equal: dict[str, bool] = {}
    unequal = []
    for row in rows(file):
        if row["op"] != name:
            continue
        got, wanted = OPERATIONS[file][name](row["input"], row["expected"])
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
def test_every_operation_on_formats_is_replayed(file):
    found = {row["op"] for row in rows(file)}
    about_formats = {name for name in found if "json" in name.lower() or "FormatReward" in name}
    assert about_formats == set(OPERATIONS[file])


def test_every_listed_difference_is_one():
    equal = {row: is_equal for each in OFFERED for row, is_equal in replay(*each)[0].items()}
    assert {row for row, is_equal in equal.items() if not is_equal} == set(DIFFERENT)
