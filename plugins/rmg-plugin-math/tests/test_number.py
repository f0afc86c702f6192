import pytest

from rmg_core import CannotGrade
from rmg_plugin_math.number import final_number


@pytest.mark.parametrize(
    ("response", "reference"),
    [
        (r"1 + 1 = \boxed{2} in 3 steps", "2"),
        (r"\boxed{\$18{,}000}", "18000"),
        (r"\boxed{18\text{ dollars}}", "18"),
        (r"\boxed{-\frac{1}{2}}", "-0.5"),
        (r"\boxed{\frac12}", "1/2"),
        (r"\boxed{3 \times 10^{4}}", "30,000"),
        (r"\boxed{3 + 4 = 7}", "7"),
        (r"\boxed{x = 5}", "5"),
        (r"\boxed{1} no, \boxed{2}", "2"),
        ("#### 1,200\nthat is 100 a month", "1200"),
        ("A: 5", "5"),
        ("The answer is 3.5, not 4.", "3.5"),
        ("So the answer is 3 + 4 = 7 apples. Not 8.", "7"),
        ("Final answer: **42**", "42"),
        ("First 1, then 2, at last 3", "3"),
        ("9", "1 + 8 = 9\n#### 9"),
        ("9", r"which is $\boxed{9}$ of 10"),
        ("0.5", 0.5),
        ("2", ["1", "2"]),
    ],
)
def test_the_final_number_is_found(response, reference):
    assert final_number(response, reference).score == 1.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (r"\boxed{6} or 5", "6 is not 5 (boxed)"),
        (r"\boxed{x}, so 5", "no number in the response (boxed)"),
        ("#### 6", "6 is not 5 (answer line)"),
        ("The answer is 6; 5 is not.", "6 is not 5 (said to be the answer)"),
        ("5 or 6", "6 is not 5 (last number)"),
        ("none", "no number in the response (last number)"),
        ("", "no number in the response (last number)"),
    ],
)
def test_a_wrong_number_is_told_with_its_place(response, reason):
    outcome = final_number(response, "5")
    assert (outcome.score, outcome.reason) == (0.0, reason)


def test_a_place_may_be_asked_for():
    assert final_number("5", "5", place="marked").reason == (
        "no number in the response (nothing marked)"
    )
    assert final_number("#### 5", "5", place="marked").score == 1.0


@pytest.mark.parametrize("place", ["auto", "marked"])
@pytest.mark.parametrize("reference", ["", "five", r"\boxed{}", float("nan"), []])
def test_a_reference_without_a_number_is_an_error(reference, place):
    with pytest.raises(CannotGrade) as caught:
        final_number("none", reference, place=place)
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize("reference", [None, {"value": 5}, [None], [5]])
def test_a_reference_of_another_type_is_an_error(reference):
    with pytest.raises(CannotGrade, match="must be a number, a text or a list of texts") as caught:
        final_number("5", reference)
    assert caught.value.kind == "bad_input"


def test_tolerances_allow_for_rounding():
    assert final_number("3.14", "3.14159").score == 0.0
    assert final_number("3.14", "3.14159", absolute=0.01).score == 1.0
    assert final_number("3.14", "3.14159", relative=0.001).score == 1.0


def test_a_long_line_of_blanks_after_answer_ends_at_once():
    assert final_number("answer" + " " * 200_000 + "\n5", "5").score == 1.0
