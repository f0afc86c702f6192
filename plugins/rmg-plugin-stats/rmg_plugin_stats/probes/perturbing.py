"""Ways to make an answer worse, each of which breaks one thing that is known."""

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final, TypeAlias

from rmg_plugin_stats.probes.texts import is_wide, joined, sentences_of

Perturb: TypeAlias = Callable[[str, Random, Sequence[str]], str | None]
"""Takes an answer, chance and the answers to other samples; None where it cannot be done."""

NEGATIONS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (
            r"\b(is|are|was|were|can|could|will|would|should|does|do|did|has|have|had|must) not\b",
            r"\1",
        ),
        (r"\bcannot\b", "can"),
        (r"\bcan't\b", "can"),
        (r"\bwon't\b", "will"),
        (r"\b(is|are|was|were|could|would|should|does|do|did|has|have|had)n['\u2019]t\b", r"\1"),
        (r"\b(is|are|was|were|could|will|would|should|must)\b(?! not\b|n['\u2019]t\b)", r"\1 not"),
        (r"\bcan\b(?! not\b)", "cannot"),
        (r"\b(ist|sind|war|waren|kann|können|wird|werden|hat|haben)\b(?! nicht\b)", r"\1 nicht"),
        (r"\bn['\u2019](est|était|a|ont) pas\b", r"\1"),
        (r"(?<!['\u2019])\b(est|sont|était|peut)\b(?! pas\b)", r"ne \1 pas"),
        (r"(?<!no )\b(es|son|era|puede|está)\b", r"no \1"),
        (r"不是", "是"),
        (r"不能", "能"),
        (r"没有", "有"),
        (r"(?<![不但可只就还总])是(?!否)", "不是"),
        (r"(?<![不可只才])能(?![力量源够])", "不能"),
        (r"^(?:Yes|yes)\b", "No"),
        (r"^(?:No|no)\b", "Yes"),
    )
)

NUMBER: Final = re.compile(r"\d+")
NAME: Final = re.compile(r"[^\W\d_a-z]\w+(?:[ -][^\W\d_a-z]\w+)*")
FEW_WORDS: Final = 4
"""An answer of so many words is swapped whole."""


def negated(text: str, _chance: Random, _others: Sequence[str]) -> str | None:
    """Turn the first statement that has a known verb into its contrary."""
    found = [
        (match.start(), order, match, replacement)
        for order, (pattern, replacement) in enumerate(NEGATIONS)
        if (match := pattern.search(text))
    ]
    if not found:
        return None
    _, _, match, replacement = min(found, key=lambda each: each[:2])
    return text[: match.start()] + match.expand(replacement) + text[match.end() :]


def renumbered(text: str, chance: Random, _others: Sequence[str]) -> str | None:
    """Change the first digit of a number."""
    numbers = list(NUMBER.finditer(text))
    if not numbers:
        return None
    at = chance.choice(numbers).start()
    digit = chance.choice([each for each in "123456789" if each != text[at]])
    return text[:at] + digit + text[at + 1 :]


def with_another_name(text: str, chance: Random, others: Sequence[str]) -> str | None:
    """Put a name of another sample's answer in the place of one, or a short answer of its own."""
    if len(text.split()) <= FEW_WORDS and not is_wide(text):
        short = [each for each in others if 0 < len(each.split()) <= FEW_WORDS]
        short = [each for each in short if _spoken(each) != _spoken(text)]
        return chance.choice(short) if short else None
    names = _names_of(text)
    strange = sorted({name for each in others for name in _names_of(each) if name not in text})
    if not names or not strange:
        return None
    return text.replace(chance.choice(names), chance.choice(strange))


def _names_of(text: str) -> list[str]:
    """Return the words that begin with a capital letter, but not because a sentence does."""
    return [
        name
        for sentence in sentences_of(text)
        for match in NAME.finditer(sentence)
        if match.start() and len(name := match[0]) > 1
    ]


def _spoken(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text.casefold()).split())


def shortened(text: str, chance: Random, _others: Sequence[str]) -> str | None:
    """Drop a sentence."""
    sentences = sentences_of(text)
    if len(sentences) < 2:
        return None
    del sentences[chance.randrange(len(sentences))]
    return joined(sentences, text)


def shuffled(text: str, chance: Random, _others: Sequence[str]) -> str | None:
    """Put the sentences into another order."""
    sentences = sentences_of(text)
    if len(set(sentences)) < 2:
        return None
    made = list(sentences)
    while made == sentences:
        chance.shuffle(made)
    return joined(made, text)


def cut_off(text: str, _chance: Random, _others: Sequence[str]) -> str | None:
    """Break off in the middle, between two words."""
    if is_wide(text):
        return text[: len(text) // 2] if len(text) >= 20 else None
    words = text.split(" ")
    return " ".join(words[: len(words) // 2]) if len(words) >= 8 else None


PERTURBATIONS: Final[Mapping[str, Perturb]] = {
    "negation": negated,
    "number": renumbered,
    "name": with_another_name,
    "dropped": shortened,
    "shuffled": shuffled,
    "cut off": cut_off,
}
"""By kind: a statement turned into its contrary, a number changed, a name of another sample put in,
a sentence dropped, sentences in another order, the end cut off."""
