"""What an alteration did to scores: how far they moved, how many rose, and what was not graded."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import evolve

from rmg_core import GraderError, GraderScore, GraderSkip, Outcome
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.paired import mean_of
from rmg_plugin_stats.probes.settings import Answers, Moves
from rmg_plugin_stats.reports import Grid, interval, number
from rmg_plugin_stats.samples import Flags, Floats
from rmg_plugin_stats.shares import share
from rmg_plugin_stats.wording import joined

NOTHING = "no sample has both scores, altered and as it was"
ANEW = "altered - as it was, both asked anew; above 0 is better"


def mean_move(
    name: str, values: Floats, moves: Moves, *, rule: str = ANEW, none: str = NOTHING
) -> Figure:
    """Return the mean of values of moves; those of one sample are a cluster."""
    clusters = cluster_by(moves.places.tolist())
    unit = "samples" if clusters.alone else "alterations"
    return mean_of(values, clusters, name=name, level=0.95, rule=rule, unit=unit, none=none)


def share_of(name: str, hits: Iterable[bool], rule: str, none: str = NOTHING) -> Figure:
    """Return the share of samples of which something is so."""
    flags = list(hits)
    return share(name, sum(flags), len(flags), unit="samples", rule=rule, none=none)


def rate_of(name: str, hits: Flags, moves: Moves, rule: str, none: str = NOTHING) -> Figure:
    """Return the share of moves of which something is so; those of one sample are a cluster."""
    if not len(moves):
        return Figure(name, None, unit="alterations", rule=rule, why=none)
    clusters = cluster_by(moves.places.tolist())
    figure = mean(hits.astype(float), name=name, clusters=clusters)
    return evolve(figure, unit="alterations", rule=joined(rule, figure.rule))


def changes(kind: str, moves: Moves) -> tuple[Figure, Figure, Figure]:
    """Return the mean change of scores, and the shares that rise and fall."""
    gain, rule = moves.gain, "equal scores count as neither"
    return (
        mean_move(f"{kind}: mean change", gain, moves),
        share_of(f"{kind}: share that rises", gain > 0, rule),
        share_of(f"{kind}: share that falls", gain < 0, rule),
    )


def control(answers: Answers) -> tuple[Figure, Figure]:
    """Return what asking the same again does: that change is chance, or the grader's own."""
    moves = answers.asked_again()
    rule, none = "the same inputs, asked anew - the run's score", "no sample has a score anew"
    return (
        mean_move("unaltered: mean change", moves.gain, moves, rule=rule, none=none),
        share_of("unaltered: share that rises", moves.gain > 0, rule, none),
    )


def verdict(figure: Figure, what: str) -> str:
    """Say in a sentence whether a mean change shows that something sways the grader."""
    if figure.value is None:
        return f"{what}: not available, {figure.why}."
    if figure.low is None or figure.high is None:
        if figure.value == 0:
            return f"{what}: no score changes."
        way = "raises" if figure.value > 0 else "lowers"
        return f"{what}: {way} every score by {number(abs(figure.value))}; {figure.why}."
    ends = interval(figure)
    if figure.low > 0:
        return f"{what}: raises scores, by {number(figure.value)} on average ({ends})."
    if figure.high < 0:
        return f"{what}: lowers scores, by {number(-figure.value)} on average ({ends})."
    return f"{what}: no effect is shown, and one within {ends} is not ruled out."


def coverage(answers: Answers, groups: Mapping[str, Sequence[str]] | None = None) -> Grid:
    """Count what became of what was asked: scores, what a budget kept back, errors by kind.

    `groups` throw kinds together under a name.
    """
    rows: list[tuple[str, ...]] = [("inputs", "gradings", "scored", "pending", "else")]
    if answers.same:
        rows.append(_counted("as they were", answers.same))
    named = groups or {kind: [kind] for kind in answers.kinds}
    rows += [
        _counted(name, (out for _, out in answers.of(*kinds))) for name, kinds in named.items()
    ]
    if answers.repeats:
        rows.append(_counted("repeated", (out for each in answers.repeats for out in each)))
    return Grid("what was graded", rows)


def _counted(name: str, outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    counts = Counter(map(_became, outcomes))
    total = sum(counts.values())
    scored, pending = counts.pop("scored", 0), counts.pop("pending", 0)
    rest = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
    return name, f"{total:,}", f"{scored:,}", f"{pending:,}", rest or "0"


def _became(outcome: Outcome) -> str:
    match outcome:
        case GraderScore():
            return "scored"
        case GraderError(kind=kind):
            return "pending" if kind == "pending" else f"error {kind}"
        case GraderSkip():
            return "skipped"
        case _:
            return "ranked"


def mean_written(scores: Floats) -> str:
    """Write the mean of scores, or that there is none."""
    return number(float(np.mean(scores)) if len(scores) else None)
