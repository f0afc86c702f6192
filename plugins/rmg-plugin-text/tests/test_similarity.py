import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.errors import DefinitionError
from rmg_core.graders import spec_of, with_options
from rmg_plugin_text.similarity import cosine_tfidf, jaccard_ngrams

FAMILY = (cosine_tfidf, jaccard_ngrams)


@pytest.mark.parametrize("grade", FAMILY)
@given(text=st.text())
def test_a_text_is_wholly_like_itself(grade, text):
    assert grade(text, text).score == 1.0


@pytest.mark.parametrize("grade", FAMILY)
@given(left=st.text(alphabet="ab ."), right=st.text(alphabet="ab ."))
def test_likeness_is_symmetric_and_on_the_scale(grade, left, right):
    score = grade(left, right).score
    assert 0 <= score <= 1
    assert grade(right, left).score == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize("grade", FAMILY)
def test_two_empty_sides_are_alike_and_one_is_not(grade):
    assert grade("", "").score == 1.0
    assert grade("", "a").score == 0.0


def test_the_cosine_weighs_words_of_one_side_more():
    # By hand: "red" weighs 1, "apple" and "car" ln(3/2) + 1; red is all that is shared.
    rare = math.log(1.5) + 1
    assert cosine_tfidf("red apple", "red car").score == pytest.approx(1 / (1 + rare**2))
    # "red" twice: its weight doubles on that side.
    wanted = 2 / math.sqrt((4 + rare**2) * (1 + rare**2))
    assert cosine_tfidf("red red apple", "red car").score == pytest.approx(wanted)


def test_the_order_of_words_does_not_count_for_the_cosine():
    assert cosine_tfidf("man bites dog", "dog bites man").score == 1.0


def test_the_order_of_words_counts_for_ngrams():
    assert jaccard_ngrams("man bites dog", "dog bites man").score == 0.0
    assert jaccard_ngrams("man bites dog", "dog bites man", n=1).score == 1.0
    assert jaccard_ngrams("the cat sat down", "the cat sat up").score == 0.5


def test_ngrams_can_be_of_characters():
    assert jaccard_ngrams("abc", "abd", unit="characters").score == pytest.approx(1 / 3)


def test_the_best_reference_of_a_list_counts():
    assert jaccard_ngrams("a b", ["c d", "a b"]).reason == (
        "reference 2 of 2: 1 of 1 2-grams are shared"
    )


@pytest.mark.parametrize("options", [{"n": 0}, {"unit": "sentences"}])
def test_an_option_out_of_its_range_is_refused(options):
    with pytest.raises(DefinitionError):
        with_options(spec_of(jaccard_ngrams), options)
