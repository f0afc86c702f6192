"""The language of a response, and its case."""

import pytest

from rmg_plugin_instruct.casing import EnglishCapital, EnglishLowercase
from rmg_plugin_instruct.language import LANGUAGES, ResponseLanguage

STATION = {
    "en": "Where is the nearest station, please?",
    "fr": "Où est la gare la plus proche, s'il vous plaît ?",
    "de": "Wo ist bitte der nächste Bahnhof?",
    "ja": "一番近い駅はどこですか。",
    "zh": "请问最近的车站在哪里",
    "hi": "निकटतम स्टेशन कहाँ है?",
}


@pytest.mark.parametrize("language", STATION)
def test_each_language_is_recognised_and_not_taken_for_another(language):
    assert ResponseLanguage(language=language).grade(STATION[language]).score == 1.0
    other = "fr" if language != "fr" else "en"
    found = ResponseLanguage(language=other).grade(STATION[language])
    assert (found.score, found.reason) == (0.0, f"written in {language!r}, not {other!r}")


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("12345", "has no letters, so that it is in any language"),
        ("?! 😀", "has no letters, so that it is in any language"),
        ("ok", "is too short to show its language"),
    ],
)
def test_a_response_whose_language_nothing_shows_follows(response, reason):
    found = ResponseLanguage(language="de").grade(response)
    assert (found.score, found.reason) == (1.0, reason)


def test_an_empty_response_is_in_no_language():
    assert ResponseLanguage(language="de").grade(" \n").score == 0.0


def test_the_languages_are_known_to_the_library():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    assert set(LANGUAGES) <= set(LanguageIdentifier.from_model_file(MODEL_FILE).labels)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("WHERE IS the STATION?", "has small letters"),
        ("12345", "has no letters"),
        (STATION["de"].upper(), "written in 'de', not 'en'"),
    ],
)
def test_capitals_that_are_not_all_or_not_english_are_wrong(response, reason):
    found = EnglishCapital().grade(response)
    assert (found.score, found.reason) == (0.0, reason)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("where is the Station?", "has capital letters"),
        ("12345", "has no letters"),
        (STATION["de"].lower(), "written in 'de', not 'en'"),
    ],
)
def test_small_letters_that_are_not_all_or_not_english_are_wrong(response, reason):
    found = EnglishLowercase().grade(response)
    assert (found.score, found.reason) == (0.0, reason)


def test_english_in_capitals_is_english():
    assert EnglishCapital().grade("THIS IS AN ENGLISH SENTENCE. AMAZING!").score == 1.0


def test_capitals_and_small_letters_are_in_the_same_language():
    for language, text in STATION.items():
        for version in (text.upper(), text.lower()):
            assert ResponseLanguage(language=language).grade(version).score == 1.0
