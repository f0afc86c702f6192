"""The probe `pairs`: answers made worse in known ways, each against the answer as it was."""

from collections.abc import Iterator

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.probes.effects import control, coverage, mean_move, rate_of, share_of
from rmg_plugin_stats.probes.perturbing import PERTURBATIONS
from rmg_plugin_stats.probes.settings import (
    Altered,
    Answers,
    Moves,
    Probe,
    Setting,
    needs_an_answer,
)
from rmg_plugin_stats.probes.texts import has_code
from rmg_plugin_stats.reports import Section

NONE = "no such pair whose better answer scores above the worst end of the scale"


def unfit(setting: Setting) -> str:
    """Say why no answer can be made worse."""
    if said := needs_an_answer(setting):
        return said
    return "" if any(alter(setting)) else "no answer can be made worse in a way that is known"


def alter(setting: Setting) -> Iterator[Altered]:
    """Yield each answer made worse in each way that it allows; fenced code is left alone."""
    texts = {place: text for place, _, text in setting.answers()}
    for place, item, text in setting.answers():
        if has_code(text):
            continue
        others = [each for at, each in texts.items() if at != place]
        for kind, perturb in PERTURBATIONS.items():
            made = perturb(text, item.chance(kind, setting.seed), others)
            if made is not None and made.strip() and made != text:
                yield setting.altered(place, kind, made)


def report(answers: Answers) -> Section:
    """Say how often the worse answer scores lower, and by how much."""
    figures: list[Figure] = []
    lacking: list[str] = []
    for kind in PERTURBATIONS:
        if kind in answers.kinds:
            figures += _figures(kind, answers.moves(kind))
        else:
            lacking.append(kind)
    figures += _all(answers.moves(*PERTURBATIONS))
    notes = [
        "Pairs whose better answer has the worst score already are left out of these figures.",
        "A kind says little where it does not make answers worse, as another order may not.",
    ]
    if lacking:
        notes.append(f"No answer allows: {', '.join(lacking)}.")
    return Section(
        PROBE.key,
        PROBE.title,
        [*figures, *control(answers)],
        [coverage(answers)],
        notes,
    )


def _figures(kind: str, every: Moves) -> tuple[Figure, Figure, Figure]:
    moves = every.with_room(up=False)
    gain, rule = moves.gain, _rule("ties are neither", every, moves)
    return (
        share_of(f"{kind}: ordered right", gain < 0, rule, NONE),
        share_of(f"{kind}: ordered wrong", gain > 0, rule, NONE),
        _margin(kind, every, moves),
    )


def _all(every: Moves) -> tuple[Figure, Figure]:
    moves = every.with_room(up=False)
    rule = _rule("ties are not right", every, moves)
    right = rate_of("all: ordered right", moves.gain < 0, moves, rule, NONE)
    return right, _margin("all", every, moves)


def _margin(kind: str, every: Moves, moves: Moves) -> Figure:
    rule = _rule("as it was - made worse, both asked anew", every, moves)
    # 0.0 - x, so that no margin is -0.
    return mean_move(f"{kind}: mean margin", 0.0 - moves.gain, moves, rule=rule, none=NONE)


def _rule(rule: str, every: Moves, moves: Moves) -> str:
    left_out = len(every) - len(moves)
    return f"{rule}; {left_out:,} at the worst end left out" if left_out else rule


PROBE = Probe("pairs", "answers made worse in known ways", unfit, alter, report)
