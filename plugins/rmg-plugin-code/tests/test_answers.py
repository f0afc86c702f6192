"""Answers of programs are read strictly, and compared by type and value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_code.answers import Comparison, NoAnswer, answer_in, same_lines

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_is_the_same_as_itself_after_its_trip(value):
    answer = answer_in(json.dumps(value).encode() + b"\n")
    assert Comparison().holds(answer, json.loads(json.dumps(value)))


@given(VALUES, VALUES)
def test_values_are_the_same_only_if_json_writes_them_alike(one, other):
    written = [json.dumps(each, sort_keys=True) for each in (one, other)]
    if Comparison().holds(one, other):
        assert written[0].replace("-0.0", "0.0") == written[1].replace("-0.0", "0.0")
    else:
        assert written[0] != written[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0, False),
        ("1", 1),
        ([], {}),
        (None, False),
        ([1], [True]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": True}),
        ({"a": None}, {}),
        ("a", "a "),
        (0.1 + 0.2, 0.3),
    ],
)
def test_what_differs_in_type_or_value_is_not_the_same(one, other):
    assert not Comparison().holds(one, other)
    assert not Comparison().holds(other, one)


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"3",
        b"3\n4\n",
        b"3\n\n",
        b"\n",
        b"3\n4",
        b"NaN\n",
        b"-Infinity\n",
        b"three\n",
        b'{"a": 1, "a": 2}\n',
        b"\x003\n",
        b"\xef\xbb\xbf3\n",
        b"\xff\n",
        b"3 4\n",
        b"[" * 99999 + b"\n",
    ],
)
def test_what_is_not_one_line_of_json_is_no_answer(written):
    with pytest.raises(NoAnswer):
        answer_in(written)


def test_a_tolerance_is_for_floats_alone():
    assert Comparison(0.1).holds([1.0, {"a": 2.0}], [1.05, {"a": 2.1}])
    assert not Comparison(0.1).holds(100, 101)
    assert not Comparison(0.1).holds(1, 1.0)


def test_without_strict_types_numbers_are_compared_by_value_and_truths_are_none():
    loose = Comparison(strict_types=False)
    assert loose.holds([1, {"a": 2.0}], [1.0, {"a": 2}])
    for one, other in ((1, True), (0.0, False), (1, "1"), (1, 2.0), (10**400, 1.0), (None, 0)):
        assert not loose.holds(one, other)
        assert not loose.holds(other, one)


def test_a_tolerance_is_for_whole_numbers_beside_floats_without_strict_types():
    loose = Comparison(0.1, strict_types=False)
    assert loose.holds(2, 2.1)
    assert loose.holds(2.1, 2)
    assert not loose.holds(10**400, 1.0)


@pytest.mark.parametrize(
    ("printed", "expected", "same"),
    [
        ("3\n", "3", True),
        ("3  \r\n4\n\n", "3\n4", True),
        ("", "\n", True),
        (" 3", "3", False),
        ("\n3", "3", False),
        ("3\n\n4", "3\n4", False),
        ("3\u20284", "3\n4", False),
    ],
)
def test_lines_are_the_same_but_for_white_space_at_their_ends(printed, expected, same):
    assert same_lines(printed, expected) is same
