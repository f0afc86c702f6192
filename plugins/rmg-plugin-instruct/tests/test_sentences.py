"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_instruct import sentences
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


WORDS = st.sampled_from(
    [*"aIx", "Dr.", "e.g.", "The", "the", "3.5", "U.S.", "p.m.", "It", "...", ". . .", "--", "etc."]
)
ENDS = st.sampled_from(
    [" ", ". ", "! ", "?! ", ".\n\n", '." ', ".) ", ", ", "\u201d ", "!!!", ".", ":"]
)


def by_punkt(text):
    from nltk.tokenize.punkt import _ORTHO_LC, PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types.update(ABBREVIATIONS)
    for word in STARTERS:
        parameters.add_ortho_context(word, _ORTHO_LC)
    return len(PunktSentenceTokenizer(parameters).tokenize(text))


@given(
    st.lists(st.tuples(WORDS, ENDS), max_size=30).map(lambda all_: "".join(map("".join, all_)))
    | st.text("aB1.!?\"')(-, \n\t\u2019\u201c\u4e00\xe9", max_size=60)
)
def test_the_sentences_are_those_of_punkt_itself(text):
    assert count_sentences(text) == by_punkt(text)


@pytest.mark.parametrize(
    ("piece", "count"),
    [
        ("a. ", 200_000),
        ("! ", 200_000),
        (".\n", 200_000),
        ("?)", 2),
        ("!", 3),
        ("etc.) ", 1),
        ("a ", 1),
    ],
)
def test_a_very_long_text_of_one_piece_is_counted(piece, count, monkeypatch):
    from nltk import redos

    monkeypatch.setattr(redos, "DEFAULT_TIMEOUT", 0.5)
    assert count_sentences(piece * 200_000) == count


def test_a_text_with_too_many_different_ends_is_no_score(monkeypatch):
    monkeypatch.setattr(sentences, "ENDS", 100)
    assert count_sentences(" ".join(f"Word{n}." for n in range(100))) == 100
    with pytest.raises(CannotGrade, match="more than 100 different places") as told:
        count_sentences(" ".join(f"Word{n}." for n in range(102)))
    assert told.value.kind == "bad_input"
