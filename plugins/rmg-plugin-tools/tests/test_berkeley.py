"""The rules of the Berkeley leaderboard, one by one."""

import pytest

from rmg_core import CannotGrade
from rmg_plugin_tools.berkeley import tool_call_match


def tool(**properties):
    return {"name": "f", "parameters": {"type": "dict", "properties": properties, "required": []}}


def verdict(value, allowed, schema=None):
    tools = None if schema is None else [tool(x=schema)]
    return tool_call_match([{"f": {"x": value}}], [{"f": {"x": allowed}}], tools).score


@pytest.mark.parametrize(
    "text", ["New York, NY", "new york ny", "NEW-YORK/NY", "New_York.N*Y^", "newyorkny"]
)
def test_texts_are_the_same_without_case_spaces_and_punctuation(text):
    assert verdict(text, ["New York, NY"]) == 1.0


def test_quotes_are_the_same_and_other_signs_are_not():
    assert verdict("it's", ['it"s']) == 1.0
    assert verdict("a+b", ["ab"]) == 0.0
    assert verdict("a\nb", ["ab"]) == 0.0


@pytest.mark.parametrize(
    ("value", "allowed", "kind", "score"),
    [
        (5, [5.0], "float", 1.0),
        (5.0, [5], "integer", 0.0),
        (True, [1], "integer", 0.0),
        (1, [True], "boolean", 0.0),
        (True, [True], "boolean", 1.0),
        ("5", [5], "integer", 0.0),
        (5, ["5"], "string", 0.0),
        (None, [None], "string", 1.0),
        ([1, 2], [[1, 2]], "tuple", 1.0),
        ([2, 1], [[1, 2]], "array", 0.0),
        (["New York"], [["newyork"]], "array", 1.0),
        # A variable: what is allowed is of another type than declared, and stands as written.
        ("user_age", ["user_age"], "integer", 1.0),
        ("UserAge", ["user_age"], "integer", 0.0),
        (5, [5], "any", 1.0),
    ],
)
def test_types_are_those_that_are_declared(value, allowed, kind, score):
    schema = {"type": kind}
    assert verdict(value, allowed, schema) == score


def test_the_items_of_a_list_have_the_declared_type():
    schema = {"type": "array", "items": {"type": "float"}}
    assert verdict([0.5, 1.5], [[0.5, 1.5]], schema) == 1.0
    assert verdict(["0.5"], [[0.5]], schema) == 0.0


def test_without_tools_the_type_is_that_of_the_first_allowed_value():
    assert verdict(5, ["", 5.0]) == 1.0
    assert verdict(5.0, ["", 5]) == 0.0


def test_members_of_an_object_have_allowed_values_of_their_own():
    allowed = [{"city": ["Rome", "Roma"], "days": [3, ""]}]
    assert verdict({"city": "ROMA"}, allowed) == 1.0
    assert verdict({"city": "Roma", "days": 3}, allowed) == 1.0
    assert verdict({"city": "Roma", "days": 4}, allowed) == 0.0
    assert verdict({"days": 3}, allowed) == 0.0
    assert verdict({"city": "Roma", "more": 1}, allowed) == 0.0


def test_objects_in_a_list_are_compared_in_order():
    schema = {"type": "array", "items": {"type": "dict"}}
    allowed = [[{"a": [1, 2]}, {"a": [3]}]]
    assert verdict([{"a": 2}, {"a": 3}], allowed, schema) == 1.0
    assert verdict([{"a": 3}, {"a": 2}], allowed, schema) == 0.0
    assert verdict([{"a": 2}], allowed, schema) == 0.0


def test_an_argument_may_be_left_out_only_where_the_empty_text_is_allowed():
    assert tool_call_match([{"f": {}}], [{"f": {"x": [1, ""]}}]).score == 1.0
    missing = tool_call_match([{"f": {}}], [{"f": {"x": [1]}}])
    assert (missing.score, missing.reason) == (0.0, "argument 'x' is missing")


def test_an_argument_that_nobody_expects_is_wrong():
    made = tool_call_match([{"f": {"x": 1, "y": 2}}], [{"f": {"x": [1]}}])
    assert (made.score, made.reason) == (0.0, "argument 'y' is not expected")


def test_a_required_argument_is_missing_also_where_the_reference_lets_it_be():
    tools = [{"name": "f", "parameters": {"properties": {"x": {}}, "required": ["x"]}}]
    made = tool_call_match([{"f": {}}], [{"f": {"x": [1, ""]}}], tools)
    assert (made.score, made.reason) == (0.0, "required argument 'x' is missing")


def test_dots_may_be_underscores_unless_the_option_says_no():
    calls, reference = [{"math_gcd": {}}], [{"math.gcd": {}}]
    assert tool_call_match(calls, reference).score == 1.0
    assert tool_call_match(calls, reference, dots_as_underscores=False).score == 0.0


def test_calls_may_have_any_order_and_are_paired_as_well_as_can_be():
    # Taken in order, the first answer would take the call that the second one needs.
    reference = [{"f": {"x": [1, 2]}}, {"f": {"x": [1]}}]
    assert tool_call_match([{"f": {"x": 1}}, {"f": {"x": 2}}], reference).score == 1.0
    assert tool_call_match([{"f": {"x": 2}}, {"f": {"x": 2}}], reference).score == 0.0


def test_the_reason_names_the_call_that_fits_nothing():
    reference = [{"f": {"x": [1]}}, {"g": {"x": ["Rome", "Roma"]}}]
    made = tool_call_match([{"g": {"x": "Oslo"}}, {"f": {"x": 1}}], reference)
    assert made.reason == (
        "no call for 'g'; call 1: argument 'x' is 'Oslo': allowed are 'Rome', 'Roma'"
    )


def test_no_call_is_right_where_none_is_expected():
    assert tool_call_match("I need to know more.", []).score == 1.0
    assert tool_call_match([{"f": {}}], []).reason == "1 call, expected 0"


def test_values_of_a_plain_reference_are_the_only_ones():
    reference = [{"name": "f", "arguments": '{"x": [1, 2], "y": {"z": "Rome"}}'}]
    assert tool_call_match([{"f": {"x": [1, 2], "y": {"z": "rome"}}}], reference).score == 1.0
    assert tool_call_match([{"f": {"x": 1, "y": {"z": "rome"}}}], reference).score == 0.0
    message = {"role": "assistant", "tool_calls": reference}
    assert tool_call_match([message], [message]).score == 1.0


@pytest.mark.parametrize(
    ("reference", "tools", "message"),
    [
        (
            [{"f": {"x": 5}}],
            None,
            "argument 'x' of 'f' in the reference must have a list of allowed values, not 5",
        ),
        ([5], None, "call 1 of the reference cannot be read: it is of type integer, and a call is"),
        ("f(x)", None, "the reference cannot be read: it is no JSON"),
        ([{"g": {}}], [tool()], "the reference calls 'g', which the tools do not define"),
        ([{"f": {}}], [tool(), tool()], "the tools cannot be read: two are called 'f'"),
        ([{"f": {}}], [{"name": "f", "parameters": []}], "the parameters of 'f' are of type array"),
        ([{"f": {}}], "[", "the tools cannot be read: they are no JSON"),
        ([{"f": {}}], ["f"], "the tools cannot be read: tool 1 is of type string"),
    ],
)
def test_a_reference_or_tools_that_cannot_be_read_are_an_error(reference, tools, message):
    with pytest.raises(CannotGrade) as told:
        tool_call_match([{"f": {}}], reference, tools)
    assert message in str(told.value)
    assert told.value.kind == "bad_input"
