"""Decision trees: one question after the other, as the answers lead."""

import re

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import ConfigError, GraderSkip, ModelFailed
from rmg_core.config import structure_options
from rmg_core.graders import as_grader
from rmg_core.models import Reply, Request
from rmg_core.plan.identity import identity_of
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.costs import calls_told
from rmg_plugin_judge.inline import DecisionTree
from rmg_plugin_judge.rubric import read_rubric
from rmg_plugin_judge.shelf import grader_of
from rmg_plugin_judge.tables import Escalation
from rmg_plugin_judge.trees import depths, leaves, score_of, way_to
from rmg_plugin_judge.values import Node

from .scripted import nonce_in, outcome_of, shown

TREE = """\
about = "Whether the query is answered."
inputs = ["query", "response"]
mode = "tree"
[prompt]
task = "Look at the response."
[nodes.answered]
ask = "Does it answer the query?"
answers = { yes = "right", no = 0 }
[nodes.right]
ask = "Is the answer right?"
answers = { yes = 5, partly = 2, no = 0 }
[[examples]]
query = "1 + 1?"
response = "2, I think."
verdict = { answered = "yes", right = "yes" }
[[tests.pairs]]
query = "1 + 1?"
better = { response = "2" }
worse = { response = "Who knows." }
"""
ANSWER = {"query": "1 + 1?", "response": "3"}


@define(eq=False)
class Answering(ScriptedModel):
    """Answers each question of a tree by what its text holds."""

    answers: dict = None

    async def chat(self, request: Request, /) -> Reply:
        self.requests.append(request)
        for part, label in self.answers.items():
            if part in request.messages[0].content:
                said = label[request.sample] if isinstance(label, list) else label
                if isinstance(said, Exception):
                    raise said
                nonce = nonce_in(request.messages[1].content)
                return Reply(f"I looked for '{part}'.\nVERDICT-{nonce}: {said}")
        raise AssertionError(request.messages[0].content)


def judge(name: str = "scripted", **answers) -> Answering:
    asked = {"answered": "answer the query?", "right": "answer right?"}
    return Answering("", name=name, answers={asked[key]: each for key, each in answers.items()})


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "tree.toml").write_text(TREE, "utf-8")
    return grader_of(tmp_path / "tree.toml")


def test_a_judge_is_asked_one_question_at_a_time_as_its_answers_lead(tree):
    model = judge(answered="yes", right="partly")
    outcome = outcome_of(tree(model=model), **ANSWER)
    assert (outcome.score, outcome.scale.low, outcome.scale.high) == (2, 0, 5)
    [vote] = outcome.metadata["votes"]
    assert vote["verdict"]["labels"] == {"answered": "yes", "right": "partly"}
    assert ["answer right?" in shown(each) for each in model.requests] == [False, True]
    assert "partly" not in shown(model.requests[0])


def test_a_way_ends_at_its_score(tree):
    model = judge(answered="no")
    assert (outcome_of(tree(model=model), **ANSWER).score, len(model.requests)) == (0, 1)


def test_where_an_answer_leads_is_not_shown(tree):
    model = judge(answered="yes", right="yes")
    outcome_of(tree(model=model), **ANSWER)
    assert not re.search(r"→|\b5\b", "".join(map(shown, model.requests)))


def test_each_question_has_a_nonce_of_its_own(tree):
    model = judge(answered="yes", right="yes")
    outcome_of(tree(model=model), **ANSWER)
    assert len({nonce_in(each.messages[1].content) for each in model.requests}) == 2


def test_each_opinion_goes_its_own_way_and_then_they_are_reduced(tree):
    model = judge(answered=["yes", "no", "yes"], right=["yes", "no", "partly"])
    outcome = outcome_of(tree(model=model, samples=3, reduce="median"), **ANSWER)
    assert (outcome.score, len(model.requests)) == (2, 5)
    panel = [judge("one", answered="yes", right="yes"), judge("two", answered="no")]
    assert outcome_of(tree(panel=panel), **ANSWER).score == 2.5


def test_a_question_that_is_not_answered_leaves_no_score(tree):
    model = judge(answered="yes", right=ModelFailed("gone", "provider"))
    assert outcome_of(tree(model=model), **ANSWER).kind == "provider"
    assert outcome_of(tree(model=judge(answered="perhaps")), **ANSWER).kind == "unparseable"


def test_who_abstains_from_a_question_abstains(tmp_path):
    (tmp_path / "t.toml").write_text(f"may_abstain = true\n{TREE}", "utf-8")
    model = judge(answered="yes", right="abstain")
    outcome = outcome_of(grader_of(tmp_path / "t.toml")(model=model), **ANSWER)
    assert isinstance(outcome, GraderSkip)


def test_a_stronger_judge_is_asked_where_ways_differ(tree):
    strong = judge("strong", answered="yes", right="no")
    weak = judge(answered=["yes", "no"], right="yes")
    grader = tree(model=weak, samples=2, escalate=Escalation(to=strong))
    assert outcome_of(grader, **ANSWER).score == 0
    assert len(strong.requests) == 2


def test_an_empty_answer_costs_no_call(tree):
    model = judge()
    assert outcome_of(tree(model=model, empty="lowest"), query="q", response=" ").score == 0
    assert outcome_of(tree(model=model), query="q", response=" ").kind == "empty_input"


def test_shots_are_refused(tree):
    with pytest.raises(ValueError, match="a tree asks for one after the other"):
        tree(model=judge(), shots=1)


WRONG = {
    "an unknown question": (
        '"right", no = 0 }',
        '"rigth", no = 0 }',
        "8:19: the answer 'yes' leads to 'rigth', which is no question; did you mean 'right'?",
    ),
    "a circle": (
        "partly = 2",
        'partly = "answered"',
        "the questions lead in a circle: answered → right → answered; let an answer lead to a",
    ),
    "a question of no use": (
        'yes = "right", no = 0',
        "yes = 1, no = 0",
        "no answer leads to the question 'right'; the first question is the first one asked",
    ),
    "one answer": (
        "{ yes = 5, partly = 2, no = 0 }",
        "{ yes = 5 }",
        "the question 'right' needs two answers or more",
    ),
    "one score": (
        "{ yes = 5, partly = 2, no = 0 }",
        "{ yes = 0, no = 0 }",
        "the answers need to lead to at least two different scores",
    ),
    "an answer that is a number": (
        "partly = 2",
        "3 = 2",
        "the label '3' cannot be told apart in a reply",
    ),
    "abstain": ("partly = 2", "abstain = 2", "the label 'abstain' is that of a judge who"),
    "a scale": (
        'mode = "tree"',
        'mode = "tree"\nscale = [0, 5]',
        "a tree rubric has no scale: its labels are those of its questions; take it out",
    ),
    "another mode": (
        'mode = "tree"',
        'mode = "pairwise"',
        "a pairwise rubric has no nodes: they are the questions of a tree; set mode",
    ),
    "a translation": (
        'task = "Look at the response."',
        'task = "Look."\nzh = { task = "看。" }',
        "the questions of a tree stand in one language, and so does its prompt; write a file",
    ),
    "an input that is none": (
        "Does it answer the query?",
        "Does {it} answer the query?",
        "the prompt names the input {it}, which is not declared",
    ),
    "an example that ends on the way": (
        'verdict = { answered = "yes", right = "yes" }',
        'verdict = { answered = "yes" }',
        "the verdict does not lead to a score; answer each question on the way",
    ),
    "an example with another answer": (
        'right = "yes" }',
        'right = "yess" }',
        "the verdict 'yess' is no answer to 'right'; did you mean 'yes'?",
    ),
    "an example with an answer off its way": (
        'verdict = { answered = "yes", right = "yes" }',
        'verdict = { answered = "no", right = "yes" }',
        "the verdict answers questions that are not on its way; its way is answered",
    ),
    "an example with one label": (
        'verdict = { answered = "yes", right = "yes" }',
        'verdict = "yes"',
        "the verdict on a tree is a table with an answer for each question on its way",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_a_mistake_has_its_place_and_what_to_do(tmp_path, old, new, said):
    assert old in TREE
    (tmp_path / "t.toml").write_text(TREE.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as fault:
        read_rubric(tmp_path / "t.toml")
    assert said in str(fault.value)


def test_a_tree_needs_questions(tmp_path):
    text = re.sub(r"\[nodes.answered\][^$]*?\[\[examples", "[[examples", TREE)
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="a tree needs nodes, its questions"):
        read_rubric(tmp_path / "t.toml")


NODES = {
    "answered": {"ask": "Does it answer the query?", "answers": {"yes": "right", "no": 0}},
    "right": {"ask": "Is the answer right?", "answers": {"yes": 1, "no": 0.25}},
}


def test_a_tree_may_stand_in_the_config(tmp_path, monkeypatch):
    model = judge(answered="yes", right="no")
    grader = structure_options(DecisionTree, {"nodes": NODES, "model": model}, owner="x")
    assert outcome_of(grader, **ANSWER).score == 0.25


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ({}, "must have a question"),
        ({"a": {"ask": "A?", "answers": {"yes": "b", "no": 0}}}, "leads to 'b', which is no"),
        ({"a": {"ask": "A?", "answers": {"yes": 2, "no": 0}}}, "nodes lead to the score 2, and"),
        ({"a": {"ask": "Is {it}?", "answers": {"yes": 1, "no": 0}}}, "names the input {it}"),
    ],
)
def test_a_tree_of_a_config_is_checked_as_one_of_a_file(nodes, said):
    with pytest.raises(Exception, match=re.escape(said)):
        structure_options(DecisionTree, {"nodes": nodes, "model": judge()}, owner="x")


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_the_best_and_the_worst_way_lead_to_the_ends_of_the_scale(scores):
    """A chain of questions: 'no' ends at a score, 'yes' goes on."""
    last = len(scores) - 1
    nodes = [
        Node(f"n{at}", "?", (("yes", f"n{at + 1}" if at < last else 9), ("no", score)))
        for at, score in enumerate(scores)
    ]
    for is_best, end in ((True, 9), (False, min(scores))):
        way, value = way_to(nodes, is_best=is_best)
        assert (value, score_of(dict(way), nodes)) == (end, end)
    assert {each.value for each in leaves(nodes)} == {9, *scores}
    assert depths(nodes) == (1, len(scores))


def test_ways_that_meet_again_are_not_counted_one_by_one():
    """Fifty questions with two ways each are 2^49 ways."""
    nodes = {
        f"n{at}": {"ask": "?", "answers": {"a": f"n{at + 1}", "b": f"n{at + 1}"}}
        for at in range(49)
    }
    nodes["n49"] = {"ask": "?", "answers": {"a": 1, "b": 0}}
    grader = structure_options(DecisionTree, {"nodes": nodes, "model": judge()}, owner="x")
    assert calls_told(grader).startswith("50 calls")
    assert way_to(grader.nodes, is_best=False)[1] == 0


def test_the_order_of_questions_and_answers_is_part_of_the_grader():
    def digest_of(*answers):
        nodes = {"a": {"ask": "A?", "answers": dict(answers)}}
        table = {"nodes": nodes, "model": ScriptedModel("")}
        made = structure_options(DecisionTree, table, owner="x")
        return identity_of(as_grader(made), None).digest

    assert digest_of(("yes", 1), ("no", 0)) == digest_of(("yes", 1), ("no", 0)) != b""
    assert digest_of(("yes", 1), ("no", 0)) != digest_of(("no", 0), ("yes", 1))


def test_a_score_in_quotes_is_told_to_have_none():
    nodes = {"a": {"ask": "A?", "answers": {"yes": "0.5", "no": 0}}}
    with pytest.raises(Exception, match=r"a score has no quotes: write yes = 0\.5"):
        structure_options(DecisionTree, {"nodes": nodes, "model": judge()}, owner="x")


def test_two_ways_to_one_score_agree(tree):
    strong = judge("strong", answered="yes", right="yes")
    weak = judge(answered=["yes", "no"], right="no")
    grader = tree(model=weak, samples=2, escalate=Escalation(to=strong))
    assert (outcome_of(grader, **ANSWER).score, len(strong.requests)) == (0, 0)
