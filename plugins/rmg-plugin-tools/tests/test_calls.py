"""Calls in every form, and what is said of those that cannot be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_tools.calls import call_of
from rmg_plugin_tools.values import key_of, read_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(st.text(), JSON, max_size=3)
FORMS = {
    "plain": lambda name, arguments: {"name": name, "arguments": arguments},
    "openai": lambda name, arguments: {
        "id": "1",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    },
    "wrapped": lambda name, arguments: {
        "tool_call": {"function": {"name": name, "arguments": arguments}}
    },
    "langchain": lambda name, arguments: {"name": name, "args": arguments, "type": "tool_call"},
    "anthropic": lambda name, arguments: {"type": "tool_use", "name": name, "input": arguments},
    "berkeley": lambda name, arguments: {name: arguments},
    "json": lambda name, arguments: json.dumps({"name": name, "arguments": arguments}),
}


@pytest.mark.parametrize("form", FORMS)
@given(arguments=ARGUMENTS)
def test_every_form_is_the_same_call(form, arguments):
    call = call_of(FORMS[form]("search", arguments))
    assert (call.name, call.fault) == ("search", "")
    assert call.key == call_of(FORMS["plain"]("search", arguments)).key


@pytest.mark.parametrize("name", ["name", "function", "tool_call", "arguments"])
def test_a_tool_may_be_called_as_a_field_of_a_call_is(name):
    call = call_of({name: {"a": 1}})
    assert (call.name, dict(call.arguments)) == (name, {"a": 1})


@pytest.mark.parametrize("nothing", [None, "", "  ", {}])
def test_no_arguments_may_be_written_in_many_ways(nothing):
    assert call_of({"name": "stop", "arguments": nothing}).key == call_of({"name": "stop"}).key


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (5, "it is of type integer, and a call is an object"),
        (None, "it is of type null, and a call is an object"),
        ("search(q=1)", "it is no JSON (Expecting value, character 1)"),
        ({"arguments": 5, "id": 1}, "it is without the name of a tool"),
        ({"name": "", "arguments": {}}, "it is without the name of a tool"),
        ({"name": 3, "arguments": {}}, "it is without the name of a tool"),
        ({"name": "f", "arguments": [1]}, "its arguments are of type array, and must be an object"),
        (
            {"name": "f", "arguments": "[1]"},
            "its arguments are of type array, and must be an object",
        ),
        (
            {"name": "f", "arguments": '{"a": NaN}'},
            "its arguments are no JSON (NaN is no value of it)",
        ),
        (
            {"name": "f", "arguments": "[" * 100_000},
            "its arguments are JSON that is nested more than 100 deep",
        ),
    ],
)
def test_what_cannot_be_read_is_told(written, fault):
    assert call_of(written).fault == fault


def test_arguments_that_are_nested_too_deeply_are_a_fault_as_objects_too():
    deep: dict[str, object] = {}
    for _ in range(2_000):
        deep = {"a": deep}
    assert call_of({"name": "f", "arguments": deep}).fault == "its arguments are nested too deeply"


@given(JSON)
def test_a_value_is_the_same_after_a_trip_through_json(value):
    assert key_of(value) == key_of(read_json(json.dumps(value)))


@pytest.mark.parametrize(
    ("left", "right"),
    [(1, True), (0, False), (1, "1"), (None, False), ([], {}), ([1], 1), ("", None)],
)
def test_values_of_different_types_are_not_the_same(left, right):
    assert key_of(left) != key_of(right)
    assert key_of([left]) != key_of([right])
    assert key_of({"a": left}) != key_of({"a": right})


def test_lists_have_an_order_and_tables_have_none():
    assert key_of([1, 2]) != key_of([2, 1])
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
