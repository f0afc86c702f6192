"""The probe `style`: the same words under headings, in a list, in bold, with emoji."""

import re
from collections.abc import Iterator

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.probes.effects import changes, control, coverage, verdict
from rmg_plugin_stats.probes.settings import Altered, Answers, Probe, Setting, needs_an_answer
from rmg_plugin_stats.probes.texts import has_code, is_wide, joined, sentences_of, wording_for
from rmg_plugin_stats.reports import Section

WORDS_IN_BOLD = 3
EMOJI = ("✅", "💡", "🚀", "📌", "✨")
BLOCK = re.compile(r"\n\s*\n")


def headings(text: str) -> str:
    """Put a heading above each paragraph."""
    words = wording_for(text)
    blocks = [each.strip() for each in BLOCK.split(text) if each.strip()]
    return "\n\n".join(
        f"## {words.more if place else words.heading}\n\n{block}"
        for place, block in enumerate(blocks)
    )


def listed(text: str) -> str:
    """Make an item of a list of each sentence."""
    return "\n".join(f"- {each}" for each in sentences_of(text))


def bold(text: str) -> str:
    """Set the first words of each sentence in bold."""
    return joined([_first_bold(each) for each in sentences_of(text)], text)


def _first_bold(sentence: str) -> str:
    if is_wide(sentence):
        cut = min(4, len(sentence))
        return f"**{sentence[:cut]}**{sentence[cut:]}"
    words = sentence.split(" ")
    rest = words[WORDS_IN_BOLD:]
    return " ".join([f"**{' '.join(words[:WORDS_IN_BOLD])}**", *rest])


def with_emoji(text: str) -> str:
    """Put an emoji before each sentence."""
    sentences = sentences_of(text)
    made = [f"{EMOJI[place % len(EMOJI)]} {each}" for place, each in enumerate(sentences)]
    return joined(made, "")


def all_of_it(text: str) -> str:
    """Put a heading above a list whose items have bold words and emoji."""
    sentences = sentences_of(text)
    items = [
        f"- {EMOJI[place % len(EMOJI)]} {_first_bold(each)}" for place, each in enumerate(sentences)
    ]
    return f"## {wording_for(text).heading}\n\n" + "\n".join(items)


KINDS = {
    "headings": headings,
    "list": listed,
    "bold": bold,
    "emoji": with_emoji,
    "all of it": all_of_it,
}


def unfit(setting: Setting) -> str:
    """Say why no answer can be set in another style."""
    if said := needs_an_answer(setting):
        return said
    if all(has_code(text) for *_, text in setting.answers()):
        return "every answer has fenced code, which is left as it is"
    return ""


def alter(setting: Setting) -> Iterator[Altered]:
    """Yield each answer in each style; those with fenced code are left out."""
    for place, _, text in setting.answers():
        if not has_code(text):
            for kind, made in KINDS.items():
                yield setting.altered(place, kind, made(text))


def report(answers: Answers) -> Section:
    """Say how scores changed with the style."""
    figures: list[Figure] = []
    notes: list[str] = []
    for kind in KINDS:
        mean, rises, falls = changes(kind, answers.moves(kind))
        figures += [mean, rises, falls]
        notes.append(verdict(mean, f"The style {kind!r}"))
    return Section(
        PROBE.key,
        PROBE.title,
        [*figures, *control(answers)],
        [coverage(answers)],
        notes,
    )


PROBE = Probe("style", "the same answer dressed up", unfit, alter, report)
