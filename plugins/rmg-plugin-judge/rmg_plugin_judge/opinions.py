"""The opinions of all judges on one question: as many as it takes, and a stronger judge's."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import anyio
from attrs import evolve

from rmg_core import CannotGrade, Model, ModelFailed, ModelStopped, Outcome
from rmg_plugin_judge.asking import Question, vote_of
from rmg_plugin_judge.judges import name_of
from rmg_plugin_judge.options import JudgeOptions
from rmg_plugin_judge.preferences import is_pair_decided
from rmg_plugin_judge.reductions import is_decided, needs_escalation
from rmg_plugin_judge.values import Vote

Ask: TypeAlias = Callable[[Model, Sequence[int], int], Awaitable[Vote]]
Orders: TypeAlias = Sequence[Sequence[int]]
Made: TypeAlias = Callable[[Sequence[Vote], Mapping[str, Any]], Outcome]
"""Makes an outcome of votes, by the options that `rules` gives."""

AS_IT_IS: Final[Orders] = ((),)


def one_vote(question: Question) -> Ask:
    """Return what asks a judge for a vote on a question."""

    async def ask(model: Model, order: Sequence[int], sample: int) -> Vote:
        return await vote_of(question, model, order=order, sample=sample)

    return ask


async def opinions(question: Question, ask: Ask, orders: Orders = AS_IT_IS) -> list[Vote]:
    """Ask every judge for its opinions; more of them only for as long as they could matter.

    Raises:
        ModelStopped: a judge cannot be asked any more in this run.
    """
    options = question.options
    votes: list[Vote] = await at_once(
        [
            (ask, (model, order, sample))
            for model in options.judges
            for sample in range(options.fewest_samples)
            for order in orders
        ]
    )
    for sample in range(options.fewest_samples, options.most_samples):
        open_ones = [model for model in options.judges if not _is_over(question, votes, model)]
        votes += await at_once(
            [(ask, (model, order, sample)) for model in open_ones for order in orders]
        )
    return votes


def _is_over(question: Question, votes: Sequence[Vote], model: Model) -> bool:
    """Tell whether what is left of a judge's opinions cannot change its word."""
    own = [vote for vote in votes if vote.model == name_of(model)]
    most = question.options.most_samples
    if question.rubric.mode == "pairwise":
        ties: Any = getattr(question.options, "ties", "allow")
        return is_pair_decided(own, question.rubric, most, ties=ties)
    return bool(is_decided(own, question.rubric, most, reduce="mode"))


async def at_once(calls: Sequence[tuple[Callable[..., Awaitable[Any]], tuple[Any, ...]]]) -> Any:
    """Make several calls at once; return what comes of each, in their order.

    What the first call raises is raised, a `ModelStopped` before all else. The others come to their
    end before, so that replies which are on their way are kept.
    """
    made: list[Any] = [None] * len(calls)
    ended: dict[int, ModelStopped | ModelFailed | CannotGrade] = {}

    async def one(place: int, call: Callable[..., Awaitable[Any]], given: tuple[Any, ...]) -> None:
        try:
            made[place] = await call(*given)
        except (ModelStopped, ModelFailed, CannotGrade) as why:
            ended[place] = why

    if len(calls) == 1:
        await one(0, *calls[0])
    else:
        try:
            async with anyio.create_task_group() as tasks:
                for place, (call, given) in enumerate(calls):
                    tasks.start_soon(one, place, call, given)
        except ExceptionGroup as several:  # what nobody expects is told as it is, not in a group
            raise several.exceptions[0] from None
    if ended:
        first = min(ended, key=lambda place: (not isinstance(ended[place], ModelStopped), place))
        raise ended[first]
    return made


async def settled(
    question: Question,
    votes: Sequence[Vote],
    outcome: Outcome,
    made: Made,
    ask: Ask,
    *,
    orders: Orders = AS_IT_IS,
) -> Outcome:
    """Return the outcome of the votes, or that of a stronger judge where they need one.

    The stronger judge is alone: what the options say of a panel is not for it.
    """
    escalate = question.options.escalate
    if escalate is None or not needs_escalation(votes, escalate.when, question.rubric):
        return outcome
    stronger = await at_once([(ask, (escalate.to, order, 0)) for order in orders])
    second = made(stronger, {})
    return evolve(second, metadata={**second.metadata, "escalated": dict(outcome.metadata)})


def rules(options: JudgeOptions) -> dict[str, Any]:
    """Return the options by which the votes of all judges are reduced."""
    made: dict[str, Any] = {"min_votes": options.min_votes}
    for name in ("reduce", "panel_reduce"):
        if hasattr(options, name):
            made[name] = getattr(options, name)
    if weights := getattr(options, "panel_weights", ()):
        made["panel_weights"] = dict(zip(map(name_of, options.panel), weights, strict=True))
    return made
