"""The engine: asks the judges that a rubric needs, and makes one outcome of their votes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import anyio
import attrs
from attrs import evolve

from rmg_core import CannotGrade, GraderRank, GraderScore, Model, Outcome, Scale
from rmg_plugin_judge.asking import Question, name_of, vote_of
from rmg_plugin_judge.checklists import batches, criteria_of, joined, reduced_checklist
from rmg_plugin_judge.frames import letters
from rmg_plugin_judge.options import JudgeOptions
from rmg_plugin_judge.preferences import Rejudge, reduced_pairs, reduced_rankings
from rmg_plugin_judge.preparing import ANSWER, ANSWERS, LIST, is_empty, prepared, shots
from rmg_plugin_judge.reductions import is_decided, needs_escalation, reduced
from rmg_plugin_judge.tournaments import Game, next_round, ranked, standings
from rmg_plugin_judge.values import Rubric, VerdictSpec, Vote
from rmg_plugin_judge.votes import levels_of

FORTH, BACK = (0, 1), (1, 0)

EMPTY = "the answer is empty"


async def judge(rubric: Rubric, options: Any, inputs: Mapping[str, Any]) -> Outcome:
    """Judge one sample: ask as the options say, and reduce the votes.

    An outcome's metadata have the votes, and what was cut or is to be known of the judges.

    Args:
        rubric: what is judged, and how.
        options: those of the rubric's mode.
        inputs: by the names of the rubric's inputs; None is an optional one that is not there.

    Raises:
        CannotGrade: there is nothing to judge, or a judge may not (`empty_input`, `conflict`,
            `missing_input`, `bad_input`).
        ModelStopped: a judge cannot be asked any more in this run.
    """
    ready = prepared(options, inputs)
    outcome = await _MODES[rubric.mode](rubric, options, ready.inputs)
    if not ready.notes:
        return outcome
    return evolve(outcome, metadata={**outcome.metadata, **ready.notes})


async def _pointwise(rubric: Rubric, options: Any, inputs: Mapping[str, Any]) -> Outcome:
    levels = levels_of(rubric)
    if is_empty(_answer_of(rubric, inputs)):
        values = [level.value for level in levels]
        return _of_empty(options, min(values), max(values))
    labels = tuple(level.label for level in levels)
    numbers = [int(label) for label in labels if label.isdecimal()]
    top = max(numbers) if len(numbers) == len(labels) else None
    spec = VerdictSpec(labels, top=top, may_abstain=rubric.may_abstain)
    question = _question(rubric, options, inputs, spec)
    votes = await _opinions(question)

    def made(given: Sequence[Vote]) -> Outcome:
        return reduced(given, rubric, **_rules(options))

    return await _settled(question, votes, made)


async def _checklist(rubric: Rubric, options: Any, inputs: Mapping[str, Any]) -> Outcome:
    criteria = criteria_of(rubric, inputs.get(rubric.criteria_from))
    own = evolve(rubric, criteria=criteria)
    if is_empty(_answer_of(rubric, inputs)):
        return _of_empty(options, 0.0, 1.0)
    labels = tuple(level.label for level in levels_of(own))
    ids = tuple(each.id for each in criteria)
    spec = VerdictSpec(labels, ids, may_abstain=rubric.may_abstain)
    given = {name: value for name, value in inputs.items() if name != rubric.criteria_from}
    question = _question(own, options, given, spec)
    parts = [question.of_batch(each) for each in batches(criteria, options.batch)]

    async def vote(model: Model, order: Sequence[int], sample: int) -> Vote:
        several = await _together([(part, model, order, sample) for part in parts])
        return joined(several)

    votes = await _opinions(question, vote)

    def made(given: Sequence[Vote]) -> Outcome:
        return reduced_checklist(given, own, criteria, **_rules(options))

    return await _settled(question, votes, made)


async def _pairwise(rubric: Rubric, options: Any, inputs: Mapping[str, Any]) -> Outcome:
    answers = [inputs[name] for name in ANSWERS]
    empty = [is_empty(each) for each in answers]
    if any(empty):
        score = options.tie_value if all(empty) else float(empty[1])
        return _of_empty(options, score, 1.0, low=0.0)
    return await _compared(rubric, options, _without(inputs, ANSWERS), answers)


async def _compared(
    rubric: Rubric, options: Any, inputs: Mapping[str, Any], answers: Sequence[Any]
) -> Outcome:
    """Return how far the first of two answers is preferred, 0..1."""
    labels = ("A", "B", "tie") if options.ties == "allow" else ("A", "B")
    spec = VerdictSpec(labels, may_abstain=rubric.may_abstain)
    pair = evolve(rubric, mode="pairwise", levels=())
    question = evolve(_question(pair, options, inputs, spec), candidates=answers)
    orders = {"swap": (FORTH, BACK), "one": (FORTH,)}.get(options.orders) or (
        _drawn(options, question, (FORTH, BACK)),
    )
    votes = await _opinions(question, orders=orders)
    rules = {name: value for name, value in _rules(options).items() if name != "reduce"}

    def made(given: Sequence[Vote], inconsistent: Any = options.inconsistent) -> Any:
        return reduced_pairs(
            given,
            pair,
            ties=options.ties,
            tie_value=getattr(options, "tie_value", 0.5),
            inconsistent=inconsistent,
            **rules,
        )

    outcome = made(votes)
    if isinstance(outcome, Rejudge):
        more = [
            (question, model, order, options.most_samples)
            for model in options.judges
            if name_of(model) in outcome.models
            for order in orders
        ]
        votes = [*votes, *await _together(more)]
        outcome = made(votes, "tie")
    return await _settled(question, votes, lambda given: made(given, "tie"), outcome, orders)


async def _listwise(rubric: Rubric, options: Any, inputs: Mapping[str, Any]) -> Outcome:
    answers = inputs.get(LIST)
    if not isinstance(answers, list | tuple) or len(answers) < 2:
        raise CannotGrade(
            f"a ranking needs a list of at least two answers in {LIST!r}", "bad_input"
        )
    if all(map(is_empty, answers)) or (options.empty == "error" and any(map(is_empty, answers))):
        raise CannotGrade("an answer of the list is empty", "empty_input")
    kept = [place for place, each in enumerate(answers) if not is_empty(each)]
    own = [answers[place] for place in kept]
    given = _without(inputs, (LIST,))
    if len(own) == 1:
        outcome: Outcome = GraderRank((1,), EMPTY)
    elif options.tournament is not None:
        outcome = await _tournament(rubric, options, given, own)
    else:
        outcome = await _ranked(rubric, options, given, own)
    if len(own) == len(answers) or not isinstance(outcome, GraderRank):
        return outcome
    places = dict(zip(kept, outcome.rank, strict=True))
    last = len(own) + 1
    return evolve(outcome, rank=[places.get(place, last) for place in range(len(answers))])


async def _ranked(
    rubric: Rubric, options: Any, inputs: Mapping[str, Any], answers: Sequence[Any]
) -> Outcome:
    labels = letters(len(answers))
    spec = VerdictSpec(labels, is_ranking=True, may_abstain=rubric.may_abstain)
    question = evolve(_question(rubric, options, inputs, spec), candidates=answers)
    forth = tuple(range(len(answers)))
    orders: tuple[tuple[int, ...], ...] = (forth,)
    if options.orders == "swap":
        orders = (forth, forth[::-1])
    elif options.orders == "rotate":
        orders = tuple(forth[place:] + forth[:place] for place in forth)
    elif options.orders == "random":
        orders = (_shuffled(options, question, forth),)
    votes = await _opinions(question, orders=orders)
    return reduced_rankings(votes, len(answers), labels=labels, min_votes=options.min_votes)


async def _tournament(
    rubric: Rubric, options: Any, inputs: Mapping[str, Any], answers: Sequence[Any]
) -> Outcome:
    """Rank answers by pairs. One pair that cannot be judged leaves the whole without a rank."""
    played: list[list[Game]] = []
    setting = {"rounds": options.rounds} if options.tournament == "swiss" else {}
    count, games = len(answers), []
    while pairs := next_round(options.tournament, count, played, seed=options.seed, **setting):
        made: list[Outcome] = await _all(
            [
                (_compared, (rubric, options, inputs, [answers[first], answers[second]]))
                for first, second in pairs
            ]
        )
        failed = next((each for each in made if not isinstance(each, GraderScore)), None)
        if failed is not None:
            return failed
        played.append(
            [
                Game(first, second, each.score)
                for (first, second), each in zip(pairs, made, strict=True)
                if isinstance(each, GraderScore)
            ]
        )
        games += [
            {"pair": list(pair), **each.metadata} for pair, each in zip(pairs, made, strict=True)
        ]
    outcome = ranked(standings(options.tournament, count, played, seed=options.seed))
    return evolve(outcome, metadata={**outcome.metadata, "pairs": games})


async def _opinions(
    question: Question, ask: Any = None, orders: Sequence[Sequence[int]] = ((),)
) -> list[Vote]:
    """Ask every judge for its opinions; more of them only for as long as they could matter."""
    options, ask = question.options, ask or _one(question)
    votes: list[Vote] = []

    async def of_sample(sample: int, judges: Sequence[Model]) -> None:
        asked = [(ask, (model, order, sample)) for model in judges for order in orders]
        votes.extend(await _all(asked))

    async def all_samples() -> None:
        asked = [
            (ask, (model, order, sample))
            for model in options.judges
            for sample in range(options.fewest_samples)
            for order in orders
        ]
        votes.extend(await _all(asked))

    await all_samples()
    for sample in range(options.fewest_samples, options.most_samples):
        open_ones = [model for model in options.judges if not _is_over(question, votes, model)]
        if not open_ones:
            break
        await of_sample(sample, open_ones)
    return votes


def _is_over(question: Question, votes: Sequence[Vote], model: Model) -> bool:
    """Tell whether what is left of a judge's opinions cannot change its word."""
    options = question.options
    own = [vote for vote in votes if vote.model == name_of(model)]
    most = len(own) // max(1, len({vote.sample for vote in own})) * options.most_samples
    rule: Any = getattr(options, "reduce", "mode")
    if question.rubric.mode in ("checklist", "listwise"):
        return False
    return bool(is_decided(own, question.rubric, most, reduce=rule))


def _one(question: Question) -> Any:
    async def ask(model: Model, order: Sequence[int], sample: int) -> Vote:
        return await vote_of(question, model, order=order, sample=sample)

    return ask


async def _together(asked: Sequence[tuple[Question, Model, Sequence[int], int]]) -> list[Vote]:
    votes: list[Vote] = await _all(
        [(_one(question), (model, order, sample)) for question, model, order, sample in asked]
    )
    return votes


async def _all(calls: Sequence[tuple[Any, tuple[Any, ...]]]) -> list[Any]:
    """Make several calls at once; return what comes of each, in their order."""
    made: list[Any] = [None] * len(calls)
    if len(calls) == 1:
        [(function, arguments)] = calls
        return [await function(*arguments)]

    async def one(place: int, function: Any, arguments: tuple[Any, ...]) -> None:
        made[place] = await function(*arguments)

    async with anyio.create_task_group() as tasks:
        for place, (function, arguments) in enumerate(calls):
            tasks.start_soon(one, place, function, arguments)
    return made


async def _settled(
    question: Question,
    votes: Sequence[Vote],
    made: Any,
    outcome: Outcome | None = None,
    orders: Sequence[Sequence[int]] = ((),),
) -> Outcome:
    """Return the outcome of the votes, or that of a stronger judge where they need one."""
    first = made(votes) if outcome is None else outcome
    escalate = question.options.escalate
    if escalate is None or not needs_escalation(votes, escalate.when, question.rubric):
        return first
    stronger = await _together([(question, escalate.to, order, 0) for order in orders])
    second: Outcome = made(stronger)
    return evolve(second, metadata={**second.metadata, "escalated": dict(first.metadata)})


def _question(
    rubric: Rubric, options: JudgeOptions, inputs: Mapping[str, Any], spec: VerdictSpec
) -> Question:
    return Question(rubric, options, inputs, spec, _digest(rubric), shots(rubric, options, inputs))


def _digest(rubric: Rubric) -> str:
    text = json.dumps(attrs.asdict(rubric), sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _rules(options: Any) -> dict[str, Any]:
    """Return the options by which votes are reduced."""
    weights = getattr(options, "panel_weights", ())
    by_name = dict(zip(map(name_of, options.panel), weights, strict=True)) if weights else {}
    return {
        "reduce": getattr(options, "reduce", "mean"),
        "panel_reduce": getattr(options, "panel_reduce", "mean"),
        "panel_weights": by_name,
        "min_votes": options.min_votes,
    }


def _answer_of(rubric: Rubric, inputs: Mapping[str, Any]) -> Any:
    """Return what is judged: the input `response`, or else the last that a sample must have."""
    names = [each.name for each in rubric.inputs if each.is_required]
    return inputs.get(ANSWER if ANSWER in inputs or not names else names[-1])


def _of_empty(options: Any, score: float, high: float, *, low: float | None = None) -> Outcome:
    if options.empty == "error":
        raise CannotGrade(EMPTY, "empty_input")
    least = score if low is None else low
    scale = Scale(least, high) if least < high else Scale()
    return GraderScore(score, EMPTY, {"empty": True}, scale)


def _without(inputs: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in names}


def _chance(options: JudgeOptions, question: Question) -> Random:
    """Return chance that is the same for the same sample."""
    content = json.dumps([question.inputs, list(question.candidates)], sort_keys=True, default=str)
    return Random(f"{options.seed}\x1f{question.digest}\x1f{content}")  # noqa: S311 - an order


def _drawn(options: JudgeOptions, question: Question, choices: Sequence[Any]) -> Any:
    return _chance(options, question).choice(choices)


def _shuffled(options: JudgeOptions, question: Question, order: tuple[int, ...]) -> tuple[int, ...]:
    mixed = list(order)
    _chance(options, question).shuffle(mixed)
    return tuple(mixed)


_MODES = {
    "pointwise": _pointwise,
    "checklist": _checklist,
    "pairwise": _pairwise,
    "listwise": _listwise,
}
