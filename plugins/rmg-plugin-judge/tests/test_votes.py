import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_judge.values import Level, Prompt, Rubric, RubricInput, Verdict, Vote
from rmg_plugin_judge.votes import (
    places_of,
    position_labels,
    preference_of,
    said_of,
    value_of,
    values_of,
    vote_from_json,
    vote_json,
)

TONE = Rubric(
    name="tone",
    about="",
    inputs=(RubricInput("response"),),
    mode="pointwise",
    prompt=Prompt("Judge the tone."),
    levels=(Level("rude", "", 0.0), Level("plain", "", 3.0), Level("kind", "", 5.0)),
    may_abstain=True,
)
PAIRS = Rubric("pairs", "", (), "pairwise", Prompt("Which is better?"))
LISTS = Rubric("lists", "", (), "listwise", Prompt("Which is best?"))

verdicts = st.builds(
    Verdict,
    labels=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    ranking=st.lists(st.lists(st.text(max_size=3), max_size=3).map(tuple), max_size=3).map(tuple),
    reason=st.text(),
    is_abstention=st.booleans(),
)
any_votes = st.builds(
    Vote,
    model=st.text(),
    verdict=st.none() | verdicts,
    error=st.text(),
    said=st.text(),
    order=st.lists(st.integers(0, 5)).map(tuple),
    sample=st.integers(0, 9),
    protocol=st.sampled_from(["text", "schema", "tool", "json"]),
    finish=st.sampled_from(["stop", "length"]),
    repairs=st.integers(0, 2),
    input_tokens=st.none() | st.integers(0, 99),
    output_tokens=st.none() | st.integers(0, 99),
)


@given(any_votes)
def test_a_vote_is_the_same_after_a_turn_through_json(vote):
    assert vote_from_json(json.loads(json.dumps(vote_json(vote)))) == vote


def test_what_is_usual_is_left_out_of_json():
    vote = Vote("m", Verdict({"": "kind"}, reason="Warm."))
    assert vote_json(vote) == {
        "model": "m",
        "verdict": {"labels": {"": "kind"}, "reason": "Warm."},
    }


@pytest.mark.parametrize("made", [{}, {"model": "m", "mood": 1}, {"model": "m", "verdict": "5"}])
def test_what_is_no_vote_is_refused(made):
    with pytest.raises(ValueError, match="not a vote"):
        vote_from_json(made)


def test_a_label_has_the_value_of_its_level():
    assert values_of(Vote("m", Verdict({"": "plain"})), TONE) == {"": 3.0}


def test_failed_and_abstaining_votes_have_no_value():
    assert values_of(Vote("m", error="truncated"), TONE) == {}
    assert values_of(Vote("m", Verdict(is_abstention=True)), TONE) == {}
    assert values_of(Vote("m", Verdict({"": "abstain"})), TONE) == {}


def test_a_label_that_the_rubric_lacks_names_those_it_has():
    with pytest.raises(ValueError) as caught:
        value_of("Kind", TONE)
    assert str(caught.value) == "the rubric 'tone' has no label 'Kind'; labels: rude, plain, kind"


@pytest.mark.parametrize(
    ("label", "order", "preference"),
    [("A", (0, 1), 1), ("A", (1, 0), 0), ("B", (1, 0), 1), ("B", (), 0), ("tie", (1, 0), 0.5)],
)
def test_a_preference_is_that_for_the_first_answer_in_whatever_order(label, order, preference):
    assert preference_of(Vote("m", Verdict({"": label}), order=order), PAIRS) == preference


def test_an_order_of_other_than_two_answers_is_refused():
    with pytest.raises(ValueError, match="no vote on two answers"):
        preference_of(Vote("m", Verdict({"": "A"}), order=(0, 2)), PAIRS)


def test_positions_are_named_by_letters():
    labels = position_labels(28)
    assert (labels[:3], labels[25:]) == (("A", "B", "C"), ("Z", "AA", "AB"))


def test_ties_share_the_mean_of_their_places():
    vote = Vote("m", Verdict(ranking=(("A", "C"), ("B",))))
    assert places_of(vote, "ABC") == (1.5, 3, 1.5)


@given(st.permutations(range(5)), st.permutations(range(5)))
def test_a_ranking_says_the_same_in_every_order(quality, order):
    # quality[i] is the place of item i; the judge sees items in `order` and ranks them rightly.
    labels = position_labels(5)
    best_first = sorted(range(5), key=lambda position: quality[order[position]])
    verdict = Verdict(ranking=tuple((labels[position],) for position in best_first))
    vote = Vote("m", verdict, order=tuple(order))
    assert places_of(vote, labels) == tuple(place + 1 for place in quality)
    assert said_of(vote, LISTS) == " ".join(str(place + 1) for place in quality)


@pytest.mark.parametrize("ranking", [(("A",),), (("A", "A"),), (("A",), ("C",)), ()])
def test_a_ranking_that_does_not_have_each_item_once_is_refused(ranking):
    with pytest.raises(ValueError, match="no ranking of A, B"):
        places_of(Vote("m", Verdict(ranking=ranking)), "AB")


def test_a_pair_may_have_levels_of_its_own_between_0_and_1():
    levels = (Level("much better", "", 1.0), Level("better", "", 0.75), Level("off", "", 2.0))
    graded = Rubric("graded", "", (), "pairwise", Prompt("Which is better?"), levels=levels)
    assert preference_of(Vote("m", Verdict({"": "better"}), order=(1, 0)), graded) == 0.25
    with pytest.raises(ValueError, match="no vote on two answers"):
        preference_of(Vote("m", Verdict({"": "off"})), graded)
