from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from rmg_plugin_text.units import ngrams, pieces


@given(st.text())
@example("\x1f")
def test_tokens_leave_out_white_space_only(text):
    joined = "".join(pieces(text, "tokens"))
    # A mark without a letter before it belongs to no token and stays as a sign of its own.
    assert sorted(joined) == sorted("".join(text.split()))


def test_a_character_beyond_the_first_plane_is_one_character():
    assert len(pieces("a😀", "characters")) == 2


def test_words_with_combining_marks_are_one_token():
    assert pieces("हिन्दी भाषा", "tokens") == ["हिन्दी", "भाषा"]
    assert pieces("cafe\u0301!", "tokens") == ["cafe\u0301", "!"]


def test_scripts_without_spaces_fall_into_characters():
    assert pieces("東京 tower", "tokens") == ["東", "京", "tower"]


@given(st.lists(st.text(max_size=2), min_size=2))
def test_bigrams_are_the_pairs_of_neighbours(parts):
    assert list(ngrams(parts, 2)) == list(pairwise(parts))
