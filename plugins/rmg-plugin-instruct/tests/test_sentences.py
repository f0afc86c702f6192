"""Where sentences end."""

import pytest

from rmg_plugin_instruct.lengths import NumberSentences
from rmg_plugin_instruct.sentences import ABBREVIATIONS, STARTERS, count_sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Hello", 1),
        ("One. Two! Three?", 3),
        ("Really?! Yes.", 2),
        ("It costs 3.50 dollars. Cheap!", 2),
        ('He said "Go." Then he left.', 2),
        ("Title\n\nText without an end", 1),
    ],
)
def test_a_full_stop_a_question_or_an_exclamation_ends_a_sentence(text, count):
    assert count_sentences(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. No is in. Go!", 2),
        ("Mrs. Hall met Prof. Li in St. Gallen.", 1),
        ("See e.g. Kant, i.e. the early one.", 1),
        ("J. R. R. Tolkien wrote it.", 1),
        ("The U.S. Senate met.", 1),
    ],
)
def test_an_abbreviation_or_initial_ends_no_sentence(text, count):
    assert count_sentences(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "We met at 5 p.m. It rained.",
        "He works for Acme Inc. The firm is big.",
        "Take plan A. The others fail.",
    ],
)
def test_a_word_that_begins_sentences_begins_one_after_an_abbreviation(text):
    assert count_sentences(text) == 2


@pytest.mark.parametrize("text", ["He sat. Birds sang.", "Here is the sun. Birds sing."])
def test_a_word_is_no_abbreviation(text):
    assert count_sentences(text) == 2


def test_no_word_is_an_abbreviation_and_begins_sentences():
    assert not ABBREVIATIONS & STARTERS


def test_no_data_is_looked_up(monkeypatch):
    import nltk

    def refuse(*_, **__):
        raise AssertionError("NLTK looked for its data")

    monkeypatch.setattr(nltk.data, "find", refuse)
    assert NumberSentences(num_sentences=2, relation="at least").grade("One. Two.").score == 1.0
