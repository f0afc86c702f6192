"""Answers compared with each other: pairs, lists, and tournaments of pairs."""

from collections.abc import Mapping, Sequence
from itertools import permutations
from random import Random
from typing import Any, Final

from attrs import evolve

from rmg_core import CannotGrade, GraderRank, GraderScore, Outcome
from rmg_plugin_judge.asking import Question
from rmg_plugin_judge.judges import name_of
from rmg_plugin_judge.opinions import at_once, one_vote, opinions, rules, settled
from rmg_plugin_judge.preferences import Rejudge, reduced_pairs, reduced_rankings
from rmg_plugin_judge.preparing import ANSWERS, LIST, Prepared, is_empty
from rmg_plugin_judge.questions import EMPTY, list_question, of_empty, pair_question
from rmg_plugin_judge.tournaments import (
    Game,
    fitting_rounds,
    next_round,
    ranked,
    standings,
)
from rmg_plugin_judge.values import Rubric, Vote

FORTH: Final = (0, 1)
BACK: Final = (1, 0)
EVEN: Final = 0.5
MOST_PERMUTED: Final = 3
"""Of so many answers every order is shown, n! of them, where of more each comes first once."""


async def pairwise(rubric: Rubric, options: Any, ready: Prepared) -> Outcome:
    """Return how far the first answer of a sample is preferred, 0..1."""
    answers = [ready.inputs.get(name) for name in ANSWERS]
    first, second = map(is_empty, answers)
    if first or second:
        return of_empty(options, options.tie_value if first and second else float(second))
    return await _compared(rubric, options, _without(ready, ANSWERS), answers)


async def _compared(
    rubric: Rubric, options: Any, ready: Prepared, answers: Sequence[Any]
) -> Outcome:
    question = pair_question(rubric, options, ready, answers)
    orders = _pair_orders(question)
    ask = one_vote(question)
    votes = await opinions(question, ask, orders)

    def reduce(given: Sequence[Vote], how: Mapping[str, Any], inconsistent: Any) -> Any:
        return reduced_pairs(
            given,
            question.rubric,
            ties=options.ties,
            tie_value=getattr(options, "tie_value", EVEN),
            inconsistent=inconsistent,
            **how,
        )

    def made(given: Sequence[Vote], how: Mapping[str, Any]) -> Outcome:
        is_error = options.inconsistent == "error"
        outcome: Outcome = reduce(given, how, "error" if is_error else "tie")
        return outcome

    outcome = reduce(votes, rules(options), options.inconsistent)
    if isinstance(outcome, Rejudge):
        votes += await at_once(
            [
                (ask, (model, order, options.most_samples))
                for model in options.judges
                if name_of(model) in outcome.models
                for order in orders
            ]
        )
        outcome = made(votes, rules(options))
    return await settled(question, votes, outcome, made, ask, orders=orders)


def _pair_orders(question: Question) -> Sequence[Sequence[int]]:
    match question.options.orders:  # type: ignore[attr-defined]  # options of pairs and lists
        case "swap":
            return FORTH, BACK
        case "random":
            return (_chance(question).choice((FORTH, BACK)),)
    return (FORTH,)


async def listwise(rubric: Rubric, options: Any, ready: Prepared) -> Outcome:
    """Rank the answers of a sample; those that are empty share the last place.

    Raises:
        CannotGrade: there is no list of two or more (`bad_input`), or there is nothing in them, or
            in one of them, by the options (`empty_input`).
    """
    answers = ready.inputs.get(LIST)
    if not isinstance(answers, list | tuple) or len(answers) < 2:
        raise CannotGrade(f"{LIST!r} must be a list of at least two answers", "bad_input")
    kept = [place for place, each in enumerate(answers) if not is_empty(each)]
    if not kept or (options.empty == "error" and len(kept) < len(answers)):
        raise CannotGrade("an answer of the list is empty", "empty_input")
    own = [answers[place] for place in kept]
    outcome = await _ordered(rubric, options, _without(ready, (LIST,)), own)
    if len(own) == len(answers) or not isinstance(outcome, GraderRank):
        return outcome
    places = dict(zip(kept, outcome.rank, strict=True))
    rank = [places.get(place, len(own) + 1) for place in range(len(answers))]
    empty = [place for place in range(len(answers)) if place not in places]
    return evolve(outcome, rank=rank, metadata={**outcome.metadata, "empty": empty})


async def _ordered(
    rubric: Rubric, options: Any, ready: Prepared, answers: Sequence[Any]
) -> Outcome:
    if len(answers) == 1:
        return GraderRank((1,), EMPTY)
    if options.tournament is not None:
        return await _tournament(rubric, options, ready, answers)
    question = list_question(rubric, options, ready, answers)
    orders, ask = _list_orders(question), one_vote(question)
    most = len(options.judges) * options.fewest_samples * len(orders)
    if options.min_votes is not None and options.min_votes > most:
        said = f"min_votes is {options.min_votes}, and a list of {len(answers)} has {most} votes"
        raise CannotGrade(said, "bad_input")

    def made(given: Sequence[Vote], how: Mapping[str, Any]) -> Outcome:
        counted = [_without_ties(vote) for vote in given] if options.ties == "forbid" else given
        return reduced_rankings(counted, len(answers), labels=question.spec.labels, **how)

    votes = await opinions(question, ask, orders)
    return await settled(question, votes, made(votes, rules(options)), made, ask, orders=orders)


def _list_orders(question: Question) -> Sequence[Sequence[int]]:
    forth = tuple(range(len(question.candidates)))
    match question.options.orders:  # type: ignore[attr-defined]  # options of pairs and lists
        case "swap":
            return forth, forth[::-1]
        case "rotate":
            if len(forth) <= MOST_PERMUTED:
                return tuple(permutations(forth))
            return tuple(forth[place:] + forth[:place] for place in forth)
        case "random":
            return (_chance(question).sample(forth, len(forth)),)
    return (forth,)


def _without_ties(vote: Vote) -> Vote:
    groups = () if vote.verdict is None else vote.verdict.ranking
    if all(len(group) == 1 for group in groups):
        return vote
    said = "it ranks some alike, and ties are forbidden"
    return evolve(vote, verdict=None, error="unparseable", said=said)


async def _tournament(
    rubric: Rubric, options: Any, ready: Prepared, answers: Sequence[Any]
) -> Outcome:
    """Rank answers by pairs. One pair that cannot be judged leaves the whole without a rank."""
    kind, count, seed = options.tournament, len(answers), options.seed
    setting = {"rounds": fitting_rounds(count, options.rounds)} if kind == "swiss" else {}
    played: list[list[Game]] = []
    told: list[dict[str, Any]] = []
    while pairs := next_round(kind, count, played, seed=seed, **setting):
        made: list[Outcome] = await at_once(
            [
                (_compared, (rubric, options, ready, [answers[first], answers[second]]))
                for first, second in pairs
            ]
        )
        told += [
            {"pair": list(pair), **each.metadata} for pair, each in zip(pairs, made, strict=True)
        ]
        games = [
            Game(first, second, each.score)
            for (first, second), each in zip(pairs, made, strict=True)
            if isinstance(each, GraderScore)
        ]
        if len(games) < len(pairs):
            return _unplayed(pairs, made, told)
        played.append(games)
    outcome = ranked(standings(kind, count, played, seed=seed))
    return evolve(outcome, metadata={**outcome.metadata, "pairs": told})


def _unplayed(
    pairs: Sequence[tuple[int, int]], made: Sequence[Outcome], told: Sequence[Mapping[str, Any]]
) -> Outcome:
    """Return what became of the first pair that has no score, and say which it was."""
    for (first, second), each in zip(pairs, made, strict=True):
        if not isinstance(each, GraderScore):
            metadata = {"pairs": list(told), "without_score": [first, second]}
            return evolve(each, metadata=metadata)
    raise AssertionError("every pair has a score")


def _without(ready: Prepared, names: Sequence[str]) -> Prepared:
    inputs = {name: value for name, value in ready.inputs.items() if name not in names}
    return evolve(ready, inputs=inputs)


def _chance(question: Question) -> Random:
    """Return chance that is the same for the same sample, whoever is asked."""
    seed = question.options.seed
    return Random(f"{seed}\x1f{question.digest}\x1f{question.text}")  # noqa: S311 - an order
