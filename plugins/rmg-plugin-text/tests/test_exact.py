import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.graders import as_grader, spec_of, with_options
from rmg_plugin_text.exact import exact_match

LOOSE = {"strip": True, "ignore_case": True, "ignore_punctuation": True, "ignore_articles": True}


@given(st.text())
def test_a_text_equals_itself_under_any_options(text):
    assert exact_match(text, text).score == 1.0
    assert exact_match(text, text, **LOOSE).score == 1.0


@given(st.text(), st.text())
def test_equality_goes_both_ways(left, right):
    assert exact_match(left, right, **LOOSE).score == exact_match(right, left, **LOOSE).score


@pytest.mark.parametrize(
    ("response", "options"),
    [
        ("  Paris\n", {"strip": True}),
        ("PARIS", {"ignore_case": True}),
        ("Paris!", {"ignore_punctuation": True}),
        ("«Paris»", {"ignore_punctuation": True}),
        ("the Paris", {"ignore_articles": True}),
        ("Paris, France", {"remove": (", France",)}),
    ],
)
def test_each_option_makes_one_difference_not_count(response, options):
    assert exact_match(response, "Paris").score == 0.0
    assert exact_match(response, "Paris", **options).score == 1.0


def test_case_is_folded_not_only_lowered():
    assert exact_match("STRASSE", "straße", ignore_case=True).score == 1.0


def test_removing_goes_before_the_case_is_folded():
    options = {"remove": ("the ", "yell", "YELL"), "ignore_case": True, "ignore_punctuation": True}
    pairs = [
        ("cat?", "the cat"),
        ("theater", "theater"),
        ("yelling", "YELLING"),
        ("agent", "agent007"),
    ]
    assert [exact_match(a, b, **options).score for a, b in pairs] == [1, 1, 1, 0]


def test_any_reference_of_a_list_will_do_and_is_named():
    assert exact_match("b", ["a", "b"]).reason == "equal to reference 2 of 2"
    assert exact_match("c", ["a", "b"]).reason == "equal to none of 2"


def test_an_empty_response_is_graded():
    assert exact_match("", "").score == 1.0
    assert exact_match("", "a").score == 0.0


def test_an_empty_list_of_references_cannot_be_graded():
    with pytest.raises(CannotGrade, match="reference is an empty list") as caught:
        exact_match("a", [])
    assert caught.value.kind == "bad_input"


def test_a_grader_made_with_options_grades_by_input_names():
    made = with_options(spec_of(exact_match), {"ignore_case": True})
    assert made.call(response="A", reference="a").score == 1.0
    assert as_grader(exact_match).call(response="A", reference="a").score == 0.0


def test_a_json_true_is_not_a_text():
    response, reference = spec_of(exact_match).inputs
    assert not response.accepts(True)
    assert not reference.accepts(True)
    assert not reference.accepts(["a", 1])
