"""Graders of how a response reads: how hard it is, in which language it is."""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, GraderSkip, Scale, grader
from rmg_plugin_text.syllables import syllables

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Formula: TypeAlias = Literal[
    "flesch_reading_ease",
    "flesch_kincaid_grade",
    "gunning_fog",
    "smog_index",
    "automated_readability_index",
    "coleman_liau_index",
    "lix",
    "rix",
]

OPEN = Scale(None, None)

LANGUAGES = (
    *("ace", "af", "am", "an", "ar", "ary", "arz", "as", "az", "ba", "bcl", "be", "bg", "bn", "br"),
    *("bs", "ca", "crh", "cs", "cy", "da", "de", "dz", "el", "en", "eo", "es", "et", "eu", "ext"),
    *("fa", "fi", "fo", "fr", "fuv", "fy", "ga", "gcf", "gcr", "gd", "gl", "gom", "grc", "gu"),
    *("gug", "guw", "ha", "hbo", "he", "hi", "hr", "ht", "hu", "hy", "id", "ig", "is", "it", "ja"),
    *("jv", "ka", "kab", "kik", "kk", "km", "kn", "ko", "ku", "ky", "la", "lb", "lg", "lij", "ln"),
    *("lo", "lt", "ltg", "lv", "mg", "mk", "ml", "mn", "mr", "ms", "mt", "my", "ne", "nl", "nn"),
    *("no", "nso", "oc", "om", "or", "pa", "pcm", "pl", "ps", "pt", "qu", "ro", "ru", "rw", "sa"),
    *("sdh", "se", "si", "sk", "sl", "sn", "so", "sq", "sr", "st", "sv", "sw", "ta", "te", "tg"),
    *("th", "tk", "tl", "tr", "tt", "ug", "uk", "ur", "uz", "uzs", "vec", "vi", "vo", "wa", "wuu"),
    *("xh", "yo", "yue", "zh", "zu"),
)
"""The ISO 639 codes that py3langid tells apart."""

NOT_LANGUAGE = "zxx"


@grader(scale=OPEN, needs=("rmg-plugin-text[readability]",))
def readability(
    response: str,
    *,
    formula: Annotated[
        Formula, validators.in_(get_args(Formula)), "which index"
    ] = "flesch_reading_ease",
) -> GraderScore:
    """How hard an English text is to read, by one of eight formulas.

    Higher is easier for `flesch_reading_ease` (about 0 to 100) and harder for the others: `lix`
    (25 easy, 60 hard), `rix`, and those that estimate years of school. Formulas are made for
    texts of a hundred words and more.

    Definition: Flesch 1948; Kincaid et al. 1975; Gunning 1952; McLaughlin 1969; Smith and Senter
    1967; Coleman and Liau 1975; Björnsson 1968; Anderson 1983. textstat counts words and
    sentences, a rule counts syllables: the dictionary that textstat asks is a download.

    Raises:
        CannotGrade: the response has no words.

    Example:
        >>> readability("The cat sat on the mat. It was warm there.", formula="rix").score
        0.0
    """
    import textstat

    words = textstat.backend.selections.list_words(response, lowercase=True)
    sentences = textstat.sentence_count(response)
    if not words:
        raise CannotGrade("the response has no words, and a formula needs some", "bad_input")
    by_syllables = _BY_SYLLABLES.get(formula)
    score = (
        by_syllables([syllables(word) for word in words], sentences)
        if by_syllables
        else getattr(textstat, formula)(response)
    )
    return GraderScore(
        float(score), reason=f"{len(words)} words, {sentences} sentences", scale=OPEN
    )


@grader(needs=("rmg-plugin-text[language]",))
def language_is(
    response: str,
    *,
    language: Annotated[str, validators.in_(LANGUAGES), "ISO 639 code, such as `en`"] = "en",
    among: Annotated[
        tuple[str, ...],
        validators.deep_iterable(validators.in_(LANGUAGES)),
        "the languages in question, where they are few: short texts are told apart better",
    ] = (),
) -> GraderScore | GraderSkip:
    """1 when the response is most probably written in `language`, else 0.

    An empty response is in no language: 0. A text that shows no sign of any language, such as a
    number, is skipped.

    Definition: Lui and Baldwin 2012, as py3langid computes it; its model is part of that library.

    Example:
        >>> language_is("Where is the nearest station, please?", language="en").score
        1.0
    """
    if not response or response.isspace():
        return GraderScore(0.0, reason="the response is empty")
    if among and not {*among} - {language}:
        raise CannotGrade(f"`among` names no language other than {language!r}")
    identifier, no_sign = _identifier(frozenset({language, *among}) if among else None)
    found, score = identifier.classify(response)
    if score <= no_sign or found == NOT_LANGUAGE:
        return GraderSkip("the response shows no sign of any language")
    return GraderScore(float(found == language), reason=f"written in {found!r}")


def _flesch_reading_ease(counts: Sequence[int], sentences: int) -> float:
    words = len(counts)
    return 206.835 - 1.015 * words / sentences - 84.6 * sum(counts) / words


def _flesch_kincaid_grade(counts: Sequence[int], sentences: int) -> float:
    words = len(counts)
    return 0.39 * words / sentences + 11.8 * sum(counts) / words - 15.59


def _gunning_fog(counts: Sequence[int], sentences: int) -> float:
    words = len(counts)
    return 0.4 * (words / sentences + 100 * _hard(counts) / words)


def _smog_index(counts: Sequence[int], sentences: int) -> float:
    return 3.1291 + 1.043 * math.sqrt(30 * _hard(counts) / sentences)


_BY_SYLLABLES: Mapping[str, Callable[[Sequence[int], int], float]] = MappingProxyType(
    {
        "flesch_reading_ease": _flesch_reading_ease,
        "flesch_kincaid_grade": _flesch_kincaid_grade,
        "gunning_fog": _gunning_fog,
        "smog_index": _smog_index,
    }
)


def _hard(counts: Sequence[int]) -> int:
    return sum(count >= 3 for count in counts)


@functools.lru_cache
def _identifier(among: frozenset[str] | None) -> tuple["LanguageIdentifier", float]:
    """Return what identifies languages, and the score that it gives when nothing points to any."""
    from py3langid.langid import MODEL_FILE, RAW_FLOOR, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(among)
    return identifier, RAW_FLOOR
