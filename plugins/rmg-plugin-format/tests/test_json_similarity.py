import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_format import json_similarity
from rmg_plugin_format.json_similarity import JsonSimilarity

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.text("ab", max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=10,
)


def score(response, reference, **options):
    return JsonSimilarity(**options).grade(response, reference).score


@given(VALUES)
def test_a_value_is_wholly_similar_to_itself(value):
    text = json.dumps(value)
    assert score(text, text) == 1.0
    assert score(text, text, order=False) == pytest.approx(1.0)


@given(VALUES, VALUES, st.booleans())
def test_similarity_goes_both_ways_and_stays_on_its_scale(left, right, order):
    texts = json.dumps(left), json.dumps(right)
    there, back = (score(*pair, order=order) for pair in (texts, texts[::-1]))
    assert there == pytest.approx(back)
    assert 0 <= there <= 1


@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_without_order_lists_are_at_least_as_similar(left, right):
    texts = json.dumps(left), json.dumps(right)
    assert score(*texts, order=False) >= score(*texts) - 1e-9


@pytest.mark.parametrize(
    ("response", "reference", "expected"),
    [
        ('"axc"', '"abc"', 2 / 3),
        ("2", "1", 2 / 3),
        ("-1", "1", 0.0),
        ("0", "0.0", 1.0),
        ("1", "true", 0.0),
        ("null", '""', 0.0),
        ("[]", "{}", 0.0),
        ('{"a": 1}', '{"a": 1, "b": 2, "c": 3}', 1 / 3),
        ('{"a": 1, "x": 0}', '{"a": 1}', 1 / 2),
        ("[1, 2]", "[1]", 1 / 2),
        ('{"a": {"b": 1, "c": "x"}, "d": 1}', '{"a": {"b": 1, "c": "y"}, "d": 1}', 3 / 4),
        ("nonsense", "1", 0.0),
    ],
)
def test_scores_follow_from_the_definition(response, reference, expected):
    assert score(response, reference) == pytest.approx(expected)


def test_equal_counts_strings_and_numbers_whole():
    assert score('["axc", 2, 1]', '["abc", 1, 1.0]', strings="equal", numbers="equal") == 1 / 3


def test_without_order_the_best_pairing_counts():
    assert score("[1, 2, 3]", "[3, 1]", order=False) == pytest.approx(2 / 3)
    assert score('["ab", "xy"]', '["xz", "ab"]', order=False) == pytest.approx(3 / 4)


def test_the_reason_names_where_it_is_least_alike():
    grade = JsonSimilarity().grade
    assert grade('{"a": [1, "x"]}', '{"a": [1, "y"]}').reason == "least alike at a.1: 0"
    assert grade("[1]", "[1, 2]").reason == "least alike at 1: 0"
    assert grade("[1]", "[1]").reason == "alike in all"


def test_ignored_places_do_not_count():
    assert score('{"a": 1, "b": 2}', '{"a": 1}', ignore=("b",)) == 1.0
    assert score('[{"a": 1, "id": 1}]', '[{"a": 1, "id": 2}]', ignore=("*.id",), order=False) == 1.0


def test_the_best_of_several_references_counts():
    assert score('"ab"', ['"xb"', '"ab"'], any_of=True) == 1.0


def test_integers_beyond_doubles_are_compared():
    assert score("1" + "0" * 400, "3" + "0" * 400) == pytest.approx(0.5)


def test_a_reference_that_cannot_be_read_is_an_error():
    with pytest.raises(CannotGrade, match="reference: not JSON"):
        score("1", "Paris")


@pytest.mark.parametrize(
    ("value", "other", "order"),
    [
        (list(range(500)), list(range(500, 0, -1)), False),
        ([[[1] * 30] * 30] * 30, [[[2] * 30] * 30] * 30, False),
        ("ab" * 100_000, "ba" * 100_000, True),
        (["ab" * 10_000] * 40, ["ba" * 10_000] * 40, False),
    ],
)
def test_what_takes_too_many_comparisons_is_no_score(value, other, order):
    with pytest.raises(CannotGrade, match="take more than 250,000 comparisons") as told:
        score([value], [other], order=order)
    assert told.value.kind == "bad_input"


def test_long_strings_that_are_equal_are_compared():
    assert score(["ab" * 200_000], ["ab" * 200_000]) == 1.0


def test_a_value_that_is_long_and_has_an_order_takes_no_more_than_it_has(monkeypatch):
    monkeypatch.setattr(json_similarity, "COMPARISONS", 0)
    assert score([1] * 1000, [2] * 1000) > 0.5
    assert score({"a": [1], "b": [2]}, {"a": [1], "b": [2]}, order=False) == 1.0
