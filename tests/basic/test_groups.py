"""Rank and z-score within a group."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.basic.groups import Rank, ZScore
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Scale

FIVE = Scale(1, 5)
WORSE = Scale(0, 10, higher_is_better=False)
TIMEOUT = GraderError("timeout", "no answer in 60 s")
MISSING = GraderError("missing_part", "help has an error (timeout)")
ALONE = GraderSkip("no other sample of the group has a score to compare with")


def group(*values, scale=FIVE):
    return [
        {"help": value if isinstance(value, GraderError) else GraderScore(value, scale=scale)}
        for value in values
    ]


def test_a_rank_is_the_share_of_the_others_that_are_beaten():
    made = Rank(grader="help").combine_group(group(5.0, 3.0, 3.0, 1.0))

    assert [each.score for each in made] == [1.0, 0.5, 0.5, 0.0]
    assert [each.metadata["place"] for each in made] == [1, 2, 2, 4]
    assert [each.reason for each in made[:2]] == ["place 1 of 4", "place 2 of 4, shared with 1"]
    assert made[1].metadata == {"rule": "rank", "place": 2, "size": 4, "tied": 1}


def test_place_1_is_the_lowest_where_lower_is_better():
    made = Rank(grader="help").combine_group(group(5.0, 3.0, scale=WORSE))

    assert [each.metadata["place"] for each in made] == [2, 1]
    assert [each.scale for each in made] == [UNIT, UNIT]


@pytest.mark.parametrize("aggregator", [Rank(grader="help"), ZScore(grader="help")])
def test_a_member_with_an_error_stays_one_and_is_not_counted(aggregator):
    made = aggregator.combine_group(group(5.0, TIMEOUT, 1.0))

    assert made[1] == MISSING
    assert [made[0], made[2]] == aggregator.combine_group(group(5.0, 1.0))


@pytest.mark.parametrize("aggregator", [Rank, ZScore])
def test_a_member_with_an_error_is_a_skip_by_option(aggregator):
    made = aggregator(grader="help", on_missing="abstain").combine_group(group(5.0, TIMEOUT, 1.0))

    assert made[1] == GraderSkip("help has an error (timeout)")


@pytest.mark.parametrize("aggregator", [Rank(grader="help"), ZScore(grader="help")])
def test_a_member_that_is_alone_is_skipped(aggregator):
    assert aggregator.combine_group(group(5.0)) == [ALONE]
    assert aggregator.combine_group(group(5.0, TIMEOUT)) == [ALONE, MISSING]


def test_an_empty_group_has_no_outcomes():
    assert Rank(grader="help").combine_group([]) == []
    assert ZScore(grader="help").combine_group([]) == []


def test_a_z_score_counts_standard_deviations_from_the_mean():
    made = ZScore(grader="help").combine_group(group(1.0, 2.0, 3.0))

    assert [each.score for each in made] == pytest.approx([-1, 0, 1])
    assert made[0].reason == "1 beside a mean of 2 ± 1"
    assert made[0].metadata == {"rule": "zscore", "mean": 2.0, "sd": 1.0, "size": 3}
    assert made[0].scale == Scale(None, None)


def test_the_z_score_of_a_population_divides_by_n():
    made = ZScore(grader="help", ddof=0).combine_group(group(1.0, 3.0))

    assert [each.score for each in made] == pytest.approx([-1, 1])


def test_everyone_of_a_constant_group_has_0():
    # Adding 0.1 three times gives more than 0.3, so that a naive deviation is not 0.
    made = ZScore(grader="help").combine_group(group(0.1, 0.1, 0.1, scale=UNIT))

    assert [each.score for each in made] == [0.0, 0.0, 0.0]
    assert made[0].reason == "all 3 of the group are equal"


def test_a_z_score_keeps_the_better_end_of_its_grader():
    aggregator = ZScore(grader="help")
    made = aggregator.combine_group(group(1.0, 3.0, scale=WORSE))

    assert made[0].scale == Scale(None, None, higher_is_better=False)
    assert made[0].scale == aggregator.scale_of({"help": WORSE})


def test_a_spread_that_is_too_large_is_an_error():
    made = ZScore(grader="help").combine_group(
        group(1.7e308, -1.7e308, 1.7e308, scale=Scale(None, None))
    )

    assert (
        made
        == [GraderError("aggregator_error", "the group's spread is too large to be a number")] * 3
    )


def test_a_tiny_spread_does_not_vanish():
    made = ZScore(grader="help").combine_group(group(0.0, 1e-200, scale=UNIT))

    assert [each.score for each in made] == pytest.approx([-(0.5**0.5), 0.5**0.5])


@given(st.lists(st.integers(1, 5).map(float), min_size=2, max_size=12), st.sampled_from([0, 1]))
def test_z_scores_are_those_of_the_standard_library(values, ddof):
    made = ZScore(grader="help", ddof=ddof).combine_group(group(*values))

    mean = statistics.mean(values)
    deviation = (statistics.stdev if ddof else statistics.pstdev)(values)
    expected = [(value - mean) / deviation if deviation else 0.0 for value in values]
    assert [each.score for each in made] == pytest.approx(expected)


@given(st.lists(st.integers(1, 5).map(float), min_size=2, max_size=12))
def test_ranks_average_one_half(values):
    made = Rank(grader="help").combine_group(group(*values))

    assert sum(each.score for each in made) / len(made) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grader": ""}, "grader must be the name of a grader, not ''"),
        ({"grader": "help", "ddof": 2}, "ddof must be 0 or 1, not 2"),
        ({"grader": "help", "ddof": True}, "ddof must be 0 or 1, not True"),
        (
            {"grader": "help", "on_missing": "renormalise"},
            "on_missing must be 'error' or 'abstain', not 'renormalise'",
        ),
    ],
)
def test_options_of_a_z_score_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError) as refused:
        ZScore(**options)

    assert str(refused.value) == message


def test_group_aggregators_read_their_grader():
    assert Rank(grader="help").reads() == ZScore(grader="help").reads() == ("help",)
    assert Rank(grader="help").scale_of({"help": FIVE}) == UNIT
