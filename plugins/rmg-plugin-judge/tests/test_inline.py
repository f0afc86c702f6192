"""Judges whose rubric stands in the config: checklists, pairs and rankings."""

import pytest

from rmg_core.graders import spec_of
from rmg_plugin_judge.inline import Custom, CustomChecklist, CustomPreference, CustomRanking

from .scripted import Judge, outcome_of, says, shown

ANSWER = {"response": "Hello.", "query": "Hi?"}


def test_a_checklist_may_stand_in_the_config():
    judge = Judge("VERDICT-<nonce> c1: yes\nVERDICT-<nonce> rude: yes")
    criteria = ["It greets.", {"id": "rude", "text": "It is rude.", "weight": -0.5}]
    outcome = outcome_of(CustomChecklist(model=judge, criteria=criteria), **ANSWER)
    assert outcome.score == 0.5
    assert "- rude: It is rude." in shown(judge.requests[0])


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ([], "with at least one"),
        ("It greets.", "criteria are a list"),
        (["A.", {"id": "c1", "text": "B."}], "two criteria have the id 'c1'"),
        ([{"text": "A.", "wait": 2}], "criterion 1 has no key 'wait'"),
    ],
)
def test_a_checklist_of_a_config_is_checked_before_a_call(criteria, said):
    with pytest.raises(ValueError, match=said):
        CustomChecklist(model=Judge(""), criteria=criteria)


def test_a_pair_may_be_compared_by_criteria_of_the_config():
    judge = Judge([says("A"), says("B")])
    grader = CustomPreference(model=judge, criteria="Which one is kinder?")
    assert outcome_of(grader, response_a="Hello.", response_b="What?").score == 1
    assert "Which one is kinder?" in shown(judge.requests[0])


def test_a_list_may_be_ranked_by_criteria_of_the_config():
    judge = Judge("VERDICT-<nonce>: B > A")
    grader = CustomRanking(model=judge, criteria="Which one is kinder?", orders="one")
    assert list(outcome_of(grader, responses=["What?", "Hello."]).rank) == [2, 1]


def test_criteria_of_a_config_may_be_translated():
    judge = Judge(says("5"))
    grader = Custom(
        model=judge, criteria="Is it kind?", translations={"zh": "友善吗?"}, language="zh"
    )
    assert outcome_of(grader, **ANSWER).score == 1
    assert "友善吗?" in shown(judge.requests[0])
    assert "Is it kind?" not in shown(judge.requests[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"language": "zh"}, "language 'zh' is no translation; there are: none"),
        ({"translations": {"Chinese!": "x"}}, "'Chinese!', which is no language"),
        ({"translations": {"zh": " "}}, r"translations.zh is empty"),
        ({"translations": {"zh": "{respons}?"}}, r"names the input \{respons\}"),
    ],
)
def test_a_translation_of_a_config_is_checked(options, said):
    with pytest.raises(ValueError, match=said):
        Custom(model=Judge(""), criteria="Is it kind?", **options)


@pytest.mark.parametrize(
    ("cls", "inputs"),
    [
        (CustomPreference, ["response_a", "response_b"]),
        (CustomRanking, ["responses"]),
        (CustomChecklist, ["response"]),
    ],
)
def test_each_has_the_inputs_of_its_mode(cls, inputs):
    assert [each.name for each in spec_of(cls).inputs if each.required] == inputs


def test_a_curve_is_for_the_score_that_is_given(tmp_path):
    (tmp_path / "c.json").write_text('{"kind": "isotonic", "x": [0, 1], "y": [0.0, 0.5]}', "utf-8")
    judge = Judge(says("2"))
    outcome = outcome_of(
        Custom(model=judge, criteria="Kind?", calibrate=tmp_path / "c.json"), **ANSWER
    )
    assert (outcome.score, outcome.metadata["calibrated"]) == (0.4, 0.2)
    assert outcome.metadata["judges"] == {"scripted": 0.4}


def test_an_id_is_read_as_it_is_written():
    judge = Judge("VERDICT-<nonce> x_: yes")
    criteria = [{"id": "x_", "text": "It is."}]
    assert outcome_of(CustomChecklist(model=judge, criteria=criteria), **ANSWER).score == 1
    with pytest.raises(ValueError, match=r"two criteria have the id 'A\.', or one that is read as"):
        CustomChecklist(model=judge, criteria=[{"id": "A", "text": "a"}, {"id": "A.", "text": "b"}])
