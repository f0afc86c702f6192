import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.errors import DefinitionError
from rmg_core.graders import as_grader, spec_of, with_options
from rmg_plugin_text.length import CosineLength, LengthBetween, LengthPenalty, SoftOverlong


@pytest.mark.parametrize(("words", "score"), [(1, 0), (2, 1), (4, 1), (5, 0)])
def test_both_bounds_of_the_length_are_inclusive(words, score):
    assert LengthBetween(minimum=2, maximum=4).grade("x " * words).score == score


def test_the_unit_says_what_is_counted():
    text = "don't 走!"
    sizes = {"characters": 8, "words": 2, "tokens": 5}
    for unit, size in sizes.items():
        grade = LengthBetween(minimum=size, maximum=size, unit=unit).grade
        assert grade(text).score == 1.0, unit


def test_an_empty_response_has_length_nought():
    assert LengthBetween(minimum=1).grade("").reason == "0 words, less than 1"
    assert LengthBetween(maximum=1).grade("").score == 1.0


@pytest.mark.parametrize(
    ("text", "score"),
    [("x" * 9, -0.05), ("x" * 10, 0), ("x" * 20, 0), ("x" * 82, -3.1), ("", -0.5)],
)
def test_the_penalty_grows_with_every_unit_missing_or_too_many(text, score):
    grade = LengthPenalty(minimum=10, maximum=20, rate=0.05).grade
    assert grade(text).score == pytest.approx(score)


@pytest.mark.parametrize(
    ("size", "score"), [(0, 0), (80, 0), (81, -0.05), (90, -0.5), (100, -1), (101, -1), (9999, -1)]
)
def test_soft_overlong_falls_evenly_over_the_buffer(size, score):
    grade = SoftOverlong(max_length=100, buffer=20, unit="characters").grade
    assert grade("x" * size).score == score


def test_soft_overlong_without_a_buffer_is_a_step():
    grade = SoftOverlong(max_length=3, buffer=0, unit="words").grade
    assert [grade("x " * size).score for size in (3, 4)] == [0.0, -1.0]


@pytest.mark.parametrize(
    ("size", "score"), [(0, 1.0), (25, 0.75 + math.sqrt(2) / 8), (50, 0.75), (100, 0.5), (500, 0.5)]
)
def test_cosine_length_follows_half_a_cosine_and_stays_at_its_end(size, score):
    assert CosineLength(max_length=100).grade("x" * size).score == pytest.approx(score)


def test_cosine_length_of_wrong_answers_rises():
    grade = CosineLength(max_length=100, short=-1, long=-0.5).grade
    assert [grade("x" * size).score for size in (0, 100)] == [-1.0, -0.5]


@given(st.text(), st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 10))
def test_cosine_length_never_leaves_its_ends(text, short, long, limit):
    score = CosineLength(max_length=limit, short=short, long=long).grade(text).score
    assert -1 <= score <= 1
    assert min(short, long) - 1e-12 <= score <= max(short, long) + 1e-12


@pytest.mark.parametrize(
    "grader",
    [
        LengthBetween(minimum=1, unit="tokens"),
        LengthPenalty(maximum=3),
        SoftOverlong(max_length=5, buffer=2),
        CosineLength(max_length=5),
    ],
)
@given(text=st.text())
def test_every_text_is_graded_on_the_declared_scale(grader, text):
    made = as_grader(grader)
    result = made.call(response=text)
    assert result.scale is made.spec.scale
    assert made.spec.scale.contains(result.score)


@pytest.mark.parametrize(
    ("definition", "options", "message"),
    [
        (LengthBetween, {}, "without a bound every response passes"),
        (LengthBetween, {"minimum": 3, "maximum": 2}, r"maximum \(2\) is below minimum \(3\)"),
        (LengthBetween, {"maximum": 3, "unit": "lines"}, "unit"),
        (LengthBetween, {"minimum": -1}, "minimum"),
        (LengthPenalty, {}, "maximum"),
        (LengthPenalty, {"minimum": 3, "maximum": 2}, r"maximum \(2\) is below minimum \(3\)"),
        (LengthPenalty, {"maximum": 2, "rate": 0}, "rate"),
        (SoftOverlong, {"max_length": 5, "buffer": 6}, r"buffer \(6\) is above max_length \(5\)"),
        (CosineLength, {"max_length": 0}, "max_length"),
        (CosineLength, {"max_length": 5, "short": 1.5}, "short"),
    ],
)
def test_options_that_make_no_sense_are_refused(definition, options, message):
    with pytest.raises(DefinitionError, match=message):
        with_options(spec_of(definition), options)
