"""Graders of how a response reads."""

import socket

import pytest

from rmg_core import CannotGrade, GraderSkip
from rmg_core.graders import spec_of
from rmg_plugin_text.reading import LANGUAGES, language_is, readability

PASSAGE = (
    "The committee published an extraordinary recommendation about international cooperation. "
    "It was short. Nobody in the little town had expected such a complicated document, and the "
    "people who read it carefully were surprised by its generosity."
)
BY_SYLLABLES = ["flesch_reading_ease", "flesch_kincaid_grade", "gunning_fog", "smog_index"]
BY_LETTERS = ["automated_readability_index", "coleman_liau_index", "lix", "rix"]


@pytest.mark.parametrize("formula", BY_LETTERS)
def test_formulas_without_syllables_are_those_of_textstat(formula):
    import textstat

    expected = getattr(textstat, formula)(PASSAGE)
    assert readability(PASSAGE, formula=formula).score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("formula", "score"),
    [
        # 9 words, 1 sentence, 13 syllables, 2 words of three syllables.
        ("flesch_reading_ease", 206.835 - 1.015 * 9 - 84.6 * 13 / 9),
        ("flesch_kincaid_grade", 0.39 * 9 + 11.8 * 13 / 9 - 15.59),
        ("gunning_fog", 0.4 * (9 + 100 * 2 / 9)),
        ("smog_index", 1.043 * 60**0.5 + 3.1291),
    ],
)
def test_formulas_of_syllables_are_as_published(formula, score):
    text = "The elephant sat on the mat of the president."
    assert readability(text, formula=formula).score == pytest.approx(score)


@pytest.mark.parametrize("formula", [*BY_SYLLABLES, *BY_LETTERS])
def test_no_formula_opens_a_connection(formula, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a formula asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    readability(f"{formula} of a text that nobody has counted before.", formula=formula)


@pytest.mark.parametrize("formula", [*BY_SYLLABLES, *BY_LETTERS])
@pytest.mark.parametrize("response", ["", " \n", "?!"])
def test_a_response_without_words_cannot_be_graded(formula, response):
    with pytest.raises(CannotGrade) as caught:
        readability(response, formula=formula)
    assert str(caught.value) == "the response has no words, and a formula needs some"
    assert caught.value.kind == "bad_input"


def test_readability_has_an_open_scale():
    assert readability(PASSAGE).scale is spec_of(readability).scale
    assert not spec_of(readability).scale.is_bounded


def test_short_words_read_more_easily():
    assert readability("The cat sat on the mat.").score > readability(PASSAGE).score


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Where is the nearest station, please?"),
        ("fr", "Où est la gare la plus proche, s'il vous plaît ?"),
        ("de", "Wo ist bitte der nächste Bahnhof?"),
        ("ja", "一番近い駅はどこですか。"),
        ("zh", "请问最近的车站在哪里"),
    ],
)
def test_each_language_is_recognised_and_not_taken_for_another(language, text):
    assert language_is(text, language=language).score == 1.0
    other = "fr" if language != "fr" else "en"
    found = language_is(text, language=other)
    assert (found.score, found.reason) == (0.0, f"written in {language!r}")


@pytest.mark.parametrize("response", ["", " \n"])
def test_an_empty_response_is_in_no_language(response):
    found = language_is(response)
    assert (found.score, found.reason) == (0.0, "the response is empty")


def test_a_text_that_shows_no_language_is_skipped():
    expected = GraderSkip("the response shows no sign of any language")
    assert [language_is(text) for text in ("12345", "?!", "hi")] == [expected] * 3


def test_among_restricts_the_languages_in_question():
    assert language_is("Ciao a tutti", language="en").score == 0.0
    assert language_is("hello there friends", language="en", among=("en", "zh")).score == 1.0


def test_one_language_is_no_choice():
    with pytest.raises(CannotGrade) as caught:
        language_is("hello", language="en", among=("en",))
    assert str(caught.value) == "`among` names no language other than 'en'"


@pytest.mark.parametrize("options", [{"language": "english"}, {"among": ("en", "xx")}])
def test_an_unknown_language_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        spec_of(language_is).options(**options)


def test_the_known_languages_are_those_of_the_library():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    labels = set(LanguageIdentifier.from_model_file(MODEL_FILE).labels)
    assert set(LANGUAGES) == labels - {"zxx"}
