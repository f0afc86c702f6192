import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.graders import as_grader
from rmg_plugin_text.needles import contains, contains_all, contains_any, ends_with, starts_with

FAMILY = (contains, contains_all, contains_any, starts_with, ends_with)
FUZZY = {
    "ignore_case": True,
    "ignore_punctuation": True,
    "ignore_articles": True,
    "either_way": True,
}


@pytest.mark.parametrize("grade", FAMILY)
@given(text=st.text())
def test_a_text_is_found_in_itself(grade, text):
    assert grade(text, text).score == 1.0


@given(st.text(), st.text(), st.text())
def test_what_stands_in_a_text_is_found(before, needle, after):
    text = before + needle + after
    assert contains(text, needle).score == 1.0
    assert starts_with(text, before).score == 1.0
    assert ends_with(text, after).score == 1.0


@given(st.text(), st.lists(st.text(), min_size=1))
def test_the_share_says_whether_any_and_all_are_found(text, needles):
    share = contains_all(text, needles, share=True).score
    assert share == contains_any(text, needles, share=True).score
    assert contains_all(text, needles).score == (share == 1)
    assert contains_any(text, needles).score == (share > 0)


def test_contains_takes_any_needle_and_names_it():
    assert contains("red and green", ["blue", "green"]).reason == "contains 'green'"
    assert contains("red", ["blue", "green"]).reason == "contains none of 2 needles"
    assert contains("red", "blue").reason == "contains not 'blue'"


def test_contains_all_names_the_first_needle_that_is_missing():
    result = contains_all("red and green", ["red", "blue", "grey"])
    assert (result.score, result.reason) == (0.0, "contains 1 of 3 needles, not 'blue'")


def test_the_beginning_is_not_the_end():
    assert starts_with("yes or no", ["yes"]).score == 1.0
    assert starts_with("yes or no", ["no"]).score == 0.0
    assert ends_with("yes or no", ["no"]).score == 1.0
    assert ends_with("yes or no\n", "no").score == 0.0
    assert ends_with("yes or no\n", "no", strip=True).score == 1.0


@pytest.mark.parametrize(
    ("response", "needle", "score"),
    [
        ("", "", 1),
        ("x", "", 0),
        ("Hello", "Hello", 1),
        ("hello", "othello", 1),
        ("hello", "oh tello", 0),
        ("Hello World", "foo\nhello world", 1),
        ("who's there?", "whos there", 1),
        ("who's there?", "whosthere", 0),
        ("an apple a day that the", "apple day that", 1),
    ],
)
def test_fuzzy_matching_is_either_way_without_case_punctuation_and_articles(
    response, needle, score
):
    assert contains(response, needle, **FUZZY).score == score


def test_an_empty_needle_is_in_every_text():
    assert contains("Some text", "").score == 1.0
    assert contains("", "").score == 1.0


@pytest.mark.parametrize("grade", FAMILY)
def test_a_needle_that_the_options_empty_cannot_be_graded(grade):
    with pytest.raises(CannotGrade, match=r"needle '\?!' is empty once") as caught:
        grade("anything", ["any", "?!"], ignore_punctuation=True)
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize("grade", FAMILY)
def test_an_empty_list_of_needles_cannot_be_graded(grade):
    with pytest.raises(CannotGrade, match="needles is an empty list"):
        grade("anything", [])


@pytest.mark.parametrize("grade", FAMILY)
def test_the_inputs_are_response_and_needles(grade):
    assert [each.name for each in as_grader(grade).spec.inputs] == ["response", "needles"]
