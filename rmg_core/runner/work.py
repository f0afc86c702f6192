"""The work of one cell: map, check, call, settle."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from time import perf_counter
from types import CoroutineType
from typing import Any, Final

from rmg_core.connections.errands import ERRAND, Errand
from rmg_core.connections.ledger import Ledger
from rmg_core.outcomes import Cell, GraderError, GraderScore, Outcome, is_pending
from rmg_core.plan.values import PlannedAggregator, PlannedGrader
from rmg_core.runner.calls import Answer, Inputs, Refusals, answering
from rmg_core.runner.settling import (
    combined,
    combined_group,
    error_of,
    settler,
)
from rmg_core.runner.window import Group, OpenSample, Ready

new: Final = tuple.__new__  # takes half the time of Cell(…)


def unprepared(sample: OpenSample, fault: BaseException) -> GraderError:
    error = error_of(fault, "mapper_error")
    return GraderError(error.kind, f"sample {sample.label}: {error.error}", error.detail)


def plain_work(planned: PlannedGrader) -> Callable[..., Outcome]:
    """Return the work of a plain grader whose cells nobody keeps."""
    prepare, call, settle = planned.prepare, planned.grader.call, settler(planned.scale)

    def work(opened: OpenSample, _: int = 0) -> Outcome:
        try:
            inputs = prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            return unprepared(opened, fault)
        try:
            return settle(call(*inputs))
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            return error_of(fault, "grader_error")

    return work


def async_work(
    planned: PlannedGrader, refusals: Refusals, ledger: Ledger | None
) -> Callable[..., Any]:
    """Return the work of an async grader whose cells nobody keeps.

    It gives the outcome of a grader that does not wait at once, and else what is to be awaited.
    """
    prepare = planned.prepare
    answer = answering(planned.grader.call, settler(planned.scale), planned.timeout, refusals)
    if ledger is not None:
        ask = _on_errand(planned, answer, ledger)

        async def asking_work(opened: OpenSample, repeat: int = 0) -> Outcome:
            try:
                inputs = prepare(opened.fields)
            except BaseException as fault:  # noqa: BLE001 - a foreign mapper
                return unprepared(opened, fault)
            outcome, _ = await ask(Ready(opened, repeat, inputs, ""))
            return outcome

        return asking_work

    def work(opened: OpenSample, _: int = 0) -> Answer:
        try:
            inputs = prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            return unprepared(opened, fault)
        return answer(inputs)

    return work


def _on_errand(
    planned: PlannedGrader,
    answer: Callable[[Inputs], Answer],
    ledger: Ledger,
) -> Callable[[Ready], Coroutine[Any, Any, tuple[Outcome, float]]]:
    """Return what calls a grader that asks models; the seconds are without its waits for them.

    A cell for which a model cannot be asked is pending, whatever its grader makes of that.
    """
    name, is_told = planned.name, planned.grader.spec.declared.tells_failures

    async def ask(ready: Ready) -> tuple[Outcome, float]:
        opened, repeat, inputs, address = ready
        errand = Errand(ledger, f"{name}, sample {opened.label}", address, repeat)
        before = ERRAND.set(errand)
        began = perf_counter()
        try:
            made: Any = answer(inputs)
            outcome: Outcome = await made if type(made) is CoroutineType else made
        finally:
            ERRAND.reset(before)
        seconds = max(0.0, perf_counter() - began - errand.waited)
        if errand.pending:
            ledger.pending += 1
            return GraderError("pending", errand.pending), seconds
        if errand.failures and not is_told and isinstance(outcome, GraderScore):
            ledger.scored_anyway[name] += 1
        errand.note_calls()
        return outcome, seconds

    return ask


def of_repeats(work: Callable[[OpenSample, int], Any]) -> Callable[[tuple[OpenSample, int]], Any]:
    """Let the work of a grader take the cells of one that runs more than once."""
    return lambda cell: work(*cell)


def kept_work(planned: PlannedGrader) -> Callable[[Ready], Cell]:
    """Return the work of a plain grader whose cells are kept, and have their inputs already."""
    call, settle, name = planned.grader.call, settler(planned.scale), planned.name

    def work(ready: Ready) -> Cell:
        opened, repeat, inputs, address = ready
        began = perf_counter()
        try:
            outcome = settle(call(*inputs))
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            outcome = error_of(fault, "grader_error")
        seconds = perf_counter() - began
        return new(Cell, (opened.index, opened.id, name, repeat, address, outcome, seconds))

    return work


def kept_async_work(
    planned: PlannedGrader, refusals: Refusals, ledger: Ledger | None
) -> Callable[[Ready], Any]:
    """Return the same of an async grader."""
    name = planned.name
    answer = answering(planned.grader.call, settler(planned.scale), planned.timeout, refusals)
    if ledger is not None:
        ask = _on_errand(planned, answer, ledger)

        async def asking_work(ready: Ready) -> Cell:
            outcome, seconds = await ask(ready)
            opened, repeat, _, address = ready
            return new(Cell, (opened.index, opened.id, name, repeat, address, outcome, seconds))

        return asking_work

    def work(ready: Ready) -> Any:
        opened, repeat, inputs, address = ready
        began = perf_counter()
        outcome: Any = answer(inputs)
        if type(outcome) is CoroutineType:
            return waiting_work(ready, outcome, began)
        seconds = perf_counter() - began
        return new(Cell, (opened.index, opened.id, name, repeat, address, outcome, seconds))

    async def waiting_work(
        ready: Ready, answered: Coroutine[Any, Any, Outcome], began: float
    ) -> Cell:
        opened, repeat, _, address = ready
        outcome = await answered
        seconds = perf_counter() - began
        return new(Cell, (opened.index, opened.id, name, repeat, address, outcome, seconds))

    return work


def kept_result(planned: PlannedGrader) -> Callable[[Ready, Outcome, float], Cell]:
    """Return what makes a kept cell of an outcome that came another way."""
    name = planned.name

    def made(ready: Ready, outcome: Outcome, seconds: float) -> Cell:
        opened, repeat, _, address = ready
        return new(Cell, (opened.index, opened.id, name, repeat, address, outcome, seconds))

    return made


def combine_work(
    planned: tuple[PlannedAggregator, ...], places: Mapping[str, int]
) -> Callable[[OpenSample], None]:
    """Return the work of the aggregators that combine one sample's outcomes, in their order.

    `places` tells where each column stands in a sample's outcomes.
    """

    def parts_of(each: PlannedAggregator, opened: OpenSample) -> dict[str, Outcome]:
        if each.repeats_of is None:
            return {name: opened.outcomes[places[name]] for name in each.reads}
        alone = [opened.outcomes[places[each.repeats_of]]]
        outcomes = (opened.repeats or {}).get(each.repeats_of, alone)
        return {str(repeat): outcome for repeat, outcome in enumerate(outcomes)}

    def work(opened: OpenSample) -> None:
        for each in planned:
            parts = parts_of(each, opened)
            pending = _pending_in(parts.values())
            opened.outcomes[places[each.name]] = (
                combined(each.aggregator.combine, parts) if pending is None else pending
            )

    return work


def group_work(planned: PlannedAggregator, places: Mapping[str, int]) -> Callable[[Group], None]:
    """Return the work of an aggregator that sets the samples of a group against each other."""
    place = places[planned.name]

    def work(group: Group) -> None:
        members = group.members
        if group.fault is not None:
            made: list[Outcome] = [group.fault] * len(members)
        else:
            parts: list[Mapping[str, Outcome]] = [
                {name: each.outcomes[places[name]] for name in planned.reads} for each in members
            ]
            pending = _pending_in(outcome for each in parts for outcome in each.values())
            made = (
                combined_group(planned.aggregator.combine_group, parts)
                if pending is None
                else [pending] * len(members)
            )
        for member, outcome in zip(members, made, strict=True):
            member.outcomes[place] = outcome

    return work


def _pending_in(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the outcome that is none yet, if there is one: nothing can be made of it."""
    for each in outcomes:
        if is_pending(each):
            return each
    return None
