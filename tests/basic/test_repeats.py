"""pass@k and pass^k."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.basic.repeats import PassAtK, PassHatK
from rmg_core.outcomes import UNIT, GraderError, GraderScore, Scale

TIMEOUT = GraderError("timeout", "no answer in 60 s")


def repeats(*values, scale=UNIT):
    return {str(number): GraderScore(value, scale=scale) for number, value in enumerate(values)}


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.data())
def test_both_are_the_share_among_all_choices_of_k_repeats(passes, data):
    k = data.draw(st.integers(1, len(passes)))
    outcomes = repeats(*map(float, passes))
    choices = list(combinations(passes, k))

    assert PassAtK(k=k).combine(outcomes).score == pytest.approx(
        sum(map(any, choices)) / len(choices)
    )
    assert PassHatK(k=k).combine(outcomes).score == pytest.approx(
        sum(map(all, choices)) / len(choices)
    )


def test_pass_at_k_says_what_it_counted():
    made = PassAtK(k=2).combine(repeats(1.0, 0.0, 0.0, 1.0))

    assert made.score == pytest.approx(5 / 6)
    assert made.reason == "pass@2 with 2 of 4 correct"
    assert made.metadata == {
        "rule": "pass@2",
        "parts": {"0": 1.0, "1": 0.0, "2": 0.0, "3": 1.0},
        "coverage": 1.0,
        "correct": 2,
    }


def test_pass_hat_k_says_what_it_counted():
    made = PassHatK(k=2).combine(repeats(1.0, 0.0, 0.0, 1.0))

    assert (made.score, made.reason) == (pytest.approx(1 / 6), "pass^2 with 2 of 4 correct")


def test_many_repeats_keep_their_precision():
    outcomes = repeats(*[1.0] * 10, *[0.0] * 9_990)

    # 1 - 0.999^100 if drawn with replacement; without, a little more.
    assert PassAtK(k=100).combine(outcomes).score == pytest.approx(0.0957, abs=1e-3)


def test_a_repeat_is_correct_from_correct_at():
    outcomes = repeats(4.0, 3.0, scale=Scale(1, 5))

    assert PassAtK(k=1, correct_at=4).combine(outcomes).score == 0.5
    assert PassAtK(k=1).combine(outcomes).score == 0.0


def test_a_repeat_is_correct_up_to_correct_at_where_lower_is_better():
    outcomes = repeats(0.1, 0.3, scale=Scale(0, None, higher_is_better=False))

    assert PassHatK(k=1, correct_at=0.1).combine(outcomes).score == 0.5


@pytest.mark.parametrize(("aggregator", "rule"), [(PassAtK, "pass@3"), (PassHatK, "pass^3")])
def test_fewer_than_k_repeats_leave_it_undefined(aggregator, rule):
    made = aggregator(k=3).combine(repeats(1.0, 1.0))

    assert made == GraderError(
        "missing_part", f"{rule} is undefined: 2 of the repeats have a score"
    )


def test_fewer_than_k_scored_repeats_leave_it_undefined():
    aggregator = PassAtK(k=2, on_missing="renormalise", min_coverage=0.1)

    made = aggregator.combine(repeats(1.0) | {"1": TIMEOUT, "2": TIMEOUT})

    assert made == GraderError("missing_part", "pass@2 is undefined: 1 of the repeats have a score")


def test_an_error_among_the_repeats_is_an_error():
    made = PassAtK(k=1).combine(repeats(1.0) | {"1": TIMEOUT})

    assert made == GraderError("missing_part", "1 has an error (timeout)")


def test_more_attempts_than_repeats_are_refused():
    with pytest.raises(ValueError, match=r"^k = 3 needs as many repeats, and there are 2$"):
        PassAtK(k=3).scale_of({"0": UNIT, "1": UNIT})


def test_an_open_scale_needs_correct_at():
    scale = Scale(0, None)
    with pytest.raises(ValueError) as refused:
        PassHatK(k=1).scale_of({"0": scale})

    assert str(refused.value) == "the scale 0..∞ has no upper end: set correct_at"
    assert PassHatK(k=1).combine(repeats(3.0, scale=scale)) == GraderError(
        "aggregator_error", "the scale 0..∞ has no upper end: set correct_at"
    )
    assert PassHatK(k=1, correct_at=3).scale_of({"0": scale}) == UNIT


def test_correct_at_off_the_scale_is_refused():
    with pytest.raises(ValueError, match=r"^correct_at = 3 lies outside the scale 0\.\.1 of 0$"):
        PassAtK(k=1, correct_at=3).scale_of({"0": UNIT})
