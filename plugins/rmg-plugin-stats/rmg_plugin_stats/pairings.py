"""Games between systems, from what a run says of pairs, of lists, and of single responses."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Any, Final, Literal, get_args

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.tournaments import Games, games

Orders = Literal["each", "net"]
ORDERS: Final = get_args(Orders)

_WINNERS: Final = {
    "a": 1.0,
    "first": 1.0,
    "1": 1.0,
    "b": 0.0,
    "second": 0.0,
    "0": 0.0,
    "tie": 0.5,
    "0.5": 0.5,
}


@frozen(eq=False)
class Pairings:
    """Games as they stand in a run: both systems, the points of the first, and the prompt.

    Points are 1, 0.5, 0, or nan where there is no outcome. `rows` says from which samples the first
    and the second response of each game are. `notes` say what was left out, and by which rule
    points were given.
    """

    first: tuple[str, ...] = field(repr=False)
    second: tuple[str, ...] = field(repr=False)
    points: Floats = field(repr=False)
    prompts: tuple[Hashable | None, ...] = field(repr=False)
    rows: tuple[tuple[int, int], ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def games(self) -> Games:
        """The games to rank by, clustered by prompt.

        Raises:
            DataError: there is none.
        """
        if not len(self.points):
            said = "the run has no pair of two systems"
            raise DataError([Problem(said, "; ".join(self.notes) or "look at the fields")])
        groups = cluster_by(self.prompts)
        return games(self.first, self.second, self.points, prompts=groups)


def points_of(
    scores: Floats, *, even: Floats | float, tie: float | None = None, margin: float = 0.0
) -> Floats:
    """Return the points of who is first: 1 above `even`, 0 below, 0.5 within `margin` of `tie`.

    Without `tie` that is `even`.
    """
    middle = even if tie is None else tie
    with np.errstate(invalid="ignore"):
        won = np.where(scores > even, 1.0, np.where(scores < even, 0.0, 0.5))
        won = np.where(np.abs(scores - middle) <= margin, 0.5, won)
    return np.where(np.isnan(scores), np.nan, won)


def net_points(table: Floats) -> Floats:
    """Return what several judges say together, (games, judges): who most of them prefer.

    As many for the one as for the other is a tie; a judge without an outcome has no say.
    """
    known = ~np.isnan(table)
    net = np.where(known, 2 * table - 1, 0.0).sum(1)
    return np.where(known.any(1), (np.sign(net) + 1) / 2, np.nan)


def pairs_of_rows(
    first: Sequence[Any],
    second: Sequence[Any],
    points: Floats,
    prompts: Sequence[Any] | None = None,
) -> Pairings:
    """Return a game for each row that names two systems; without prompts each row is one."""
    kept, nameless, alone = [], 0, 0
    for row, (one, two) in enumerate(zip(first, second, strict=True)):
        if one is None or two is None:
            nameless += 1
        elif str(one) == str(two):
            alone += 1
        else:
            kept.append(row)
    notes = []
    if nameless:
        notes.append(f"{nameless} rows that do not name both systems were left out")
    if alone:
        notes.append(f"{alone} rows of a system against itself were left out")
    if prompts is None:
        notes.append("each row counts as a prompt of its own: name the prompt with --prompt")
    of = range(len(first)) if prompts is None else [_hashable(each) for each in prompts]
    return Pairings(
        tuple(str(first[row]) for row in kept),
        tuple(str(second[row]) for row in kept),
        points[kept],
        tuple(of[row] for row in kept),
        tuple((row, row) for row in kept),
        tuple(notes),
    )


def pairs_of_lists(
    ranks: Sequence[Sequence[int] | None],
    names: Sequence[Any],
    prompts: Sequence[Any] | None = None,
) -> Pairings:
    """Return a game for each two systems of each ranked list; the better place wins, equal tie.

    `names` has the systems of each list, in the order of its responses. A list without a rank has
    no outcome.

    Raises:
        DataError: the names of a list are not as many as its ranks.
    """
    first, second, points, of, rows = [], [], [], [], []
    nameless = 0
    for row, (rank, systems) in enumerate(zip(ranks, names, strict=True)):
        if not isinstance(systems, list | tuple) or any(each is None for each in systems):
            nameless += 1
            continue
        if rank is not None and len(rank) != len(systems):
            said = f"sample {row} has {len(rank)} ranks and {len(systems)} systems"
            raise DataError([Problem(said, "--system leads to one name for each response")])
        for one, two in combinations(range(len(systems)), 2):
            if str(systems[one]) == str(systems[two]):
                continue
            first.append(str(systems[one]))
            second.append(str(systems[two]))
            points.append(np.nan if rank is None else (np.sign(rank[two] - rank[one]) + 1) / 2)
            of.append(row if prompts is None else _hashable(prompts[row]))
            rows.append((row, row))
    notes = [f"{nameless} rows without a list of systems were left out"] if nameless else []
    notes.append("each two systems of a list are a game, won by the better place")
    line = np.array(points, dtype=np.float64)
    return Pairings(tuple(first), tuple(second), line, tuple(of), tuple(rows), tuple(notes))


def pairs_of_scores(
    systems: Sequence[Any],
    prompts: Sequence[Any],
    scores: Floats,
    *,
    margin: float = 0.0,
    higher_is_better: bool = True,
) -> Pairings:
    """Return a game for each two systems that answered the same prompt; the better score wins.

    A system with several responses to a prompt has their mean. Scores that differ by no more than
    `margin` tie. A system without a score of the prompt has no outcome.
    """
    found: dict[Hashable, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    nameless = 0
    for row, (system, prompt) in enumerate(zip(systems, prompts, strict=True)):
        if system is None or prompt is None:
            nameless += 1
        else:
            found[_hashable(prompt)][str(system)].append(row)
    first, second, gaps, of, rows = [], [], [], [], []
    several = 0
    for prompt, answers in found.items():
        means = {name: _mean(scores[at]) for name, at in sorted(answers.items())}
        several += sum(len(at) > 1 for at in answers.values())
        for one, two in combinations(means, 2):
            first.append(one)
            second.append(two)
            gaps.append(means[one] - means[two])
            of.append(prompt)
            rows.append((answers[one][0], answers[two][0]))
    notes = [f"{nameless} rows without a system or a prompt were left out"] if nameless else []
    if several:
        notes.append(f"{several} times a system has several responses to a prompt: their mean")
    better = "higher" if higher_is_better else "lower"
    told = f"each two systems with a response to a prompt are a game, won by the {better} score"
    notes.append(f"{told}; scores that differ by {margin:g} or less tie" if margin else told)
    sign = 1.0 if higher_is_better else -1.0
    won = points_of(sign * np.array(gaps, dtype=np.float64), even=0.0, margin=max(margin, 1e-12))
    return Pairings(tuple(first), tuple(second), won, tuple(of), tuple(rows), tuple(notes))


def net_of_orders(pairs: Pairings) -> Pairings:
    """Return one game for each two systems on a prompt: what all their games come to.

    As many for the one as for the other is a tie. So both orders of a pair count once.
    """
    found: dict[tuple[Hashable, str, str], list[float]] = {}
    rows: dict[tuple[Hashable, str, str], tuple[int, int]] = {}
    for at, (one, two) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        is_turned = one > two
        prompt = pairs.prompts[at] if pairs.prompts[at] is not None else ("no prompt", at)
        key = (prompt, two, one) if is_turned else (prompt, one, two)
        won = float(pairs.points[at])
        found.setdefault(key, []).append(1 - won if is_turned else won)
        rows.setdefault(key, pairs.rows[at])
    points = [net_points(np.array([each]))[0] for each in found.values()]
    merged = len(pairs.points) - len(found)
    halves = sum(len(each) > 1 and np.isnan(each).sum() == len(each) - 1 for each in found.values())
    note = f"games of the same pair on a prompt count as one: {merged} fewer"
    lone = f"{halves} of these rest on one game: the others have no outcome" if halves else ""
    return evolve(
        pairs,
        first=tuple(key[1] for key in found),
        second=tuple(key[2] for key in found),
        points=np.array(points, dtype=np.float64),
        prompts=tuple(key[0] for key in found),
        rows=tuple(rows.values()),
        notes=tuple(each for each in (*pairs.notes, note, lone) if each),
    )


def both_orders(pairs: Pairings) -> tuple[Floats, Floats]:
    """Return points by position of pairs that met once in each order on a prompt, and swapped."""
    seen: dict[tuple[Hashable | None, str, str], list[float]] = defaultdict(list)
    for at, (one, two) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        seen[pairs.prompts[at], one, two].append(float(pairs.points[at]))
    shown, swapped = [], []
    for (prompt, one, two), points in seen.items():
        other = seen.get((prompt, two, one), [])
        if one < two and prompt is not None and len(points) == len(other) == 1:
            shown.append(points[0])
            swapped.append(other[0])
    return np.array(shown), np.array(swapped)


def winners_of(
    values: Sequence[Any], first: Sequence[Any], second: Sequence[Any]
) -> tuple[Floats, int]:
    """Return points of the first by what people say: A, B, tie, 1, 0, 0.5, or a system's name.

    Also how many values are none of these.
    """
    found, strange = np.full(len(values), np.nan), 0
    for row, value in enumerate(values):
        if value is None:
            continue
        text = str(value).strip()
        named = {str(first[row]): 1.0, str(second[row]): 0.0}
        points = named.get(text, _WINNERS.get(_short(text)))
        strange += points is None
        found[row] = np.nan if points is None else points
    return found, strange


def _short(text: str) -> str:
    small = text.casefold()
    try:
        return f"{float(small):g}"
    except ValueError:
        return small


def _mean(scores: Floats) -> float:
    seen = scores[~np.isnan(scores)]
    return float(seen.mean()) if len(seen) else float("nan")


def _hashable(value: Any) -> Hashable | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value if isinstance(value, str | int | float) else repr(value)
