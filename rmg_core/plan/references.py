"""What graders wait for: the conditions of a plan, read and held against its graders."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TypeAlias

from attrs import evolve

from rmg_core.hints import suggestion
from rmg_core.plan.conditions import Condition
from rmg_core.plan.logic import read_condition
from rmg_core.plan.parts import At, Parts
from rmg_core.plan.values import PlannedGrader

Graders: TypeAlias = Mapping[str, PlannedGrader | None]


def with_conditions(
    parts: Parts, graders: Graders, unread: Iterable[str]
) -> dict[str, PlannedGrader | None]:
    """Give the graders the conditions of their tables; what is wrong with these is noted.

    `unread` are columns whose tables have problems of their own, and are names all the same.
    """
    conditions = {
        name: condition
        for name, table in parts.config.graders.items()
        if table.when is not None and (condition := _read(parts, table.when, _at(name)))
    }
    known = {*graders, *unread}
    for name, condition in conditions.items():
        for other in condition.names:
            _check_name(parts, name, other, known)
        _check_scales(parts, condition, graders, _at(name))
    for cycle in _cycles(conditions):
        said = ", ".join(f"{one} waits for {other}" for one, other in cycle)
        parts.note(_at(cycle[0][0]), said, "take one of these references out")
    return {
        name: each and evolve(each, when=conditions.get(name)) for name, each in graders.items()
    }


def _at(name: str) -> At:
    return ("graders", name, "when")


def _read(parts: Parts, text: str, at: At) -> Condition | None:
    try:
        return read_condition(text)
    except ValueError as fault:
        parts.note(at, f"when {text[:200]!r}: {fault}")
    return None


def _check_name(parts: Parts, name: str, other: str, known: Iterable[str]) -> None:
    if other == name:
        parts.note(_at(name), f"{name} waits for itself", "name other graders")
    elif other in parts.config.aggregators:
        said = f"{other!r} is an aggregator, and these come after all graders"
        parts.note(_at(name), said, "name the graders that it combines")
    elif other not in known:
        others = [each for each in parts.config.graders if each != name]
        hint = suggestion(other, others, "graders")
        parts.note(_at(name), f"there is no grader {other!r}", hint)


def _check_scales(parts: Parts, condition: Condition, graders: Graders, at: At) -> None:
    """Note the comparisons that the scale of a grader has decided already."""
    for each in condition.comparisons:
        grader = graders.get(each.name)
        if grader is None or (verdict := each.on(grader.scale)) is None:
            continue
        said = f"{'every' if verdict else 'no'} score of {each.name!r} meets `{each.text}`"
        hint = "choose a number that tells scores apart"
        parts.note(at, f"{said}: its scale is {grader.scale}", hint)


def _cycles(conditions: Mapping[str, Condition]) -> Iterator[list[tuple[str, str]]]:
    """Yield cycles of graders that wait for one another, each as pairs of who waits for whom."""
    waits_for = {
        name: [other for other in each.names if other != name and other in conditions]
        for name, each in conditions.items()
    }
    order = list(conditions)
    while True:
        try:
            TopologicalSorter(waits_for).prepare()
        except CycleError as fault:
            # In it each waits for the one before, and the last is the first again.
            cycle = fault.args[1][:0:-1]
            first = cycle.index(min(cycle, key=order.index))
            cycle = [*cycle[first:], *cycle[:first]]
            yield [*pairwise([*cycle, cycle[0]])]
            for name in cycle:
                del waits_for[name]
        else:
            return
