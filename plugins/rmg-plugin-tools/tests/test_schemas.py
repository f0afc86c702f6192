"""Calls against the definitions of tools."""

import socket

import pytest

from rmg_core import CannotGrade, GraderSkip
from rmg_plugin_tools.schemas import tool_hallucinated, tool_schema_valid


def tool(schema, field="parameters"):
    return [{"name": "f", field: schema}]


def valid(arguments, schema, **options):
    return tool_schema_valid([{"f": arguments}], tool(schema), **options)


NUMBERS = {"type": "object", "properties": {"x": {"type": "number"}}}


@pytest.mark.parametrize(
    ("arguments", "schema", "score"),
    [
        ({"x": 1}, NUMBERS, 1.0),
        ({"x": True}, NUMBERS, 0.0),
        ({"x": "1"}, NUMBERS, 0.0),
        ({}, {**NUMBERS, "required": ["x"]}, 0.0),
        ({"y": 1}, NUMBERS, 1.0),
        ({"y": 1}, {**NUMBERS, "additionalProperties": False}, 0.0),
        ({"x": 2}, {"properties": {"x": {"enum": [1, "2"]}}}, 0.0),
        ({"x": {"y": [1, "a"]}}, {"properties": {"x": {"properties": {"y": {"items": {}}}}}}, 1.0),
        ({"x": [1, 1]}, {"properties": {"x": {"uniqueItems": True}}}, 0.0),
        ({"x": "ab"}, {"properties": {"x": {"pattern": "^a+$"}}}, 0.0),
        ({"x": "aa"}, {"properties": {"x": {"pattern": "^a+$"}}}, 1.0),
        ({"ab": 1}, {"patternProperties": {"^a": {"type": "string"}}}, 0.0),
        ({"ab": 1}, {"patternProperties": {"^b": {"type": "string"}}}, 1.0),
        ({"ab": 1}, {"patternProperties": {"^a": {}}, "additionalProperties": False}, 1.0),
        ({"ba": 1}, {"patternProperties": {"^a": {}}, "additionalProperties": False}, 0.0),
        ({"x": "a\ud800"}, {"properties": {"x": {"pattern": "^a.$"}}}, 1.0),
        ({"x": 1}, {}, 1.0),
    ],
)
def test_arguments_are_valid_as_json_schema_says(arguments, schema, score):
    assert valid(arguments, schema).score == score


def test_lists_and_tables_that_cannot_be_changed_are_lists_and_tables():
    from types import MappingProxyType

    schema = {"properties": {"x": {"type": "array", "items": {"type": "object"}}}}
    assert valid({"x": (MappingProxyType({"a": 1}),)}, schema).score == 1.0
    frozen = MappingProxyType({"required": ("y",), "properties": MappingProxyType({})})
    assert valid({"x": 1}, frozen).score == 0.0


@pytest.mark.parametrize(
    ("word", "good", "bad"),
    [("dict", {}, []), ("float", 1, "1"), ("tuple", [1], {}), ("integer", 1, 1.5)],
)
def test_the_berkeley_names_of_types_are_understood(word, good, bad):
    schema = {"type": "dict", "properties": {"type": {"type": word}, "any": {"type": "any"}}}
    assert valid({"type": good, "any": None}, schema).score == 1.0
    assert valid({"type": bad}, schema).score == 0.0


@pytest.mark.parametrize("field", ["parameters", "input_schema", "inputSchema"])
def test_the_schema_may_be_called_as_each_vendor_calls_it(field):
    made = tool_schema_valid([{"f": {"x": "1"}}], tool(NUMBERS, field))
    assert made.reason == "0 of 1 calls are valid; call 1, f: x: '1' is not of type 'number'"


def test_strict_forbids_what_the_schema_does_not_name():
    made = valid({"y": 1}, NUMBERS, strict=True)
    assert (made.score, made.reason) == (
        0.0,
        "0 of 1 calls are valid; call 1, f: the schema does not name 'y'",
    )


def test_a_tool_that_does_not_exist_and_a_call_that_cannot_be_read_are_not_valid():
    calls = [{"f": {"x": 1}}, {"g": {}}, {"name": "f", "arguments": "x"}, 5]
    made = tool_schema_valid(calls, tool(NUMBERS))
    assert made.score == 0.25
    assert made.reason == (
        "1 of 4 calls are valid; call 2, g: there is no such tool; call 3, f: its arguments are no "
        "JSON (Expecting value, character 1); call 4: there is no such tool"
    )


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "text"}, "'text' is not valid under any of the given schemas"),
        ({"$ref": "#/$defs/none"}, "PointerToNowhere"),
        ({"$ref": "https://example.org/schema.json"}, "Unresolvable"),
        ({"$ref": "#"}, "it refers to itself without end"),
        ({"$ref": "#/default", "default": {"patternProperties": {"(?=": {}}}}, "RE2 cannot search"),
        ({"properties": {"x": {"multipleOf": 1e-320}}}, "cannot"),
    ],
)
def test_a_schema_that_cannot_be_used_is_an_error(schema, why, monkeypatch):
    def connect(*_):
        raise AssertionError("a schema was looked up on the network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(CannotGrade, match=r"the schema of 'f' cannot be used: ") as told:
        valid({"x": 10**320}, schema)
    assert why in str(told.value)
    assert told.value.kind == "bad_input"


EVIL = ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^([a-z]+)*$", "(.*a){12}$"]
LONG = "a" * 5_000 + "!"


@pytest.mark.parametrize("pattern", EVIL)
@pytest.mark.parametrize("draft", [{}, {"$schema": "http://json-schema.org/draft-07/schema#"}])
def test_an_evil_pattern_costs_no_more_than_a_good_one(pattern, draft):
    # Python's `re` would take years.
    for schema in (
        {"properties": {"x": {"pattern": pattern}}},
        {"properties": {"x": {"$ref": "#/$defs/p"}}, "$defs": {"p": {"pattern": pattern}}},
    ):
        assert valid({"x": LONG}, {**schema, **draft}).score == 0.0
    for schema in (
        {"patternProperties": {pattern: {}}, "additionalProperties": False},
        {"additionalProperties": False, "patternProperties": {pattern: {"$ref": "#"}}},
    ):
        assert valid({LONG: 1}, {**schema, **draft}).score == 0.0


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"properties": {"x": {"pattern": "a(?=b)"}}}, "RE2 cannot search by the pattern 'a(?=b)'"),
        ({"items": {"anyOf": [{"patternProperties": {r"(a)\1": {}}}]}}, "RE2 cannot search by"),
        (
            {"properties": {"x": {"pattern": "\ud800"}}},
            r"RE2 cannot search by the pattern '\ud800'",
        ),
        (
            {"allOf": [{"patternProperties": {"^(a+)+$": {}}}], "unevaluatedProperties": False},
            "it has patternProperties and unevaluatedProperties",
        ),
        (
            {
                "properties": {
                    "x": {"pattern": "a", "$schema": "http://json-schema.org/draft-07/schema#"}
                }
            },
            "a part of it names a draft again, and it has patterns",
        ),
    ],
)
def test_a_pattern_that_cannot_be_searched_in_linear_time_is_an_error(schema, why):
    with pytest.raises(CannotGrade, match="python_patterns = true takes Python's") as told:
        valid({"x": LONG}, schema)
    assert f"the schema of 'f' cannot be used: {why}" in str(told.value)
    assert told.value.kind == "bad_input"


def test_patterns_of_python_are_searched_by_option():
    schema = {"properties": {"x": {"pattern": "a(?=b)"}}}
    assert valid({"x": "ab"}, schema, python_patterns=True).score == 1.0
    assert valid({"x": "ac"}, schema, python_patterns=True).score == 0.0


def test_a_pattern_in_data_is_none():
    schema = {"properties": {"pattern": {"enum": [{"pattern": "(?="}], "default": "(?="}}}
    assert valid({"pattern": {"pattern": "(?="}}, schema).score == 1.0


def test_very_many_items_are_told_apart():
    schema = {"properties": {"x": {"uniqueItems": True}}}
    items = [{"a": n} for n in range(20_000)]
    assert valid({"x": items}, schema).score == 1.0
    assert valid({"x": [*items, {"a": 0.0}]}, schema).score == 0.0


@pytest.mark.parametrize("grade", [tool_schema_valid, tool_hallucinated])
def test_a_response_without_calls_is_skipped(grade):
    assert grade("I do not know.", tool({})) == GraderSkip("the response has no calls")


@pytest.mark.parametrize("grade", [tool_schema_valid, tool_hallucinated])
def test_a_response_that_cannot_be_read_is_0_with_the_reason(grade):
    made = grade("[{", tool({}))
    assert made.score == 0.0
    assert made.reason.startswith("the response cannot be read: it is no JSON")


@pytest.mark.parametrize("grade", [tool_schema_valid, tool_hallucinated])
def test_all_or_nothing_takes_no_share(grade):
    calls = [{"f": {}}, {"g": {}}]
    assert grade(calls, tool({})).score == 0.5
    assert grade(calls, tool({}), all_or_nothing=True).score == 0.0
    assert grade(calls[:1], tool({}), all_or_nothing=True).score == 1.0


def test_arguments_can_be_made_up_too():
    calls = [{"f": {"x": 1}}, {"f": {"y": 1}}]
    assert tool_hallucinated(calls, tool(NUMBERS)).score == 1.0
    made = tool_hallucinated(calls, tool(NUMBERS), arguments=True)
    assert (made.score, made.reason) == (
        0.5,
        "1 of 2 calls are of tools that exist; call 2, f: the tool has no argument 'y'",
    )


def test_a_tool_without_a_schema_has_no_arguments_to_make_up():
    made = tool_hallucinated([{"f": {"x": 1}}], [{"name": "f"}], arguments=True)
    assert made.score == 1.0
