"""Recorded results of other projects: ours are equal, or listed as different with the reason."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from . import running, static
from .differences import DIFFERENT

VECTORS = Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "vectors"

pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the recorded results (../shared/data) are not there"
)

OPERATIONS = {
    ("openjudge", "SyntaxCheckGrader"): static.syntax_check,
    ("openjudge", "CodeStyleGrader"): static.code_style,
    ("openjudge", "PatchSimilarityGrader"): static.patch,
    ("rm_gallery_rewards", "SyntaxCheckReward"): static.syntax_reward,
    ("rm_gallery_rewards", "CodeStyleReward"): static.style_reward,
    ("rm_gallery_rewards", "PatchSimilarityReward"): static.patch_reward,
    ("openjudge", "CodeExecutionGrader"): running.execution,
    ("rm_gallery_rewards", "CodeExecutionReward"): running.execution_reward,
}


@cache
def replay(file: str, name: str) -> dict[str, tuple[Any, Any]]:
    lines = (VECTORS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["op"] == name]
    kept = [row for row in rows if not row.get("unstable") and not row.get("disputed")]
    make = OPERATIONS[file, name]
    return {row["id"]: make(row["input"], row["expected"]) for row in kept}


def is_equal(pair: tuple[Any, Any]) -> bool:
    ours, theirs = pair
    return not isinstance(ours, str) and ours == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize(("file", "name"), OPERATIONS)
def test_every_row_is_equal_or_a_listed_difference(file, name):
    pairs = replay(file, name)
    assert pairs, f"{file} has no row of {name}"
    assert {row: pair for row, pair in pairs.items() if not is_equal(pair)}.keys() == {
        row for row in DIFFERENT if row in pairs
    }


def test_the_counts_of_equal_and_different_rows_are_known():
    counts = Counter(
        "equal" if is_equal(pair) else "different"
        for each in OPERATIONS
        for pair in replay(*each).values()
    )
    assert counts == {"equal": 8, "different": 10}


def test_every_row_that_is_listed_as_different_is_replayed():
    assert {row for each in OPERATIONS for row in replay(*each)} >= DIFFERENT.keys()


@pytest.mark.parametrize("file", ["openjudge", "rm_gallery_rewards"])
def test_every_operation_on_code_is_replayed(file):
    lines = (VECTORS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    found = {json.loads(line)["op"] for line in lines}
    about_code = {name for name in found if name.startswith(("Code", "Syntax", "Patch"))}
    assert about_code == {name for each, name in OPERATIONS if each == file}


STYLED = [("openjudge", "CodeStyleGrader"), ("rm_gallery_rewards", "CodeStyleReward")]


@pytest.mark.parametrize(("file", "name"), STYLED)
def test_what_is_clean_there_is_clean_here(file, name):
    pairs = replay(file, name).values()
    assert [ours == 0 for ours, _ in pairs] == [theirs == 1 for _, theirs in pairs]
