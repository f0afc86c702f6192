"""Texts as probes take them apart: sentences, fenced code, filler that says nothing."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

from attrs import field, frozen

SENTENCE: Final = re.compile(r"(?<=[.!?\u2026])[\"')\]]*\s+|(?<=[\u3002\uff01\uff1f])|\n+")
FENCE: Final = re.compile(r"^ {0,3}(?:`{3,}|~{3,})", re.MULTILINE)
WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@frozen
class Wording:
    """What probes put into answers of one kind of script."""

    again: str
    heading: str
    more: str
    filler: tuple[str, ...] = field(converter=tuple[str, ...])


@cache
def _wordings() -> Mapping[str, Wording]:
    written = files(__package__).joinpath("wordings.toml").read_text("utf-8")
    return {script: Wording(**words) for script, words in tomllib.loads(written).items()}


def wording_for(text: str) -> Wording:
    """Return what is put into a text, in its script."""
    return _wordings()["wide" if is_wide(text) else "spaced"]


def is_wide(text: str) -> bool:
    """Tell whether a text is mostly Chinese or Japanese, which has no spaces between words."""
    letters = sum(each.isalpha() for each in text)
    return letters > 0 and 2 * len(WIDE.findall(text)) > letters


def has_code(text: str) -> bool:
    return FENCE.search(text) is not None


def sentences_of(text: str) -> list[str]:
    """Return the sentences and lines of a text."""
    return [each.strip() for each in SENTENCE.split(text) if each and each.strip()]


def joined(sentences: list[str], like: str) -> str:
    return ("" if is_wide(like) else " ").join(sentences)


def filler(length: int, like: str, chance: Random) -> str:
    """Return sentences that say nothing, of a length or a little more, in the script of a text."""
    wide = is_wide(like)
    pool = list(wording_for(like).filler)
    made: list[str] = []
    size = 0
    while size < length:
        if len(made) % len(pool) == 0:
            chance.shuffle(pool)
        made.append(pool[len(made) % len(pool)])
        size += len(made[-1]) + (not wide)
    return joined(made, like)
