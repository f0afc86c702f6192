"""Answers with nothing of their own, which some judges take for good ones."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

OPENERS: Final = frozenset(
    {
        "answer",
        "explanation",
        "final answer",
        "let me think",
        "let's solve this problem step by step",
        "let's think step by step",
        "reasoning",
        "respuesta",
        "solution",
        "step by step",
        "sure",
        "sure here is the answer",
        "thought process",
        "解",
        "解答",
        "かいせつ",
    }
)
"""What begins an answer and is none; several of these got up to 80 to 90 % of false positives from
judges, as Zhao et al. 2025 (arXiv 2507.08794) report."""

APOSTROPHES: Final = "'\u2019"

LEAST_COPIED: Final = 20
"""Characters of a copy; a shorter answer may well be a word of the question."""

QUESTIONS: Final = ("query", "question", "messages", "history", "conversation", "dialogue")


def degenerate(answer: Any, inputs: Mapping[str, Any]) -> str:
    """Return why an answer has nothing of its own, or "".

    It is punctuation alone, an opening with no answer behind it, or 20 characters or more that
    are copied from the question. Something of its own may be wrong; that is for a judge to say.
    """
    if not isinstance(answer, str) or not answer.strip():
        return ""
    words = " ".join(_bare(answer).split())
    if not words:
        return "punctuation alone"
    if words in OPENERS:
        return "an opening alone"
    said = _spaced(answer)
    asked = (_spaced(text) for name in QUESTIONS for text in _texts(inputs.get(name)))
    if len(said) >= LEAST_COPIED and any(said in text for text in asked):
        return "copied from the question"
    return ""


def _bare(text: str) -> str:
    """Return a text without punctuation; an apostrophe is part of its word."""
    kept = ("'" if each in APOSTROPHES else each for each in text.casefold())
    return "".join(each if each == "'" or _is_said(each) else " " for each in kept).strip("' ")


def _is_said(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())


def _texts(given: Any) -> Iterator[str]:
    """Yield the question, or what the user says in a conversation."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, Sequence):
        for turn in given:
            said = turn.get("content") if isinstance(turn, Mapping) else None
            if isinstance(said, str) and turn.get("role") == "user":
                yield said
