"""Median, trimmed mean, worst and best."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.basic.order import Maximum, Median, Minimum, TrimmedMean
from rmg_core.outcomes import UNIT, GraderError, GraderScore, Scale

FIVE = Scale(1, 5)
WORSE = Scale(0, 10, higher_is_better=False)
TIMEOUT = GraderError("timeout", "no answer in 60 s")


def scores(scale=UNIT, **values):
    return {name: GraderScore(value, scale=scale) for name, value in values.items()}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_the_median_is_that_of_the_standard_library(values):
    outcomes = {str(number): GraderScore(value) for number, value in enumerate(values)}

    assert Median().combine(outcomes).score == pytest.approx(statistics.median(values))


def test_the_median_says_what_it_is_of():
    made = Median().combine(scores(FIVE, a=1.0, b=5.0, c=2.0))

    assert (made.score, made.reason, made.scale) == (2.0, "median of a 1, b 5, c 2", FIVE)


def test_a_trimmed_mean_leaves_out_both_ends():
    made = TrimmedMean(trim=0.2).combine(scores(FIVE, a=1.0, b=4.0, c=4.0, d=5.0, e=5.0))

    assert made.score == pytest.approx(13 / 3)
    assert made.reason == "mean of a 1, b 4, c 4, d 5, e 5 without 1 at either end"


def test_a_trim_is_not_lost_to_rounding():
    outcomes = {
        str(number): GraderScore(float(number), scale=Scale(0, 99)) for number in range(100)
    }

    made = TrimmedMean(trim=0.29).combine(outcomes)

    assert made.reason.endswith("without 29 at either end")


@pytest.mark.parametrize("trim", [0.5, -0.1])
def test_a_trim_of_half_or_more_is_refused(trim):
    with pytest.raises(ValueError) as refused:
        TrimmedMean(trim=trim)

    assert str(refused.value) == f"trim must be at least 0 and below 0.5, not {trim:g}"


def test_the_minimum_is_the_worst_part():
    made = Minimum().combine(scores(FIVE, a=4.0, b=2.0))

    assert (made.score, made.scale, made.reason) == (2.0, FIVE, "worst is b 2 of a 4, b 2")


def test_the_minimum_of_lower_is_better_parts_is_the_highest():
    assert Minimum().combine(scores(WORSE, a=4.0, b=2.0)).score == 4.0
    assert Maximum().combine(scores(WORSE, a=4.0, b=2.0)).score == 2.0


def test_the_minimum_over_different_scales_is_that_of_normalised_values():
    made = Minimum().combine(scores(FIVE, help=2.0) | scores(WORSE, errors=9.0))

    assert made.score == pytest.approx(0.1)
    assert made.metadata["normalised"] is True


def test_a_part_at_the_worst_end_decides_whatever_is_missing():
    made = Minimum().combine(scores(FIVE, a=1.0) | {"b": TIMEOUT})

    assert (made.score, made.metadata["coverage"]) == (1.0, 0.5)
    assert made.reason == "a 1 decides: it is the worst of the scale (coverage 0.50)"


def test_a_part_at_the_best_end_decides_whatever_is_missing():
    assert Maximum().combine(scores(WORSE, a=0.0) | {"b": TIMEOUT}).score == 0.0


def test_an_undecided_minimum_with_an_error_is_an_error():
    made = Minimum().combine(scores(FIVE, a=2.0) | {"b": TIMEOUT})

    assert made == GraderError("missing_part", "b has an error (timeout)")


def test_an_undecided_maximum_with_an_error_is_an_error():
    made = Maximum().combine(scores(FIVE, a=4.0) | {"b": TIMEOUT})

    assert made == GraderError("missing_part", "b has an error (timeout)")


def test_a_decided_minimum_of_different_scales_is_on_the_declared_scale():
    aggregator = Minimum()
    parts = {"help": FIVE, "exact": UNIT}

    made = aggregator.bound(parts).combine(scores(FIVE, help=1.0) | {"exact": TIMEOUT})

    assert (made.score, made.scale) == (0.0, aggregator.scale_of(parts))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.randoms())
def test_order_changes_nothing(values, random):
    names = [f"g{number}" for number in range(len(values))]
    pairs = list(zip(names, values, strict=True))
    shuffled = random.sample(pairs, len(pairs))

    for aggregator in (Median(), TrimmedMean(), Minimum(), Maximum()):
        one, other = (aggregator.combine(scores(**dict(each))) for each in (pairs, shuffled))
        assert one.score == other.score
