"""Messages in every form, and the results of calls."""

import json
from types import MappingProxyType

import pytest

from rmg_core import CannotGrade
from rmg_plugin_tools.trajectories import acted, expected_of, trajectory_of

SEARCH = {"id": "s", "function": {"name": "search", "arguments": "{}"}}
STOP = {"id": "t", "function": {"name": "stop", "arguments": "{}"}}


def names(value):
    return [[call.name for call in step] for step in trajectory_of(value).steps]


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ([], []),
        (None, []),
        ("", []),
        ("I cannot do that.", []),
        ("[]", []),
        (SEARCH, [["search"]]),
        (json.dumps(SEARCH), [["search"]]),
        ([SEARCH, STOP], [["search"], ["stop"]]),
        ([[SEARCH, STOP], []], [["search", "stop"], []]),
        ({"role": "assistant", "content": "No."}, []),
        ({"role": "assistant", "tool_calls": None}, []),
        ({"role": "assistant", "tool_calls": [SEARCH, STOP]}, [["search", "stop"]]),
        ({"role": "assistant", "tool_calls": json.dumps([SEARCH])}, [["search"]]),
        ([{"message": {"role": "assistant", "tool_calls": [{"tool_call": SEARCH}]}}], [["search"]]),
        ([{"role": "assistant", "function_call": {"name": "stop", "arguments": ""}}], [["stop"]]),
        ([{"role": "user", "content": "Hi", "tool_calls": [STOP]}], []),
        ([{"type": "ai", "content": "", "tool_calls": [{"name": "stop", "args": {}}]}], [["stop"]]),
        (
            [{"role": "assistant", "content": [{"type": "tool_use", "name": "stop", "input": {}}]}],
            [["stop"]],
        ),
        (({"role": "assistant", "tool_calls": (SEARCH,)},), [["search"]]),
        (MappingProxyType({"role": "assistant", "tool_calls": (SEARCH,)}), [["search"]]),
    ],
)
def test_the_steps_are_the_messages_with_calls(given, steps):
    assert names(given) == steps


def test_blocks_that_langchain_keeps_beside_its_calls_count_once():
    block = {"type": "tool_use", "name": "stop", "input": {}}
    message = {"type": "ai", "content": [block], "tool_calls": [{"name": "stop", "args": {}}]}
    assert names([message]) == [["stop"]]


def test_calls_that_langchain_could_not_read_are_calls_with_a_fault():
    broken = {"name": "stop", "args": "{", "error": "no JSON", "type": "invalid_tool_call"}
    message = {"type": "ai", "content": "", "tool_calls": [], "invalid_tool_calls": [broken]}
    (call,) = trajectory_of([message]).calls
    assert call.name == "stop"
    assert call.fault.startswith("its arguments are no JSON")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ('[{"name": ', "it is no JSON (Expecting value, character 11)"),
        ([{"role": "user", "content": "Hi"}, SEARCH], "item 2 is no message, and others are"),
        (
            [{"role": "assistant", "tool_calls": 5}],
            "message 1 has tool_calls of type integer, which must be a list",
        ),
        (
            [{"role": "assistant", "tool_calls": "none"}],
            "message 1 has no JSON (Expecting value, character 1)",
        ),
    ],
)
def test_what_cannot_be_read_as_a_whole_is_told(given, fault):
    assert trajectory_of(given).fault == fault
    with pytest.raises(CannotGrade, match="the response cannot be read: ") as told:
        acted(given)
    assert told.value.kind == "bad_input"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("search", "the reference cannot be read: it is text, and no calls"),
        ("[", "the reference cannot be read: it is no JSON (Expecting value, character 2)"),
        (
            [SEARCH, {"name": "f", "arguments": 5}],
            "call 2 of the reference cannot be read: its arguments are of type integer",
        ),
    ],
)
def test_a_reference_that_cannot_be_read_is_an_error(reference, message):
    with pytest.raises(CannotGrade) as told:
        expected_of(reference)
    assert str(told.value).startswith(message)
    assert told.value.kind == "bad_input"


def test_items_of_openai_responses_are_calls_and_results():
    items = [
        {"role": "user", "content": "How warm is it?"},
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "call_id": "1", "name": "weather", "arguments": "{}"},
        {"type": "function_call", "call_id": "2", "name": "time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "2", "output": "noon"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "31"}],
        },
    ]
    assert names(items) == [["weather"], ["time"]]
    assert results(items) == [(1, "noon")]


def results(messages):
    return [(each.call, each.text) for each in trajectory_of(messages).results]


def test_a_result_belongs_to_the_call_with_its_id():
    messages = [
        {"role": "assistant", "tool_calls": [SEARCH, STOP]},
        {"role": "tool", "tool_call_id": "t", "content": "stopped"},
        {"role": "tool", "tool_call_id": "s", "content": [{"type": "text", "text": "found"}]},
    ]
    assert results(messages) == [(1, "stopped"), (0, "found")]


def test_results_without_ids_belong_to_the_calls_in_order():
    messages = [
        {"role": "assistant", "tool_calls": [SEARCH, {"name": "stop"}, {"name": "go"}]},
        {"role": "tool", "content": "stopped"},
        {"role": "function", "content": None},
        {"role": "tool", "content": "found"},
    ]
    assert results(messages) == [(1, "stopped"), (2, ""), (0, "found")]


def test_results_in_blocks_are_read():
    block = {"type": "tool_result", "tool_use_id": "s", "content": [{"type": "text", "text": "x"}]}
    messages = [{"role": "assistant", "tool_calls": [SEARCH]}, {"role": "user", "content": [block]}]
    assert results(messages) == [(0, "x")]


@pytest.mark.parametrize("identity", ["other", None])
def test_a_result_of_no_call_is_told(identity):
    messages = [{"role": "tool", "tool_call_id": identity, "content": "found"}]
    with pytest.raises(CannotGrade, match="message 1 is the result of a call that was not made"):
        acted(messages, results=True)
    assert acted(messages).calls == ()
