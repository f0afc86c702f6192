"""All, any, at least k, threshold and gate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.aggregators import Impute
from rmg_core.basic.gates import Condition, Gate, Threshold
from rmg_core.basic.passing import AllPass, AnyPass, AtLeast
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Scale

FIVE = Scale(1, 5)
WER = Scale(0, None, higher_is_better=False)
TIMEOUT = GraderError("timeout", "no answer in 60 s")


def scores(scale=UNIT, **values):
    return {name: GraderScore(value, scale=scale) for name, value in values.items()}


def test_all_asks_for_the_threshold_of_every_part():
    made = AllPass(threshold=0.5).combine(scores(a=0.5, b=0.4))

    assert (made.score, made.scale) == (0.0, UNIT)
    assert made.reason == "1 of 2 pass: a 0.5 ≥ 0.5, b 0.4 < 0.5"
    assert made.metadata == {
        "rule": "all",
        "parts": {"a": 0.5, "b": 0.4},
        "coverage": 1.0,
        "failed": ["b"],
    }


def test_without_a_threshold_only_the_best_score_passes():
    assert AllPass().combine(scores(a=1.0, b=1.0)).score == 1.0
    assert AllPass().combine(scores(a=1.0, b=0.99)).score == 0.0


def test_a_threshold_is_an_upper_one_where_lower_is_better():
    made = AnyPass(threshold=0.2).combine(scores(WER, wer=0.3))

    assert (made.score, made.reason) == (0.0, "0 of 1 pass: wer 0.3 > 0.2")
    assert AnyPass(threshold=0.2).combine(scores(WER, wer=0.2)).score == 1.0


def test_single_thresholds_stand_before_the_one_of_all():
    aggregator = AllPass(threshold=0.5, thresholds={"help": 4})

    assert aggregator.combine(scores(FIVE, help=4.0) | scores(safe=0.6)).score == 1.0
    assert aggregator.combine(scores(FIVE, help=3.0) | scores(safe=0.6)).score == 0.0


def test_a_part_that_fails_decides_all_whatever_is_missing():
    made = AllPass().combine(scores(a=0.0) | {"b": TIMEOUT})

    assert (made.score, made.metadata["coverage"]) == (0.0, 0.5)


def test_a_part_that_passes_decides_any_whatever_is_missing():
    assert AnyPass().combine(scores(a=1.0) | {"b": TIMEOUT}).score == 1.0


@pytest.mark.parametrize(
    ("aggregator", "score"), [(AllPass(), 1.0), (AnyPass(), 0.0), (AtLeast(k=2), 1.0)]
)
def test_an_undecided_verdict_with_an_error_is_an_error(aggregator, score):
    made = aggregator.combine(scores(a=score) | {"b": TIMEOUT})

    assert made == GraderError("missing_part", "b has an error (timeout)")


def test_at_least_k_counts_the_parts_that_pass():
    made = AtLeast(k=2, threshold=0.5).combine(scores(a=0.9, b=0.1, c=0.5))

    assert made.score == 1.0
    assert made.reason == "2 of 3 pass: a 0.9 ≥ 0.5, b 0.1 < 0.5, c 0.5 ≥ 0.5"


@pytest.mark.parametrize(("passing", "score"), [(2.0, 1.0), (0.0, 0.0)])
def test_at_least_k_stands_when_the_missing_could_not_change_it(passing, score):
    outcomes = scores(a=min(passing, 1.0), b=min(passing, 1.0)) | {"c": TIMEOUT}

    assert AtLeast(k=2).combine(outcomes).score == score


def test_at_least_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"^k = 3 is more than the 2 parts that there are$"):
        AtLeast(k=3).scale_of({"a": UNIT, "b": UNIT})
    with pytest.raises(ValueError, match=r"^k = 3 is more than the 2 parts that there are$"):
        AtLeast(k=3, graders=["a", "b"])


def test_at_least_more_than_came_is_an_error():
    made = AtLeast(k=3).combine(scores(a=1.0, b=1.0))

    assert made == GraderError("missing_part", "at least 3 of 2 parts cannot pass")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "k must be a whole number of at least 1, not 0"),
        ({"k": True}, "k must be a whole number of at least 1, not True"),
        (
            {"k": 1, "on_missing": "renormalise"},
            "on_missing = 'renormalise' is refused: k of fewer parts is another question",
        ),
        (
            {"k": 1, "on_missing": "zero"},
            "on_missing must be 'error', 'abstain' or { impute = number }, not 'zero'",
        ),
        (
            {"k": 1, "graders": ["a"], "thresholds": {"b": 1}},
            "thresholds names 'b', which is not among the graders",
        ),
        ({"k": 1, "threshold": "x"}, "threshold must be a finite number, not 'x'"),
    ],
)
def test_options_of_at_least_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError) as refused:
        AtLeast(**options)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("options", "parts", "message"),
    [
        (
            {"threshold": 0.5},
            {"a": FIVE},
            "threshold = 0.5 lies outside the scale 1..5 of a",
        ),
        (
            {"threshold": 1},
            {"a": FIVE, "b": UNIT},
            (
                "the parts are on different scales, and one threshold cannot fit them: write "
                "thresholds = {a = …, b = …}"
            ),
        ),
        (
            {"thresholds": {"a": 9}},
            {"a": FIVE},
            "thresholds.a = 9 lies outside the scale 1..5 of a",
        ),
        (
            {"thresholds": {"c": 9}},
            {"a": FIVE},
            "thresholds names 'c', which is not among the parts",
        ),
        ({}, {"len": Scale(0, None)}, "len (0..∞) has no upper end: set threshold"),
    ],
)
def test_thresholds_that_fit_no_scale_are_refused(options, parts, message):
    with pytest.raises(ValueError) as refused:
        AllPass(**options).scale_of(parts)

    assert str(refused.value) == message


def test_a_missing_threshold_is_an_error_outcome():
    made = AllPass().combine(scores(Scale(0, None), len=3.0))

    assert made == GraderError("aggregator_error", "len (0..∞) has no upper end: set threshold")


def test_all_renormalised_is_all_of_those_that_are_there():
    made = AllPass(on_missing="renormalise", min_coverage=0.5).combine(
        scores(a=1.0) | {"b": TIMEOUT}
    )

    assert (made.score, made.metadata["coverage"]) == (1.0, 0.5)


def test_all_imputes_on_the_scale_of_the_missing_part():
    aggregator = AllPass(threshold=0.2, on_missing=Impute(0.1))
    parts = {"wer": Scale(0, 1, higher_is_better=False)}

    made = aggregator.bound(parts).combine({"wer": TIMEOUT})

    assert (made.score, made.metadata["imputed"]) == (1.0, ["wer"])


@given(st.dictionaries(st.sampled_from("abcde"), st.floats(0, 1), min_size=1), st.floats(0, 1))
def test_all_is_at_least_all_and_any_is_at_least_one(values, threshold):
    outcomes = scores(**values)
    every, one = (
        AtLeast(k=k, threshold=threshold).combine(outcomes).score for k in (len(values), 1)
    )

    assert AllPass(threshold=threshold).combine(outcomes).score == every
    assert AnyPass(threshold=threshold).combine(outcomes).score == one


# Threshold


def test_a_threshold_is_reached_at_its_value():
    aggregator = Threshold(grader="help", at=4)

    made = aggregator.combine(scores(FIVE, help=4.0))

    assert (made.score, made.reason, made.scale) == (1.0, "help 4 ≥ 4", UNIT)
    assert aggregator.combine(scores(FIVE, help=3.9)).score == 0.0
    assert aggregator.reads() == ("help",)


def test_a_threshold_off_the_scale_is_refused():
    with pytest.raises(ValueError, match=r"^at = 7 lies outside the scale 1\.\.5 of help$"):
        Threshold(grader="help", at=7).scale_of({"help": FIVE})


def test_a_threshold_without_a_score_is_an_error_or_a_skip():
    outcomes = {"help": TIMEOUT}

    assert Threshold(grader="help", at=4).combine(outcomes) == GraderError(
        "missing_part", "help has an error (timeout)"
    )
    assert Threshold(grader="help", at=4, on_missing="abstain").combine(outcomes) == GraderSkip(
        "help has an error (timeout)"
    )


def test_a_threshold_imputes_nothing():
    with pytest.raises(ValueError) as refused:
        Threshold(grader="help", at=4, on_missing="renormalise")

    assert str(refused.value) == "on_missing must be 'error' or 'abstain', not 'renormalise'"


# Gate

GATE = Gate(
    gates=[{"grader": "safe", "min": 0.5}, {"grader": "wer", "max": 0.2}],
    then="help",
)


def test_a_passed_gate_gives_the_score_behind_it():
    made = GATE.combine(scores(safe=0.9) | scores(WER, wer=0.1) | scores(FIVE, help=4.0))

    assert (made.score, made.scale, made.reason) == (4.0, FIVE, "all gates passed: help 4")


def test_the_first_gate_that_fails_gives_the_floor_and_is_named():
    made = GATE.combine(scores(safe=0.4) | scores(WER, wer=0.9) | scores(FIVE, help=5.0))

    assert (made.score, made.scale, made.reason) == (1.0, FIVE, "gate: safe 0.4 < 0.5")
    assert made.metadata["failed"] == "safe"


def test_a_gate_that_fails_decides_whatever_is_missing():
    outcomes = {"safe": TIMEOUT, "help": TIMEOUT} | scores(WER, wer=0.9)

    made = GATE.bound({"safe": UNIT, "wer": WER, "help": FIVE}).combine(outcomes)

    assert (made.score, made.reason) == (1.0, "gate: wer 0.9 > 0.2")


def test_a_gate_that_might_fail_is_an_error():
    made = GATE.combine({"safe": TIMEOUT} | scores(WER, wer=0.1) | scores(FIVE, help=5.0))

    assert made == GraderError("missing_part", "safe has an error (timeout)")


def test_a_gate_reads_its_graders_and_what_is_behind_it():
    assert GATE.reads() == ("safe", "wer", "help")
    assert GATE.scale_of({"safe": UNIT, "wer": WER, "help": FIVE}) == FIVE


def test_a_floor_may_be_set():
    gate = Gate(gates=[Condition(grader="safe", min=1)], then="help", floor=2)

    assert gate.combine(scores(safe=0.0) | scores(FIVE, help=5.0)).score == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gates": []}, "gates is empty: write gates = [{ grader = …, min = … }]"),
        ({"gates": [{"grader": "safe"}]}, "the gate of safe needs min or max"),
        ({"gates": [{"grader": "", "min": 1}]}, "grader must be the name of a grader, not ''"),
        (
            {"gates": [{"grader": "safe", "min": float("nan")}]},
            "min must be a finite number, not nan",
        ),
        (
            {"gates": [{"grader": "safe", "min": 1}], "floor": float("inf")},
            "floor must be a finite number, not inf",
        ),
    ],
)
def test_options_of_a_gate_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError) as refused:
        Gate(then="help", **options)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min": 7}, "min = 7 lies outside the scale 0..1 of safe"),
        ({"floor": 0}, "floor = 0 lies outside the scale 1..5 of help"),
    ],
)
def test_a_gate_off_the_scales_is_refused(options, message):
    condition = {"grader": "safe", "min": options.pop("min", 1)}

    with pytest.raises(ValueError) as refused:
        Gate(gates=[condition], then="help", **options).scale_of({"safe": UNIT, "help": FIVE})

    assert str(refused.value) == message


def test_a_gate_before_an_open_scale_needs_a_floor():
    gate = Gate(gates=[{"grader": "safe", "min": 1}], then="z")
    parts = {"safe": UNIT, "z": Scale(None, None)}

    with pytest.raises(ValueError) as refused:
        gate.scale_of(parts)

    assert str(refused.value) == "z (-∞..∞) has no lower end: set floor"
    assert gate.combine(scores(safe=0.0) | scores(parts["z"], z=1.0)) == GraderError(
        "aggregator_error", "z (-∞..∞) has no lower end: set floor"
    )
