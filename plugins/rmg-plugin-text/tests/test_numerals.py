from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_text.numerals import numerals


def values(text, **options):
    return [each.value for each in numerals(text, **options)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,000", 1000),
        ("1\u00a0000\u202f000", 1_000_000),
        ("$18.00.", 18),
        ("-$3", -3),
        ("$-3", -3),
        ("US$18", 18),
        ("Rs500", 500),
        ("\\$18", 18),
        ("60%", 60),
        ("1e3", 1000),
        ("2.5E-3", Fraction(1, 400)),
        (".5", Fraction(1, 2)),
        ("-.5", Fraction(-1, 2)),
        ("\u22125", -5),
        ("+5", 5),
        ("1/5", Fraction(1, 5)),
        ("2 1/2", Fraction(5, 2)),
        ("\u00bd", Fraction(1, 2)),
        ("-2\u00bd", Fraction(-5, 2)),
        ("\u2153", Fraction(1, 3)),
        ("\\frac{3}{4}", Fraction(3, 4)),
        ("\\boxed{18}", 18),
        ("**18**", 18),
        ("5kg", 5),
        ("\uff14\uff12", 42),
        ("答案是42。", 42),
    ],
)
def test_a_number_is_read_exactly_in_each_of_its_spellings(text, value):
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("16 - 3 = 13", [16, 3, 13]),
        ("16-3", [16, 3]),
        ("10\u201315", [10, 15]),
        ("= -3", [-3]),
        ("<<3-5=-2>>-2", [3, 5, -2, -2]),
        ("- 5", [5]),
        ("1, 2, 3", [1, 2, 3]),
        ("1,2,3", [1, 2, 3]),
        ("3/4/2024", [3, 4, 2024]),
        ("1/0", [1, 0]),
        ("H2O, x1 and v1.5", []),
        ("", []),
        ("no number", []),
    ],
)
def test_what_stands_around_numbers_does_not_join_or_hide_them(text, found):
    assert values(text) == found


def test_a_decimal_comma_swaps_the_marks():
    assert values("1.000,5 und 0,25", decimal_comma=True) == [Fraction(2001, 2), Fraction(1, 4)]


@pytest.mark.parametrize("text", ["1" * 5000, "1e999999999", "-" + "9" * 401])
def test_a_number_too_long_to_read_stays_in_its_place_without_a_value(text):
    assert values(f"7 {text}") == [7, None]


def test_a_percentage_is_marked_as_one():
    marks = [each.is_percentage for each in numerals("60%, 60 percent, 60 per cent, 18\\%, 60")]
    assert marks == [True, True, True, True, False]


@given(st.integers(-(10**30), 10**30))
def test_an_integer_is_read_back_with_and_without_grouping(number):
    assert values(f"so {number}.") == [number]
    assert values(f"so {number:,}.") == [number]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1e9, max_value=1e9))
def test_a_decimal_is_read_back_exactly(number):
    assert values(f"about {number:f} m") == [Fraction(number)]


@given(st.text())
def test_any_text_can_be_read(text):
    assert all(value is None or isinstance(value, int | Fraction) for value in values(text))


@pytest.mark.parametrize(
    "part",
    ["1", "1,", "1 ", "1/", "-", "$", "1,111", "\\frac{", "1.1", "1e1", "a1", "0/0", "\u00a01"],
)
def test_time_grows_with_the_length_of_the_text_only(part):
    # A quadratic search over this text would take minutes, which the run of tests would show.
    assert len(list(numerals(part * 50_000))) <= 100_000
