"""The games that a run holds, by how its rows name the systems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import (
    ConfigError,
    DataError,
    GraderRank,
    GraderScore,
    Outcome,
    Problem,
    StoredRun,
)
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.pairings import (
    Orders,
    Pairings,
    net_of_orders,
    net_points,
    pairs_of_lists,
    pairs_of_rows,
    pairs_of_scores,
    points_of,
    winners_of,
)
from rmg_plugin_stats.panels import effective_size
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.style import surface_gaps


@frozen
class Naming:
    """The fields that name systems and prompts: `first` and `second` of pairs, or else `system`.

    `truth` has who people say won. `texts` are the responses, by whose length and style strengths
    are controlled: two fields of pairs, else one. `tie` is the score that is a tie, and `margin`
    how near to it, or to one another, scores tie.
    """

    first: str | None = None
    second: str | None = None
    system: str | None = None
    prompt: str | None = None
    truth: str | None = None
    texts: tuple[str, ...] = ()
    tie: float | None = None
    margin: float = 0.0

    @property
    def fields(self) -> tuple[str, ...]:
        given = (self.first, self.second, self.system, self.prompt, self.truth, *self.texts)
        return tuple(dict.fromkeys(each for each in given if each))


@frozen(eq=False)
class Found:
    """Games of a run, what its columns lack, and what a panel of them is worth.

    `columns` has for each column how many samples have an outcome, and `lacks` why the others have
    none. `kind` says where games come from. `all_pairs` are the games before orders were merged,
    and `gaps` what is unlike about the surface of their responses.
    """

    place: str
    columns: dict[str, int]
    lacks: dict[str, int]
    samples: int
    kind: str
    pairs: Pairings = field(repr=False)
    all_pairs: Pairings = field(repr=False)
    gaps: Mapping[str, Floats] = field(factory=dict, repr=False)
    worth: Figure | None = None
    want: str | None = None
    notes: tuple[str, ...] = ()


def games_of(
    run: StoredRun, columns: Sequence[str], naming: Naming, orders: Orders = "each"
) -> Found:
    """Read the games of a run: of pairs, of ranked lists, or of scores of the same prompt.

    Several columns are a panel: a game goes to whom most of them prefer.

    Raises:
        DataError: there is no such column or field, or they do not go together.
    """
    if naming.truth and (len(columns) < 2 or not naming.first):
        said = "who people say won tells what a panel of judges of pairs is worth"
        hint = "name several columns, --first and --second, or leave out --truth"
        raise DataError([Problem(said, hint)])
    read = _read(run, columns, naming)
    if not read.outcomes:
        raise DataError([Problem(f"the run {str(run.place)!r} has no sample yet")])
    worth: Figure | None = None
    notes: list[str] = []
    if naming.first and naming.second:
        kind = "pairs"
        table = np.column_stack([_points(run, read, each, naming) for each in columns])
        first, second = read.fields[naming.first], read.fields[naming.second]
        if naming.truth:
            worth, notes = _worth(table, read.fields[naming.truth], first, second, columns)
        pairs = pairs_of_rows(first, second, net_points(table), read.of(naming.prompt))
    else:
        if len(columns) > 1:
            said = "several columns are a panel only where each row is a pair"
            raise DataError([Problem(said, "give --first and --second, or one --column")])
        kind, pairs = _of_systems(read, columns[0], naming)
    if naming.prompt is None and orders == "net":
        said = "both orders of a pair are known by their prompt"
        raise DataError([Problem(said, "name its field with --prompt")])
    merged = net_of_orders(pairs) if orders == "net" else pairs
    counts = {
        each: sum(isinstance(one[each], GraderScore | GraderRank) for one in read.outcomes)
        for each in columns
    }
    lacks = Counter(
        "absent" if outcome is None else str(getattr(outcome, "kind", outcome.status))
        for one in read.outcomes
        for outcome in one.values()
        if not isinstance(outcome, GraderScore | GraderRank)
    )
    return Found(
        str(run.place),
        counts,
        dict(sorted(lacks.items())),
        len(read.outcomes),
        kind,
        merged,
        pairs,
        _gaps(read, pairs, naming, kind),
        worth,
        run.want,
        tuple(notes),
    )


@frozen(eq=False)
class _Rows:
    outcomes: list[dict[str, Outcome | None]]
    fields: dict[str, list[Any]]

    def of(self, path: str | None) -> list[Any] | None:
        return None if path is None else self.fields[path]


def _read(run: StoredRun, columns: Sequence[str], naming: Naming) -> _Rows:
    names = [run.column(each).name for each in columns]
    outcomes: list[dict[str, Outcome | None]] = []
    fields: dict[str, list[Any]] = {path: [] for path in naming.fields}
    for sample in run.samples(fields=naming.fields):
        outcomes.append({name: sample.outcomes.get(name) for name in names})
        row = sample.fields or {}
        for path, values in fields.items():
            values.append(row.get(path))
    return _Rows(outcomes, fields)


def _points(run: StoredRun, read: _Rows, column: str, naming: Naming) -> Floats:
    """Return the points of who is first in each pair, by one column."""
    tie = naming.tie if naming.tie is not None else _tie_value(run, column)
    scores = np.full(len(read.outcomes), np.nan)
    even = np.full(len(read.outcomes), np.nan)
    is_reversed = np.zeros(len(read.outcomes), dtype=np.bool_)
    for row, one in enumerate(read.outcomes):
        outcome = one[column]
        if isinstance(outcome, GraderScore):
            scores[row], even[row] = outcome.score, _even(outcome, column, tie)
            is_reversed[row] = not outcome.scale.higher_is_better
        elif isinstance(outcome, GraderRank) and len(outcome.rank) == 2:
            scores[row], even[row] = outcome.rank[1] - outcome.rank[0], 0.0
    points = points_of(scores, even=even, tie=tie, margin=naming.margin)
    return np.where(is_reversed, 1 - points, points)


def _even(outcome: GraderScore, column: str, tie: float | None) -> float:
    """Return the score that is for neither: the middle of the scale, or what is said to be a tie.

    Raises:
        DataError: the scale has no middle, and nothing is said.
    """
    scale = outcome.scale
    if scale.low is not None and scale.high is not None:
        return (scale.low + scale.high) / 2
    if tie is not None:
        return tie
    said = f"the scale of {column!r} has no middle: who won is not known"
    raise DataError([Problem(said, "say which score is a tie with --tie SCORE")])


def _tie_value(run: StoredRun, column: str) -> float | None:
    """Return what a judge of pairs was told that a tie is worth; None where nothing says so.

    Raises:
        DataError: a tie is worth as much as a win.
    """
    try:
        value = run.config.graders[column].options.get("tie_value")
    except (ConfigError, KeyError):
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if value in {0, 1}:
        said = f"{column!r} gives a tie {value:g}, like a {'win' if value else 'loss'}"
        hint = "set tie_value = 0.5 and run again: it asks no model"
        raise DataError([Problem(said, hint)])
    return float(value)


def _of_systems(read: _Rows, column: str, naming: Naming) -> tuple[str, Pairings]:
    """Return games of ranked lists or of scores, by which the column has."""
    outcomes = [one[column] for one in read.outcomes]
    is_ranked = any(isinstance(each, GraderRank) for each in outcomes)
    if naming.system is None:
        hint = (
            "name the list of systems with --system FIELD"
            if is_ranked
            else "give --first FIELD --second FIELD of pairs, or --system FIELD --prompt FIELD"
        )
        raise DataError([Problem("which systems a row is about is not known", hint)])
    systems = read.fields[naming.system]
    if is_ranked:
        ranks = [each.rank if isinstance(each, GraderRank) else None for each in outcomes]
        return "lists", pairs_of_lists(ranks, systems, read.of(naming.prompt))
    prompts = read.of(naming.prompt)
    if prompts is None:
        said = "scores of systems are compared prompt by prompt"
        raise DataError([Problem(said, "name the field of the prompt with --prompt")])
    scores = [each.score if isinstance(each, GraderScore) else np.nan for each in outcomes]
    return "scores", pairs_of_scores(
        systems,
        prompts,
        np.array(scores, dtype=np.float64),
        margin=naming.margin,
        higher_is_better=_is_upward(outcomes, column),
    )


def _is_upward(outcomes: Sequence[Outcome | None], column: str) -> bool:
    """Tell whether a higher score of the column is better.

    Raises:
        DataError: in some samples it is, and in others not.
    """
    ways = {each.scale.higher_is_better for each in outcomes if isinstance(each, GraderScore)}
    if len(ways) > 1:
        said = f"a higher score of {column!r} is better in some samples, and worse in others"
        raise DataError([Problem(said, "rank by a column with one scale")])
    return ways != {False}


def _gaps(read: _Rows, pairs: Pairings, naming: Naming, kind: str) -> Mapping[str, Floats]:
    """Return the gaps of length and style of each game, if responses are named.

    Raises:
        DataError: more or fewer fields are named than the games need.
    """
    if not naming.texts:
        return {}
    needed = {"pairs": 2, "scores": 1, "lists": 0}[kind]
    if len(naming.texts) != needed:
        named = len(naming.texts)
        said = f"games of {kind} take {needed} fields of responses, and {named} are named"
        hint = "give --response once for each response of a row; of lists there is no control"
        raise DataError([Problem(said, hint)])
    one, two = read.fields[naming.texts[0]], read.fields[naming.texts[-1]]
    first = [_text(one[row]) for row, _ in pairs.rows]
    return surface_gaps(first, [_text(two[row]) for _, row in pairs.rows])


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _worth(
    table: Floats,
    values: Sequence[Any],
    first: Sequence[Any],
    second: Sequence[Any],
    columns: Sequence[str],
) -> tuple[Figure, list[str]]:
    """Return how many independent judges the columns are worth, by the errors that they make."""
    truth, strange = winners_of(values, first, second)
    notes = [f"{strange} truths are no winner of their pair: left out"] if strange else []
    worth = effective_size(table, truth)
    return evolve(worth, name=f"n_eff of {len(columns)} judges"), notes
