"""The report of `rmg rank`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import asdict, field, frozen

from rmg_plugin_stats.bias import position_bias
from rmg_plugin_stats.controlled_strengths import ControlledStrengths, controlled_strengths
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.orders import Contradictions, contradictions
from rmg_plugin_stats.pairings import both_orders
from rmg_plugin_stats.ranking_runs import Found
from rmg_plugin_stats.rankings import Ranking, Ties, bradley_terry
from rmg_plugin_stats.reports import Grid, Report, Section, interval, number
from rmg_plugin_stats.tournaments import (
    Games,
    copeland,
    cyclic_share,
    elo,
    groups,
    points_a_game,
    win_rates,
)

MOST_IN_MATRIX = 12
"""A wider table does not fit a terminal; JSON has it whole."""

_HEAD = (
    "system",
    "rank",
    "rank interval",
    "strength",
    "strength interval",
    "points",
    "Elo",
    "Copeland",
    "games",
)


@frozen(eq=False)
class Standing:
    """All that is told of the systems, each in the order of `played.names`."""

    played: Games
    ranking: Ranking
    points: tuple[Figure, ...] = field(repr=False)
    ratings: tuple[Figure, ...] = field(repr=False)
    beaten: tuple[Figure, ...] = field(repr=False)
    cyclic: Figure
    against: Contradictions
    controlled: ControlledStrengths | None = None

    @property
    def order(self) -> list[int]:
        """The places of the systems, the best first; those without a rank last, by name."""
        ranks = [each.value for each in self.ranking.ranks]
        return sorted(
            range(len(ranks)),
            key=lambda at: (ranks[at] is None, ranks[at] or 0, -(self.points[at].value or 0)),
        )


def standing_of(
    found: Found,
    *,
    ties: Ties = "davidson",
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Standing:
    """Rank the systems of a run by its games.

    Raises:
        DataError: there is no game.
    """
    played = found.pairs.games
    controlled = None
    if found.gaps:
        controlled = controlled_strengths(found.all_pairs, found.gaps, level=level)
    ranking = bradley_terry(played, ties=ties, resamples=resamples, seed=seed, level=level)
    places = [np.nan if each.value is None else each.value for each in ranking.ranks]
    return Standing(
        played,
        ranking,
        points_a_game(played, level=level),
        elo(played, seed=seed),
        copeland(played),
        cyclic_share(played),
        contradictions(played, np.array(places, dtype=np.float64)),
        controlled,
    )


def report_of(found: Found, standing: Standing) -> Report:
    """Put a standing into a report: ranking, win rates, and what contradicts it."""
    played = standing.played
    sections = [
        _ranking(standing),
        _rates(standing),
        Section(
            "circles",
            "How far one line can tell it",
            [
                standing.cyclic,
                standing.against.majorities,
                standing.against.least_majorities,
                standing.against.games,
                standing.against.least_games,
                standing.ranking.tie,
            ],
            notes=_best(standing.against),
        ),
        *_orders(found),
    ]
    if standing.controlled is not None:
        sections += _controlled(standing.controlled)
    if len(found.columns) > 1:
        worth = found.worth or Figure(
            f"n_eff of {len(found.columns)} judges",
            None,
            unit="items",
            why="errors are known against a truth only: name the field with --truth",
        )
        sections.append(Section("panel", "What the panel is worth", [worth]))
    sections.append(_coverage(found, played))
    facts = {
        "run": found.place,
        "columns": list(found.columns),
        "kind": found.kind,
        "games": len(played.points),
        "missing": played.missing,
        "prompts": played.prompts.count,
        "systems": [_system(standing, at) for at in standing.order],
        "best_order": list(standing.against.best),
    }
    title = f"{len(played.names)} systems by {len(played.points):,} games in {found.place}"
    return Report(title, facts, sections, _warnings(found, standing))


def _ranking(standing: Standing) -> Section:
    ranking = standing.ranking
    rows = [_HEAD]
    for at in standing.order:
        rank, strength, points = ranking.ranks[at], ranking.strengths[at], standing.points[at]
        rows.append(
            (
                standing.played.names[at],
                _place(rank.value),
                f"{_place(rank.low)} to {_place(rank.high)}" if rank.low else interval(rank),
                number(strength.value),
                interval(strength),
                number(points.value),
                _whole(standing.ratings[at].value),
                _whole(standing.beaten[at].value),
                f"{points.n:,}",
            )
        )
    return Section("ranking", "Ranking", grids=[Grid("systems", rows)], notes=_rules(standing))


def _rules(standing: Standing) -> list[str]:
    ranking = standing.ranking
    rules = {each.rule for each in ranking.strengths if each.rule}
    notes = [
        "strengths are log odds and sum to 0 over the systems that have one; "
        + "; ".join(sorted(rules)),
        "points are wins and half of the ties a game: whom a system met counts, in strengths not",
        "Elo is " + (standing.ratings[0].rule if standing.ratings else ""),
        "Copeland is opponents beaten less opponents lost to",
    ]
    for name, figures in (("rank", ranking.ranks), ("strength", ranking.strengths)):
        whys: dict[str, list[str]] = {}
        for at in standing.order:
            if why := figures[at].why:
                whys.setdefault(why, []).append(standing.played.names[at])
        notes += [f"{name} of {', '.join(names)}: {why}" for why, names in whys.items()]
    return notes


def _rates(standing: Standing) -> Section:
    """Return how often the row's system won against the column's, ties as half."""
    rates, counts = win_rates(standing.played)
    order = standing.order[:MOST_IN_MATRIX]
    names = standing.played.names
    rows: list[Sequence[str]] = [("points against", *(names[at] for at in order))]
    for one in order:
        cells = ["" if one == two else _rate(rates[one, two], counts[one, two]) for two in order]
        rows.append((names[one], *cells))
    left = len(names) - len(order)
    notes = [f"{left} more systems are in the JSON"] if left else []
    return Section(
        "win_rates", "Points against each other", grids=[Grid("rates", rows)], notes=notes
    )


def _rate(rate: float, count: float) -> str:
    return f"{rate:.3f} ({count:.0f})" if count else "never met"


def _best(found: Contradictions) -> list[str]:
    if not found.best:
        return []
    return [f"an order that contradicts the fewest games: {' > '.join(found.best)}"]


def _orders(found: Found) -> list[Section]:
    """Say what the order of a pair did, where pairs were judged in both as rows of their own."""
    shown, swapped = both_orders(found.all_pairs)
    if not len(shown) or found.kind != "pairs":
        return []
    bias = position_bias(shown, swapped)
    title = f"Both orders of a pair: {len(shown):,} pairs have each once"
    return [Section("orders", title, [bias.first_share, bias.consistency, bias.first_of_flips])]


def _controlled(found: ControlledStrengths) -> list[Section]:
    head = ("system", "strength", "interval", "at equal length and style", "its interval", "games")
    rows = [head]
    pairs = sorted(
        zip(found.raw, found.controlled, strict=True), key=lambda each: -(each[1].value or 0.0)
    )
    for raw, made in pairs:
        cells = (number(raw.value), interval(raw), number(made.value), interval(made))
        rows.append((raw.name, *cells, f"{made.n:,}"))
    whys = dict.fromkeys(f"{each.name}: {each.why}" for each in found.controlled if each.why)
    title = "Strengths at equal length and style: beside the raw ones, and in no stead of them"
    grid = Grid("controlled", rows)
    return [Section("controlled", title, found.weights, [grid], tuple(whys))]


def _coverage(found: Found, played: Games) -> Section:
    rows = [("of the run", "count")]
    rows += [(f"samples with an outcome of {name}", f"{n:,}") for name, n in found.columns.items()]
    rows += [(f"outcomes that lack: {name}", f"{count:,}") for name, count in found.lacks.items()]
    rows += [
        ("samples", f"{found.samples:,}"),
        ("games", f"{len(played.points):,}"),
        ("games without an outcome, left out", f"{played.missing:,}"),
        ("prompts", f"{played.prompts.count:,}"),
    ]
    return Section("coverage", "Coverage", grids=[Grid("counts", rows)], notes=found.pairs.notes)


def _warnings(found: Found, standing: Standing) -> list[str]:
    said = [f"{found.place}: {found.want}"] if found.want else []
    said += found.notes
    played = standing.played
    links = (played.wins + played.wins.T + played.ties) > 0
    codes = groups(links)
    if len(set(codes.tolist())) > 1:
        parts = [
            ", ".join(name for name, code in zip(played.names, codes, strict=True) if code == each)
            for each in sorted(set(codes.tolist()))
        ]
        shown = " with ".join(f"[{each}]" for each in parts)
        said.append(f"no game links {shown}: one of these groups is ranked")
    return said


def _system(standing: Standing, at: int) -> dict[str, Any]:
    rates, counts = win_rates(standing.played)
    names = standing.played.names
    figures = {
        "rank": standing.ranking.ranks[at],
        "strength": standing.ranking.strengths[at],
        "points": standing.points[at],
        "elo": standing.ratings[at],
        "copeland": standing.beaten[at],
    }
    if standing.controlled is not None:
        of = dict(zip(standing.controlled.names, standing.controlled.controlled, strict=True))
        figures["controlled"] = of[names[at]]
    against = {
        names[other]: {"points": float(rates[at, other]), "games": int(counts[at, other])}
        for other in range(len(names))
        if counts[at, other]
    }
    return {
        "name": names[at],
        **{key: asdict(figure) for key, figure in figures.items()},
        "against": against,
    }


def _place(value: float | None) -> str:
    return "not available" if value is None else f"{value:g}"


def _whole(value: float | None) -> str:
    return "not available" if value is None else f"{value:.0f}"
