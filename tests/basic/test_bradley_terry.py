"""Strengths from comparisons within a group."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core.basic.bradley_terry import BradleyTerry, strengths
from rmg_core.outcomes import GraderError, GraderScore, GraderSkip, Scale

TEN = Scale(0, 10)
WORSE = Scale(0, 10, higher_is_better=False)
TIMEOUT = GraderError("timeout", "no answer in 60 s")


def member(scale=TEN, **values):
    return {name: GraderScore(value, scale=scale) for name, value in values.items()}


@given(st.floats(0.1, 50), st.floats(0.1, 50))
def test_two_members_have_the_closed_form(won, lost):
    # P(i beats j) = won / (won + lost), so that ln(πᵢ/πⱼ) = ln(won/lost).
    one, other = strengths([[0.0, won], [lost, 0.0]])

    assert one - other == pytest.approx(math.log(won / lost), abs=1e-8)
    assert one + other == pytest.approx(0, abs=1e-12)


def test_each_grader_is_a_voter_and_a_tie_is_half_a_win():
    made = BradleyTerry(prior=0.1).combine_group(
        [
            member(a=3.0, b=2.0, c=1.0),
            member(a=1.0, b=1.0, c=1.0),
        ]
    )

    # 2 wins and a tie, and 0.1 votes on either side: ln(2.6 / 0.6), half of it to either member.
    half = math.log(2.6 / 0.6) / 2
    assert [each.score for each in made] == pytest.approx([half, -half], abs=1e-9)
    assert made[0].reason == "wins 2.5 of 3 votes"
    assert made[1].metadata == {"rule": "bradley_terry", "won": 0.5, "lost": 2.5, "size": 2}
    assert made[0].scale == Scale(None, None) == BradleyTerry().scale_of({})


def test_a_voter_prefers_the_lower_score_where_lower_is_better():
    made = BradleyTerry().combine_group([member(WORSE, wer=1.0), member(WORSE, wer=2.0)])

    assert made[0].score > 0 > made[1].score


def test_a_member_that_never_loses_has_a_finite_strength():
    made = BradleyTerry().combine_group([member(a=float(place)) for place in range(10)])

    found = [each.score for each in made]
    assert all(map(math.isfinite, found))
    assert found == sorted(found)


def test_members_that_tie_are_equally_strong():
    made = BradleyTerry().combine_group([member(a=1.0), member(a=1.0), member(a=1.0)])

    assert [each.score for each in made] == pytest.approx([0, 0, 0], abs=1e-9)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=6
    )
)
def test_expected_wins_at_the_strengths_are_the_wins(rows):
    # The condition of the maximum: Σⱼ nᵢⱼ πᵢ/(πᵢ+πⱼ) = Σⱼ wᵢⱼ.
    everyone = range(len(rows))
    wins = [
        [
            0.0
            if one == other
            else 0.1
            + sum((x > y) + (x == y) / 2 for x, y in zip(rows[one], rows[other], strict=True))
            for other in everyone
        ]
        for one in everyone
    ]

    powers = [math.exp(each) for each in strengths(wins)]

    for one in everyone:
        expected = sum(
            (wins[one][other] + wins[other][one]) * powers[one] / (powers[one] + powers[other])
            for other in everyone
            if other != one
        )
        assert expected == pytest.approx(sum(wins[one]), abs=1e-6)


@given(st.lists(st.integers(0, 3).map(float), min_size=2, max_size=6), st.randoms())
def test_the_order_of_members_changes_nothing(values, random):
    places = list(range(len(values)))
    random.shuffle(places)

    made = BradleyTerry().combine_group([member(a=value) for value in values])
    shuffled = BradleyTerry().combine_group([member(a=values[place]) for place in places])

    assert [made[place].score for place in places] == [each.score for each in shuffled]


def test_a_member_with_a_missing_part_stays_out():
    pair = [member(a=3.0, b=3.0), member(a=1.0, b=1.0)]

    made = BradleyTerry().combine_group([pair[0], member(a=2.0) | {"b": TIMEOUT}, pair[1]])

    assert made[1] == GraderError("missing_part", "b has an error (timeout)")
    assert [made[0], made[2]] == BradleyTerry().combine_group(pair)


def test_a_grader_without_a_score_does_not_vote_by_option():
    aggregator = BradleyTerry(on_missing="renormalise", min_coverage=0.5)

    made = aggregator.combine_group([member(a=3.0, b=1.0), member(a=1.0) | {"b": TIMEOUT}])

    assert made[0].reason == "wins 1 of 1 votes"


def test_a_member_that_is_alone_is_skipped():
    made = BradleyTerry().combine_group([member(a=3.0), {"a": TIMEOUT}])

    assert made == [
        GraderSkip("no other sample of the group has a score to compare with"),
        GraderError("missing_part", "a has an error (timeout)"),
    ]
    assert BradleyTerry().combine_group([]) == []


def test_strengths_that_are_not_found_are_an_error():
    made = BradleyTerry(prior=1e-9).combine_group([member(a=float(place)) for place in range(4)])

    assert (
        made
        == [GraderError("aggregator_error", "no strengths found in 10000 steps: raise prior")] * 4
    )


@pytest.mark.parametrize("prior", [0, -1])
def test_a_prior_that_is_not_positive_is_refused(prior):
    with pytest.raises(ValueError, match=rf"^prior must be above 0, not {prior}$"):
        BradleyTerry(prior=prior)


def test_a_strength_cannot_be_imputed():
    with pytest.raises(ValueError) as refused:
        BradleyTerry(on_missing="impute")

    assert str(refused.value) == (
        "on_missing must be 'error' or 'renormalise' or 'abstain', not 'impute'"
    )
