"""How scores spread, as they come."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import Scale
from rmg_core.spread import VALUES_KEPT, Spreading

OPEN = Scale(None, None)


def spread_of(scores):
    gathered = Spreading()
    for score in scores:
        gathered.add(score)
    return gathered.spread(statistics.fmean(scores), OPEN)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2), st.randoms())
def test_a_spread_is_the_same_in_whatever_order_scores_come(scores, random):
    first = spread_of(scores)
    random.shuffle(scores)
    again = spread_of(scores)
    assert (again.count, [*again.counts.items()]) == (first.count, [*first.counts.items()])
    assert first.variance == pytest.approx(statistics.variance(scores), rel=1e-9, abs=1e-6)


def test_of_very_many_values_moments_are_kept_alone():
    scores = [each / 7 for each in range(VALUES_KEPT + 500)]
    spread = spread_of(scores)
    assert (spread.count, spread.counts) == (VALUES_KEPT + 500, {})
    assert spread.variance == pytest.approx(statistics.variance(scores))


def test_one_score_has_no_variance():
    assert spread_of([1.0]).variance is None
