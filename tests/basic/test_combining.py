"""Weighted sum and mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.aggregators import Impute
from rmg_core.basic.combining import Mean, WeightedSum
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Scale

FIVE = Scale(1, 5)
WER = Scale(0, None, higher_is_better=False)
TIMEOUT = GraderError("timeout", "no answer in 60 s")


def scores(scale=UNIT, **values):
    return {name: GraderScore(value, scale=scale) for name, value in values.items()}


def test_a_weighted_sum_stays_on_the_scale_that_its_parts_share():
    made = WeightedSum(weights={"help": 0.5, "fact": 0.3}).combine(scores(FIVE, help=4.0, fact=5.0))

    assert made.score == pytest.approx(4.375)
    assert made.scale == FIVE
    assert made.reason == "0.5·help 4 + 0.3·fact 5"
    assert made.metadata == {
        "rule": "weighted_sum",
        "parts": {"help": 4.0, "fact": 5.0},
        "coverage": 1.0,
    }


def test_parts_on_different_scales_are_normalised_and_the_outcome_says_so():
    outcomes = scores(FIVE, help=4.0) | scores(exact=1.0)
    aggregator = WeightedSum(weights={"help": 1, "exact": 1})

    made = aggregator.combine(outcomes)

    assert made.score == pytest.approx(0.875)
    assert made.scale == UNIT == aggregator.scale_of({"help": FIVE, "exact": UNIT})
    assert made.metadata["normalised"] is True
    assert made.reason == "1·help 0.75 + 1·exact 1 (normalised)"


def test_a_lower_is_better_part_is_turned_round_before_it_is_combined():
    worse = Scale(0, 10, higher_is_better=False)

    made = Mean().combine(scores(Scale(0, 10), good=10.0) | scores(worse, bad=10.0))

    assert (made.score, made.scale) == (0.5, UNIT)


def test_lower_is_better_parts_of_one_scale_stay_on_it():
    worse = Scale(0, 10, higher_is_better=False)

    made = Mean().combine(scores(worse, a=2.0, b=4.0))

    assert (made.score, made.scale) == (3.0, worse)


def test_raw_insists_on_raw_scores():
    aggregator = WeightedSum(weights={"help": 1, "exact": 1}, raw=True)

    made = aggregator.combine(scores(FIVE, help=4.0) | scores(exact=1.0))

    assert (made.score, made.scale) == (2.5, Scale(0, 5))
    assert "normalised" not in made.metadata


def test_a_plain_sum_has_the_range_that_its_parts_allow():
    aggregator = WeightedSum(weights={"help": 2, "long": -0.5}, normalise=False)
    parts = {"help": FIVE, "long": FIVE}

    made = aggregator.combine(scores(FIVE, help=4.0, long=5.0))

    assert made.score == pytest.approx(5.5)
    assert made.scale == Scale(-0.5, 9.5) == aggregator.scale_of(parts)
    assert made.reason == "2·help 4 - 0.5·long 5"


def test_a_raw_plain_sum_with_an_open_part_is_open_at_that_end():
    aggregator = WeightedSum(weights={"help": 1, "wer": -1}, normalise=False, raw=True)

    made = aggregator.combine(scores(FIVE, help=4.0) | scores(WER, wer=0.5))

    assert (made.score, made.scale) == (3.5, Scale(None, 5))


def test_a_sum_of_penalties_alone_is_better_when_their_parts_are_lower():
    aggregator = WeightedSum(weights={"rude": -1}, normalise=False)

    assert aggregator.scale_of({"rude": UNIT}) == Scale(-1, 0, higher_is_better=False)
    assert aggregator.scale_of({"rude": Scale(0, 1, higher_is_better=False)}) == Scale(-1, 0)


def test_an_open_scale_among_others_is_refused():
    with pytest.raises(ValueError) as refused:
        Mean().scale_of({"exact": UNIT, "wer": WER})

    assert str(refused.value) == (
        "the parts are on different scales and wer (0..∞, lower is better) has no upper end: "
        "normalise it first or set raw = true"
    )


def test_raw_parts_with_opposite_better_ends_are_refused():
    with pytest.raises(ValueError) as refused:
        Mean(raw=True).scale_of({"exact": UNIT, "wer": WER})

    assert str(refused.value) == (
        "exact is better when higher and wer when lower: leave out raw, so that they are normalised"
    )


def test_a_raw_sum_of_opposite_better_ends_is_refused():
    with pytest.raises(ValueError) as refused:
        WeightedSum(weights={"exact": 1, "wer": 1}, normalise=False, raw=True).scale_of(
            {
                "exact": UNIT,
                "wer": WER,
            }
        )

    assert str(refused.value) == (
        "a higher sum is better by exact and worse by wer: leave out raw, so that they are "
        "normalised, or make one of the weights negative"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": {}}, "weights is empty: name at least one grader and its weight"),
        ({"weights": {"a": 0, "b": 0}}, "weights are all 0, so that no part counts"),
        ({"weights": {"a": float("nan")}}, "weights.a must be a finite number, not nan"),
        ({"weights": {"a": float("inf")}}, "weights.a must be a finite number, not inf"),
        ({"weights": {"a": "0.5"}}, "weights.a must be a finite number, not '0.5'"),
        ({"weights": {"a": True}}, "weights.a must be a finite number, not True"),
        (
            {"weights": {"a": 1.7e308, "b": 1.7e308}},
            "weights sum to more than a number can hold",
        ),
        (
            {"weights": {"a": 1, "b": -0.5}},
            (
                "weights.b = -0.5 is negative, and a mean has no negative weights: set "
                "normalise = false for the plain sum"
            ),
        ),
        (
            {
                "weights": {"a": 1},
                "normalise": False,
                "on_missing": "renormalise",
                "min_coverage": 0.5,
            },
            (
                "on_missing = 'renormalise' needs a mean: without a part, the plain sum of "
                "normalise = false is another quantity"
            ),
        ),
        (
            {"weights": {"a": 1}, "on_missing": "zero"},
            (
                "on_missing must be 'error', 'renormalise', 'abstain' or { impute = number }, "
                "not 'zero'"
            ),
        ),
        (
            {"weights": {"a": 1}, "on_missing": {"impute": float("nan")}},
            "on_missing.impute must be a finite number, not nan",
        ),
        (
            {"weights": {"a": 1}, "on_missing": "renormalise"},
            (
                "on_missing = 'renormalise' goes on without the missing parts: say what share of "
                "all must be there, such as min_coverage = 0.5"
            ),
        ),
        (
            {"weights": {"a": 1}, "min_coverage": 0.5},
            "min_coverage counts only with on_missing = 'renormalise'",
        ),
        (
            {"weights": {"a": 1}, "on_missing": "renormalise", "min_coverage": 0},
            "min_coverage must be above 0 and at most 1, not 0",
        ),
    ],
)
def test_options_of_a_weighted_sum_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError) as refused:
        WeightedSum(**options)

    assert str(refused.value) == message


def test_weights_that_are_no_table_are_refused():
    with pytest.raises(TypeError) as refused:
        WeightedSum(weights=[0.5])

    assert str(refused.value) == "weights must be a table of names and numbers, not [0.5]"


@pytest.mark.parametrize(
    ("graders", "message"),
    [
        ("help", "graders must be a list of names, not 'help'"),
        ([], "graders must be a list of names, not []"),
        (["a", "b", "a"], "graders names 'a' twice"),
    ],
)
def test_graders_that_are_no_list_of_names_are_refused(graders, message):
    with pytest.raises(ValueError) as refused:
        Mean(graders=graders)

    assert str(refused.value) == message


def test_an_imputed_value_off_the_scale_is_refused():
    with pytest.raises(ValueError) as refused:
        Mean(on_missing=Impute(0)).scale_of({"a": FIVE, "b": FIVE})

    assert str(refused.value) == "on_missing.impute = 0 lies outside the scale 1..5 of a"


def test_one_missing_part_is_an_error():
    made = Mean().combine(scores(a=1.0) | {"b": TIMEOUT})

    assert made == GraderError("missing_part", "b has an error (timeout)")


def test_parts_that_all_failed_are_an_error_and_never_zero():
    made = WeightedSum(weights={"a": 1, "b": 1}).combine({"a": TIMEOUT, "b": TIMEOUT})

    assert made == GraderError("missing_part", "a has an error (timeout); b has an error (timeout)")


def test_abstain_skips_the_sample():
    made = Mean(on_missing="abstain").combine(scores(a=1.0) | {"b": TIMEOUT})

    assert made == GraderSkip("b has an error (timeout)")


def test_renormalise_goes_on_without_a_part_and_keeps_the_coverage():
    aggregator = WeightedSum(
        weights={"a": 0.7, "b": 0.3}, on_missing="renormalise", min_coverage=0.5
    )

    made = aggregator.combine(scores(FIVE, a=4.0) | {"b": TIMEOUT})

    assert (made.score, made.scale, made.metadata["coverage"]) == (4.0, FIVE, 0.5)
    assert made.reason == "0.7·a 4 (coverage 0.50)"


def test_renormalise_below_the_coverage_is_an_error():
    aggregator = Mean(on_missing="renormalise", min_coverage=0.6)

    made = aggregator.combine(scores(a=1.0) | {"b": TIMEOUT})

    assert made == GraderError(
        "missing_part", "b has an error (timeout); coverage 0.50 is below 0.6"
    )


def test_renormalise_with_parts_of_no_weight_alone_is_an_error():
    aggregator = WeightedSum(weights={"a": 1, "b": 0}, on_missing="renormalise", min_coverage=0.5)

    made = aggregator.combine(scores(b=1.0) | {"a": TIMEOUT})

    assert made == GraderError("missing_part", "no part with a weight has a score: 0·b 1")


def test_a_bound_aggregator_keeps_to_its_scale_when_a_part_is_missing():
    aggregator = Mean(on_missing="renormalise", min_coverage=0.5)
    outcomes = scores(FIVE, help=4.0) | {"exact": TIMEOUT}

    made = aggregator.bound({"help": FIVE, "exact": UNIT}).combine(outcomes)

    assert (made.score, made.scale) == (0.75, UNIT)


def test_a_bound_aggregator_imputes_on_the_scale_of_the_missing_part():
    aggregator = Mean(on_missing={"impute": 1})
    outcomes = scores(exact=1.0) | {"help": TIMEOUT}

    made = aggregator.bound({"exact": UNIT, "help": FIVE}).combine(outcomes)

    assert (made.score, made.scale) == (0.5, UNIT)
    assert made.metadata["imputed"] == ["help"]
    assert made.reason == "mean of exact 1, help 0 (normalised; imputed: help)"


def test_only_the_named_graders_are_combined():
    made = Mean(graders=["a", "b"]).combine(scores(a=0.0, b=1.0, c=1.0))

    assert made.score == 0.5
    assert Mean(graders=["a", "b"]).reads() == ("a", "b")


def test_no_parts_are_an_error():
    assert Mean().combine({}) == GraderError("missing_part", "there is no part to combine")


def test_a_part_that_is_nan_is_an_error():
    made = Mean().combine(scores(a=float("nan"), b=1.0))

    assert made == GraderError("aggregator_error", "a is nan, not a number")


def test_a_sum_that_is_too_large_is_an_error():
    made = Mean().combine(scores(Scale(None, None), a=1e308, b=1e308))

    assert made == GraderError(
        "aggregator_error", "too large to be a number: mean of a 1e+308, b 1e+308"
    )


def test_a_long_reason_is_cut_short():
    made = Mean().combine(scores(**{f"g{number}": 1.0 for number in range(20)}))

    assert made.reason.endswith("g7 1, … (20 in all)")


unit_scores = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.floats(0, 1), min_size=1, max_size=8
)


@given(unit_scores, st.data())
def test_a_weighted_mean_lies_between_its_parts(values, data):
    weights = {
        name: data.draw(st.floats(0, 1e6, allow_subnormal=False), label=name) for name in values
    }
    weights[next(iter(weights))] = 1.0

    made = WeightedSum(weights=weights).combine(scores(**values))

    assert min(values.values()) <= made.score <= max(values.values())


@given(unit_scores, st.randoms())
def test_the_order_of_parts_changes_no_score(values, random):
    weights = {name: random.random() + 0.01 for name in values}
    names = list(values)
    random.shuffle(names)
    shuffled = {name: values[name] for name in names}

    one = WeightedSum(weights=weights).combine(scores(**values))
    other = WeightedSum(weights={name: weights[name] for name in names}).combine(scores(**shuffled))

    assert one.score == other.score
    assert Mean().combine(scores(**values)).score == Mean().combine(scores(**shuffled)).score


@given(unit_scores, st.floats(1e-3, 1e3), st.randoms())
def test_scaling_all_weights_changes_nothing(values, factor, random):
    weights = {name: random.random() + 0.01 for name in values}
    scaled = {name: weight * factor for name, weight in weights.items()}

    one = WeightedSum(weights=weights).combine(scores(**values))
    other = WeightedSum(weights=scaled).combine(scores(**values))

    assert one.score == pytest.approx(other.score, abs=1e-12)


@given(unit_scores, st.data())
def test_a_plain_sum_lies_on_its_scale(values, data):
    weights = {name: data.draw(st.floats(-10, 10), label=name) for name in values}
    weights[next(iter(weights))] = 1.0

    made = WeightedSum(weights=weights, normalise=False).combine(scores(**values))

    assert made.scale.contains(made.score)
