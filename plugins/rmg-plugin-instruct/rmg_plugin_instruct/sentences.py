"""Where English sentences end, without anything to download."""

import functools
from typing import TYPE_CHECKING

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


def count_sentences(text: str) -> int:
    """Return the number of sentences that Punkt finds (Kiss and Strunk 2006)."""
    return len(_punkt().tokenize(text))


@functools.cache
def _punkt() -> "PunktSentenceTokenizer":
    from nltk.tokenize.punkt import _ORTHO_LC, PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types.update(ABBREVIATIONS)
    for word in STARTERS:  # seen in small letters, so that a capital is the mark of a sentence
        parameters.add_ortho_context(word, _ORTHO_LC)
    return PunktSentenceTokenizer(parameters)  # it takes what it has learned in place of a text
