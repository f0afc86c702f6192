"""The graders that measure how far a response and a reference share words, items or characters."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Annotated, TypeAlias

from rmg_core import GraderScore, grader
from rmg_plugin_text.normal import IgnoreCase, IgnorePunctuation, Normal, squad
from rmg_plugin_text.references import alternatives, best
from rmg_plugin_text.units import Unit, pieces

IgnoreWords: TypeAlias = Annotated[tuple[str, ...], "words that count on neither side"]
Separator: TypeAlias = Annotated[str, "what stands between the items of one line; empty: nothing"]

_BULLET = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s+")


@grader
def token_f1(
    response: str,
    reference: str | list[str],
    *,
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = True,
    ignore_words: IgnoreWords = (),
    unit: Unit = "words",
) -> GraderScore:
    """F1 of the words that response and reference share, repeats counted; the best of a list.

    With c words in common: precision c / words of the response, recall c / words of the
    reference, F1 their harmonic mean. Two empty sides score 1, one empty side 0.

    Definition: the F1 of the SQuAD evaluation without its dropping of articles.

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> token_f1("cat on mat", "the cat is on the mat").reason
        'F1 0.667: precision 1.000, recall 0.500'
    """
    normal = Normal(ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    dropped = {normal(word) for word in ignore_words}

    def parts(text: str) -> list[str]:
        return [part for part in pieces(normal(text), unit) if part not in dropped]

    answer = parts(response)
    return GraderScore(*best(lambda text: _f1(answer, parts(text)), reference))


@grader
def squad_f1(
    response: str, reference: str | list[str], *, ignore_words: IgnoreWords = ()
) -> GraderScore:
    """F1 of the words as SQuAD normalises them, repeats counted; the best of a list.

    Lower case, no ASCII punctuation, no English articles. Two empty sides score 1, one empty
    side 0. A question without an answer has the reference "".

    Definition: Rajpurkar et al. 2018, the SQuAD 2.0 evaluation script.

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> squad_f1("The Eiffel Tower!", ["a tower", "Eiffel tower"]).score
        1.0
    """
    dropped = {squad(word) for word in ignore_words}

    def parts(text: str) -> list[str]:
        return [part for part in squad(text).split() if part not in dropped]

    answer = parts(response)
    return GraderScore(*best(lambda text: _f1(answer, parts(text)), reference))


@grader
def squad_em(response: str, reference: str | list[str]) -> GraderScore:
    """1 when response and reference are the same as SQuAD normalises them, else 0; any of a list.

    Definition: Rajpurkar et al. 2016, exact match of the SQuAD evaluation script.

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> squad_em("The Eiffel Tower!", "eiffel tower").score
        1.0
    """
    answer = squad(response)
    texts = alternatives(reference)
    if answer in map(squad, texts):
        return GraderScore(1.0, "the same, normalised")
    return GraderScore(0.0, f"not the same, normalised, as any of {len(texts)}")


@grader
def list_f1(
    response: str | list[str],
    reference: str | list[str],
    *,
    separator: Separator = ",",
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = False,
) -> GraderScore:
    """F1 of the items that two lists share, in any order, repeats counted.

    A list of the sample is taken as it is: here it is one list of items, not a choice of
    references. A text is split at line breaks and at `separator`; the bullets and numbers that
    open a line, and `.`, `;` and `,` at the end of an item, are dropped. Empty items do not count.
    Two lists without items score 1, one such list 0.

    Definition: precision, recall and F1 over items compared whole.

    Example:
        >>> list_f1("red, green, blue.", ["Green", "Red"]).reason
        'F1 0.800: precision 0.667, recall 1.000'
    """
    normal = Normal(strip=True, ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    answer = _items(response, separator, normal)
    return GraderScore(*_f1(answer, _items(reference, separator, normal)))


@grader
def set_jaccard(
    response: str | list[str],
    reference: str | list[str],
    *,
    separator: Separator = ",",
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = False,
) -> GraderScore:
    """Shared items / all different items of two lists, in any order, repeats not counted.

    The items are those of `list_f1`. Two lists without items score 1.

    Definition: Jaccard 1901, the intersection of two sets over their union.

    Example:
        >>> set_jaccard("red, green, blue", "green, red, red").reason
        '2 of 3 items are shared'
    """
    normal = Normal(strip=True, ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    answer = set(_items(response, separator, normal))
    expected = set(_items(reference, separator, normal))
    both, either = len(answer & expected), len(answer | expected)
    return GraderScore(both / either if either else 1.0, f"{both} of {either} items are shared")


@grader
def word_overlap(
    response: str,
    reference: str | list[str],
    *,
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = True,
    unit: Unit = "words",
) -> GraderScore:
    """The share of the reference's different words that the response has; the best of a list.

    An empty reference scores 1 for an empty response, else 0.

    Definition: |R ∩ G| / |G| over the sets of words R of the response and G of the reference.

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> word_overlap("the dog sat on the rug", "the cat sat on the mat").reason
        '3 of 5 words'
    """
    normal = Normal(ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    answer = set(pieces(normal(response), unit))

    def compare(text: str) -> tuple[float, str]:
        return _covered(answer, set(pieces(normal(text), unit)), unit)

    return GraderScore(*best(compare, reference))


@grader
def char_overlap(
    response: str,
    reference: str | list[str],
    *,
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_space: Annotated[bool, "white space does not count"] = False,
) -> GraderScore:
    """The share of the reference's different characters that the response has; the best of a list.

    An empty reference scores 1 for an empty response, else 0.

    Definition: |R ∩ G| / |G| over the sets of characters R of the response and G of the reference.

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> char_overlap("bad", "abcd").reason
        '3 of 4 characters'
    """
    normal = Normal(ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)

    def characters(text: str) -> set[str]:
        text = normal(text)
        return set("".join(text.split()) if ignore_space else text)

    answer = characters(response)
    return GraderScore(
        *best(lambda text: _covered(answer, characters(text), "characters"), reference)
    )


def _f1(answer: Sequence[str], expected: Sequence[str]) -> tuple[float, str]:
    if not answer or not expected:
        which = "both sides" if not answer and not expected else "one side"
        return float(not answer and not expected), f"{which} empty"
    # Counter's `&` costs three times this on sentences.
    left = Counter(expected)
    common = 0
    for part in answer:
        if left[part] > 0:
            left[part] -= 1
            common += 1
    precision, recall = common / len(answer), common / len(expected)
    score = 2 * common / (len(answer) + len(expected))
    return score, f"F1 {score:.3f}: precision {precision:.3f}, recall {recall:.3f}"


def _covered(answer: Collection[str], expected: Collection[str], noun: str) -> tuple[float, str]:
    if not expected:
        return float(not answer), "the reference is empty"
    held = sum(part in answer for part in expected)
    return held / len(expected), f"{held} of {len(expected)} {noun}"


def _items(value: str | list[str], separator: str, normal: Normal) -> list[str]:
    given = _split(value, separator) if isinstance(value, str) else value
    return [item for item in map(normal, given) if item]


def _split(text: str, separator: str) -> list[str]:
    lines = [
        _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
        for line in text.splitlines()
    ]
    parts = [part for line in lines for part in (line.split(separator) if separator else [line])]
    return [part.strip().rstrip(".;,") for part in parts]
