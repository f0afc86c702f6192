from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.graders import as_grader
from rmg_plugin_text.overlap import (
    char_overlap,
    list_f1,
    set_jaccard,
    squad_em,
    squad_f1,
    token_f1,
    word_overlap,
)

FAMILY = (char_overlap, list_f1, set_jaccard, squad_em, squad_f1, token_f1, word_overlap)
SYMMETRIC = (list_f1, set_jaccard, squad_em, squad_f1, token_f1)
WITH_ALTERNATIVES = (char_overlap, squad_em, squad_f1, token_f1, word_overlap)


@pytest.mark.parametrize("grade", FAMILY)
@given(text=st.text())
def test_a_text_is_wholly_like_itself(grade, text):
    assert grade(text, text).score == 1.0


@pytest.mark.parametrize("grade", FAMILY)
@given(left=st.text(), right=st.text())
def test_every_text_is_graded_on_the_scale(grade, left, right):
    assert 0 <= grade(left, right).score <= 1


@pytest.mark.parametrize("grade", SYMMETRIC)
@given(left=st.text(), right=st.text())
def test_likeness_goes_both_ways(grade, left, right):
    assert grade(left, right).score == grade(right, left).score


@pytest.mark.parametrize("grade", FAMILY)
def test_two_empty_sides_are_alike_and_one_is_not(grade):
    assert grade("", "").score == 1.0
    assert grade("", "a b").score == 0.0
    assert grade("a b", "").score == 0.0


@pytest.mark.parametrize("grade", WITH_ALTERNATIVES)
def test_the_best_reference_of_a_list_counts(grade):
    assert grade("Paris", ["London", "Paris", "Rome"]).score == 1.0


@pytest.mark.parametrize("grade", WITH_ALTERNATIVES)
def test_an_empty_list_of_references_cannot_be_graded(grade):
    with pytest.raises(CannotGrade, match="reference is an empty list"):
        grade("Paris", [])


@given(st.lists(st.sampled_from("abc"), min_size=1), st.lists(st.sampled_from("abc"), min_size=1))
def test_token_f1_is_the_harmonic_mean_over_multisets(left, right):
    common = (Counter(left) & Counter(right)).total()
    precision, recall = common / len(left), common / len(right)
    wanted = 2 * precision * recall / (precision + recall) if common else 0.0
    assert token_f1(" ".join(left), " ".join(right)).score == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("response", "reference", "score"),
    [
        ("cat on mat", "the cat is on the mat", 2 / 3),
        ("quick brown fox", "the quick brown fox jumps over the lazy dog", 1 / 2),
        ("A cat sleeps on the mat", "The quick brown fox jumps over the lazy dog", 2 / 15),
        ("Hello, World!", "hello world", 1),
    ],
)
def test_token_f1_of_known_cases(response, reference, score):
    assert token_f1(response, reference).score == pytest.approx(score)


def test_token_f1_without_normalising_sees_case_and_punctuation():
    options = {"ignore_case": False, "ignore_punctuation": False}
    assert token_f1("hello world", "Hello World", **options).score == 0.0
    assert token_f1("hello, world", "hello world", **options).score == 0.5


def test_token_f1_of_a_language_without_spaces_counts_its_characters():
    assert token_f1("今天天气好", "今天天气很好").score == 0.0
    assert token_f1("今天天气好", "今天天气很好", unit="tokens").score == pytest.approx(10 / 11)


@pytest.mark.parametrize("grade", [token_f1, squad_f1])
def test_words_that_are_ignored_count_on_neither_side(grade):
    assert grade("Paris", "Paris, Texas", ignore_words=("Paris",)).score == 0.0
    assert grade("Paris", "Paris, Texas", ignore_words=("texas",)).score == 1.0


@pytest.mark.parametrize(
    ("response", "reference", "em", "f1"),
    [
        ("$1,000.", "1000", 1, 1),
        ("don't", "dont", 1, 1),
        ("(3.14)", "3.14", 1, 1),
        ("world hello", "hello world", 0, 1),
        ("The Eiffel  Tower", "eiffel tower", 1, 1),
        ("1976", "in 1976", 0, 2 / 3),
        ("the", "", 1, 1),
    ],
)
def test_squad_of_known_cases(response, reference, em, f1):
    assert squad_em(response, reference).score == em
    assert squad_f1(response, reference).score == pytest.approx(f1)


def test_items_are_read_from_lines_bullets_and_separators():
    text = "- Red\n* green, blue\n3. Grey.\n\n"
    assert list_f1(text, ["red", "green", "blue", "grey"]).score == 1.0
    assert set_jaccard(text, ["red", "green", "blue", "grey", "black"]).score == 0.8


def test_an_item_that_looks_like_a_number_with_a_point_is_kept():
    assert list_f1("3.14, 2.72", ["3.14", "2.72"]).score == 1.0


def test_without_a_separator_a_line_is_one_item():
    assert list_f1("Paris, France\nRome", ["Paris, France", "Rome"], separator="").score == 1.0


def test_list_f1_counts_repeats_and_set_jaccard_does_not():
    assert list_f1(["a", "a"], ["a"]).score == pytest.approx(2 / 3)
    assert set_jaccard(["a", "a"], ["a"]).score == 1.0


def test_a_list_is_one_list_of_items_and_not_a_choice():
    assert list_f1(["a"], ["a", "b"]).score == pytest.approx(2 / 3)
    assert [each.type_name for each in as_grader(list_f1).spec.inputs] == ["str | list[str]"] * 2


def test_overlap_is_the_share_of_the_reference():
    assert word_overlap("the dog sat on the rug", "the cat sat on the mat").score == 0.6
    assert word_overlap("the cat", "the cat sat on").score == 0.5
    assert char_overlap("bad", "abcd").score == 0.75
    assert char_overlap("a b", "ab c").score == 0.75
    assert char_overlap("ab", "ab c", ignore_space=True).score == pytest.approx(2 / 3)
