import json
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.datasets import freeze
from rmg_plugin_format import json_match
from rmg_plugin_format.json_match import JsonMatch

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 2.5]) | st.text("ab"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=10,
)


def score(response, reference, **options):
    return JsonMatch(**options).grade(response, reference).score


def reason(response, reference, **options):
    return JsonMatch(**options).grade(response, reference).reason


@given(VALUES)
def test_a_value_is_the_same_as_itself_under_any_options(value):
    text = json.dumps(value)
    for options in ({}, {"order": False}, {"order": False, "extra_keys": True, "relative": 0.1}):
        assert score(text, text, **options) == 1.0


@given(VALUES, VALUES)
def test_pairing_by_forms_is_pairing_by_comparing(left, right):
    texts = json.dumps([left, right]), json.dumps([right, left])
    tiny = {"absolute": 1e-12}  # takes the other way, and allows nothing more
    for one, other in (texts, (texts[0], json.dumps([left, left]))):
        assert score(one, other, order=False) == score(one, other, order=False, **tiny)


@given(st.data(), st.lists(VALUES, max_size=6))
def test_items_in_any_order_are_the_same_without_order(data, items):
    mixed = data.draw(st.permutations(items))
    assert score(json.dumps(mixed), json.dumps(items), order=False) == 1.0


@pytest.mark.parametrize(
    ("response", "reference", "said"),
    [
        ("1", "true", "at the top: 1 is not true"),
        ("[0]", "[false]", "at 0: 0 is not false"),
        ('"1"', "1", "at the top: '1' is not 1"),
        ("{}", '{"a": null}', "at a: it is missing"),
        ('{"a": null}', "{}", "at a: the reference has no such key"),
        ("[]", "{}", "at the top: [] is not {}"),
        ("[1]", "[1, 2]", "at the top: its length is 1 and not 2"),
        ('{"a": {"b.c": [1, 2]}}', '{"a": {"b.c": [1, 3]}}', 'at a."b.c".1: 2 is not 3'),
        ("nonsense", "1", "not JSON: expecting value at line 1 column 1"),
        ("", "1", "the response is empty"),
        ("[NaN]", "[1]", "not JSON: it has no number NaN"),
    ],
)
def test_what_differs_is_named_with_its_place(response, reference, said):
    assert (score(response, reference), reason(response, reference)) == (0.0, said)


@pytest.mark.parametrize(
    ("response", "reference"),
    [("1", "1.0"), ("1e2", "100"), ("0.1", "0.10"), ("-0.0", "0"), ('"\\u0061"', '"a"')],
)
def test_two_ways_to_write_a_value_are_the_same(response, reference):
    assert score(response, reference) == 1.0


def test_number_types_keep_integers_and_fractions_apart():
    assert score("[1]", "[1.0]", number_types=True) == 0.0
    assert score("[1]", "[1.0]", number_types=True, order=False) == 0.0
    assert score("[1.0]", "[1.0]", number_types=True, order=False) == 1.0


def test_large_integers_are_exact():
    assert score("9007199254740993", "9007199254740992") == 0.0
    assert score("1" + "0" * 400, "1" + "0" * 400) == 1.0
    assert score("1" + "0" * 400, "1" + "0" * 399 + "1", relative=1e-6) == 1.0


def test_numbers_may_differ_by_the_greater_tolerance():
    assert score("[1.05]", "[1]", absolute=0.1) == 1.0
    assert score("[1.2]", "[1]", absolute=0.1) == 0.0
    assert score("[110]", "[100]", relative=0.1) == 1.0
    assert score("[100]", "[111.2]", relative=0.1) == 0.0
    assert score("[true]", "[1]", absolute=1) == 0.0


def test_items_are_paired_so_that_all_find_a_partner():
    # 1.0 may be either; taking it for the first reference would leave the second alone.
    assert score("[1.0, 0.9]", "[0.95, 1.05]", order=False, absolute=0.06) == 1.0
    assert score("[1.2, 0.9]", "[0.95, 1.05]", order=False, absolute=0.06) == 0.0


def test_extra_keys_are_allowed_to_the_response_alone():
    assert score('{"a": 1, "b": 2}', '{"a": 1}', extra_keys=True) == 1.0
    assert score('{"a": 1}', '{"a": 1, "b": 2}', extra_keys=True) == 0.0
    both = '[{"a": 1, "b": 2}, {"a": 1}]', '[{"a": 1}, {"a": 1, "b": 2}]'
    assert score(*both, order=False, extra_keys=True) == 1.0


def test_an_item_without_partner_is_named():
    assert reason("[1, 2]", "[2, 3]", order=False) == "at 1: no item is left for 3"
    assert reason("[1, 2]", "[2, 3]", order=False, absolute=0.1) == "at 1: no item is left for 3"
    assert reason("[1, 1, 2]", "[1, 2, 2]", order=False) == "at 2: no item is left for 2"


def test_true_and_one_are_not_paired():
    assert score("[1, true]", "[true, 1]", order=False) == 1.0
    assert score("[1, 1]", "[true, 1]", order=False) == 0.0


def test_case_is_ignored_in_strings_and_not_in_keys():
    assert score('{"a": ["X"]}', '{"a": ["x"]}', ignore_case=True) == 1.0
    assert score('["X", "y"]', '["Y", "x"]', ignore_case=True, order=False) == 1.0
    assert score('{"A": 1}', '{"a": 1}', ignore_case=True) == 0.0


@pytest.mark.parametrize("order", [True, False])
def test_ignored_places_do_not_count_on_either_side(order):
    ours = '{"id": 1, "items": [{"id": 2, "x": 1}]}'
    theirs = '{"items": [{"x": 1, "id": 3}]}'
    assert score(ours, theirs, order=order) == 0.0
    assert score(ours, theirs, order=order, ignore=("id", "items.*.id")) == 1.0


def test_an_item_is_ignored_by_its_place():
    assert score("[1, 2]", "[7, 2]", ignore=("0",)) == 1.0
    assert score("[1, 2]", "[2, 7]", ignore=("0",)) == 0.0


def test_all_items_may_be_ignored():
    for order in (True, False):
        assert score('{"a": [1]}', '{"a": [2, 3]}', ignore=("a.*",), order=order) == 1.0


def test_any_of_several_references_will_do_and_is_named():
    options = {"any_of": True}
    assert reason('{"a": 1}', [{"a": 2}, '{"a": 1}'], **options) == "the same as reference 2 of 2"
    assert reason("[3]", [[1], [2]], **options) == "the same as none of 2; at 0: 3 is not 1"


@pytest.mark.parametrize(
    ("reference", "options", "said"),
    [
        ("Paris", {}, "reference: not JSON: expecting value at line 1 column 1; a text is read"),
        ("", {}, "reference is empty: there is nothing to compare with"),
        ({"a": float("inf")}, {}, "reference: JSON has no number inf"),
        ([], {"any_of": True}, "reference is no list of references, which any_of asks for"),
        ("[1]", {"any_of": True}, "reference is no list of references, which any_of asks for"),
        (["[1]", "x"], {"any_of": True}, "reference 2: not JSON"),
    ],
)
def test_a_reference_that_cannot_be_read_is_an_error(reference, options, said):
    with pytest.raises(CannotGrade) as caught:
        JsonMatch(**options).grade("[1]", reference)
    assert str(caught.value).startswith(said)
    assert caught.value.kind == "bad_input"


def test_data_of_a_sample_is_compared_as_json():
    fields = freeze({"x": {"a": [{"b": 1}]}, "y": {"a": [{"b": 1.0}]}})
    assert score(fields["x"], fields["y"]) == 1.0
    assert score(fields["x"], fields["y"], order=False) == 1.0


def test_the_deepest_value_can_be_compared():
    deep = "[" * 100 + "1" + "]" * 100
    for options in ({}, {"order": False}, {"order": False, "absolute": 0.1}):
        assert score(deep, deep, **options) == 1.0


def test_lists_too_long_to_pair_are_no_score():
    long = list(range(1001))
    assert score(long, long[::-1], order=False) == 1.0
    with pytest.raises(CannotGrade, match="take more than 1,000,000 comparisons") as told:
        score(long, long[::-1], order=False, absolute=0.1)
    assert told.value.kind == "bad_input"
    assert score(long[:900], long[899::-1], order=False, absolute=0.1) == 1.0


def nested(width, depth):
    return [nested(width, depth - 1) for _ in range(width)] if depth else {"a": 1, "b": [1, 2]}


@pytest.mark.parametrize("items", [nested(25, 2), [nested(12, 1)] * 100, nested(2, 12)])
def test_lists_in_lists_share_what_comparing_may_take(items):
    with pytest.raises(CannotGrade) as told:
        score(items, items, order=False, absolute=0.1)
    assert told.value.kind == "bad_input"


def test_objects_with_many_keys_take_more_of_what_comparing_may_take():
    wide = [dict.fromkeys(map(str, range(500)), n) for n in range(200)]
    with pytest.raises(CannotGrade, match="comparisons"):
        score(wide, wide[::-1], order=False, absolute=0.1)


def test_a_value_that_is_long_and_has_an_order_takes_no_more_than_it_has(monkeypatch):
    monkeypatch.setattr(json_match, "COMPARISONS", 0)
    long = {"a": [{"b": n} for n in range(100)], "c": [[n] for n in range(100)]}
    assert score(long, long, absolute=0.1) == 1.0
    alone = {str(n): [n] for n in range(7)}
    assert score(alone, alone, absolute=0.1, order=False) == 1.0


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS, st.floats(-2, 2), st.floats(0, 1e3) | st.just(1e308), st.floats(0, 0.9))
def test_numbers_are_near_as_exact_fractions_say(want, times, absolute, relative):
    allowed = max(Fraction(absolute), Fraction(relative) * abs(Fraction(want)))
    for got in (want + times, float(Fraction(want) + allowed) if allowed < 1e300 else want):
        if math.isfinite(got):
            near = abs(Fraction(got) - Fraction(want)) <= allowed
            assert score([got], [want], absolute=absolute, relative=relative) == near


def test_a_fenced_response_is_read_by_option():
    assert score("```json\n[1]\n```", "[1]", fence="allowed") == 1.0


@pytest.mark.parametrize(
    "options", [{"absolute": -1}, {"absolute": math.inf}, {"relative": 1}, {"ignore": ("a..b",)}]
)
def test_options_out_of_bounds_are_refused(options):
    with pytest.raises(ValueError):
        JsonMatch(**options)
