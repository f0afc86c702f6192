import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.errors import DefinitionError
from rmg_core.graders import spec_of, with_options
from rmg_plugin_text.number import number_match

ROWS = Path(__file__).parents[3] / ".." / "shared/data/vectors/gsm8k_model_solutions.jsonl"


@pytest.mark.skipif(not ROWS.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize("options", [{}, {"answer_line": "required"}])
def test_it_agrees_with_every_label_of_the_gsm8k_model_solutions(options):
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    grade = with_options(spec_of(number_match), options).call
    differing = [
        row["id"]
        for row in rows
        if grade(response=row["input"]["solution"], reference=row["input"]["gold"]).score
        != row["expected"]
    ]
    assert (len(rows), differing) == (1693, [])


@pytest.mark.parametrize(
    ("response", "reference", "take", "score"),
    [
        ("first 7 then 25 then done", "25", "last", 1),
        ("first 7 then 25 then done", "7", "last", 0),
        ("first 7 then 25 then done", "7", "first", 1),
        ("first 7 then 25 then done", "7", "any", 1),
        ("first 7 then 25 then done", "8", "any", 0),
        ("the value is 110", "10", "last", 0),
        (" $1,000.00 ", "1000", "whole", 1),
        ("it is 1000", "1000", "whole", 0),
        ("1 000", "1000", "whole", 0),
        ("leading text then -\u00bd", "-0.5", "first", 1),
        ("Numbers: 1, 2, 3", "Numbers: 1, 2, 4", "all", 2 / 3),
        ("Numbers: 1, 2", "Numbers: 1, 2, 3, 4", "all", 1 / 2),
        ("Numbers: 2, 1", "Numbers: 1, 2", "all", 0),
    ],
)
def test_take_says_which_number_counts(response, reference, take, score):
    assert number_match(response, reference, take=take).score == score


def test_spelling_does_not_count():
    assert number_match("That makes $1,000.50 in all", "1000.5").score == 1.0
    assert number_match("1/3 of it", "2/6").score == 1.0
    assert number_match("18 dollars", "18.0").score == 1.0
    assert number_match("0.30000000000000004", "0.3").score == 0.0


@pytest.mark.parametrize(
    ("response", "options", "score"),
    [
        ("0.69", {"absolute": 0.01}, 1),
        ("0.6899", {"absolute": 0.01}, 0),
        ("99", {}, 0),
        ("0.63", {"relative": 0.1}, 1),
        ("0.62", {"relative": 0.1}, 0),
    ],
)
def test_a_tolerance_is_inclusive_and_in_decimals_as_written(response, options, score):
    assert number_match(response, "0.7", **options).score == score


def test_percent_is_a_unit_or_a_hundredth():
    assert number_match("60%", "60").score == 1.0
    assert number_match("60%", "0.6").score == 0.0
    assert number_match("60%", "0.6", percent="fraction").score == 1.0
    assert number_match("60%", "60%", percent="fraction").score == 1.0


def test_the_last_answer_line_with_a_number_counts_and_the_text_after_it_does_not():
    assert number_match("A: 7\nThat took 3 steps.", "7").score == 1.0
    assert number_match("A: 7\nNo.\n#### 8\nchecked twice: 2", "8").score == 1.0
    assert number_match("A: none\nso it is 7", "7").score == 1.0
    assert number_match("A: 7\nThat took 3 steps.", "3", answer_line="ignore").score == 1.0


def test_a_choice_that_is_offered_as_a_is_not_an_answer_line():
    assert number_match("A: 5\nB: 7\nThe answer is 7", "7").score == 1.0


def test_a_response_without_the_answer_line_that_is_required_is_wrong():
    result = number_match("it is 7", "7", answer_line="required")
    assert (result.score, result.reason) == (0.0, "no number in the answer line of the response")


def test_the_answer_line_of_a_worked_reference_counts():
    assert number_match("7", "3 + 4 = 7\n#### 7").score == 1.0


@pytest.mark.parametrize("response", ["", "seven", "-", "1" * 5000])
def test_a_response_without_a_readable_number_is_wrong_and_not_an_error(response):
    assert number_match(response, "7").score == 0.0


def test_a_number_too_long_to_read_hides_the_numbers_before_it():
    assert number_match("7 " + "1" * 5000, "7").score == 0.0


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("seven", "reference 'seven' holds no number"),
        ("", "reference '' holds no number"),
        ([], "reference is an empty list"),
        (["7", "x"], "reference 'x' holds no number"),
        ("1" * 401, "holds a number too long to be read"),
        (float("nan"), "reference nan is not a finite number"),
    ],
)
def test_a_reference_without_a_number_cannot_be_graded(reference, message):
    with pytest.raises(CannotGrade, match=message) as caught:
        number_match("7", reference)
    assert caught.value.kind == "bad_input"


def test_a_reference_may_be_a_number_of_the_data_but_not_true():
    assert number_match("18 eggs", 18).score == 1.0
    assert number_match("0.1", 0.1).score == 1.0
    reference = spec_of(number_match).inputs[1]
    assert reference.accepts(18)
    assert not reference.accepts(True)


def test_any_reference_of_a_list_will_do():
    assert number_match("60%", ["59", "60"]).reason == "reference 2 of 2: 60% is 60"


@pytest.mark.parametrize(
    "options", [{"absolute": -1}, {"relative": float("inf")}, {"take": "middle"}, {"percent": "no"}]
)
def test_an_option_out_of_its_range_is_refused_before_grading(options):
    with pytest.raises(DefinitionError):
        with_options(spec_of(number_match), options)


@given(st.integers(-(10**12), 10**12), st.text(alphabet="abc .,:\n", max_size=20))
def test_a_number_matches_itself_in_any_words(number, words):
    assert number_match(f"{words} {number} eggs", str(number)).score == 1.0


@given(st.text(), st.sampled_from(["last", "first", "any", "all", "whole"]))
def test_every_text_is_graded_on_the_scale(text, take):
    assert 0 <= number_match(text, "1, 2 and 3", take=take).score <= 1


@pytest.mark.parametrize(
    ("response", "score"), [("1000,5", 1.0), ("1.000,5", 1.0), ("5", 0.0), ("1000.5", 0.0)]
)
def test_a_number_as_reference_is_no_text_with_a_decimal_comma(response: str, score: float):
    assert number_match(response, 1000.5, decimal_comma=True).score == score
