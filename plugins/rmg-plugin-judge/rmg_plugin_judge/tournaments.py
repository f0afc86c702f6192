"""Tournaments: which pairs of n candidates to judge next, and where the candidates stand.

Candidates are numbers from 0. A schedule is told the rounds that were played and says the next
one, so that it holds nothing: who asks plays `next_round(…)` until it is empty.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from math import ceil, comb, log2
from random import Random
from typing import Final, Literal, TypeAlias

from attrs import field, frozen, validators

from rmg_core import GraderRank

Schedule: TypeAlias = Literal["all", "swiss", "knockout"]
Pair: TypeAlias = tuple[int, int]

FEW: Final = 16
"""So many candidates may play any number of rounds; more of them only n / 2 rounds.

Up to there, opponents who have not met are found by looking; beyond, that they can always be
found follows from Dirac's theorem, since each candidate has met fewer than half of the others.
"""


@frozen
class Game:
    """What came of a pair: the `score` of `first`, 1 where it won, 0 where it lost, or between.

    0.5 is a tie, and above it is a win.
    """

    first: int
    second: int
    score: float = field(validator=[validators.ge(0.0), validators.le(1.0)])

    def __attrs_post_init__(self) -> None:
        if self.first == self.second:
            raise ValueError(f"candidate {self.first} cannot play itself")

    @property
    def winner(self) -> int | None:
        """Who won, and None for a tie."""
        return None if self.score == 0.5 else self.first if self.score > 0.5 else self.second


Rounds: TypeAlias = Sequence[Sequence[Game]]


@frozen
class Standings:
    """Where the candidates stand, each figure by candidate.

    `points` are Copeland's, wins + ties / 2, of so many `games`; `net_win_rates` are
    (wins - losses) / games, in -1..1, and None for a candidate without a game. `rank` has places
    from 1 on; ties share one, and the next candidate has the place that it would have without
    them: 1, 1, 3. Of `triads`, three candidates who all met and had no tie, `cyclic_triads` are
    those in which each beat one of the others.
    """

    rank: tuple[int, ...]
    points: tuple[float, ...]
    games: tuple[int, ...]
    net_win_rates: tuple[float | None, ...]
    triads: int
    cyclic_triads: int


def usual_rounds(count: int) -> int:
    """Return the rounds of a Swiss tournament: ⌈log2 n⌉ + 1, at most as many as find new pairs.

    Raises:
        ValueError: there are fewer than two candidates.
    """
    _check_count(count)
    return min(ceil(log2(count)) + 1, _most_rounds(count))


def next_round(
    schedule: Schedule,
    count: int,
    played: Rounds = (),
    *,
    rounds: int | None = None,
    seed: int = 0,
) -> tuple[Pair, ...]:
    """Return the pairs of the next round, and () where the tournament is over.

    `all` has one round of every pair. `swiss` pairs by standing, best with next best, and no pair
    twice; where the number is odd, the lowest who has not yet been left out is left out.
    `knockout` draws the candidates, gives those at the top of the draw a bye up to the next power
    of two, and plays on with who won; of a tie the one higher in the draw goes on. The draw, the
    order of equals and who stands first in a pair come from `seed`. `rounds` is that of `swiss`.

    Raises:
        ValueError: there are fewer than two candidates, `rounds` does not fit, or a round that was
            played is not one of this tournament.
    """
    _check_count(count)
    if rounds is not None and schedule != "swiss":
        raise ValueError(f'rounds is for "swiss", and the schedule is {schedule!r}')
    if schedule == "knockout":
        pairs = _knockout_round(count, played, seed)
    elif schedule == "swiss":
        pairs = _swiss_round(count, played, _checked_rounds(count, rounds), seed)
    elif schedule == "all":
        pairs = () if played else tuple(combinations(range(count), 2))
    else:
        raise ValueError(f"there is no schedule {schedule!r}; schedules: all, knockout, swiss")
    chance = _chance(seed, f"round {len(played)}")
    return tuple(pair if chance.random() < 0.5 else pair[::-1] for pair in pairs)


def most_games(schedule: Schedule, count: int, rounds: int | None = None) -> int:
    """Return how many pairs a tournament judges at most: n(n-1)/2, rounds·⌊n/2⌋, or n-1.

    Raises:
        ValueError: as of `next_round`.
    """
    _check_count(count)
    if schedule == "swiss":
        return _checked_rounds(count, rounds) * (count // 2)
    return count - 1 if schedule == "knockout" else comb(count, 2)


def _check_count(count: int) -> None:
    if count < 2:
        raise ValueError(f"a tournament needs two candidates, and has {count}")


def _most_rounds(count: int) -> int:
    return count - 1 if count % 2 == 0 else count


def fitting_rounds(count: int, rounds: int | None) -> int | None:
    """Return so many rounds, or as many as so few candidates can play."""
    return None if rounds is None else min(rounds, _most_rounds_of(count))


def _most_rounds_of(count: int) -> int:
    return _most_rounds(count) if count <= FEW else count // 2


def _checked_rounds(count: int, rounds: int | None) -> int:
    if rounds is None:
        return usual_rounds(count)
    most = _most_rounds_of(count)
    if not 1 <= rounds <= most:
        raise ValueError(f"{count} candidates play 1 to {most} rounds, and not {rounds}")
    return rounds


def _chance(seed: int, what: str) -> Random:
    return Random(f"{seed} {what}")  # noqa: S311 - it shall be repeatable


def _drawn(count: int, seed: int) -> list[int]:
    drawn = list(range(count))
    _chance(seed, "draw").shuffle(drawn)
    return drawn


def _swiss_round(count: int, played: Rounds, rounds: int, seed: int) -> tuple[Pair, ...]:
    if len(played) >= rounds:
        return ()
    met = {frozenset((game.first, game.second)) for each in played for game in each}
    left_out = [_absent(count, each) for each in played]
    rates = _rates(count, played)
    standing = sorted(_drawn(count, seed), key=lambda each: -rates[each])
    for without in range(count % 2, count, 2):
        for resting in _resting(standing, left_out, without):
            playing = [each for each in standing if each not in resting]
            pairs = _matched(playing, met)
            if pairs is not None:
                return pairs
    return ()


def _absent(count: int, games: Sequence[Game]) -> set[int]:
    playing = [each for game in games for each in (game.first, game.second)]
    if len(set(playing)) < len(playing) or not set(playing) <= set(range(count)):
        raise ValueError("a round was played in which a candidate is unknown, or plays twice")
    return set(range(count)) - set(playing)


def _rates(count: int, played: Rounds) -> list[Fraction]:
    """Return each candidate's net win rate; one without a game is in the middle."""
    net, games = [0] * count, [0] * count
    for game in (game for each in played for game in each):
        for own in (game.first, game.second):
            games[own] += 1
            net[own] += 0 if game.winner is None else 1 if game.winner == own else -1
    return [Fraction(won, max(1, of)) for won, of in zip(net, games, strict=True)]


def _resting(
    standing: Sequence[int], left_out: Sequence[set[int]], without: int
) -> Iterator[tuple[int, ...]]:
    """Yield who may be left out, the lowest with the fewest rests first."""
    rests = {each: sum(each in absent for absent in left_out) for each in standing}
    from_below = list(reversed(standing))
    likeliest = sorted(from_below, key=rests.__getitem__)
    yield from combinations(likeliest, without)


def _matched(playing: Sequence[int], met: set[frozenset[int]]) -> tuple[Pair, ...] | None:
    """Pair all with the next below whom they have not met; None where that cannot be."""
    if not playing:
        return ()
    first, *others = playing
    for second in others:
        if frozenset((first, second)) in met:
            continue
        rest = _matched([each for each in others if each != second], met)
        if rest is not None:
            return ((first, second), *rest)
    return None


def _knockout_round(count: int, played: Rounds, seed: int) -> tuple[Pair, ...]:
    still = _drawn(count, seed)
    for games in played:
        met = {frozenset((game.first, game.second)) for game in games}
        if met != set(map(frozenset, _bracket(still))) or len(games) != len(met):
            raise ValueError("a round was played that is not the next of this tournament")
        beaten = {_loser(game, still) for game in games}
        still = [each for each in still if each not in beaten]
    return _bracket(still)


def _bracket(still: Sequence[int]) -> tuple[Pair, ...]:
    """Pair the top of the draw with its bottom; who is above the next power of two has a bye."""
    if len(still) == 1:
        return ()
    byes = 2 ** ceil(log2(len(still))) - len(still)
    playing = still[byes:]
    half = len(playing) // 2
    return tuple(zip(playing[:half], reversed(playing[half:]), strict=True))


def _loser(game: Game, draw: Sequence[int]) -> int:
    """Return who is out: who lost, or of a tie the one lower in the draw."""
    if game.winner is None:
        return max(game.first, game.second, key=draw.index)
    return game.second if game.winner == game.first else game.first


def standings(schedule: Schedule, count: int, played: Rounds, *, seed: int = 0) -> Standings:
    """Return where the candidates stand after the rounds that were played.

    They are ranked by net win rate, which is the order of Copeland's points where all have played
    as often; of `knockout`, by the round in which they went out. `seed` is that of the draw.

    Raises:
        ValueError: there are fewer than two candidates, or a round is not one of this tournament.
    """
    _check_count(count)
    games = [game for each in played for game in each]
    if any(not {game.first, game.second} <= set(range(count)) for game in games):
        raise ValueError(f"a game was played by another than the candidates 0 to {count - 1}")
    counts = [sum(own in (game.first, game.second) for game in games) for own in range(count)]
    rates = _rates(count, played)
    points = [float((rate + 1) * of / 2) for rate, of in zip(rates, counts, strict=True)]
    merits = _survived(count, played, seed) if schedule == "knockout" else rates
    triads, cyclic = _triads(games)
    return Standings(
        rank=tuple(1 + sum(other > own for other in merits) for own in merits),
        points=tuple(points),
        games=tuple(counts),
        net_win_rates=tuple(
            float(rate) if of else None for rate, of in zip(rates, counts, strict=True)
        ),
        triads=triads,
        cyclic_triads=cyclic,
    )


def _survived(count: int, played: Rounds, seed: int) -> list[Fraction]:
    """Return how many rounds each candidate of a knockout was not beaten in."""
    draw = _drawn(count, seed)
    out = {_loser(game, draw): number for number, games in enumerate(played) for game in games}
    return [Fraction(out.get(own, len(played))) for own in range(count)]


def _triads(games: Sequence[Game]) -> tuple[int, int]:
    """Count the triples that all met without a tie, and the cyclic ones of them."""
    beats: dict[int, set[int]] = {}
    for game in games:
        if game.winner is not None:
            loser = game.second if game.winner == game.first else game.first
            beats.setdefault(game.winner, set()).add(loser)
            beats.setdefault(loser, set())
    triads = cyclic = 0
    for trio in combinations(sorted(beats), 3):
        wins = [sum(other in beats[own] for other in trio) for own in trio]
        triads += sum(wins) == 3
        cyclic += wins == [1, 1, 1]
    return triads, cyclic


def ranked(table: Standings) -> GraderRank:
    """Return standings as an outcome; the metadata have the other figures."""
    return GraderRank(
        table.rank,
        metadata={
            "points": list(table.points),
            "games": list(table.games),
            "net_win_rates": list(table.net_win_rates),
            "triads": table.triads,
            "cyclic_triads": table.cyclic_triads,
        },
    )
