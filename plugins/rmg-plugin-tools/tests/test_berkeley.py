"""The rules of the Berkeley leaderboard, one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_tools import berkeley
from rmg_plugin_tools.allowed import answer_of, refusal
from rmg_plugin_tools.berkeley import tool_call_match
from rmg_plugin_tools.calls import call_of
from rmg_plugin_tools.definitions import tools_of
from rmg_plugin_tools.pairing import most_pairs


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


SCALARS = st.sampled_from([1, 1.0, 0, True, None, "", "a", "A.", "b", "1", 2.5])
VALUES = (
    SCALARS
    | st.lists(SCALARS | st.lists(SCALARS, max_size=1), max_size=2)
    | st.dictionaries(st.sampled_from("xy"), SCALARS, max_size=2)
    | st.lists(st.dictionaries(st.just("x"), SCALARS, max_size=1), max_size=2)
)
ALLOWED = (
    VALUES
    | st.dictionaries(st.sampled_from("xy"), st.lists(SCALARS, max_size=2), max_size=2)
    | st.lists(st.dictionaries(st.just("x"), st.lists(SCALARS, max_size=2)), max_size=2)
)
NAMES = st.sampled_from(["f", "g", "a.b", "a_b"])
TYPES = st.sampled_from(["string", "integer", "float", "array", "dict", "boolean"])
SCHEMAS = st.builds(
    lambda word, items: {"type": word, **({"items": {"type": items}} if items else {})},
    TYPES,
    st.none() | TYPES,
)


@given(
    st.lists(st.tuples(NAMES, st.dictionaries(st.sampled_from("xyz"), VALUES)), max_size=4),
    st.lists(
        st.tuples(NAMES, st.dictionaries(st.sampled_from("xyz"), st.lists(ALLOWED, max_size=3))),
        max_size=4,
    ),
    st.none() | st.dictionaries(st.sampled_from("xyz"), SCHEMAS),
    st.booleans(),
)
def test_calls_are_paired_as_if_each_was_compared_with_each(calls, reference, properties, dots):
    size = min(len(calls), len(reference))
    calls = [{"name": name, "arguments": each} for name, each in calls[:size]]
    reference = [{name: each} for name, each in reference[:size]]
    tools = properties and [
        {"name": name, "parameters": {"properties": properties}}
        for name in ("f", "g", "a.b", "a_b")
    ]
    tools = tools or None
    known = tools_of(tools) if tools else None
    answers = [answer_of(each, 1) for each in reference]
    fits = [
        [
            place
            for place, answer in enumerate(answers)
            if not refusal(call_of(each), answer, known and known[answer.name], dots=dots)
        ]
        for each in calls
    ]
    made = tool_call_match(calls, reference, tools, dots_as_underscores=dots)
    assert made.score == float(len(most_pairs(fits)) == size)


@pytest.mark.parametrize(
    "arguments",
    [
        lambda n: {"x": n},
        lambda n: {"x": f"city {n}"},
        lambda n: {"x": [n, "a"]},
        lambda n: {"x": 1, "y": {"z": 1}, "n": n},
        lambda n: {"x": 1},
    ],
)
def test_very_many_calls_of_one_tool_are_compared_with_few_of_the_allowed(arguments, monkeypatch):
    monkeypatch.setattr(berkeley, "COMPARISONS", 1500)
    calls = [{"f": arguments(n)} for n in range(1500)]
    reference = [{"name": "f", "arguments": arguments(n)} for n in range(1500)]
    assert tool_call_match(calls[::-1], reference).score == 1.0


@pytest.mark.parametrize(
    ("calls", "reference"),
    [
        ([{"f": {"x": {"y": n}}} for n in range(400)], [{"f": {"x": [{"y": [1]}]}}] * 400),
        ([{"f": {"x": n}} for n in range(200)], [{"f": {"x": list(range(200))}}] * 200),
        ([{"f": {"x": {"y": f"{n}" * 9999}}} for n in range(99)], [{"f": {"x": [{"y": []}]}}] * 99),
    ],
)
def test_calls_that_take_too_many_comparisons_are_no_score(calls, reference):
    with pytest.raises(CannotGrade, match="take more than 100,000 comparisons") as told:
        tool_call_match(calls, reference)
    assert told.value.kind == "bad_input"


def test_calls_that_differ_in_the_type_of_a_number_are_told_apart():
    reference = [{"f": {"x": [5]}}, {"f": {"x": [5]}}]
    assert tool_call_match([{"f": {"x": 5}}, {"f": {"x": 5.0}}], reference).score == 0.0
    assert tool_call_match([{"f": {"x": 5}}, {"f": {"x": 5}}], reference).score == 1.0
