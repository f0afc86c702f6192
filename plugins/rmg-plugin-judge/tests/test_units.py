import pytest

from rmg_core import CannotGrade, GraderError, GraderScore, GraderSkip, Scale
from rmg_plugin_judge.material import Steps
from rmg_plugin_judge.units import Units, put_together, taken_apart

TALK = [
    {"role": "user", "content": "one?"},
    {"role": "assistant", "content": "1"},
    {"role": "user", "content": "two?"},
    {"role": "assistant", "content": "2"},
]
FIVE = Scale(0, 5)


def apart(unit: str, inputs: dict, **more) -> list:
    return list(taken_apart(Units(unit=unit, **more), inputs, "response"))


def test_what_belongs_to_another_unit_is_refused():
    with pytest.raises(ValueError, match="window is for unit = 'turn' or 'last'"):
        Units(unit="step", window=2)
    with pytest.raises(ValueError, match="steps is for unit = 'step'"):
        Units(unit="turn", steps="steps")


def test_each_turn_is_judged_given_those_before_it():
    made = apart("turn", {"messages": TALK})
    assert [each["response"] for each in made] == ["1", "2"]
    assert [each["messages"] for each in made] == [TALK[:1], TALK[:3]]


def test_a_window_bounds_what_is_given():
    [made] = apart("last", {"messages": TALK}, window=1)
    assert (made["response"], made["messages"]) == ("2", TALK[2:3])


def test_a_response_is_the_last_turn():
    [made] = apart("last", {"messages": TALK[:3], "response": "two"})
    assert (made["response"], made["messages"]) == ("two", TALK[:3])


def test_a_call_of_a_tool_without_a_word_is_no_turn_to_judge():
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    made = apart("turn", {"messages": [TALK[0], call, *TALK[1:]]})
    assert [each["response"] for each in made] == ["1", "2"]
    assert made[0]["messages"] == [TALK[0], call]


def test_steps_are_paragraphs_given_those_before():
    made = apart("step", {"response": "a = 1\n\n b = 2 \n\n\nc"})
    assert [each["response"] for each in made] == [
        Steps(("a = 1",)),
        Steps(("a = 1", "b = 2")),
        Steps(("a = 1", "b = 2", "c")),
    ]


def test_a_step_without_a_word_is_an_empty_answer():
    made = apart("step", {"response": ["x", " ", "y"]})
    assert [each["response"] for each in made] == [Steps(("x",)), "", Steps(("x", " ", "y"))]
    assert apart("step", {"response": " \n\n "}) == [{"response": ""}]


def test_steps_stand_in_a_field_of_their_own():
    made = apart("step", {"response": "all", "steps": ["x", "y"]}, steps="steps")
    assert [each["response"] for each in made] == [Steps(("x",)), Steps(("x", "y"))]
    assert all("steps" not in each for each in made)


@pytest.mark.parametrize(
    ("unit", "inputs", "kind"),
    [
        ("turn", {"query": "q", "response": "r"}, "bad_input"),
        ("turn", {"messages": TALK[:1]}, "empty_input"),
        ("step", {"response": None}, "bad_input"),
    ],
)
def test_what_cannot_be_taken_apart_is_said(unit, inputs, kind):
    with pytest.raises(CannotGrade) as caught:
        apart(unit, inputs)
    assert caught.value.kind == kind


def scores(*given: float) -> list[GraderScore]:
    return [GraderScore(each, f"r{each:g}", scale=FIVE) for each in given]


@pytest.mark.parametrize(
    ("reduce", "score"), [("mean", 3.0), ("min", 1.0), ("last", 5.0), ("product", 0.6)]
)
def test_parts_become_one_score(reduce, score):
    made = put_together(scores(3, 1, 5), reduce)
    assert made.score == pytest.approx(score)
    assert made.reason == f"{reduce} of 3 parts; the lowest, part 2: r1"
    assert [each["score"] for each in made.metadata["parts"]] == [3, 1, 5]


def test_an_error_of_a_part_is_that_of_the_whole():
    made = put_together([*scores(3), GraderError("timeout", "late")], "mean")
    assert (made.kind, made.error) == ("timeout", "part 2 of 2: late")


def test_a_part_that_is_skipped_does_not_count():
    made = put_together([*scores(3, 5), GraderSkip("no claim")], "mean")
    assert (made.score, made.metadata["skipped"]) == (4, 1)


def test_the_last_part_is_no_other_where_it_is_skipped():
    assert put_together([*scores(3), GraderSkip("no")], "last") == GraderSkip("no")
    assert put_together([GraderSkip("no"), *scores(3)], "last").score == 3


def test_parts_that_are_all_skipped_are_a_skip():
    made = put_together([GraderSkip("a"), GraderSkip("b")], "mean")
    assert made == GraderSkip("no part of 2 was judged")


def test_the_lowest_part_is_named_by_its_place_among_all():
    made = [GraderSkip("no"), *scores(1, 5)]
    assert "the lowest, part 2" in put_together(made, "min").reason
