"""Graders by edit distance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.graders import spec_of
from rmg_plugin_text.edits import (
    cer,
    edit_similarity,
    jaro_winkler,
    partial_ratio,
    token_sort_ratio,
    wer,
)

SIMILARITIES = [edit_similarity, jaro_winkler, token_sort_ratio, partial_ratio]


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_two_empty_texts_are_the_same(similarity):
    assert similarity("", "") == 1.0


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_an_empty_response_is_nothing_like_a_text(similarity):
    assert similarity("", "text") == 0.0


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_the_most_similar_of_several_references_counts(similarity):
    assert similarity("Paris", ["London", "Paris"]) == 1.0


@pytest.mark.parametrize("grade", [*SIMILARITIES, wer, cer])
def test_an_empty_list_of_references_cannot_be_graded(grade):
    with pytest.raises(CannotGrade, match="empty list") as caught:
        grade("text", [])
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_case_counts_unless_it_is_ignored(similarity):
    assert similarity("PARIS", "paris") < 1.0
    assert similarity("PARIS", "paris", ignore_case=True) == 1.0


@pytest.mark.parametrize("similarity", SIMILARITIES)
@settings(deadline=None)  # the first call imports the library
@given(st.text(max_size=20), st.text(max_size=20))
def test_every_similarity_stays_on_its_scale(similarity, left, right):
    assert 0.0 <= similarity(left, right) <= 1.0


@pytest.mark.parametrize(
    ("distance", "similarity"),
    [
        ("levenshtein", 1 - 2 / 4),
        ("indel", 1 - 2 / 8),
        ("osa", 1 - 1 / 4),
        ("damerau", 1 - 1 / 4),
        ("hamming", 1 - 2 / 4),
    ],
)
def test_distance_says_what_one_edit_is(distance, similarity):
    assert edit_similarity("abdc", "abcd", distance=distance) == similarity


def test_only_damerau_edits_what_was_swapped():
    assert edit_similarity("ca", "abc", distance="osa") == pytest.approx(0.0)
    assert edit_similarity("ca", "abc", distance="damerau") == pytest.approx(1 / 3)


def test_words_are_edited_whole():
    assert edit_similarity("Once upon a dragon", "Once upon a princess", unit="words") == 0.75


def test_strip_drops_white_space_at_the_ends():
    assert edit_similarity(" a\n", "a", strip=True) == 1.0


def test_ignored_punctuation_is_no_edit():
    assert edit_similarity("who's there?", "whos there", ignore_punctuation=True) == 1.0


def test_no_prefix_weight_is_plain_jaro():
    assert jaro_winkler("MARTHA", "MARHTA", prefix_weight=0) == pytest.approx(0.9444444)


def test_a_prefix_weight_that_leaves_the_scale_is_refused():
    with pytest.raises(ValueError, match=r"prefix_weight.*<= 0\.25"):
        spec_of(jaro_winkler).options(prefix_weight=0.3)


def test_partial_ratio_finds_the_best_part():
    assert partial_ratio("so the answer is Pariz.", "Paris") == pytest.approx(0.8)


def test_wer_counts_errors_per_word_of_the_reference():
    score = wer("the cat sat down", "the dog sat")
    assert score.score == pytest.approx(2 / 3)
    assert score.reason == "2 errors over 3 words"


def test_wer_may_exceed_one():
    assert wer("a b c d", "x").score == 4.0


@pytest.mark.parametrize("rate", [wer, cer])
def test_an_error_rate_is_better_when_lower(rate):
    scale = rate("a", "a").scale
    assert scale is spec_of(rate).scale
    assert (scale.low, scale.high, scale.higher_is_better) == (0, None, False)


@pytest.mark.parametrize("rate", [wer, cer])
def test_an_empty_response_to_an_empty_reference_has_no_error(rate):
    assert rate("", "").score == 0.0


@pytest.mark.parametrize(("rate", "unit"), [(wer, "words"), (cer, "characters")])
def test_a_rate_over_an_empty_reference_cannot_be_graded(rate, unit):
    with pytest.raises(CannotGrade) as caught:
        rate("text", " ")
    assert str(caught.value) == f"reference has no {unit}: there is no rate over none"
    assert caught.value.kind == "bad_input"


def test_the_reference_with_the_lowest_rate_counts():
    assert wer("one two", ["one two three four", "one three"]).score == 0.5


def test_an_empty_reference_does_not_hide_a_better_one():
    assert wer("one two", ["", "one two"]).score == 0.0


def test_errors_are_summed_over_the_segments_of_a_document():
    score = wer(["a b c", "x"], ["a b c", ["y", "z"]])
    assert score.score == 0.25


def test_an_empty_segment_counts_its_insertions_in_a_document():
    assert wer(["a", "b"], ["", "b"]).score == 1.0


def test_case_and_punctuation_can_be_ignored_in_an_error_rate():
    assert wer("Hello, World!", "hello world").score == 1.0
    assert wer("Hello, World!", "hello world", ignore_case=True, ignore_punctuation=True).score == 0


def test_cer_drops_white_space_at_the_ends_alone():
    assert cer(" a b ", "a b").score == 0.0
    assert cer("ab", "a b").score == pytest.approx(1 / 3)
