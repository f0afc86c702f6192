"""Whether the fields that a plan takes from its samples are there at all."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from attrs import frozen

from rmg_core.mappers import Constant, FieldMapper, Missing
from rmg_core.plan.values import Plan

LOOKED_AT: Final = 100
"""How many samples are looked at; a field of every hundredth may be absent from all of them."""


@frozen
class Unfed:
    """An input that no sample looked at has a field for; `said` is what the first one lacks."""

    grader: str
    input: str
    said: str


def unfed_inputs(plan: Plan, samples: Iterable[Mapping[str, Any]]) -> list[Unfed]:
    """Find the inputs whose field none of the first samples has.

    A field that some samples lack is an error of these samples; one that all lack is a mistake
    in the mapper, and better told before a run than in every cell of it.
    """
    first = list(islice(samples, LOOKED_AT))
    return [] if not first else list(_unfed(plan, first))


def _unfed(plan: Plan, samples: list[Mapping[str, Any]]) -> Iterator[Unfed]:
    for planned in plan.graders:
        if not isinstance(planned.mapper, FieldMapper):
            continue
        for name, source in planned.mapper.sources.items():
            if isinstance(source, Constant):
                continue
            found = [source.find(sample) for sample in samples]
            if all(isinstance(each, Missing) for each in found):
                yield Unfed(planned.name, name, found[0].said)
