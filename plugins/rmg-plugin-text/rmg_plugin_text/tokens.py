"""Texts as lists of tokens."""

import re
from typing import Annotated, Literal, TypeAlias, get_args

from attrs import validators

Tokenizer: TypeAlias = Literal["words", "whitespace"]
TokenizerOption: TypeAlias = Annotated[
    Tokenizer,
    validators.in_(get_args(Tokenizer)),
    "words: runs of letters and digits, and other signs one by one; or what white space separates",
]

_WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]")


def tokens(text: str, tokenizer: Tokenizer, ignore_case: bool) -> list[str]:
    """Split `text` at white space, or into runs of letters and digits and single other signs."""
    plain = text.lower() if ignore_case else text
    return plain.split() if tokenizer == "whitespace" else _WORD_OR_SIGN.findall(plain)
