"""Majority and mode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.basic.voting import Majority, Mode
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Scale

FIVE = Scale(1, 5)
TIMEOUT = GraderError("timeout", "no answer in 60 s")


def votes(*values, scale=FIVE):
    return {str(number): GraderScore(value, scale=scale) for number, value in enumerate(values)}


@pytest.mark.parametrize(("aggregator", "rule"), [(Majority(), "majority"), (Mode(), "mode")])
def test_the_score_with_most_votes_wins(aggregator, rule):
    made = aggregator.combine(votes(4.0, 2.0, 4.0, 1.0, 4.0))

    assert (made.score, made.scale, made.reason) == (4.0, FIVE, "4 by 3 of 5 votes")
    assert made.metadata["rule"] == rule
    assert made.metadata["votes"] == [(4.0, 3), (1.0, 1), (2.0, 1)]


@pytest.mark.parametrize("aggregator", [Majority(), Mode()])
def test_a_tie_abstains(aggregator):
    made = aggregator.combine(votes(4.0, 2.0, 4.0, 2.0))

    assert made == GraderSkip("tie of 2, 4, with 2 of 4 votes each")


def test_a_tie_goes_to_the_lowest_by_option():
    made = Majority(tie="lowest").combine(votes(4.0, 2.0))

    assert (made.score, made.reason) == (2.0, "2 by 1 of 2 votes, the lowest of 2 that tie")


def test_the_lowest_is_the_worst_where_lower_is_better():
    worse = Scale(0, 10, higher_is_better=False)

    assert Mode(tie="lowest").combine(votes(4.0, 2.0, scale=worse)).score == 4.0


def test_a_lead_that_the_missing_could_not_make_up_decides():
    made = Majority().combine(votes(4.0, 4.0) | {"late": TIMEOUT})

    assert (made.score, made.metadata["coverage"]) == (4.0, pytest.approx(2 / 3))


def test_a_lead_that_the_missing_could_make_up_is_an_error():
    made = Majority().combine(votes(4.0, 4.0, 2.0) | {"late": TIMEOUT})

    assert made == GraderError("missing_part", "late has an error (timeout)")


def test_votes_on_different_scales_are_refused():
    with pytest.raises(ValueError) as refused:
        Majority().scale_of({"a": UNIT, "b": FIVE})

    assert str(refused.value) == ("majority needs parts on one scale, and a is on 0..1, b on 1..5")


def test_votes_on_different_scales_are_an_error_outcome():
    made = Mode().combine({"a": GraderScore(1.0), "b": GraderScore(1.0, scale=FIVE)})

    assert made == GraderError(
        "aggregator_error", "mode needs parts on one scale, and a is on 0..1, b on 1..5"
    )


def test_a_tie_rule_that_there_is_not_is_refused():
    with pytest.raises(ValueError) as refused:
        Majority(tie="random")

    assert str(refused.value) == "tie must be 'abstain' or 'lowest', not 'random'"


def test_a_vote_without_a_score_is_an_error():
    made = Mode().combine(votes(4.0, 4.0) | {"late": TIMEOUT})

    assert made == GraderError("missing_part", "late has an error (timeout)")


@given(
    st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=1, max_size=5),
    st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=1, max_size=3),
)
def test_an_early_verdict_is_the_one_of_all_votes(seen, unseen):
    late = {f"late{number}": TIMEOUT for number in range(len(unseen))}

    early = Majority().combine(votes(*seen) | late)

    if isinstance(early, GraderScore):
        assert early.score == Majority().combine(votes(*seen, *unseen)).score
