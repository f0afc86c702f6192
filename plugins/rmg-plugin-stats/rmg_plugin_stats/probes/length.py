"""The probe `length`: the same answer, padded with what says nothing, or said twice."""

from collections.abc import Iterator

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.probes.effects import ANEW, changes, control, coverage, mean_move, verdict
from rmg_plugin_stats.probes.settings import Altered, Answers, Probe, Setting, needs_an_answer
from rmg_plugin_stats.probes.texts import filler, wording_for
from rmg_plugin_stats.reports import Section

LEAST, MOST = 200, 2_000
"""Characters of padding: as many as the answer has, within these."""

KINDS = {
    "padded": "Padding that says nothing",
    "restated": "The same answer once more",
}


def alter(setting: Setting) -> Iterator[Altered]:
    """Yield each answer with padding behind it, and said twice."""
    for place, item, text in setting.answers():
        length = min(max(LEAST, len(text)), MOST)
        padding = filler(length, text, item.chance("padded", setting.seed))
        yield setting.altered(place, "padded", f"{text}\n\n{padding}")
        again = wording_for(text).again
        yield setting.altered(place, "restated", f"{text}\n\n{again}{text}")


def report(answers: Answers) -> Section:
    """Say how scores changed with what was added."""
    figures: list[Figure] = []
    notes: list[str] = []
    for kind, what in KINDS.items():
        moves = answers.moves(kind)
        mean, rises, falls = changes(kind, moves)
        per_hundred = mean_move(
            f"{kind}: per 100 characters",
            moves.gain / moves.added * 100,
            moves,
            rule=f"{ANEW}; by what was added to each",
        )
        figures += [mean, per_hundred, rises, falls]
        notes.append(verdict(mean, what))
    return Section(
        PROBE.key,
        PROBE.title,
        [*figures, *control(answers)],
        [coverage(answers)],
        notes,
    )


PROBE = Probe("length", "the same answer made longer", needs_an_answer, alter, report)
