"""Syllables by rule."""

import pytest

from rmg_plugin_text.syllables import syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("make", 1),
        ("makes", 1),
        ("horses", 2),
        ("walked", 1),
        ("wanted", 2),
        ("apple", 2),
        ("while", 1),
        ("being", 2),
        ("science", 2),
        ("variety", 4),
        ("nation", 2),
        ("area", 3),
        ("communication", 5),
        ("rhythm", 1),
        ("3rd", 1),
        ("42", 1),
    ],
)
def test_words_have_as_many_syllables_as_are_spoken(word, count):
    assert syllables(word) == count
