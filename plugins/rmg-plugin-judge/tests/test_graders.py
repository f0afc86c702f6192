"""A rubric as a grader: its signature, its scale, its version, and what it asks the engine."""

import inspect

import anyio
import attrs
import pytest

from rmg_core import GraderError, GraderScore, GradingRunner
from rmg_core.graders import spec_of
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.graders import grader_class, scale_of
from rmg_plugin_judge.inline import Custom
from rmg_plugin_judge.values import Criterion, Example, Level, Pair, Prompt, Rubric, RubricInput
from rmg_plugin_judge.versions import version_of

MODEL = ScriptedModel("x")

TONE = Rubric(
    name="tone",
    about="Judge the tone.",
    inputs=(RubricInput("context", False), RubricInput("query"), RubricInput("response")),
    mode="pointwise",
    prompt=Prompt("Judge."),
    levels=(Level("0", "Rude.", 0.0), Level("1", "Kind.", 1.0), Level("2", "Kinder.", 2.0)),
    version=3,
)
LIST = Rubric(
    name="list",
    about="Go through a list.",
    inputs=(RubricInput("response"), RubricInput("points")),
    mode="checklist",
    prompt=Prompt("Look."),
    criteria=(Criterion("a", "Is a.", 3.0), Criterion("b", "Is b.", 1.0), Criterion("c", "!", -2)),
)


def test_the_inputs_are_those_of_the_rubric_and_what_must_be_there_comes_first():
    signature = inspect.signature(grader_class(TONE)(model=MODEL).grade)
    assert list(signature.parameters) == ["query", "response", "context", "answered_by"]
    assert [each.required for each in spec_of(grader_class(TONE)).inputs] == [
        True,
        True,
        False,
        False,
    ]


def test_a_question_may_be_messages_and_an_answer_is_a_text():
    kinds = [each.type_name for each in spec_of(grader_class(TONE)).inputs]
    assert kinds == ["str | list", "str", "str | list | null", "str | list | null"]


def test_answers_and_criteria_are_lists():
    ranked = attrs.evolve(TONE, mode="listwise", inputs=(RubricInput("responses"),), levels=())
    assert spec_of(grader_class(ranked)).inputs[0].type_name == "list"
    asked = attrs.evolve(LIST, criteria=(), criteria_from="points")
    assert spec_of(grader_class(asked)).inputs[1].type_name == "list"


def test_the_docstring_is_the_summary_and_the_levels():
    spec = spec_of(grader_class(TONE))
    assert spec.doc == "Judge the tone.\n\n0: Rude.\n1: Kind.\n2: Kinder."
    assert spec.summary == "Judge the tone."


def test_a_checklist_lists_its_criteria():
    assert grader_class(LIST).__doc__.endswith("a (3): Is a.\nb (1): Is b.\nc (-2): !")


@pytest.mark.parametrize(
    ("rubric", "scale"),
    [
        (TONE, (0.0, 2.0)),
        (LIST, (-0.5, 1.0)),
        (attrs.evolve(LIST, criteria=(), criteria_from="points"), (None, 1.0)),
        (attrs.evolve(TONE, mode="pairwise", levels=()), (0.0, 1.0)),
    ],
)
def test_the_scale_is_what_the_levels_or_weights_can_come_to(rubric, scale):
    assert scale_of(rubric) == scale


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": Prompt("Judge well.")},
        {"levels": (*TONE.levels[:2], Level("2", "Kindest.", 2.0))},
        {"translations": {"zh": Prompt("判断。")}},
        {"examples": (Example({"query": "a", "response": "b"}, "1"),)},
        {"may_abstain": True},
        {"version": 4},
    ],
    ids=str,
)
def test_another_text_is_another_version(change):
    assert version_of(attrs.evolve(TONE, **change)) != version_of(TONE)


def test_what_no_judge_reads_is_the_same_version():
    pair = Pair({"query": "a", "response": "b"}, {"query": "a", "response": "c"})
    assert version_of(attrs.evolve(TONE, about="Judge it.", pairs=(pair,))) == version_of(TONE)


def test_the_version_begins_with_that_of_the_rubric():
    assert version_of(TONE).startswith("3+")


def test_equal_rubrics_have_one_class():
    assert grader_class(attrs.evolve(TONE)) is grader_class(TONE)


def test_the_class_is_named_like_the_rubric_which_it_gives():
    made = grader_class(TONE)
    assert (made.__name__, made.rubric) == ("tone", TONE)


@pytest.mark.parametrize("given", [("q", "r"), ("q", "r", None)])
def test_the_engine_is_asked_with_the_inputs_by_name(given, engine):
    made = grader_class(TONE)(model=MODEL)
    assert anyio.run(made.grade, *given) == GraderScore(1.0)
    inputs = {"query": "q", "response": "r", "context": None, "answered_by": None}
    assert engine == [(TONE, made, inputs)]


def test_inputs_may_be_given_by_name(engine):
    made = grader_class(TONE)(model=MODEL)

    async def ask():
        return await made.grade(response="r", query="q", context="c")

    anyio.run(ask)
    assert engine[0][2] == {"query": "q", "response": "r", "context": "c", "answered_by": None}


def test_an_input_that_the_rubric_lacks_is_a_type_error():
    with pytest.raises(TypeError, match="unexpected keyword argument 'answer'"):
        grader_class(TONE)(model=MODEL).grade("q", "r", answer="a")


def test_a_runner_grades_with_the_class(engine):
    runner = GradingRunner({"tone": {"grader": grader_class(TONE)(model=MODEL)}})
    results = runner.run([{"query": "q", "response": "r"}])
    assert [each.score for each in results["tone"]] == [1.0]


def test_a_grader_of_python_can_be_told_by_another_run(engine):
    from rmg_core.graders import as_grader
    from rmg_core.plan.identity import identity_of

    assert identity_of(as_grader(grader_class(TONE)(model=MODEL)), None).is_stable


def test_the_score_of_criteria_in_a_config_is_the_share_of_the_scale(engine):
    made = Custom(model=MODEL, criteria="Is it kind?", scale=(0, 4))
    anyio.run(made.grade, "r")
    rubric, _, inputs = engine[0]
    assert {each.label: each.value for each in rubric.levels} == {
        "0": 0, "1": 0.25, "2": 0.5, "3": 0.75, "4": 1
    }  # fmt: skip
    beside = dict.fromkeys(("query", "context", "reference", "answered_by"))
    assert inputs == {"response": "r", **beside}


def test_what_is_no_score_stays_as_it_is(monkeypatch, engine):
    import sys

    async def refuse(rubric, options, inputs):
        return GraderError("refusal", "no")

    monkeypatch.setattr(sys.modules["rmg_plugin_judge.judging"], "judge", refuse)
    made = Custom(model=MODEL, criteria="Is it kind?")
    assert anyio.run(made.grade, "r") == GraderError("refusal", "no")
