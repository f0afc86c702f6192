"""Recorded verdicts of IFEval: ours are equal, or listed as different with the reason."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rmg_plugin_instruct.ifeval import ifeval_loose, ifeval_strict
from rmg_plugin_instruct.kinds import INSTRUCTIONS

from .differences import DIFFERENT, NOT_OFFERED, RENAMED

FILE = Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "vectors"
FILE /= "ifeval_unit.jsonl"

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="the recorded results (../shared/data) are not there"
)


@cache
def rows() -> tuple[dict[str, Any], ...]:
    found = map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
    return tuple(row for row in found if not row.get("unstable") and not row.get("disputed"))


def name_of(row: dict[str, Any]) -> str:
    name = row["input"]["instruction_id"]
    return RENAMED.get(name, name)


def offered() -> list[dict[str, Any]]:
    return [row for row in rows() if name_of(row) not in NOT_OFFERED]


def verdict(row: dict[str, Any], grader: Any = ifeval_strict) -> bool:
    given = row["input"]
    return bool(grader(given["response"], [name_of(row)], [given["args"]]).score)


def test_every_row_is_equal_or_a_listed_difference():
    unequal = [row["id"] for row in offered() if verdict(row) != row["expected"]]
    assert [row for row in unequal if row not in DIFFERENT] == []


def test_every_listed_difference_is_one():
    unequal = {row["id"] for row in offered() if verdict(row) != row["expected"]}
    assert set(DIFFERENT) <= unequal


def test_what_is_followed_strictly_is_followed_loosely():
    followed = [row for row in offered() if row["expected"]]
    assert followed
    assert [row["id"] for row in followed if not verdict(row, ifeval_loose)] == []


def test_every_instruction_of_a_row_is_offered_or_listed_as_not_offered():
    found = {name_of(row) for row in rows()}
    assert found <= set(INSTRUCTIONS) | set(NOT_OFFERED)
    assert not set(INSTRUCTIONS) & set(NOT_OFFERED)


def test_the_counts_of_equal_different_and_not_offered_rows_are_known():
    counts = Counter("different" if row["id"] in DIFFERENT else "equal" for row in offered())
    counts["not offered"] = len(rows()) - len(offered())
    assert counts == {"equal": 64, "not offered": 13}
