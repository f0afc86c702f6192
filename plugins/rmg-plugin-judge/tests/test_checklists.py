import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade, GraderScore, Scale
from rmg_plugin_judge.checklists import (
    batches,
    checklist_scale,
    checklist_score,
    criteria_of,
    joined,
    reduced_checklist,
)
from rmg_plugin_judge.values import Criterion, Prompt, Rubric, Verdict, Vote

CLEAR, SAFE, RUDE = (
    Criterion("clear", "Clear", 3),
    Criterion("safe", "Safe"),
    Criterion("rude", "Rude", -2),
)
ALL = (CLEAR, SAFE, RUDE)
RUBRIC = Rubric("list", "", (), "checklist", Prompt("Check."), criteria=ALL)
FROM_SAMPLE = evolve(RUBRIC, criteria=(), criteria_from="rubric")


def vote(clear, safe, rude, **told):
    labels = {"clear": clear, "safe": safe, "rude": rude}
    return Vote("m", Verdict({name: label for name, label in labels.items() if label}), **told)


@pytest.mark.parametrize(
    ("met", "score"),
    [((1, 1, 0), 1), ((1, 0, 0), 0.75), ((0, 1, 0), 0.25), ((1, 1, 1), 0.5), ((0, 0, 1), -0.5)],
)
def test_a_checklist_scores_the_weights_that_are_met(met, score):
    by_id = dict(zip(("clear", "safe", "rude"), met, strict=True))
    assert checklist_score(by_id, ALL) == score


def test_the_scale_goes_below_0_where_points_can_be_taken_away():
    assert checklist_scale(ALL) == (-0.5, 1)
    assert checklist_scale((CLEAR, SAFE)) == (0, 1)


weights = st.floats(-1e3, 1e3).filter(lambda weight: abs(weight) > 1e-3)


@given(st.lists(st.tuples(weights, st.booleans()), min_size=1, max_size=9), st.floats(0.1, 9))
def test_scores_stay_on_the_scale(items, positive):
    criteria = [Criterion(f"c{number}", "", weight) for number, (weight, _) in enumerate(items)]
    criteria.append(Criterion("last", "", positive))
    met = {f"c{number}": is_met for number, (_, is_met) in enumerate(items)} | {"last": True}
    low, high = checklist_scale(criteria)
    assert low <= checklist_score(met, criteria) <= high == 1


def test_missing_and_foreign_criteria_are_named():
    with pytest.raises(CannotGrade) as caught:
        checklist_score({"clear": 1}, ALL)
    assert str(caught.value) == "2 of 3 criteria have no verdict: safe, rude"
    assert caught.value.kind == "unparseable"
    with pytest.raises(CannotGrade, match="there is no such criterion: kind"):
        checklist_score({"clear": 1, "safe": 1, "rude": 0, "kind": 1}, ALL)


def test_the_criteria_of_a_rubric_are_its_own():
    assert criteria_of(RUBRIC) == ALL


def test_the_criteria_of_a_sample_are_texts_or_tables():
    given_list = [
        "Be clear.",
        {"text": "Be safe.", "weight": 2},
        {"id": "rude", "text": "x", "weight": -1},
    ]
    assert criteria_of(FROM_SAMPLE, given_list) == (
        Criterion("c1", "Be clear.", 1.0),
        Criterion("c2", "Be safe.", 2.0),
        Criterion("rude", "x", -1.0),
    )


@pytest.mark.parametrize(
    ("given_criteria", "said"),
    [
        ([], "rubric: criteria are a list with at least one, and not []"),
        ("Be clear.", "rubric: criteria are a list with at least one, and not 'Be clear.'"),
        ([3], "rubric: criterion 1 is a text or a table, and not 3"),
        (["a", " "], "rubric: criterion 2 needs a text, and has ' '"),
        ([{"id": "a"}], "rubric: criterion 1 needs a text, and has None"),
        (
            [{"text": "a", "points": 2}],
            "rubric: criterion 1 has no key 'points'; keys: id, text, weight",
        ),
        (
            [{"text": "a", "id": "a b"}],
            (
                "rubric: the id of criterion 1 is a word of at most 64 letters, digits and _.-, "
                "and not 'a b'"
            ),
        ),
        (
            [{"text": "a", "weight": True}],
            "rubric: the weight of criterion 1 is a number, and not True",
        ),
        ([{"text": "a", "weight": 10**400}], "rubric: the weight of criterion 1 is too large"),
        ([{"text": "a", "weight": 0}], "rubric: the weight of c1 is 0: give it one, or drop it"),
        (
            [{"text": "a", "weight": float("nan")}],
            "rubric: the weight of c1 is nan: give it one, or drop it",
        ),
        (
            [{"text": "a", "weight": -1}],
            "rubric: no criterion has a weight above 0, so that nothing can be reached",
        ),
        (
            ["a", {"text": "b", "id": "C1"}],
            "rubric: two criteria have the id 'C1', or one that is read as it",
        ),
    ],
)
def test_criteria_that_are_none_say_what_is_wrong(given_criteria, said):
    with pytest.raises(CannotGrade) as caught:
        criteria_of(FROM_SAMPLE, given_criteria)
    assert (str(caught.value), caught.value.kind) == (said, "bad_input")


def test_a_sample_without_criteria_misses_an_input():
    with pytest.raises(CannotGrade) as caught:
        criteria_of(FROM_SAMPLE)
    assert caught.value.kind == "missing_input"


def test_batches_keep_the_criteria_and_their_order():
    assert list(batches(ALL, 2)) == [(CLEAR, SAFE), (RUDE,)]
    assert list(batches(ALL, 0)) == [ALL]
    with pytest.raises(ValueError, match="a batch cannot have -1"):
        list(batches(ALL, -1))


def test_the_votes_on_batches_are_joined_to_one():
    one = Vote("m", Verdict({"clear": "yes"}, reason="a"), input_tokens=3, repairs=1)
    two = Vote("m", Verdict({"safe": "no"}, reason="b"), input_tokens=4)
    assert joined([one, two]) == Vote(
        "m", Verdict({"clear": "yes", "safe": "no"}, reason="a\nb"), input_tokens=7, repairs=1
    )
    assert joined([one, Vote("m", error="truncated", said="cut off")]).error == "truncated"
    assert joined([one, evolve(two, input_tokens=None)]).input_tokens is None


@pytest.mark.parametrize(
    "votes",
    [
        [],
        [Vote("a", Verdict()), Vote("b", Verdict())],
        [Vote("a", Verdict()), Vote("a", Verdict(), sample=1)],
        [Vote("a", Verdict({"x": "yes"})), Vote("a", Verdict({"x": "yes"}))],
    ],
)
def test_votes_that_are_not_of_one_checklist_are_not_joined(votes):
    with pytest.raises(ValueError):
        joined(votes)


def test_the_votes_on_a_checklist_come_to_a_score_on_its_scale():
    votes = [vote("yes", "no", "no"), vote("yes", "yes", "yes", sample=1)]
    outcome = reduced_checklist(votes, RUBRIC, ALL)
    assert (outcome.score, outcome.scale) == (0.625, Scale(-0.5, 1))
    assert outcome.metadata["criteria"] == {"clear": 1, "safe": 0.5, "rude": 0.5}


def test_a_vote_that_lacks_a_criterion_is_one_that_failed():
    outcome = reduced_checklist([vote("yes", "", "no")], RUBRIC, ALL)
    assert (outcome.kind, outcome.error) == (
        "unparseable",
        (
            "0 of 1 vote of m can be counted, of 1 needed (unparseable 1): "
            "1 of 3 criteria have no verdict: safe"
        ),
    )


words = st.sampled_from(["yes", "no"])


@given(st.lists(st.tuples(words, words, words), min_size=2, max_size=6))
def test_a_failed_vote_never_moves_the_score_of_a_checklist(rows):
    votes = [vote(*row, sample=number) for number, row in enumerate(rows)]
    failing = reduced_checklist([*votes, vote("yes", "", "", sample=99)], RUBRIC, ALL)
    assert isinstance(failing, GraderScore)
    assert failing.score == reduced_checklist(votes, RUBRIC, ALL).score
