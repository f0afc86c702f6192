"""The units that a text is counted and compared in."""

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

from attrs import validators

UNITS = ("characters", "words", "tokens")
UNIT_HELP = (
    "characters: code points; words: what white space separates; tokens: runs of letters and "
    "digits, single signs, and single characters of scripts without spaces"
)
Unit: TypeAlias = Annotated[
    Literal["characters", "words", "tokens"], validators.in_(UNITS), UNIT_HELP
]

_ASCII_TOKENS = re.compile(r"\w+|[^\w\s]")
# Thai, Lao, Myanmar, Khmer, kana, Han: scripts whose writers put no spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u31f0-\u31ff"
_UNSPACED += "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


def pieces(text: str, unit: str) -> Sequence[str]:
    """Split `text` into its characters, words or tokens.

    >>> pieces("It's 5 o'clock.", "words")
    ["It's", '5', "o'clock."]
    >>> pieces("It's 三点.", "tokens")
    ['It', "'", 's', '三', '点', '.']
    """
    match unit:
        case "characters":
            return text
        case "words":
            return text.split()
        case _:
            return (_ASCII_TOKENS if text.isascii() else _tokens()).findall(text)


def ngrams(parts: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    """Return the runs of `n` neighbours; a text shorter than `n` is one run, an empty one none.

    >>> list(ngrams(["a", "b", "c"], 2))
    [('a', 'b'), ('b', 'c')]
    >>> list(ngrams(["Paris"], 2))
    [('Paris',)]
    """
    if 0 < len(parts) < n:
        return iter([tuple(parts)])
    return zip(*(parts[start:] for start in range(n)), strict=False)


@functools.cache
def _tokens() -> re.Pattern[str]:
    # `\w` leaves out combining marks, without which words of Indic scripts fall apart.
    # Planes 2 to 13 have none, and going through them would take ten times as long.
    points = map(chr, (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)))
    marks = "".join(each for each in points if unicodedata.category(each)[0] == "M")
    return re.compile(rf"[{_UNSPACED}][{marks}]*|(?:(?![{_UNSPACED}])\w[{marks}]*)+|[^\w\s]")
