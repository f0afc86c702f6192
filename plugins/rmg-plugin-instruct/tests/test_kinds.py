"""How a data set asks for an instruction, and what it is told where it asks wrongly."""

from types import MappingProxyType

import pytest

from rmg_core import CannotGrade
from rmg_plugin_instruct.keywords import KeywordExistence
from rmg_plugin_instruct.kinds import instruction_of
from rmg_plugin_instruct.lengths import NumberWords

WORDS = "length_constraints:number_words"


def refusal(name, given):
    with pytest.raises(CannotGrade) as caught:
        instruction_of(name, given)
    assert caught.value.kind == "bad_input"
    return str(caught.value)


def test_arguments_that_are_null_do_not_count():
    given = {"num_words": 3, "relation": "at least", "keywords": None, "made_up": None}
    assert instruction_of(WORDS, given) == NumberWords(num_words=3, relation="at least")


def test_arguments_that_are_falsy_count():
    given = {"num_words": 0, "relation": "at least"}
    assert instruction_of(WORDS, given) == NumberWords(num_words=0, relation="at least")


@pytest.mark.parametrize("keywords", [["a", "b"], ("a", "b")])
def test_a_list_may_be_of_any_kind(keywords):
    given = MappingProxyType({"keywords": keywords})
    assert instruction_of("keywords:existence", given) == KeywordExistence(keywords=("a", "b"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "length_constraint:number_words",
            (
                "there is no instruction 'length_constraint:number_words'; "
                "did you mean 'length_constraints:number_words'?"
            ),
        ),
        ("no_comma", "there is no instruction 'no_comma'; did you mean 'punctuation:no_comma'?"),
        ("nocomma", "there is no instruction 'nocomma'; did you mean 'punctuation:no_comma'?"),
        (
            "keywords:keyword_frequency",
            (
                "there is no instruction 'keywords:keyword_frequency'; "
                "did you mean 'keywords:frequency'?"
            ),
        ),
        (
            "poetry:rhyme",
            "there is no instruction 'poetry:rhyme'; ids are such as 'punctuation:no_comma'",
        ),
    ],
)
def test_an_unknown_instruction_is_told_with_the_near_miss(name, told):
    assert refusal(name, {}) == told


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh-cn", "'language' is 'zh-cn'; did you mean 'zh'?"),
        ("German", "'language' is 'German'; it must be 'af', 'ar', "),
    ],
)
def test_a_language_that_is_not_known_is_told(language, told):
    assert told in refusal("language:response_language", {"language": language})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"num_word": 3, "relation": "at least"},
            f"instruction '{WORDS}' takes no argument 'num_word'; did you mean 'num_words'?",
        ),
        (
            {"num_words": 3, "relation": "at least", "letter": "a"},
            f"instruction '{WORDS}' takes no argument 'letter'; it takes 'num_words', 'relation'",
        ),
        ({"num_words": 3}, f"instruction '{WORDS}' lacks its argument 'relation'"),
        ({}, f"instruction '{WORDS}' lacks its arguments 'num_words' and 'relation'"),
        (
            {"num_words": 3, "relation": "at most"},
            f"instruction '{WORDS}': 'relation' is 'at most'; did you mean 'at least'?",
        ),
        (
            {"num_words": 3, "relation": ">"},
            f"instruction '{WORDS}': 'relation' is '>'; it must be 'at least' or 'less than'",
        ),
        (
            {"num_words": -1, "relation": "at least"},
            f"instruction '{WORDS}': 'num_words' must be >= 0: -1",
        ),
    ],
)
def test_an_argument_that_is_wrong_is_told(given, told):
    assert refusal(WORDS, given) == told


def test_the_reading_of_a_grader_is_no_argument():
    told = "instruction 'punctuation:no_comma' takes no argument 'loose'; it takes none"
    assert refusal("punctuation:no_comma", {"loose": True}) == told


@pytest.mark.parametrize("number", ["3", 3.0, True, [3], float("nan")])
def test_a_number_that_is_not_whole_is_refused(number):
    told = refusal(WORDS, {"num_words": number, "relation": "at least"})
    assert told.startswith(f"instruction '{WORDS}': 'num_words' must be a whole number, not ")


@pytest.mark.parametrize("keywords", ["a", [], [""], ["a", 1], {"a": 1}, 3])
def test_keywords_that_are_no_list_of_texts_are_refused(keywords):
    told = refusal("keywords:existence", {"keywords": keywords})
    assert "'keywords' must be a list of texts, at least one, none of them blank, not " in told


@pytest.mark.parametrize("phrase", ["", " ", 3, ["end"]])
def test_a_text_that_is_blank_or_none_is_refused(phrase):
    told = refusal("startend:end_checker", {"end_phrase": phrase})
    assert "'end_phrase' must be a text that is not blank, not " in told


@pytest.mark.parametrize("letter", ["", "ab", 1])
def test_a_letter_that_is_not_one_character_is_refused(letter):
    given = {"letter": letter, "let_frequency": 1, "let_relation": "at least"}
    told = refusal("keywords:letter_frequency", given)
    assert told.endswith(f"'letter' must be one character, not {letter!r}")


def test_a_paragraph_that_cannot_be_there_is_refused():
    given = {"num_paragraphs": 1, "nth_paragraph": 2, "first_word": "a"}
    assert refusal("length_constraints:nth_paragraph_first_word", given) == (
        "instruction 'length_constraints:nth_paragraph_first_word': "
        "nth_paragraph (2) is above num_paragraphs (1)"
    )
