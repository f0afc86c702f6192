"""How many paragraphs and words, and how a paragraph begins."""

import pytest

from rmg_plugin_instruct.lengths import NthParagraphFirstWord, NumberParagraphs, NumberWords


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("a\n***\nb", "2 paragraphs"),
        ("***\na\n***\nb\n***", "2 paragraphs"),
        ("a *** b", "2 paragraphs"),
        ("a\n\nb", "1 paragraph, not 2"),
        ("a\n***\n***\nb", "has an empty paragraph between others"),
        ("a\n******\nb", "has an empty paragraph between others"),
    ],
)
def test_paragraphs_stand_between_dividers(response, reason):
    assert NumberParagraphs(num_paragraphs=2).grade(response).reason == reason


@pytest.mark.parametrize(
    ("response", "count"), [("don't", 2), ("a_b 3", 2), ("été 猫", 2), ("- ?!", 0)]
)
def test_a_word_is_a_run_of_letters_digits_and_underscores(response, count):
    told = f"{count} words, at least 0"
    assert NumberWords(num_words=0, relation="at least").grade(response).reason == told


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("I am.", "2 paragraphs; number 2 begins with 'i'"),
        ('"I," she said', "2 paragraphs; number 2 begins with 'i'"),
        ("I'm", "2 paragraphs; number 2 begins with 'i'"),
        ("i", "2 paragraphs; number 2 begins with 'i'"),
        ("In it.", "2 paragraphs; number 2 begins with 'in'"),
        ("(I)", "2 paragraphs; number 2 begins with '(i)'"),
        ("One\n\nmore", "3 paragraphs, not 2"),
        ("", "1 paragraph, not 2"),
    ],
)
def test_the_first_word_is_bare_and_in_small_letters(second, reason):
    wanted = NthParagraphFirstWord(num_paragraphs=2, nth_paragraph=2, first_word="I")
    found = wanted.grade(f"One.\n\n{second}")
    assert (found.reason, found.score) == (reason, float(reason.endswith("'i'")))


def test_an_empty_paragraph_is_a_place():
    wanted = NthParagraphFirstWord(num_paragraphs=2, nth_paragraph=2, first_word="b")
    found = wanted.grade("a\n\n\n\nb")
    assert (found.score, found.reason) == (0.0, "2 paragraphs; number 2 is empty")


def test_a_paragraph_that_cannot_be_there_is_refused():
    with pytest.raises(ValueError, match=r"^nth_paragraph \(3\) is above num_paragraphs \(2\)$"):
        NthParagraphFirstWord(num_paragraphs=2, nth_paragraph=3, first_word="a")
