"""The grader of the language in which a response reasons."""

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from attrs import Attribute, frozen

from rmg_core import GraderScore, GraderSkip, grader
from rmg_plugin_format.prose import words_only
from rmg_plugin_format.reasoning import PREFILLED
from rmg_plugin_format.tags import is_tag_name, parts_of
from rmg_plugin_format.unreadable import Unreadable

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_EAST_SLAVIC = ("be", "ru", "uk")
# What is not written in Latin letters, by ISO 639 code and by the first word of the names that
# Unicode gives to letters.
_SCRIPTS = {
    **dict.fromkeys(("ar", "ary", "arz", "fa", "ps", "sdh", "ur"), ("ARABIC",)),
    **dict.fromkeys((*_EAST_SLAVIC, "ba", "bg", "kk", "ky", "mk", "mn", "tg", "tt"), ("CYRILLIC",)),
    **dict.fromkeys(("zh", "wuu", "yue"), ("CJK", "BOPOMOFO")),
    **dict.fromkeys(("gom", "hi", "mr", "ne", "sa"), ("DEVANAGARI",)),
    **dict.fromkeys(("as", "bn"), ("BENGALI",)),
    **dict.fromkeys(("el", "grc"), ("GREEK",)),
    **dict.fromkeys(("hbo", "he"), ("HEBREW",)),
    **dict.fromkeys(("am",), ("ETHIOPIC",)),
    "dz": ("TIBETAN",),
    "gu": ("GUJARATI",),
    "hy": ("ARMENIAN",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"),
    "ka": ("GEORGIAN",),
    "km": ("KHMER",),
    "kn": ("KANNADA",),
    "ko": ("HANGUL", "CJK"),
    "lo": ("LAO",),
    "ml": ("MALAYALAM",),
    "my": ("MYANMAR",),
    "or": ("ORIYA",),
    "pa": ("GURMUKHI",),
    "si": ("SINHALA",),
    "sr": ("CYRILLIC", "LATIN"),
    "ta": ("TAMIL",),
    "te": ("TELUGU",),
    "th": ("THAI",),
}
_LATIN = ("LATIN",)
_SENTENCE = re.compile(r"(?<=[.!?。\uff01\uff1f])\s+|(?<=[。\uff01\uff1f])|\n+")
_MARK = "mark"
_LETTERS_OF_FORMULAS = 2
_SHORT = 30  # letters; what is shorter is told by the whole text


def _is_known(_: object, attribute: "Attribute[Any]", value: str | tuple[str, ...]) -> None:
    try:
        known = _identifier(None).nb_classes
    except ModuleNotFoundError:
        return  # What the grader needs is told by the plan.
    for code in (value,) if isinstance(value, str) else value:
        if code not in known:
            raise ValueError(
                f"{attribute.name} must be the ISO 639 code of a language that is known, such as "
                f"'en', not {code!r}"
            )


def _names_others(instance: Any, attribute: "Attribute[Any]", value: tuple[str, ...]) -> None:
    if value and not {*value} - {instance.language}:
        raise ValueError(f"{attribute.name} must name a language other than {instance.language!r}")


def _is_name_or_empty(instance: Any, attribute: "Attribute[Any]", value: str) -> None:
    if value:
        is_tag_name(instance, attribute, value)


@grader(needs=("rmg-plugin-format[language]",))
def reasoning_language(
    response: str,
    *,
    language: Annotated[str, _is_known, "ISO 639 code, such as `en`"] = "en",
    among: Annotated[
        tuple[str, ...], _is_known, _names_others, "the languages in question, where they are few"
    ] = (),
    think: Annotated[
        str, _is_name_or_empty, "the tag of the reasoning; empty: the whole response"
    ] = "think",
    prefilled: Annotated[bool, PREFILLED["help"]] = False,
) -> GraderScore | GraderSkip:
    """Share of the reasoning that is in `language`: of the letters of what `<think>` holds.

    A letter counts when its script is one of the language's, and the sentence that it stands in is
    in the language; a short sentence is in the language of the whole. Code, formulas, addresses,
    and for languages of other scripts Latin words of one or two letters do not count. A response
    without reasoning scores 0; reasoning without words is skipped.

    Definition: the language consistency reward of DeepSeek-R1 (DeepSeek-AI 2025), which is the
    share of words in the target language; counted in letters, since not every script separates
    words. Lui and Baldwin 2012, as py3langid computes it; its model is part of that library.

    Example:
        >>> text = "<think>First we add the two numbers, then we halve the sum.</think>5"
        >>> reasoning_language(text, language="en").score
        1.0
        >>> reasoning_language(text, language="zh").score
        0.0
    """
    try:
        text = words_only(_reasoning(response, think, prefilled=prefilled))
    except Unreadable as fault:
        return GraderScore(0.0, str(fault))
    own = _SCRIPTS.get(language, _LATIN)
    sentences = [_sentence(part, own) for part in _SENTENCE.split(text)]
    total = sum(each.letters + each.others for each in sentences)
    if not total:
        return GraderSkip("the reasoning has no words")
    these = frozenset({language, *among}) if among else None
    whole = " ".join(each.text for each in sentences if each.text)
    is_whole = bool(whole) and _is_in(whole, language, these)
    found = sum(
        each.letters
        for each in sentences
        if (is_whole if each.letters < _SHORT else _is_in(each.text, language, these))
    )
    return GraderScore(found / total, f"{found} of {total} letters are in {language!r}")


def _reasoning(response: str, think: str, *, prefilled: bool) -> str:
    if not response or response.isspace():
        raise Unreadable("the response is empty")
    if not think:
        return response
    parts = parts_of(f"<{think}>{response}" if prefilled else response, [think])
    if not parts.blocks:
        raise Unreadable(f"there is no <{think}>")
    return "\n".join(block.text for block in parts.blocks)


@frozen
class _Sentence:
    """The words of a sentence in the language's scripts, their letters, and those of others."""

    text: str
    letters: int
    others: int


def _sentence(text: str, own: Sequence[str]) -> _Sentence:
    ours: list[str] = []
    letters = others = 0
    for script, run in _runs(text):
        if script in own:
            ours.append(run)
            letters += len(run)
        elif script != "LATIN" or len(run) > _LETTERS_OF_FORMULAS:
            others += len(run)
    return _Sentence(" ".join(ours), letters, others)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the longest runs of letters of one script; a mark belongs to the letter before it."""
    script, start = "", 0
    for place, sign in enumerate(text):
        here = _script(sign)
        if here in (_MARK, script):
            continue
        if script:
            yield script, text[start:place]
        script, start = here, place
    if script:
        yield script, text[start:]


@functools.lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """Return the script of a letter, `mark` for a mark on one, and nothing for other signs."""
    category = unicodedata.category(letter)
    if category[0] == "L":
        return unicodedata.name(letter, "?").split()[0]
    return _MARK if category[0] == "M" else ""


def _is_in(text: str, language: str, among: frozenset[str] | None) -> bool:
    found, _ = _identifier(among).classify(text)
    return bool(found == language)


@functools.lru_cache
def _identifier(among: frozenset[str] | None) -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(among)
    return identifier
