"""Recorded results of other projects: ours are equal, or listed as different with the reason."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .differences import DIFFERENT, NOT_OFFERED
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


@cache
def replay(file: str, name: str) -> tuple[dict[str, bool], list[str]]:
    """Return whether each row is equal, and a line for each that is not."""
    equal: dict[str, bool] = {}
    unequal = []
    for row in rows(file):
        if row["op"] != name:
            continue
        got, wanted = OPERATIONS[file][name](row["input"], row["expected"])
        tolerance = row.get("tolerance", DEFAULT_TOLERANCE)
        equal[row["id"]] = not isinstance(got, str) and abs(got - wanted) <= tolerance
        if not equal[row["id"]]:
            unequal.append(f"{row['id']}: {got!r} is not {wanted!r}")
    return equal, unequal


@pytest.mark.parametrize(("file", "name"), OFFERED, ids=[f"{f}-{n}" for f, n in OFFERED])
def test_every_row_is_equal_or_a_listed_difference(file, name):
    equal, unequal = replay(file, name)
    assert equal, f"{file} has no row of {name}"
    assert [line for line in unequal if line.partition(":")[0] not in DIFFERENT] == []


@pytest.mark.parametrize("file", OPERATIONS)
def test_every_operation_about_tools_is_offered_or_listed_as_not_offered(file):
    about = ("tool", "trajectory", "action")
    found = {row["op"] for row in rows(file) if any(word in row["op"].lower() for word in about)}
    assert found - set(NOT_OFFERED) == set(OPERATIONS[file])


def test_every_listed_difference_is_one():
    equal = {row: is_equal for each in OFFERED for row, is_equal in replay(*each)[0].items()}
    assert {row for row, is_equal in equal.items() if not is_equal} == set(DIFFERENT)


def test_the_counts_of_equal_different_and_not_offered_rows_are_known():
    counts = Counter(
        "equal" if is_equal else "different"
        for each in OFFERED
        for is_equal in replay(*each)[0].values()
    )
    counts["not offered"] = sum(
        row["op"] in NOT_OFFERED for file in OPERATIONS for row in rows(file)
    )
    assert counts == {"equal": 698, "not offered": 3}


@pytest.mark.parametrize("form", ["openai", "json", "berkeley"])
def test_the_form_of_the_calls_changes_no_verdict(form):
    def written(call: dict[str, Any]) -> Any:
        name, arguments = call["name"], call["arguments"]
        match form:
            case "openai":
                return {"function": {"name": name, "arguments": json.dumps(arguments)}}
            case "json":
                return json.dumps(call)
            case _:
                return {name: arguments}

    operation = OPERATIONS["bfcl_tool_calls"]["tool_call_match"]
    for row in rows("bfcl_tool_calls"):
        calls = [written(call) for call in row["input"]["calls"]]
        for given in (calls, json.dumps(calls), [{"role": "assistant", "tool_calls": calls}]):
            got, wanted = operation({**row["input"], "calls": given}, row["expected"])
            assert got == wanted, row["id"]
