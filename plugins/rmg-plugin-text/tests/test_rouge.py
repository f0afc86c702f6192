"""ROUGE."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_text.rouge import rouge1, rouge2, rouge3, rouge4, rouge5, rougeL, rougeLsum

ALL = [rouge1, rouge2, rouge3, rouge4, rouge5, rougeL, rougeLsum]
TEXT = "one two three four five six"


@pytest.mark.parametrize("rouge", ALL)
def test_the_reference_itself_scores_one(rouge):
    assert rouge(TEXT, TEXT).score == 1.0


@pytest.mark.parametrize("rouge", ALL)
def test_an_empty_response_scores_zero(rouge):
    assert rouge("", TEXT).score == 0.0


@pytest.mark.parametrize("rouge", ALL)
@settings(deadline=None)  # the first call imports the library
@given(st.text("ab \n", max_size=16), st.text("ab \n", max_size=16))
def test_every_score_stays_on_the_scale(rouge, left, right):
    assert 0.0 <= rouge(left, right).score <= 1.0


@pytest.mark.parametrize("rouge", ALL)
def test_an_empty_list_of_references_cannot_be_graded(rouge):
    with pytest.raises(CannotGrade, match="empty list"):
        rouge(TEXT, [])


@pytest.mark.parametrize(
    ("rouge", "runs"), [(rouge1, 6), (rouge2, 5), (rouge3, 4), (rouge4, 3), (rouge5, 2)]
)
def test_rouge_n_counts_runs_of_n_words(rouge, runs):
    changed = TEXT.replace("six", "seven")
    assert rouge(changed, TEXT, measure="recall").score == pytest.approx((runs - 1) / runs)


def test_measure_chooses_precision_recall_or_their_f_score():
    measures = {m: rouge1("one", "one two", measure=m).score for m in ("precision", "recall", "f")}
    assert measures == pytest.approx({"precision": 1.0, "recall": 0.5, "f": 2 / 3})


def test_the_reason_gives_precision_and_recall():
    assert rouge1("one", "one two three").reason == "precision 1, recall 0.3333"


def test_the_reference_with_the_highest_f_score_counts_for_every_measure():
    references = ["one three four five six", "one two three"]
    assert rouge1("one two", references, measure="recall").score == pytest.approx(2 / 3)


def test_stems_match_when_asked_to():
    assert rouge1("walking", "walked").score == 0.0
    assert rouge1("walking", "walked", use_stemmer=True).score == 1.0


def test_rouge_l_keeps_the_order_and_skips_gaps():
    assert rougeL("one three two", "one two").score == pytest.approx(0.8)


def test_only_rouge_lsum_takes_lines_as_sentences():
    turned = "Second line.\nFirst line.", "First line.\nSecond line."
    assert rougeL(*turned).score == 0.5
    assert rougeLsum(*turned).score == 1.0
