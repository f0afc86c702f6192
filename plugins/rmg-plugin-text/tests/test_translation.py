"""Graders of machine translation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.graders import spec_of
from rmg_plugin_text.translation import bleu, chrf, gleu, meteor, sentence_bleu, ter

SHARES = [bleu, sentence_bleu, chrf, gleu, meteor]
HYPOTHESIS = (
    "It is a guide to action which ensures that the military always obeys the commands of the party"
)
REFERENCES = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    (
        "It is the guiding principle which guarantees the military forces always being under "
        "the command of the Party"
    ),
    "It is the practical guide for the army always to heed the directions of the party",
]
WORDS = ["the", "cats", "cat", "sitting", "sits", "sat", "on", "a", "mat"]
TO_INSURE = "It is to insure the troops forever hearing the activity guidebook that party direct"


@pytest.mark.parametrize("share", [bleu, sentence_bleu, chrf, gleu])
def test_the_reference_itself_scores_exactly_one(share):
    assert share(HYPOTHESIS, [REFERENCES[0], HYPOTHESIS]) == 1.0


@pytest.mark.parametrize("share", SHARES)
def test_an_empty_response_scores_zero(share):
    assert share("", HYPOTHESIS) == 0.0


@pytest.mark.parametrize("share", SHARES)
@settings(deadline=None)  # the first call imports the library
@given(st.text("ab .,é", max_size=16), st.text("ab .,é", max_size=16))
def test_every_share_stays_on_its_scale(share, left, right):
    assert 0.0 <= share(left, right) <= 1.0


@pytest.mark.parametrize("share", [*SHARES, ter])
def test_an_empty_list_of_references_cannot_be_graded(share):
    with pytest.raises(CannotGrade, match="empty list"):
        share("text", [])


@pytest.mark.parametrize("share", [bleu, sentence_bleu, chrf])
def test_case_counts_unless_it_is_ignored(share):
    shouted = HYPOTHESIS.upper()
    assert share(shouted, HYPOTHESIS) < 1.0
    assert share(shouted, HYPOTHESIS, ignore_case=True) == 1.0


def test_bleu_takes_its_n_grams_from_all_references_together():
    assert bleu(HYPOTHESIS, REFERENCES) > max(bleu(HYPOTHESIS, each) for each in REFERENCES)


def test_bleu_of_a_document_sums_the_counts_of_its_segments():
    document = bleu(["a b c d", "e f"], ["a b c d", ["x y", "e f"]])
    assert document == 1.0
    assert bleu("e f", "e f") == 0.0


def test_sentence_bleu_leaves_out_the_orders_that_a_short_text_lacks():
    assert sentence_bleu("e f", "e f") == 1.0


def test_unsmoothed_bleu_is_zero_when_an_order_has_no_match():
    assert sentence_bleu("the mat on is cat the", "the cat is on the mat", smooth="none") == 0.0


def test_smoothing_takes_its_value():
    texts = "the mat on is cat the", "the cat is on the mat"
    low, high = (sentence_bleu(*texts, smooth="floor", smooth_value=v) for v in (0.01, 0.5))
    assert low < high


@pytest.mark.parametrize("options", [{"max_order": 0}, {"smooth_value": -1.0}])
def test_options_of_bleu_have_bounds(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        spec_of(bleu).options(**options)


def test_word_order_makes_chrf_count_words_too():
    texts = "the cat sits here", "the cat sat here"
    assert chrf(*texts, word_order=2) < chrf(*texts)


def test_the_better_reference_counts_for_chrf():
    assert chrf("cat", ["dog", "cat"]) == chrf("cat", "cat")


def test_ter_counts_a_shifted_phrase_as_one_edit():
    assert ter("c d a b", "a b c d") == pytest.approx(0.25)


def test_ter_is_better_when_lower_and_may_exceed_one():
    assert ter("a b c d", "x") == 4.0
    scale = spec_of(ter).scale
    assert (scale.low, scale.high, scale.higher_is_better) == (0, None, False)


def test_ter_ignores_case_unless_told_otherwise():
    assert ter("A B", "a b") == 0.0
    assert ter("A B", "a b", ignore_case=False) == 1.0


@pytest.mark.parametrize(
    ("response", "references", "score"),
    [
        (HYPOTHESIS, REFERENCES, 0.4393),
        (TO_INSURE, REFERENCES, 0.1206),
        ("the the the the the the the", "the cat is on the mat", 0.0909),
    ],
)
def test_gleu_is_that_of_nltk(response, references, score):
    # The figures stand in the documentation of NLTK's gleu_score, up to its cut digits.
    assert gleu(response, references, tokenize="whitespace") == pytest.approx(score, abs=1e-4)


def test_gleu_of_a_document_weighs_long_segments_more():
    segments = gleu(["a b c d", "x"], ["a b c d", "y"])
    assert segments == pytest.approx(10 / 11)


def test_gleu_without_any_n_gram_is_zero():
    assert gleu("", "") == 0.0


def test_gleu_is_the_smaller_of_precision_and_recall():
    assert gleu("a", "a b") == gleu("a b", "a") == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("response", "reference", "score"),
    [
        (HYPOTHESIS, REFERENCES[0], 0.6944),
        ("non matching hypothesis", "this is a cat", 0.0),
    ],
)
def test_meteor_is_that_of_nltk_where_there_are_no_synonyms(response, reference, score):
    # The figures stand in the documentation of NLTK's meteor_score.
    assert round(meteor(response, reference, tokenize="whitespace"), 4) == score


@settings(deadline=None)  # the first call imports the library
@given(
    st.lists(
        st.sampled_from(["the", "cats", "cat", "sitting", "sits", "sat", "on", "a", "mat"]),
        max_size=8,
    ),
    st.lists(
        st.sampled_from(["the", "cats", "cat", "sitting", "sits", "sat", "on", "a", "mat"]),
        max_size=8,
    ),
)
def test_meteor_agrees_with_nltk_when_it_has_no_wordnet(left, right):
    from nltk.translate.meteor_score import single_meteor_score

    class NoSynonyms:
        def synsets(self, word):
            return []

    theirs = single_meteor_score(right, left, wordnet=NoSynonyms())
    assert meteor(" ".join(left), " ".join(right)) == pytest.approx(theirs)


def test_meteor_matches_stems_unless_told_otherwise():
    assert meteor("walking", "walks") == 0.5
    assert meteor("walking", "walks", stem=False) == 0.0


def test_the_same_text_has_one_chunk_and_a_meteor_a_little_below_one():
    assert meteor("a b c d", "a b c d") == pytest.approx(1 - 0.5 * (1 / 4) ** 3)


def test_the_best_reference_counts_for_meteor():
    assert meteor("a b", ["c d", "a b"]) == meteor("a b", "a b")


def test_signs_are_words_of_their_own_unless_split_at_white_space():
    assert gleu("yes.", "yes !", max_order=1) == 0.5
    assert gleu("yes.", "yes !", max_order=1, tokenize="whitespace") == 0.0
