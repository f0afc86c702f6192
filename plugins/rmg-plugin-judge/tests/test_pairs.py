"""The examples and minimal pairs of a rubric, as trials and as golden samples."""

import re

import anyio
import pytest
from attrs import evolve

from rmg_core import GraderScore, GradeTrial, OrderTrial
from rmg_core.testing import ScriptedModel, check_pack, registry_of
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.named import HelpfulnessGrader
from rmg_plugin_judge.pairs import expected_of, places_in, step_of, tie_tolerance, trials_of
from rmg_plugin_judge.rehearsal import golden_of, reply_of
from rmg_plugin_judge.rubric import CHECKLIST_LEVELS, PAIR_LEVELS
from rmg_plugin_judge.values import Criterion, Example, Level, Pair, Prompt, Rubric, RubricInput

LEVELS = tuple(Level(str(value), f"level {value}", value) for value in range(4))
BETTER, WORSE = {"query": "q", "response": "good"}, {"query": "q", "response": "bad"}

POINTS = Rubric(
    name="points",
    about="How good it is.",
    inputs=(RubricInput("query"), RubricInput("response")),
    mode="pointwise",
    prompt=Prompt("Judge it."),
    levels=LEVELS,
    examples=(Example({"query": "q", "response": "so"}, "2", "so it is"),),
    pairs=(Pair(BETTER, WORSE, "one word"), Pair(BETTER, {**BETTER, "response": "fine"}, "", True)),
)

DUEL = evolve(
    POINTS,
    mode="pairwise",
    inputs=(RubricInput("query"), RubricInput("response_a"), RubricInput("response_b")),
    levels=PAIR_LEVELS,
    examples=(Example({"query": "q", "response_a": "no", "response_b": "yes"}, "B"),),
)

LIST = evolve(
    POINTS,
    mode="listwise",
    inputs=(RubricInput("query"), RubricInput("responses")),
    levels=(),
    examples=(Example({"query": "q", "responses": ["x", "y", "z"]}, "C > A = B"),),
)

CHECKS = evolve(
    POINTS,
    mode="checklist",
    levels=CHECKLIST_LEVELS,
    criteria=(Criterion("kind", "Is kind.", 2.0), Criterion("rude", "Is rude.", -1.0)),
    examples=(
        Example({"query": "q", "response": "so"}, "", labels={"kind": "yes", "rude": "yes"}),
    ),
)

RUBRICS = [POINTS, DUEL, LIST, CHECKS]


def model(label="2"):
    def script(text):
        nonce = re.findall(r"=== END \S.* (\w+) ===", text)[-1]
        return f"VERDICT-{nonce}: {label}"

    return ScriptedModel(script)


def trials(rubric, **options):
    made = grader_class(rubric)(model=model(), **options)
    return trials_of(rubric, made)


def test_an_example_is_right_where_the_score_is_nearest_to_its_label():
    [example, *_] = trials(POINTS)
    assert example == GradeTrial({"query": "q", "response": "so"}, 2.0, 0.5, "so it is")
    assert example.is_met_by([GraderScore(2.4)])
    assert not example.is_met_by([GraderScore(2.6)])


def test_the_answers_of_a_pair_are_graded_by_themselves():
    [_, pair, tie] = trials(POINTS)
    assert pair == OrderTrial(BETTER, WORSE, why="one word", tolerance=1.0)
    assert (tie.is_tie, tie.tolerance) == (True, 1.0)


def test_answers_that_are_compared_are_compared_in_both_orders():
    [_, pair, _] = trials(DUEL)
    forth = {"query": "q", "response_a": "good", "response_b": "bad"}
    back = {"query": "q", "response_a": "bad", "response_b": "good"}
    assert pair == OrderTrial(forth, back, why="one word")
    [_, pair, _] = trials(LIST)
    forth = {"query": "q", "responses": ["good", "bad"]}
    assert pair == OrderTrial(forth, {"query": "q", "responses": ["bad", "good"]}, why="one word")


def test_a_judge_that_always_prefers_the_first_finds_no_tie():
    for rubric, value in ((DUEL, 0.3), (LIST, (1, 1))):
        options = {"tie_value": 0.3} if rubric is DUEL else {}
        *_, tie = trials(rubric, **options)
        assert (tie.expected, tie.noun) == (value, "pair")
    assert not trials(DUEL)[-1].is_met_by([GraderScore(1.0)])


def test_the_labels_of_a_checklist_make_a_score():
    [example, *_] = trials(CHECKS)
    assert (example.expected, example.tolerance) == (0.5, 0.0)


def test_an_abstention_is_a_skip():
    assert expected_of(Example({}, "abstain"), POINTS) == "skip"
    assert expected_of(Example({}, "", labels={"kind": "abstain"}), CHECKS) == "skip"


@pytest.mark.parametrize(
    ("ranking", "places"),
    [("A > B", (1, 2)), ("B > A", (2, 1)), ("B = C > A", (3, 1, 1)), ("C > A = B", (2, 2, 1))],
)
def test_a_ranking_has_places(ranking, places):
    assert places_in(ranking) == places


def test_two_levels_are_not_alike_though_they_are_one_step_apart():
    two = evolve(POINTS, levels=LEVELS[:2])
    assert (step_of(two), tie_tolerance(two)) == (1.0, 0.0)
    assert tie_tolerance(POINTS) == 1.0
    assert tie_tolerance(CHECKS) == 0.0


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda each: each.name + each.mode)
def test_a_judge_that_knows_the_answers_meets_every_trial(rubric):
    golden = golden_of(rubric)
    made = grader_class(rubric)(**golden[0].options)

    async def graded(inputs):
        return await made.grade(**inputs)

    for each in golden:
        assert each.is_met_by(anyio.run(graded, each.inputs)), each
    for each in made.trials():
        assert each.is_met_by([anyio.run(graded, inputs) for inputs in each.asked]), each


def test_inputs_that_stand_in_two_places_are_one_sample():
    twice = evolve(POINTS, pairs=(*POINTS.pairs, *POINTS.pairs))
    assert len(golden_of(twice)) == len(golden_of(POINTS))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Judge this: good", "stands in no fence"),
        (
            "=== BEGIN response ab ===\nx\n=== END response ab ===\nand good\n",
            "stands in no fence: 'and good'",
        ),
    ],
)
def test_a_judge_that_knows_the_answers_finds_what_is_not_fenced(text, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        reply_of(text, POINTS, ())


def test_the_answer_to_another_question_is_not_known():
    asked = golden_of(POINTS)[0]
    judge = asked.options["model"]
    made = grader_class(POINTS)(model=judge)
    with pytest.raises(ValueError, match="the answer to this is not known"):
        anyio.run(lambda: made.grade(query="q", response="something else"))


def test_a_rubric_without_examples_or_pairs_breaks_the_contract():
    bare = grader_class(evolve(POINTS, examples=(), pairs=POINTS.pairs[:1]))
    none = grader_class(evolve(POINTS, pairs=()))
    found = check_pack("mine", registry=registry_of({"mine": {"bare": bare, "none": none}}))
    told = {each.subject: each.message for each in found if each.check == "trials"}
    assert told == {
        "bare": "it tells trials, and none is an example",
        "none": "it tells trials, and none is a pair",
    }


def test_a_rubric_of_the_pack_tells_its_trials():
    made = HelpfulnessGrader(model=model())
    assert [each.noun for each in made.trials()] == ["example", "pair", "pair"]
