"""A plan: every name resolved, every option checked, every input fed."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import Any

from attrs import evolve, field, frozen

from rmg_core.config import BudgetConfig
from rmg_core.connections import Connection, connections_in
from rmg_core.datasets import SCALARS, Dataset, ReadOnlyDict, freeze
from rmg_core.errors import CannotGrade, MissingInput
from rmg_core.graders import Grader, Input, type_name
from rmg_core.hints import suggestion
from rmg_core.mappers import Constant, FieldMapper, MapFunction, Path
from rmg_core.outcomes import Scale
from rmg_core.plan.conditions import Condition
from rmg_core.plan.identity import Identity
from rmg_core.plan.recipe import Recipe

Prepare = Callable[[Mapping[str, Any]], tuple[Any, ...]]


@frozen
class PlannedGrader:
    """A grader ready to run, under its name in the config.

    `timeout` is in seconds a cell. `recipe` is how a process makes a grader that has processes of
    its own, by default as many as there are processors. `when` is the condition under which it
    runs. `prepare` turns a sample's fields into the grader's inputs, in the order of its signature.
    """

    name: str
    grader: Grader
    identity: Identity
    mapper: FieldMapper | MapFunction
    prepare: Prepare = field(repr=False, eq=False)
    timeout: float | None = None
    max_concurrency: int | None = None
    repeats: int = 1
    recipe: Recipe | None = None
    when: Condition | None = None

    @property
    def most(self) -> int | None:
        """How many of its cells run at once, where the grader has a limit of its own."""
        if self.recipe is None or self.max_concurrency is not None:
            return self.max_concurrency
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    @property
    def scale(self) -> Scale:
        return self.grader.spec.scale

    @property
    def models(self) -> tuple[Connection, ...]:
        """The models among its options."""
        return connections_in(self.grader.options)


@frozen
class PlannedAggregator:
    """An aggregator ready to run, under the name of its column.

    `reads` are the columns that it combines. With `repeats_of` it combines that grader's repeats
    instead; with `group_by` it sets the samples that share that field's value against each other.
    """

    name: str
    aggregator: Any
    reads: tuple[str, ...]
    scale: Scale | None = None
    repeats_of: str | None = None
    group_by: Path | None = None


@frozen
class NamedPart:
    """A sink or an observer under its name in the config."""

    name: str
    part: Any


@frozen
class Plan:
    """What the runner runs."""

    graders: tuple[PlannedGrader, ...]
    aggregators: tuple[PlannedAggregator, ...] = ()
    max_concurrency: int = 32
    max_errors: float = 0.02
    dataset: Dataset | None = None
    run_dir: FilePath | None = None
    sinks: tuple[NamedPart, ...] = ()
    observers: tuple[NamedPart, ...] = ()
    budget: BudgetConfig = field(factory=BudgetConfig)

    @property
    def models(self) -> tuple[Connection, ...]:
        """The models that its graders ask, each once."""
        return tuple(dict.fromkeys(model for each in self.graders for model in each.models))

    @property
    def columns(self) -> tuple[str, ...]:
        graders = tuple(each.name for each in self.graders)
        return (*graders, *(each.name for each in self.aggregators))


def prepare_with(mapper: FieldMapper | MapFunction, inputs: tuple[Input, ...]) -> Prepare:
    """Join a mapper and a grader's inputs to one function that maps and checks a sample.

    The function raises `CannotGrade`: `missing_input`, `bad_input`, or `mapper_error`.
    """
    names = [each.name for each in inputs]
    if isinstance(mapper, FieldMapper):
        mapper = _with_constants_frozen(mapper)
    take = mapper.map if isinstance(mapper, FieldMapper) else _checked(mapper, inputs)

    def prepare(fields: Mapping[str, Any]) -> tuple[Any, ...]:
        taken = take(fields)
        values = []
        for each in inputs:
            if each.name in taken:
                value = taken[each.name]
                if each.accepts is not None and not each.accepts(value):
                    raise _bad_input(each, value)
                values.append(value)
            else:
                values.append(each.default)
        return tuple(values)

    quick = mapper.quick(names) if isinstance(mapper, FieldMapper) else None
    if quick is None:
        return prepare
    if all(each.annotation is str for each in inputs):
        return _of_texts(quick, prepare)
    return _by_types(quick, prepare, inputs)


def _of_texts(quick: Prepare, prepare: Prepare) -> Prepare:
    """Prepare texts, as most inputs are."""

    def prepare_texts(fields: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            values = quick(fields)
        except (KeyError, TypeError):
            return prepare(fields)
        for value in values:
            if type(value) is not str:
                return prepare(fields)
        return values

    return prepare_texts


def _by_types(quick: Prepare, prepare: Prepare, inputs: tuple[Input, ...]) -> Prepare:
    """Prepare inputs of which scalars are accepted by their types, once for each such type."""
    known: set[tuple[type, ...]] = set()
    may_know = all(each.goes_by_type for each in inputs)

    def prepare_by_types(fields: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            values = quick(fields)
        except (KeyError, TypeError):
            return prepare(fields)
        kinds = (*map(type, values),)
        if kinds not in known:
            for each, value in zip(inputs, values, strict=True):
                if each.accepts is not None and not each.accepts(value):
                    raise _bad_input(each, value)
            if may_know and SCALARS.issuperset(kinds):
                known.add(kinds)
        return values

    return prepare_by_types


def _with_constants_frozen(mapper: FieldMapper) -> FieldMapper:
    """Make the constants of a mapper, which all samples share, as read-only as a sample."""
    constants = {
        name: source.value
        for name, source in mapper.sources.items()
        if isinstance(source, Constant)
    }
    frozen_ones = {name: Constant(value) for name, value in freeze(constants).items()}
    return evolve(mapper, sources={**mapper.sources, **frozen_ones})


def _checked(mapper: MapFunction, inputs: tuple[Input, ...]) -> MapFunction:
    """Check what a user's mapper returns, which only a call can show."""
    names = [each.name for each in inputs]
    required = [each.name for each in inputs if each.required]

    def take(fields: Mapping[str, Any]) -> Mapping[str, Any]:
        taken = mapper(ReadOnlyDict(fields))
        if not isinstance(taken, Mapping):
            raise CannotGrade(
                f"the mapper returned a {type(taken).__name__}, not a mapping", "mapper_error"
            )
        for name in taken:
            if name not in names:
                raise CannotGrade(
                    f"the mapper returned {name!r}, which the grader does not take; "
                    + suggestion(str(name), names, "inputs"),
                    "mapper_error",
                )
        for name in required:
            if name not in taken:
                raise MissingInput(f"the mapper returned no input {name!r}")
        return taken

    return take


_JSON_WORDS: Mapping[Any, str] = {True: "true", False: "false", None: "null"}


def _bad_input(wanted: Input, value: Any) -> CannotGrade:
    is_word = value is None or isinstance(value, bool)
    said = _JSON_WORDS[value] if is_word else f"of type {type_name(type(value))}"
    return CannotGrade(
        f"input {wanted.name!r} must be {wanted.type_name}, and is {said}", "bad_input"
    )
