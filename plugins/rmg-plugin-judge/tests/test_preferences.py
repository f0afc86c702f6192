import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import GraderError, GraderScore, GraderSkip
from rmg_plugin_judge.preferences import Rejudge, reduced_pairs, reduced_rankings
from rmg_plugin_judge.values import Level, Prompt, Rubric, Verdict, Vote
from rmg_plugin_judge.votes import levels_of, position_labels

RECORDED = Path(__file__).parents[3] / ".." / "shared/data/judge/pandalm_votes.jsonl"
PAIRS = Rubric("pairs", "", (), "pairwise", Prompt("Which is better?"), may_abstain=True)
AB, BA = (0, 1), (1, 0)


def vote(label, order=AB, model="m", sample=0):
    if label is None:
        return Vote(model, Verdict(is_abstention=True), order=order, sample=sample)
    if label == "truncated":
        return Vote(model, error="truncated", said="cut off", order=order, sample=sample)
    return Vote(model, Verdict({"": label}, reason=label), order=order, sample=sample)


def both(first, second, model="m"):
    """Return a judge's votes in both orders, by the labels of the places as shown."""
    return [vote(first, AB, model), vote(second, BA, model)]


@pytest.mark.parametrize(
    ("shown", "score"),
    [
        (("A", "B"), 1),
        (("B", "A"), 0),
        (("A", "A"), 0.5),
        (("B", "B"), 0.5),
        (("tie", "tie"), 0.5),
        (("A", "tie"), 1),
        (("tie", "A"), 0),
    ],
)
def test_a_pair_is_won_by_the_net_vote_over_both_orders(shown, score):
    assert reduced_pairs(both(*shown), PAIRS).score == score


def test_a_tie_is_worth_what_is_said():
    assert reduced_pairs(both("tie", "tie"), PAIRS, tie_value=0.25).score == 0.25
    assert reduced_pairs(both("A", "A"), PAIRS, tie_value=0.25).score == 0.25


@pytest.mark.parametrize(
    "votes",
    [
        both("A", "A"),
        [vote("A"), vote("B", sample=1)],
        [vote("A"), vote("A", sample=1), vote("A", BA), vote("A", BA, sample=1)],
        [*(vote("A", AB, sample=n) for n in range(3)),
         vote("A", BA), vote("A", BA, sample=1), vote("B", BA, sample=2)],
    ],
)  # fmt: skip
def test_contradicting_verdicts_are_a_tie_an_error_or_asked_again(votes):
    assert reduced_pairs(votes, PAIRS).score == 0.5
    assert reduced_pairs(votes, PAIRS).metadata["inconsistent"] == ["m"]
    outcome = reduced_pairs(votes, PAIRS, inconsistent="error")
    assert (outcome.kind, outcome.error) == ("conflict", "verdicts contradict each other: m")
    assert reduced_pairs(votes, PAIRS, inconsistent="rejudge") == Rejudge(("m",))


@pytest.mark.parametrize("shown", [("tie", "tie"), ("A", "tie"), ("A", "B")])
@pytest.mark.parametrize("inconsistent", ["tie", "error", "rejudge"])
def test_verdicts_that_do_not_contradict_are_left_alone(shown, inconsistent):
    outcome = reduced_pairs(both(*shown), PAIRS, inconsistent=inconsistent)
    assert isinstance(outcome, GraderScore)
    assert outcome.metadata["inconsistent"] == []


def test_where_ties_are_forbidden_a_tie_is_a_vote_that_failed():
    outcome = reduced_pairs(both("A", "tie"), PAIRS, ties="forbid")
    assert (outcome.kind, outcome.error) == (
        "unparseable",
        (
            "0 of 1 vote of m in order 1 0 can be counted, of 1 needed (unparseable 1): "
            "it says that neither is better, and ties are forbidden"
        ),
    )


def test_the_votes_of_each_order_must_count():
    assert reduced_pairs(both("A", "truncated"), PAIRS).kind == "truncated"


def test_a_judge_that_lacks_an_order_has_no_say_whatever_min_votes_is():
    votes = [*both("B", "A", "a"), *both("A", "truncated", "b")]
    outcome = reduced_pairs(votes, PAIRS, min_votes=3)
    assert outcome.metadata["judges"] == {"a": 0}
    assert reduced_pairs(votes[2:], PAIRS, min_votes=1).kind == "truncated"


@pytest.mark.parametrize("votes", [both(None, None), both("A", None)])
def test_a_judge_that_abstains_as_often_as_not_makes_a_skip(votes):
    assert isinstance(reduced_pairs(votes, PAIRS), GraderSkip)


def test_an_abstention_is_no_verdict_that_min_votes_counts():
    votes = [*both("A", "B", "a"), *both("A", "B", "b"), vote(None, AB, "b", 1)]
    assert reduced_pairs(votes, PAIRS, min_votes=4).score == 1
    said = "4 of 5 votes can be counted, of 5 needed; 1 abstain"
    assert reduced_pairs(votes, PAIRS, min_votes=5).reason == said
    one, abstaining = ranking("A", "B"), Vote("m", Verdict(is_abstention=True))
    assert reduced_rankings([one, one, abstaining], 2, min_votes=2).rank == (1, 2)
    said = "2 of 3 votes can be counted, of 3 needed; 1 abstain"
    assert reduced_rankings([one, one, abstaining], 2, min_votes=3).reason == said


@pytest.mark.parametrize(
    ("rule", "score"), [("mean", 0.5), ("min", 0), ("median", 0.5), ("weighted", 0.7)]
)
def test_judges_of_pairs_are_reduced_by_hand(rule, score):
    votes = [*both("A", "B", "a"), *both("A", "A", "b"), *both("B", "A", "c")]
    weights = {"a": 6, "b": 2, "c": 2} if rule == "weighted" else {}
    outcome = reduced_pairs(votes, PAIRS, panel_reduce=rule, panel_weights=weights)
    assert outcome.score == score
    assert outcome.metadata["net"] == {"a": 1, "b": 0, "c": -1}


def test_the_majority_of_judges_wins():
    votes = [*both("A", "B", "a"), *both("A", "B", "b"), *both("B", "A", "c")]
    assert reduced_pairs(votes, PAIRS, panel_reduce="majority").score == 1


def test_a_tie_value_outside_the_scale_is_refused():
    with pytest.raises(ValueError, match="tie_value is 2"):
        reduced_pairs(both("A", "B"), PAIRS, tie_value=2)


shown_labels = st.lists(
    st.tuples(*[st.sampled_from(["A", "B", "tie"])] * 2), min_size=1, max_size=4
)


@given(shown_labels, st.data())
def test_the_order_of_votes_on_pairs_changes_nothing(shown, data):
    votes = [each for number, pair in enumerate(shown) for each in both(*pair, f"m{number}")]
    shuffled = data.draw(st.permutations(votes))
    one, other = reduced_pairs(votes, PAIRS), reduced_pairs(shuffled, PAIRS)
    assert (one.score, one.reason) == (other.score, other.reason)


@given(shown_labels)
def test_swapping_the_answers_turns_the_score_over(shown):
    votes = [each for number, pair in enumerate(shown) for each in both(*pair, f"m{number}")]
    swapped = [Vote(each.model, each.verdict, order=each.order[::-1]) for each in votes]
    assert reduced_pairs(votes, PAIRS).score == pytest.approx(
        1 - reduced_pairs(swapped, PAIRS).score
    )


@given(shown_labels)
def test_a_failed_vote_never_moves_the_score_of_a_pair(shown):
    votes = [
        vote(label, order, sample=number)
        for number, pair in enumerate(shown)
        for order, label in zip((AB, BA), pair, strict=True)
    ]
    failing = reduced_pairs([*votes, vote("truncated", sample=99)], PAIRS)
    if isinstance(failing, GraderScore):
        assert failing.score == reduced_pairs(votes, PAIRS).score


def ranking(*groups, order=(), model="m", reason=""):
    return Vote(model, Verdict(ranking=tuple(map(tuple, groups)), reason=reason), order=order)


def test_items_are_ranked_by_their_mean_place_with_orders_undone():
    # Places by item: 1 2 3, then 1 3 2, then (shown 2 1 0 as A B C, C best) 1 2 3.
    votes = [
        ranking("A", "B", "C"),
        ranking("A", "C", "B"),
        ranking("C", "B", "A", order=(2, 1, 0)),
    ]
    outcome = reduced_rankings(votes, 3)
    assert outcome.rank == (1, 2, 3)
    assert outcome.metadata["mean_places"] == [1, 7 / 3, 8 / 3]
    assert outcome.metadata["agreement"] == 2 / 3


def test_items_of_equal_mean_share_a_place():
    assert reduced_rankings([ranking("A", "B", "C"), ranking("B", "A", "C")], 3).rank == (1, 1, 3)
    assert reduced_rankings([ranking("A", "BC")], 3).rank == (1, 2, 2)


def test_each_judge_has_one_voice_in_a_ranking():
    votes = [*[ranking("A", "B", "C", model="a")] * 3, ranking("C", "B", "A", model="b")]
    assert reduced_rankings(votes, 3).rank == (1, 1, 1)


def test_the_reason_of_a_ranking_is_that_of_the_nearest_vote():
    votes = [
        ranking("C", "B", "A", reason="far"),
        ranking("A", "B", "C", reason="near"),
        ranking("A", "B", "C", reason="near"),
    ]
    assert reduced_rankings(votes, 3).reason == "near"


def test_failed_and_abstaining_rankings_count_as_those_of_scores_do():
    failed = Vote("m", error="refusal", said="no")
    abstaining = Vote("m", Verdict(is_abstention=True))
    one = ranking("A", "B")
    assert isinstance(reduced_rankings([one, failed], 2), GraderError)
    assert reduced_rankings([one, one, failed], 2).rank == (1, 2)
    assert isinstance(reduced_rankings([one, abstaining], 2), GraderSkip)
    assert reduced_rankings([one, failed], 2, min_votes=1).rank == (1, 2)


@given(st.permutations(range(4)), st.lists(st.permutations(range(4)), min_size=1, max_size=5))
def test_a_judge_without_position_bias_gives_its_ranking_in_every_order(quality, orders):
    names = position_labels(4)
    votes = [
        ranking(*sorted(names, key=lambda name: quality[order[names.index(name)]]), order=order)
        for order in map(tuple, orders)
    ]
    assert reduced_rankings(votes, 4).rank == tuple(place + 1 for place in quality)


RAW = Rubric(
    "recorded", "", (), "pairwise", Prompt("Which is better?"),
    levels=(Level("2", "", 0.0), Level("0", "", 0.5), Level("Tie", "", 0.5), Level("1", "", 1.0)),
)  # fmt: skip


def read(text):
    """Return the vote of a raw verdict: its label, read exactly, or a vote that failed."""
    if text in {level.label for level in levels_of(RAW)}:
        return Vote("recorded", Verdict({"": text}))
    return Vote("recorded", error="unparseable", said=f"there is no verdict in {text!r}")


def recorded(judge):
    """Return what the votes of a recorded judge come to, each with the score by most humans."""
    lines = RECORDED.read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        (label, most), *_ = Counter(row["humans"]).most_common()
        assert most > 1
        yield reduced_pairs([read(row[judge])], RAW), {0: 0.5, 1: 1.0, 2: 0.0}[label]


def percent(hits):
    hits = list(hits)
    return round(100 * sum(hits) / len(hits), 2)


@pytest.mark.skipif(not RECORDED.exists(), reason="../shared/data is not here")
def test_recorded_verdicts_agree_with_humans_as_published_under_each_missing_rule():
    pairs = list(recorded("gpt35_raw"))
    scored = [(one, human) for one, human in pairs if isinstance(one, GraderScore)]
    failed = [(one, human) for one, human in pairs if isinstance(one, GraderError)]
    assert (len(pairs), len(scored), len(failed)) == (999, 974, 25)
    assert {one.kind for one, _ in failed} == {"unparseable"}
    hits = [one.score == human for one, human in scored]
    assert percent([*hits, *(human == 0.5 for _, human in failed)]) == 71.07
    assert percent([*hits, *(False for _ in failed)]) == 69.77
    assert percent(hits) == 71.56


@pytest.mark.skipif(not RECORDED.exists(), reason="../shared/data is not here")
def test_the_recorded_pandalm_judge_agrees_with_humans_as_published():
    assert percent(one.score == human for one, human in recorded("pandalm_raw")) == 66.77


def test_a_ranking_is_a_skip_where_half_the_judges_abstain():
    abstaining = Vote("b", Verdict(is_abstention=True))
    outcome = reduced_rankings([ranking("A", "B", model="a"), abstaining], 2)
    assert outcome.reason == "1 of 2 judges abstain"
