"""The answers of the Berkeley leaderboard pass, and none with a value changed does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rmg_plugin_tools.berkeley import tool_call_match

FILE = Path(__file__).resolve().parents[4] / ".." / "shared/data/vectors/bfcl_tool_calls.jsonl"

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="the recorded results (../shared/data) are not there"
)

CONTRADICTORY = {"parallel_multiple_12"}
"""Tasks whose answer has an argument that the tool does not."""


def tasks() -> dict[str, Any]:
    rows = map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
    return {row["bfcl_id"]: row["input"] for row in rows}


def first_allowed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: first_allowed(each[0]) for name, each in value.items() if each[0] != ""}
    return [first_allowed(each) for each in value] if isinstance(value, list) else value


def answered(task: Any) -> list[dict[str, Any]]:
    calls = []
    for answer in task["possible_answer"]:
        ((name, values),) = answer.items()
        given = {each: [v for v in allowed if v != ""] for each, allowed in values.items()}
        arguments = {each: first_allowed(allowed[0]) for each, allowed in given.items() if allowed}
        calls.append({"name": name, "arguments": arguments})
    return calls


def changed(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 987
        case str():
            return "zqx"
        case list():
            return [*value, "zqx"]
        case _:
            return {**(value or {}), "zqx": 1}


def mutants(task: Any, calls: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for place, call in enumerate(calls):
        allowed = task["possible_answer"][place][call["name"]]
        for name, value in call["arguments"].items():
            if changed(value) not in allowed[name]:
                arguments = {**call["arguments"], name: changed(value)}
                yield [*calls[:place], {**call, "arguments": arguments}, *calls[place + 1 :]]


def passes(task: Any, calls: list[dict[str, Any]]) -> bool:
    return tool_call_match(calls, task["possible_answer"], task["functions"]).score == 1.0


def test_the_first_of_the_allowed_values_pass():
    refused = {name for name, task in tasks().items() if not passes(task, answered(task))}
    assert refused == CONTRADICTORY


def test_no_answer_with_a_changed_value_passes():
    count = 0
    for name, task in tasks().items():
        for calls in mutants(task, answered(task)):
            assert not passes(task, calls), (name, calls)
            count += 1
    assert count > 1_000
