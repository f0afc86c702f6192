import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_format.places import Ignored, ignored, parsed, spelled


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_a_place_is_read_as_it_is_written(place):
    assert parsed(spelled(place)) == tuple(place)


def test_a_star_is_every_step():
    assert parsed("items.*.id") == ("items", None, "id")
    assert parsed('"*".a') == ("*", "a")


@pytest.mark.parametrize("path", ["", ".", "a..b", "a.", ".a", "a[0]", "$.a[*]", '"a', 'a"b'])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="ignore must hold paths such as"):
        parsed(path)


def test_a_path_covers_what_it_ends_at():
    free = ignored(["a.*.b", "c"])
    assert free.covers("c")
    assert not free.covers("a")
    assert free.under("a").under(7).covers("b")
    assert free.under("x") == Ignored()


def test_a_number_is_the_place_of_an_item():
    assert ignored(["0"]).items(["x", "y"]) == [(1, "y")]
    assert ignored(["0"]).in_any_order() == Ignored()
