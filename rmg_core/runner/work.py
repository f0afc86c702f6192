"""The work of one cell: map, check, call, settle; and a fingerprint where someone keeps it."""

import json
from collections.abc import Callable, Mapping
from hashlib import blake2b
from time import perf_counter
from typing import Any, TypeAlias

import orjson

from rmg_core.errors import CannotGrade
from rmg_core.mappers import FieldMapper
from rmg_core.outcomes import Cell, GraderError, Outcome
from rmg_core.plan.values import PlannedAggregator, PlannedGrader
from rmg_core.runner.calls import Refusals, asking
from rmg_core.runner.settling import (
    combined,
    combined_group,
    error_of,
    settler,
)
from rmg_core.runner.window import Group, OpenSample

GraderCell: TypeAlias = OpenSample | tuple[OpenSample, int]
"""A cell in a grader's lane: its sample, and the number of the repeat where there are several."""


def fingerprinter(digest: bytes, repeats: int) -> Callable[[tuple[Any, ...], int], str]:
    """Return what gives a grader's cells their content addresses: 32 hexadecimal digits.

    blake2b over the grader's digest, the repeat, and the inputs as canonical JSON.
    Inputs that JSON cannot hold have none: the empty string.
    """
    # Begun once and copied, a hash costs half as much.
    begun = [blake2b(digest + repeat.to_bytes(8), digest_size=16) for repeat in range(repeats)]

    def fingerprint(inputs: tuple[Any, ...], repeat: int) -> str:
        try:
            content = orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)
            if b"null" in content:  # orjson writes NaN like None; json tells them apart
                content = json.dumps(inputs, sort_keys=True).encode()
        except TypeError:
            return ""
        address = begun[repeat].copy()
        address.update(content)
        return address.hexdigest()

    return fingerprint


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


def kept_work(planned: PlannedGrader) -> Callable[..., Cell]:
    """Return the work of a plain grader, with all that is to be kept of a cell."""
    prepare, call, settle = planned.prepare, planned.grader.call, settler(planned.scale)
    name = planned.name
    fingerprint = fingerprinter(planned.identity.digest, planned.repeats)

    def work(opened: OpenSample, repeat: int = 0) -> Cell:
        try:
            inputs = prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            error = unprepared(opened, fault)
            return Cell(opened.index, opened.id, name, repeat, "", error, 0.0)
        address = fingerprint(inputs, repeat)
        began = perf_counter()
        try:
            outcome = settle(call(*inputs))
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            outcome = error_of(fault, "grader_error")
        seconds = perf_counter() - began
        return Cell(opened.index, opened.id, name, repeat, address, outcome, seconds)

    return work


def async_work(planned: PlannedGrader, refusals: Refusals, *, keep: bool) -> Callable[..., Any]:
    """Return the work of an async grader; with `keep`, all that is to be kept of a cell."""
    name, prepare = planned.name, planned.prepare
    fingerprint = fingerprinter(planned.identity.digest, planned.repeats)
    answer = asking(planned.grader.call, settler(planned.scale), planned.timeout, refusals)

    async def work(opened: OpenSample, _: int = 0) -> Outcome:
        try:
            inputs = prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            return unprepared(opened, fault)
        return await answer(inputs)

    async def work_and_keep(opened: OpenSample, repeat: int = 0) -> Cell:
        try:
            inputs = prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            error = unprepared(opened, fault)
            return Cell(opened.index, opened.id, name, repeat, "", error, 0.0)
        address = fingerprint(inputs, repeat)
        began = perf_counter()
        outcome = await answer(inputs)
        seconds = perf_counter() - began
        return Cell(opened.index, opened.id, name, repeat, address, outcome, seconds)

    return work_and_keep if keep else work


def of_repeats(work: Callable[[OpenSample, int], Any]) -> Callable[[tuple[OpenSample, int]], Any]:
    """Let the work of a grader take the cells of one that runs more than once."""
    return lambda cell: work(*cell)


def late_result(planned: PlannedGrader, *, keep: bool) -> Callable[[GraderCell, GraderError], Any]:
    """Return what stands for the result of a cell whose thread was left behind."""
    name, seconds = planned.name, planned.timeout or 0.0
    fingerprint = fingerprinter(planned.identity.digest, planned.repeats)

    def address_of(opened: OpenSample, repeat: int) -> str:
        if not isinstance(planned.mapper, FieldMapper):
            return ""  # a mapper of the user may be what hangs
        try:
            return fingerprint(planned.prepare(opened.fields), repeat)
        except CannotGrade:
            return ""

    def late(cell: GraderCell, error: GraderError) -> Outcome | Cell:
        if not keep:
            return error
        opened, repeat = (cell, 0) if isinstance(cell, OpenSample) else cell
        address = address_of(opened, repeat)
        return Cell(opened.index, opened.id, name, repeat, address, error, seconds)

    return late


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
            opened.outcomes[places[each.name]] = combined(each.aggregator.combine, parts)

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
            made = combined_group(planned.aggregator.combine_group, parts)
        for member, outcome in zip(members, made, strict=True):
            member.outcomes[place] = outcome

    return work
