"""Single words and letters."""

import pytest

from rmg_plugin_instruct.keywords import (
    ForbiddenWords,
    KeywordExistence,
    KeywordFrequency,
    LetterFrequency,
)


def test_keywords_that_are_missing_are_named():
    found = KeywordExistence(keywords=("sea", "sky", "sun")).grade("The SUNNY side.")
    assert (found.score, found.reason) == (0.0, "lacks the keywords 'sea', 'sky'")


@pytest.mark.parametrize("keyword", ["C++", "a.b", "(", "[x", "*"])
def test_a_keyword_is_no_pattern(keyword):
    assert KeywordExistence(keywords=(keyword,)).grade(f"It is {keyword}!").score == 1.0
    assert KeywordExistence(keywords=(keyword,)).grade("It is CCC, aXb.").score == 0.0


def test_white_space_around_a_counted_keyword_does_not_count():
    counted = KeywordFrequency(keyword=" sun ", frequency=1, relation="at least")
    assert counted.grade("sunny").score == 1.0


@pytest.mark.parametrize(
    ("relation", "frequency", "score"),
    [("at least", 2, 1.0), ("at least", 3, 0.0), ("less than", 3, 1.0), ("less than", 2, 0.0)],
)
def test_at_least_takes_the_number_in_and_less_than_leaves_it_out(relation, frequency, score):
    counted = KeywordFrequency(keyword="sun", frequency=frequency, relation=relation)
    assert counted.grade("Sun, sun.").score == score


def test_never_is_a_frequency():
    never = KeywordFrequency(keyword="sun", frequency=0, relation="at least")
    assert never.grade("Rain.").reason == "0 times, at least 0"


def test_a_forbidden_word_counts_as_a_whole():
    forbidden = ForbiddenWords(forbidden_words=("cat",))
    assert forbidden.grade("A catalogue of wildcats, tom_cat.").score == 1.0
    assert forbidden.grade("A tom-CAT.").reason == "has the forbidden word 'cat'"


@pytest.mark.parametrize("response", ["I know C++.", "C++", "(C++)"])
def test_a_forbidden_word_may_end_in_a_sign(response):
    assert ForbiddenWords(forbidden_words=("C++",)).grade(response).score == 0.0


@pytest.mark.parametrize(
    ("letter", "response", "count"),
    [("a", "Aa b", 2), ("A", "Aa b", 2), ("#", "# #", 2), ("é", "É e", 1), ("!", "Oh!", 1)],
)
def test_any_character_is_counted_literally_and_in_either_case(letter, response, count):
    counted = LetterFrequency(letter=letter, let_frequency=99, let_relation="less than")
    told = "1 time" if count == 1 else f"{count} times"
    assert counted.grade(response).reason == f"{told}, less than 99"
