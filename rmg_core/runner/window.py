"""The open samples of a run, and the cells that they wait for."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from attrs import define, field

from rmg_core.outcomes import GraderError, Outcome


@define(eq=False)
class OpenSample:
    """A sample on its way through the run.

    `index`, `id` and `fields` are the sample's. `order` counts the samples in the order in which
    they were read; `waiting` counts the cells that are not finished. `outcomes` has a place for
    every column of the plan, and `repeats` the outcomes of graders that run more than once.
    """

    index: int
    id: str | int | None
    fields: Mapping[str, Any]
    order: int
    waiting: int
    outcomes: list[Outcome]
    repeats: dict[str, list[Outcome]] | None = None

    @property
    def label(self) -> str:
        return f"{self.index}" if self.id is None else f"{self.index} (id {self.id!r})"


class Ready(NamedTuple):
    """A cell whose inputs are taken; `address` is empty where JSON cannot hold them."""

    opened: OpenSample
    repeat: int
    inputs: tuple[Any, ...]
    address: str


GraderCell: TypeAlias = OpenSample | tuple[OpenSample, int]
"""A cell before that: its sample, and the number of the repeat where there are several."""


class GradedSample(NamedTuple):
    """A sample with its outcomes, one a column; `repeats` holds those of repeated graders."""

    index: int  # type: ignore[assignment]  # hides a method of tuples that nobody needs
    id: str | int | None
    sample: Mapping[str, Any]
    outcomes: Mapping[str, Outcome]
    repeats: Mapping[str, list[Outcome]]


@define(eq=False)
class Group:
    """Adjacent samples that share a value, for an aggregator that sets them against each other.

    `key` is the value as JSON. `arrived` counts the members whose earlier outcomes are there.
    `fault` is every member's outcome where the group cannot be combined.
    """

    key: bytes
    members: list[OpenSample] = field(factory=list)
    arrived: int = 0
    is_closed: bool = False
    fault: GraderError | None = None

    @property
    def is_ready(self) -> bool:
        return self.is_closed and self.arrived == len(self.members)
