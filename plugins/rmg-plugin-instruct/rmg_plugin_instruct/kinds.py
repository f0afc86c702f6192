"""The instructions by the ids that IFEval gives them, and how a data set asks for one."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from attrs import NOTHING, Attribute, AttrsInstance, fields

from rmg_core import CannotGrade
from rmg_plugin_instruct import casing, formats, keywords, language, lengths, wording
from rmg_plugin_instruct.findings import Finding


class Instruction(AttrsInstance, Protocol):
    """What can be asked of a response, with its arguments."""

    def finding(self, response: str) -> Finding:
        """Return whether a response follows it."""


INSTRUCTIONS: Mapping[str, type[Instruction]] = MappingProxyType(
    {
        "keywords:existence": keywords.KeywordExistence,
        "keywords:frequency": keywords.KeywordFrequency,
        "keywords:forbidden_words": keywords.ForbiddenWords,
        "keywords:letter_frequency": keywords.LetterFrequency,
        "language:response_language": language.ResponseLanguage,
        "length_constraints:number_sentences": lengths.NumberSentences,
        "length_constraints:number_paragraphs": lengths.NumberParagraphs,
        "length_constraints:number_words": lengths.NumberWords,
        "length_constraints:nth_paragraph_first_word": lengths.NthParagraphFirstWord,
        "detectable_content:number_placeholders": formats.NumberPlaceholders,
        "detectable_content:postscript": wording.Postscript,
        "detectable_format:number_bullet_lists": formats.NumberBulletLists,
        "detectable_format:constrained_response": formats.ConstrainedResponse,
        "detectable_format:number_highlighted_sections": formats.NumberHighlightedSections,
        "detectable_format:multiple_sections": formats.MultipleSections,
        "detectable_format:json_format": formats.JsonFormat,
        "detectable_format:title": formats.Title,
        "combination:two_responses": wording.TwoResponses,
        "combination:repeat_prompt": wording.RepeatPrompt,
        "startend:end_checker": wording.EndChecker,
        "startend:quotation": wording.Quotation,
        "change_case:capital_word_frequency": casing.CapitalWordFrequency,
        "change_case:english_capital": casing.EnglishCapital,
        "change_case:english_lowercase": casing.EnglishLowercase,
        "punctuation:no_comma": wording.NoComma,
    }
)
"""Id → what it asks, made with the arguments that the data set names."""

_OTHER_NAMES = {  # of the graders of this pack, and of the tests of IFEval
    "keyword_existence": "keywords:existence",
    "include_keywords": "keywords:existence",
    "keyword_frequency": "keywords:frequency",
}
_AN_ID = "punctuation:no_comma"
_OF_A_GRADER = "loose"
_KIND = "bad_input"


def instruction_of(name: str, given: Mapping[str, Any]) -> Instruction:
    """Return the instruction of an id with its arguments, of which those that are null count not.

    Raises:
        CannotGrade: there is no such id, or the arguments are not those that it takes
            (`bad_input`).
    """
    made = INSTRUCTIONS.get(name)
    if made is None:
        raise CannotGrade(f"there is no instruction {name!r}{_near_id(name)}", _KIND)
    arguments = {key: _frozen(value) for key, value in given.items() if value is not None}
    _check_names(name, made, arguments)
    try:
        return made(**arguments)
    except ValueError as fault:
        raise CannotGrade(f"instruction {name!r}: {_said(fault)}", _KIND) from fault


def _check_names(name: str, made: type[Instruction], arguments: Mapping[str, Any]) -> None:
    known = {each.name: each.default is NOTHING for each in fields(made)}
    del known[_OF_A_GRADER]
    for key in arguments:
        if key not in known:
            near = _closest(str(key), known)
            taken = f"it takes {', '.join(map(repr, known)) or 'none'}"
            hint = f"did you mean {near!r}?" if near else taken
            raise CannotGrade(f"instruction {name!r} takes no argument {key!r}; {hint}", _KIND)
    missing = [key for key, needed in known.items() if needed and key not in arguments]
    if missing:
        named = f"argument{'s' * (len(missing) > 1)} {' and '.join(map(repr, missing))}"
        raise CannotGrade(f"instruction {name!r} lacks its {named}", _KIND)


def _said(fault: ValueError) -> str:
    """Return what a validator says, in our words where attrs has its own."""
    match fault.args:
        case (_, Attribute(name=key), [*choices], value):
            near = _closest(str(value), choices, cutoff=0.55)
            hint = f"did you mean {near!r}?" if near else f"it must be {_either(choices)}"
            return f"{key!r} is {value!r}; {hint}"
    return str(fault.args[0])


def _either(choices: Sequence[str]) -> str:
    *others, last = map(repr, choices)
    return f"{', '.join(others)} or {last}"


def _near_id(name: str) -> str:
    """Return the near miss of an id, which may lack its theme or have a wrong one."""
    of_own = {each.rpartition(":")[2]: each for each in INSTRUCTIONS} | _OTHER_NAMES
    own = name.rpartition(":")[2]
    near = of_own.get(own) or _closest(name, INSTRUCTIONS) or of_own.get(_closest(own, of_own))
    return f"; did you mean {near!r}?" if near else f"; ids are such as {_AN_ID!r}"


def _closest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the near miss of a word, or an empty text."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), "")


def _frozen(value: Any) -> Any:
    """Return a list as a tuple, as a config makes it; texts and the rest as they are."""
    is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return tuple(value) if is_list else value
