"""Where English sentences end, without anything to download."""

import functools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rmg_core import CannotGrade

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

ABBREVIATIONS = frozenset(
    (
        *("mr", "mrs", "ms", "messrs", "dr", "drs", "prof", "rev", "sr", "jr", "st", "mt", "gen"),
        *("col", "maj", "capt", "lt", "sgt", "cpl", "pvt", "adm", "gov", "sen", "inc", "ltd"),
        *(
            "corp",
            "bros",
            "dept",
            "assn",
            "univ",
            "ave",
            "blvd",
            "jan",
            "feb",
            "apr",
            "aug",
            "sept",
        ),
        *("oct", "nov", "dec", "vs", "etc", "e.g", "i.e", "cf", "viz", "approx", "vol", "pp"),
        *("eds", "figs", "a.m", "p.m", "u.s", "u.k", "u.n", "e.u", "d.c", "n.y", "l.a", "a.d"),
        *("b.c", "ph.d", "m.d", "b.a", "m.a", "b.s", "m.s", "p.s", "p.p.s", "u.s.a"),
    )
)
"""English abbreviations, without the full stop at their end; none that is a word too."""

STARTERS = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "there", "here", "it", "he", "she"),
        *("we", "you", "they", "i", "my", "your", "his", "her", "our", "their", "its", "some"),
        *("many", "most", "all", "each", "every", "both", "not", "one", "another", "other"),
        *("in", "on", "at", "by", "of", "from", "with", "without", "under", "over", "into", "for"),
        *("to", "as", "about", "during", "after", "before", "since", "until", "while", "when"),
        *("if", "unless", "because", "although", "though", "but", "and", "or", "so", "yet", "nor"),
        *("however", "therefore", "moreover", "then", "now", "today", "also", "finally"),
        *("later", "instead", "still", "once", "perhaps", "maybe", "please"),
        *("what", "who", "why", "how", "where", "which", "is", "are", "was", "were", "do", "does"),
        *("did", "can", "could", "would", "should", "might", "have", "has", "had"),
    )
)
"""Words that begin a sentence where they follow an abbreviation and have a capital."""


ENDS = 25_000
"""How many different places of one text where a sentence may end are looked at: a second's work."""

_LONG = 200  # characters, which take as long as a place


def count_sentences(text: str) -> int:
    """Return the number of sentences that Punkt finds (Kiss and Strunk 2006).

    Raises:
        CannotGrade: it has too many different places where one may end (`bad_input`).
    """
    seen: set[str] = set()
    work = 0

    def ends(context: str) -> bool:
        nonlocal work
        if context not in seen:
            seen.add(context)
            work += 1 + len(context) // _LONG
            if work > ENDS:
                raise CannotGrade(
                    f"the response has more than {ENDS:,} different places where a sentence may "
                    "end: grade a part of it",
                    "bad_input",
                )
        return _ends(context)

    tokenizer = _punkt()()
    # The words on both sides decide alone whether it does, and many of them recur: in a text, and
    # in the versions of it that are read loosely.
    tokenizer.text_contains_sentbreak = ends
    return len(tokenizer.tokenize(text))


@functools.lru_cache(maxsize=2 * ENDS)
def _ends(context: str) -> bool:
    return bool(_punkt()().text_contains_sentbreak(context))


@functools.cache
def _punkt() -> "Callable[[], PunktSentenceTokenizer]":
    """Return what makes a tokeniser that has learned English."""
    from nltk.tokenize.punkt import (
        _ORTHO_LC,
        PunktLanguageVars,
        PunktParameters,
        PunktSentenceTokenizer,
    )

    parameters = PunktParameters()
    parameters.abbrev_types.update(ABBREVIATIONS)
    for word in STARTERS:  # seen in small letters, so that a capital is the mark of a sentence
        parameters.add_ortho_context(word, _ORTHO_LC)
    known = PunktLanguageVars()
    # The same expressions without NLTK's clock, which also runs between two matches of a text.
    between = re.compile(known.period_context_re().pattern, re.VERBOSE)
    words = re.compile(known._word_tokenizer_re().pattern, re.VERBOSE)  # noqa: SLF001 - no other name

    class Linear(PunktLanguageVars):  # type: ignore[misc] # NLTK has no types
        def period_context_re(self) -> re.Pattern[str]:
            return between

        def word_tokenize(self, text: str) -> Iterator[str]:
            return (found[1] for found in words.finditer(text))

    # It takes what it has learned in place of a text.
    return functools.partial(PunktSentenceTokenizer, parameters, lang_vars=Linear())
