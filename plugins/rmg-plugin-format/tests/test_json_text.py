import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.datasets import freeze
from rmg_plugin_format.json_text import given_json, kind_of, read_json
from rmg_plugin_format.unreadable import Unreadable

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def fault_of(text):
    with pytest.raises(Unreadable) as caught:
        read_json(text)
    return str(caught.value)


@given(VALUES)
def test_what_json_can_write_is_read_as_it_was(value):
    assert read_json(json.dumps(value)) == value


@given(st.text(alphabet='{}[]",:\\ntrue01.e-' + "\ud800"))
def test_no_text_does_more_than_be_refused(text):
    with contextlib.suppress(Unreadable):
        read_json(text)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "[1, NaN]"])
def test_words_for_numbers_that_json_has_not_are_refused(word):
    assert fault_of(word).startswith("not JSON: it has no number ")


def test_a_name_that_stands_twice_is_refused_wherever_it_is():
    said = "not JSON that all readers agree on: 'a' stands twice"
    assert fault_of('[{"b": {"a": 1, "c": 2, "a": 1}}]') == said
    assert fault_of('{"a": 1, "\\u0061": 2}') == said


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\udfff": 1}', '["a", "\ud83d"]'])
def test_half_of_a_character_is_refused(text):
    assert "stands alone in a text" in fault_of(text)


def test_both_halves_of_a_character_are_one():
    assert read_json('"\\ud83d\\ude00"') == "😀"


def test_a_number_beyond_doubles_is_refused_and_a_small_one_is_nothing():
    assert fault_of("[1e400]") == "the number '1e400' is beyond doubles, which readers use"
    assert read_json("1e-400") == 0.0


def test_an_integer_is_exact_up_to_4300_digits():
    assert read_json("9007199254740993") == 9007199254740993
    assert read_json("9" * 4300) == 10**4300 - 1
    assert fault_of("9" * 4301) == "an integer of 4301 digits, and at most 4300 are read"


def test_nesting_is_read_to_a_depth_of_100():
    assert read_json("[" * 100 + "]" * 100)
    assert fault_of("[" * 101 + "]" * 101) == "nested more than 100 deep, which is not read"
    assert fault_of('{"a":' * 100_000) == "nested more than 100 deep, which is not read"


def test_brackets_in_texts_are_no_nesting():
    assert read_json(json.dumps("[" * 500)) == "[" * 500
    assert read_json(json.dumps(['"[', "\\"] * 200)) == ['"[', "\\"] * 200


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_text_says_so(text):
    assert fault_of(text) == "the response is empty"


@pytest.mark.parametrize(
    "text",
    ["{'a': 1}", "[1,]", "{a: 1}", "[1] [2]", "True", "01", "\ufeff[]", "[1", '"a\nb"', "//"],
)
def test_what_only_looks_like_json_is_refused_with_the_place(text):
    assert " at line " in fault_of(text)


def test_data_of_a_sample_is_taken_with_its_tables_and_lists():
    fields = freeze({"x": {"a": [1, {"b": None}], "c": (1.5, "d")}})
    assert given_json(fields["x"], "x") == {"a": [1, {"b": None}], "c": [1.5, "d"]}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "x: JSON has no number nan"),
        ([{1, 2}], "x: JSON has no value of type set"),
        ({1: 2}, "x: JSON has no key 1 that is not a text"),
        (["\ud800"], "x: half of a character (\\ud800) stands alone in a text"),
    ],
)
def test_data_that_json_has_not_is_an_error(value, said):
    with pytest.raises(CannotGrade) as caught:
        given_json(value, "x")
    assert (str(caught.value), caught.value.kind) == (said, "bad_input")


def test_data_that_holds_itself_is_an_error():
    loop = []
    loop.append(loop)
    with pytest.raises(CannotGrade, match="nested more than 100 deep"):
        given_json(loop, "x")


def test_a_bool_is_no_number():
    kinds = [kind_of(each) for each in (None, True, 1, 1.0, "", {}, [])]
    assert kinds == ["null", "boolean", "number", "number", "string", "object", "array"]
