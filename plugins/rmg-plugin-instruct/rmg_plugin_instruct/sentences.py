"""Where English sentences end, without anything to download."""

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

ABBREVIATIONS = frozenset(
    (
        *("mr", "mrs", "ms", "dr", "prof", "rev", "hon", "sr", "jr", "st", "mt", "ft", "gen"),
        *("col", "maj", "capt", "lt", "sgt", "cpl", "pvt", "adm", "gov", "sen", "rep", "pres"),
        *("inc", "ltd", "co", "corp", "bros", "dept", "assn", "univ", "est", "ave", "blvd", "rd"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
        *("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"),
        *("vs", "etc", "e.g", "i.e", "cf", "al", "viz", "approx", "ca", "fig", "figs", "vol"),
        *("pp", "ed", "eds", "ch", "sec", "a.m", "p.m", "u.s", "u.k", "u.n", "d.c", "ph.d", "m.d"),
        *("b.a", "m.a", "b.s", "m.s", "n.y", "l.a", "a.d", "b.c", "p.s", "p.p.s", "jos", "wm"),
    )
)
"""English abbreviations, without the full stop at their end."""

STARTERS = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "there", "here", "it", "he", "she"),
        *("we", "you", "they", "i", "my", "his", "her", "our", "their", "its", "in", "on", "at"),
        *("but", "and", "so", "however", "if", "when", "while", "after", "before", "since", "for"),
        *("to", "as", "what", "who", "why", "how", "where", "is", "are", "do", "did", "can"),
    )
)
"""Words that begin a sentence where they follow an abbreviation and have a capital."""


def count_sentences(text: str) -> int:
    """Return the number of sentences that Punkt finds (Kiss and Strunk 2006)."""
    return len(_punkt().tokenize(text))


@functools.cache
def _punkt() -> "PunktSentenceTokenizer":
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types.update(ABBREVIATIONS)
    parameters.sent_starters.update(STARTERS)
    return PunktSentenceTokenizer(parameters)  # it takes what it has learned in place of a text
