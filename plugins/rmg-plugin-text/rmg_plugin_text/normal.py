"""How texts are made alike before they are compared."""

import re
import string
import unicodedata
from typing import Annotated, TypeAlias

from attrs import frozen

Strip: TypeAlias = Annotated[bool, "drop white space at both ends"]
IgnoreCase: TypeAlias = Annotated[bool, "compare case-folded texts"]
IgnorePunctuation: TypeAlias = Annotated[
    bool, "delete ASCII punctuation and symbols, and what Unicode calls punctuation"
]
IgnoreArticles: TypeAlias = Annotated[
    bool, "drop the words a, an and the, and make white space single, as SQuAD does"
]
Remove: TypeAlias = Annotated[tuple[str, ...], "texts to delete first, as written, in this order"]

_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b", re.IGNORECASE)


@frozen
class Normal:
    """The treatment that the graders of this pack share, as a function of a text.

    >>> Normal(strip=True, ignore_case=True, ignore_punctuation=True)(" The Cat! ")
    'the cat'
    >>> Normal(ignore_articles=True)("the cat sat on  a mat")
    'cat sat on mat'
    """

    strip: bool = False
    ignore_case: bool = False
    ignore_punctuation: bool = False
    ignore_articles: bool = False

    def __call__(self, text: str) -> str:
        if self.ignore_case:
            text = text.casefold()
        if self.ignore_punctuation:
            text = without_punctuation(text)
        if self.ignore_articles:
            text = " ".join(_ARTICLES.sub(" ", text).split())
        return text.strip() if self.strip else text


def without_punctuation(text: str) -> str:
    """Delete the characters of `string.punctuation` and of the Unicode categories P*.

    >>> without_punctuation("¿Don't, «stop»!")
    'Dont stop'
    """
    text = text.translate(_ASCII_PUNCTUATION)
    if text.isascii():
        return text
    return "".join(each for each in text if unicodedata.category(each)[0] != "P")


def squad(text: str) -> str:
    """Normalise as the SQuAD evaluation script does (Rajpurkar et al. 2016).

    Lower case, no ASCII punctuation, no English articles, single spaces.

    >>> squad("The  Eiffel Tower, (Paris)!")
    'eiffel tower paris'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_ASCII_PUNCTUATION)).split())
