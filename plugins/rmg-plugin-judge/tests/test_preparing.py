"""What is looked at before a judge is asked."""

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import GradingRunner
from rmg_core.graders import as_grader
from rmg_core.plan.identity import identity_of
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.cutting import length_of, shortened
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.judges import family_of, model_of, thinks
from rmg_plugin_judge.tables import Truncation
from rmg_plugin_judge.values import Example, RubricInput

from .scripted import (
    ANSWER,
    PAIR,
    POINTS,
    TONE,
    Judge,
    Pair,
    Rank,
    Tone,
    outcome_of,
    says,
    shown,
)

NAMED = grader_class(evolve(TONE, inputs=(*TONE.inputs, RubricInput("by", False))))


def examples_shown(judge: Judge, at: int = 0) -> list[str]:
    """Return the queries of the examples that a judge was shown."""
    lines = shown(judge.requests[at]).splitlines()
    return [
        lines[place + 1]
        for place, line in enumerate(lines)
        if line.startswith("=== BEGIN example") and " query " in line
    ]


def test_examples_are_balanced_over_the_labels():
    judge = Judge(says("4"))
    outcome_of(Tone(model=judge, shots=4), **ANSWER)
    assert sorted(int(each[1:]) % 2 for each in examples_shown(judge)) == [0, 0, 1, 1]


def test_examples_follow_from_the_seed_and_are_the_same_for_all_samples():
    judge = Judge(says("4"))
    outcome_of(Tone(model=judge, shots=3), **ANSWER)
    outcome_of(Tone(model=judge, shots=3), query="Ho?", response="Well.")
    outcome_of(Tone(model=judge, shots=3, seed=5), **ANSWER)
    first, second, third = (examples_shown(judge, at) for at in range(3))
    assert first == second != third


@pytest.mark.parametrize("cut", [None, Truncation(field="response", keep="head", characters=1)])
def test_the_sample_itself_is_no_example(cut):
    judge = Judge(says("4"))
    outcome_of(Tone(model=judge, shots=6, truncate=cut), query="q0", response="r0")
    assert "q0" not in examples_shown(judge)
    assert len(examples_shown(judge)) == 5


def test_a_pair_is_not_its_own_example():
    pair = {"query": "q", "response_a": "one", "response_b": "two"}
    rubric = evolve(PAIR, examples=(Example(pair, "A"), Example({**pair, "query": "p"}, "B")))
    judge = Judge(says("A"))
    outcome_of(grader_class(rubric)(model=judge, shots=2), **pair)
    assert examples_shown(judge) == ["p"]


def test_examples_of_a_checklist_show_the_label_of_each_criterion():
    example = Example(ANSWER | {"query": "p"}, "", "", {"a": "yes", "b": "no", "rude": "no"})
    judge = Judge("")
    made = grader_class(evolve(POINTS, examples=(example,)))(model=judge, shots=1)
    outcome_of(made, **ANSWER)
    assert "\na: yes\nb: no\nrude: no\n" in shown(judge.requests[0])


def written(path, *rows) -> str:
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return str(path)


ROWS = [{"query": f"f{at}", "response": "Hm.", "verdict": at % 2, "why": "So."} for at in range(4)]


def test_examples_may_come_from_a_file(tmp_path):
    judge = Judge(says("4"))
    outcome_of(Tone(model=judge, shots=2, examples=written(tmp_path / "e.jsonl", *ROWS)), **ANSWER)
    assert sorted(int(each[1:]) % 2 for each in examples_shown(judge)) == [0, 1]


def test_a_file_of_examples_is_found_from_the_working_directory(tmp_path, monkeypatch):
    written(tmp_path / "e.jsonl", *ROWS)
    monkeypatch.chdir(tmp_path)
    assert len(Tone(model=Judge(""), shots=2, examples="e.jsonl").labelled.examples()) == 4


def test_the_content_of_a_file_of_examples_is_a_part_of_the_grader_and_its_place_is_not(tmp_path):
    def digest(path) -> bytes:
        made = Tone(model=ScriptedModel("x"), shots=1, examples=path)
        return identity_of(as_grader(made), None).digest

    first = digest(written(tmp_path / "a.jsonl", *ROWS))
    assert first
    assert digest(written(tmp_path / "b.jsonl", *ROWS)) == first
    assert digest(written(tmp_path / "a.jsonl", *ROWS[1:])) != first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "example 1 is no JSON"),
        ('{"query": "q"}', 'example 1 is no object with inputs and "verdict"'),
        ("[1]", "example 1 is no object"),
        ("\n", "has no example"),
    ],
)
def test_a_file_that_has_no_examples_is_refused(tmp_path, text, said):
    path = tmp_path / "e.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=said):
        Tone(model=Judge(""), shots=1, examples=path)


@pytest.mark.parametrize(
    ("make", "verdict", "said"),
    [
        (Tone, 9, "example 1: '9' is no label; there are: 0, 1, 2, 3, 4, 5"),
        (Pair, "C", "example 1: 'C' is no label"),
        (grader_class(POINTS), "yes", "an object with a label for each criterion"),
        (grader_class(POINTS), {"other": "yes"}, "its verdict is not on"),
    ],
)
def test_an_example_has_a_label_that_the_judge_could_give(tmp_path, make, verdict, said):
    path = written(tmp_path / "e.jsonl", {"query": "q", "verdict": verdict})
    with pytest.raises(ValueError, match=said):
        make(model=Judge(""), shots=1, examples=path)


@pytest.mark.parametrize("blank", ["", " \n"])
def test_an_input_that_is_needed_is_not_judged_as_a_blank(blank):
    judge = Judge(says("4"))
    outcome = outcome_of(Tone(model=judge), **{**ANSWER, "query": blank})
    assert (outcome.kind, outcome.error) == ("missing_input", "the input 'query' is empty")
    assert not judge.requests


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="cannot be read"):
        Tone(model=Judge(""), shots=1, examples="nowhere.jsonl")


def test_a_judge_of_the_family_of_who_answered_is_told():
    judge = Judge(says("4"), name="gpt-4o")
    outcome = outcome_of(NAMED(model=judge, candidate="by"), **ANSWER, by="openai/gpt-5-mini")
    assert outcome.score == 4
    assert "of one family, openai" in outcome.metadata["conflict"]
    assert "gpt-5-mini" not in shown(judge.requests[0])


def test_every_judge_takes_the_name_of_who_answered_and_shows_it_to_nobody(caplog):
    judge = Judge(says("4"), name="gpt-4o")
    for _ in range(2):
        outcome = outcome_of(Tone(model=judge), **ANSWER, answered_by="openai/gpt-5-mini")
    assert "of one family, openai" in outcome.metadata["conflict"]
    assert "gpt-5-mini" not in shown(judge.requests[0])
    assert len([each for each in caplog.records if "judges its own family" in each.message]) == 1
    grader = Tone(model=judge, conflict="error")
    assert outcome_of(grader, **ANSWER, answered_by="gpt-4.1").kind == "conflict"
    unknown = outcome_of(grader, **ANSWER)
    assert (unknown.kind, "'answered_by'" in unknown.error) == ("missing_input", True)


def test_of_a_pair_both_may_be_named():
    judge = Judge(says("tie"), name="claude-x")
    two = {"query": "q", "response_a": "a", "response_b": "b"}
    outcome = outcome_of(Pair(model=judge), **two, answered_by=["gpt-5", "claude-y"])
    assert outcome.metadata["conflict"] == ("claude-x and 'claude-y' are of one family, anthropic")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("...", "punctuation alone"),
        ("\u200b : \u3002", "punctuation alone"),
        ("Thought process:", "an opening alone"),
        ("**Solution**", "an opening alone"),
        ("Let\u2019s solve this problem step by step.", "an opening alone"),
        ("what is the CAPITAL\nof France?", "copied from the question"),
    ],
)
def test_an_answer_with_nothing_of_its_own_is_judged_and_flagged_or_costs_no_call(answer, why):
    inputs = {"query": "Tell me, what is the capital of France?", "response": answer}
    judge = Judge(says("4"))
    flagged = outcome_of(Tone(model=judge), **inputs)
    assert (flagged.score, flagged.metadata["degenerate"]) == (4, {"response": why})
    del judge.requests[:]
    lowest = outcome_of(Tone(model=judge, degenerate="lowest"), **inputs)
    assert (lowest.score, why in lowest.reason) == (0, True)
    assert outcome_of(Tone(model=judge, degenerate="error"), **inputs).kind == "empty_input"
    assert not judge.requests


@pytest.mark.parametrize("answer", ["4", "Paris", "\U0001f44d", "solution of salt", "C++", "x = y"])
def test_a_short_answer_is_one(answer):
    judge = Judge(says("4"))
    inputs = {"query": "Paris or solution of salt? x = y", "response": answer}
    assert "degenerate" not in outcome_of(Tone(model=judge), **inputs).metadata


def test_answers_of_a_list_are_flagged_by_their_places():
    judge = Judge("VERDICT-<nonce>: A > B")
    outcome = outcome_of(Rank(model=judge, orders="one"), query="q", responses=["Solution:", "x"])
    assert outcome.metadata["degenerate"] == {"0": "an opening alone"}


def test_a_judge_of_the_family_of_who_answered_may_be_an_error():
    judge = Judge(says("4"), name="gpt-4o")
    grader = NAMED(model=judge, candidate="by", conflict="error")
    assert outcome_of(grader, **ANSWER, by="o3").kind == "conflict"
    assert outcome_of(grader, **ANSWER, by="claude-x").score == 4
    assert len(judge.requests) == 1


def test_a_guard_against_families_needs_to_know_who_answered():
    grader = NAMED(model=Judge(says("4")), candidate="by", conflict="error")
    assert outcome_of(grader, **ANSWER).kind == "missing_input"


def test_families_may_be_given_by_the_start_of_a_name():
    grader = NAMED(
        model=Judge(says("4"), name="acme-judge"), candidate="by", families={"ACME": "acme"}
    )
    assert "conflict" in outcome_of(grader, **ANSWER, by="lab/acme-small").metadata


def test_what_is_judged_is_not_who_answered():
    with pytest.raises(ValueError, match="candidate names 'response', which is what is judged"):
        Tone(model=Judge(""), candidate="response")


def test_a_conflict_may_be_allowed():
    grader = NAMED(model=Judge(says("4"), name="gpt-4o"), candidate="by", conflict="allow")
    assert "conflict" not in outcome_of(grader, **ANSWER, by="gpt-5").metadata


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o", "openai"),
        ("anthropic/claude-x", "anthropic"),
        ("Meta-Llama/Llama-3", "meta"),
        ("unheard-of", ""),
        ("", ""),
    ],
)
def test_a_family_is_told_by_the_start_of_a_name(model, family):
    assert family_of(model, {}) == family


def test_a_judge_is_known_by_the_model_behind_its_name():
    class Named:
        name = "strict"
        identity = '{"use": "openai/chat", "options": {"model": "o3-mini"}}'

    assert (model_of(Named()), thinks(Named())) == ("o3-mini", True)


def test_empty_answers_of_a_pair_lose_without_a_call():
    judge = Judge(says("A"))
    grader = Pair(model=judge, empty="lowest", tie_value=0.25)
    pairs = [("one", ""), (" ", "two"), ("", "")]
    scores = [outcome_of(grader, query="q", response_a=a, response_b=b).score for a, b in pairs]
    assert (scores, judge.requests) == ([1.0, 0.0, 0.25], [])
    assert outcome_of(Pair(model=judge), query="q", response_a="", response_b="b").kind == (
        "empty_input"
    )


def test_empty_answers_of_a_list_share_the_last_place():
    judge = Judge(says("B > A"))
    grader = Rank(model=judge, empty="lowest", orders="one")
    outcome = outcome_of(grader, query="q", responses=["one", "", "two", " "])
    assert (list(outcome.rank), outcome.metadata["empty"]) == ([2, 3, 1, 3], [1, 3])
    assert outcome_of(Rank(model=judge), query="q", responses=["a", ""]).kind == "empty_input"
    only = outcome_of(grader, query="q", responses=["", "two"])
    assert (list(only.rank), len(judge.requests)) == ([2, 1], 1)


@pytest.mark.parametrize("given", [["one"], []])
def test_a_list_of_fewer_than_two_answers_is_no_ranking(given):
    assert outcome_of(Rank(model=Judge("")), query="q", responses=given).kind == "bad_input"


def test_each_answer_of_a_list_may_be_cut():
    judge = Judge(says("A > B"))
    cut = Truncation(field="responses", keep="head", characters=2)
    outcome = outcome_of(
        Rank(model=judge, truncate=cut, orders="one"), query="q", responses=["aaaa", "b"]
    )
    assert "\naa\n" in shown(judge.requests[0])
    assert outcome.metadata["truncated"] == {"responses": {"characters": 4, "keep": "head"}}


def test_what_is_judged_is_the_answer_whatever_it_is_called():
    inputs = (RubricInput("query"), RubricInput("answer"), RubricInput("points"))
    rubric = evolve(POINTS, inputs=inputs, criteria=(), criteria_from="points")
    row = {"query": "q", "answer": " ", "points": ["Is it?"]}
    made = grader_class(rubric)(model=Judge(""))
    results = GradingRunner({"judge": {"grader": made}}).run([row])
    assert results["judge"][0].kind == "empty_input"


def test_a_conversation_is_cut_as_a_whole():
    judge = Judge(says("4"))
    turns = [{"role": "user", "content": "abcdef"}, {"role": "assistant", "content": "ghi"}]
    for keep, shown_text in (("head", "abcde"), ("tail", "ef"), ("middle", "[…]")):
        cut = Truncation(field="query", keep=keep, characters=5)
        outcome = outcome_of(Tone(model=judge, truncate=cut), query=turns, response="r")
        assert outcome.metadata["truncated"] == {"query": {"characters": 9, "keep": keep}}
        said = judge.requests[-1].messages[1].content
        assert (shown_text in said, "abcdef" in said) == (True, False)
        assert "--- user" in said


@pytest.mark.parametrize(
    ("keep", "kept"),
    [("head", ["aaaa", "b"]), ("tail", ["b", "cccc"]), ("middle", ["aaa", "[…]", "cc"])],
)
def test_passages_are_cut_as_one(keep, kept):
    assert shortened(["aaaa", "bbbb", "cccc"], 5, keep) == kept


@given(st.lists(st.text(max_size=5)), st.integers(1, 20), st.sampled_from(["head", "tail"]))
def test_what_is_cut_has_at_most_so_many_characters(texts, characters, keep):
    made = shortened(texts, characters, keep)
    assert length_of(made) == min(length_of(texts), characters)


def test_the_author_of_an_answer_is_shown_to_nobody_under_either_name():
    judge = Judge(says("4"))
    grader = NAMED(model=judge, candidate="by")
    outcome_of(grader, **ANSWER, by="gpt-x", answered_by="claude-9")
    assert "claude-9" not in shown(judge.requests[0])
    writer = Judge("CRITERION-<nonce>: Is.", name="writer")
    own = grader_class(evolve(POINTS, criteria=(), criteria_from="points",
        inputs=(*POINTS.inputs, RubricInput("points", False))))  # fmt: skip
    judge = Judge("VERDICT-<nonce> c1: yes")
    outcome_of(own(model=judge, checklist_model=writer), **ANSWER, answered_by="claude-9")
    assert "claude-9" not in shown(writer.requests[0])


def test_a_family_that_is_not_known_is_noted():
    judge = Judge(says("4"), name="bedrock/us.anthropic.claude-3")
    grader = Tone(model=judge, conflict="error")
    assert outcome_of(grader, **ANSWER, answered_by="openrouter/x/claude-3:free").kind == "conflict"
    outcome = outcome_of(grader, **ANSWER, answered_by="mystery")
    assert outcome.metadata["families_unknown"] == ["mystery"]
