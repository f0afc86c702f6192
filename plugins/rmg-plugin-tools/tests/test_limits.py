"""What is too deep or too much for a grader, and what it says then."""

import pytest

from rmg_core import CannotGrade
from rmg_plugin_tools import budget
from rmg_plugin_tools.berkeley import tool_call_match
from rmg_plugin_tools.economy import action_loop
from rmg_plugin_tools.overlap import tool_call_f1
from rmg_plugin_tools.schemas import tool_schema_valid
from rmg_plugin_tools.sequences import tool_sequence_match
from rmg_plugin_tools.states import final_state_equal


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


DEEP = nested(10_000)
CALL = [{"f": {"x": DEEP}}]
TOOLS = [{"name": "f", "parameters": {"enum": DEEP}}]


@pytest.mark.parametrize(
    "grade",
    [
        lambda: tool_call_match(CALL, []),
        lambda: tool_call_f1(CALL, []),
        lambda: tool_sequence_match(CALL, []),
        lambda: tool_schema_valid(CALL, [{"name": "f"}]),
        lambda: final_state_equal(DEEP, []),
        lambda: final_state_equal("[" * 500 + "]" * 500, []),
    ],
)
def test_a_response_that_is_nested_very_deep_is_0_with_the_reason(grade):
    made = grade()
    assert made.score == 0.0
    assert made.reason.endswith("nested more than 100 deep")


@pytest.mark.parametrize(
    "grade",
    [
        lambda: tool_call_match([], CALL),
        lambda: tool_call_match([], [], TOOLS),
        lambda: tool_call_f1([], CALL),
        lambda: tool_schema_valid([], TOOLS),
        lambda: final_state_equal([], DEEP),
        lambda: action_loop(CALL),
    ],
)
def test_what_else_is_nested_very_deep_is_an_error(grade):
    with pytest.raises(CannotGrade, match="nested more than 100 deep") as told:
        grade()
    assert told.value.kind == "bad_input"


def test_values_of_a_hundred_levels_are_compared():
    for options in ({}, {"unordered": True}, {"unordered": True, "tolerance": 0.1}):
        assert final_state_equal(nested(100), nested(100), **options).score == 1.0
    call = [{"f": {"x": nested(90)}}]
    assert tool_call_f1(call, call).score == 1.0
    plain = [{"name": "f", "arguments": call[0]["f"]}]
    assert tool_call_match(call, plain).score == 1.0


CALLS = [{"f": {"x": n}} for n in range(600)]
SAME = [{"f": {}}] * 2_000


@pytest.mark.parametrize(
    "grade",
    [
        lambda: final_state_equal(list(range(600)), [0.5] * 600, unordered=True),
        lambda: final_state_equal([[{"a": 1}] * 40] * 40, [[{"a": 2}] * 40] * 40, unordered=True),
        lambda: tool_call_f1(CALLS, CALLS, arguments="include"),
        lambda: tool_call_f1(SAME, SAME, arguments="include"),
        lambda: tool_sequence_match(SAME, SAME, mode="ordered"),
        lambda: tool_call_match(SAME, SAME),
    ],
)
def test_what_takes_too_many_comparisons_is_no_score(grade):
    with pytest.raises(CannotGrade, match="take more than 250,000 comparisons") as told:
        grade()
    assert told.value.kind == "bad_input"


def test_a_state_with_an_order_takes_no_more_comparisons_than_it_has_values(monkeypatch):
    monkeypatch.setattr(budget, "COMPARISONS", 0)
    state = {"a": [{"b": n} for n in range(100)]}
    assert final_state_equal(state, state).score == 1.0
    assert final_state_equal(state, {"a": [{"b": -1} for _ in range(100)]}).score == 0.0


def test_an_integer_that_python_does_not_write_is_compared_and_told():
    calls = [{"f": {"x": 10**5000}}, {"f": {"x": 10**5000 + 1}}]
    reference = [{"name": "f", "arguments": each["f"]} for each in calls]
    assert tool_call_match(calls, reference).score == 1.0
    made = tool_call_match(calls[:1], reference[1:])
    assert (made.score, "more digits than Python writes" in made.reason) == (0.0, True)
