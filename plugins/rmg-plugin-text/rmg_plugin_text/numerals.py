"""The numbers that are written in a text, read exactly."""

import functools
import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

LONGEST = 400

_DASHES = "−–-"  # noqa: RUF001 - the minus sign and the en dash stand for minus in real texts
_VULGAR = "¼-¾⅐-⅞↉"
_CURRENCY = r"(?<![A-Za-z])(?:USD|EUR|GBP|CHF|CNY|RMB|JPY|INR|Rs\.?)\s?|\\?[$€£¥₹₩₽]\s?"
_PERCENT = r"\s?\\?[%％]|\s?per\s?cent\b"  # noqa: RUF001 - the full-width sign


@frozen
class Numeral:
    """A number as it is written, and its value.

    `value` is None where it is too long to be read: more than 400 characters, or an exponent of
    more than three.
    """

    text: str
    value: Fraction | None
    is_percentage: bool

    def __str__(self) -> str:
        return self.text if len(self.text) <= 24 else f"{self.text[:23]}…"


def numerals(text: str, *, decimal_comma: bool = False) -> Iterator[Numeral]:
    r"""Read the numbers of `text`, from left to right.

    Read are 1,000 and 1 000 (with no-break spaces), 3.14, .5, 1e3, -5, $1,000, 60%, 1/2, 2 1/2,
    ½, 2½ and \frac{1}{2}, in the digits of any script. A unit or word after a number is left
    alone; digits right after a Latin letter (H2O, x1) are no number; a dash between numbers is no
    sign. With `decimal_comma`, 1.000,5 is a thousand and a half.

    >>> [str(each) for each in numerals("16 - 3 = 13 eggs, at $1,000.50 (about -½ %)")]
    ['16', '3', '13', '$1,000.50', '-½ %']
    """
    for found in _pattern(decimal_comma).finditer(text):
        if found.lastgroup:
            written = found.group().strip()
            yield Numeral(written, _value(found), is_percentage=found["percent"] is not None)


@functools.cache
def _pattern(decimal_comma: bool) -> re.Pattern[str]:
    group, point = (r"[.\u00a0\u202f]", ",") if decimal_comma else (r"[,\u00a0\u202f]", r"\.")
    # No part can be cut in two ways, so that no text makes the search slow.
    return re.compile(
        rf"""
        (?: (?<![\w)\]}}%.{_DASHES}]) (?P<sign>[+{_DASHES}]) )?
        (?: (?:{_CURRENCY}) (?P<inner>[{_DASHES}])? | (?<![A-Za-z_\d]) )
        (?:
            \\[dt]?frac\{{(?P<top>\d+)\}}\{{(?P<bottom>\d*[1-9]\d*)\}}
          | (?P<mixed>\d+)?\s?(?P<vulgar>[{_VULGAR}])
          | (?:(?P<wholes>\d+)[ ])?(?<!/)(?P<over>\d+)\s?/\s?(?P<under>\d*[1-9]\d*)(?![\d/]|\.\d)
          | (?P<whole>\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+)
            (?:{point}(?P<part>\d+))? (?:[eE](?P<power>[+-]?\d+)(?!\w))?
          | {point}(?P<bare>\d+)
        )
        (?P<percent>{_PERCENT})?
        | [A-Za-z_]\d+(?:[.,]\d+)*  # a name, such as H2O, x1 or v1.5
        """,
        re.VERBOSE,
    )


def _value(found: re.Match[str]) -> Fraction | None:
    if len(found.group()) > LONGEST or len(found["power"] or "") > 3:
        return None
    sign = -1 if (found["sign"] or found["inner"] or "+") in _DASHES else 1
    return sign * _size(found)


def _size(found: re.Match[str]) -> Fraction:
    if found["top"]:
        return Fraction(int(found["top"]), int(found["bottom"]))
    if found["vulgar"]:
        part = Fraction(unicodedata.numeric(found["vulgar"])).limit_denominator(10)
        return int(found["mixed"] or 0) + part
    if found["over"]:
        part = Fraction(int(found["over"]), int(found["under"]))
        return int(found["wholes"] or 0) + part
    digits = re.sub(r"\D", "", found["whole"] or "0")
    decimals: str = found["bare"] or found["part"] or ""
    size = Fraction(int(digits + decimals), 10 ** len(decimals))
    return size * Fraction(10) ** int(found["power"] or 0)
