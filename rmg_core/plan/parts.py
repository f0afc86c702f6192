"""The parts of a plan, each made from its table in the config."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Literal

import attrs
from attrs import define, field

from rmg_core.config import (
    Config,
    GraderConfig,
    OptionsError,
    UseConfig,
    expanded,
    structure_options,
)
from rmg_core.connections import Connection, connections_in
from rmg_core.errors import (
    AmbiguousName,
    ConfigError,
    DefinitionError,
    Problem,
    RegistryError,
    UnknownName,
)
from rmg_core.graders import Grader, GraderSpec, as_grader, spec_of
from rmg_core.hints import near_miss, suggestion
from rmg_core.mappers import (
    FieldMapper,
    MapFunction,
    Source,
    as_map_function,
    by_own_name,
    dotted,
    parse_source,
)
from rmg_core.plan.identity import identity_of
from rmg_core.plan.recipe import CannotTravelError, Recipe, recipe_of
from rmg_core.plan.values import NamedPart, PlannedGrader, prepare_with
from rmg_core.registry import Registry, Resolved

At = tuple[str | int, ...]
On = Literal["key", "value"]


class NotMade(Exception):
    """A part cannot be made; its problems are noted."""


@define(eq=False)
class Parts:
    """Makes parts, and notes every problem on the way, where it stands in the config."""

    config: Config
    registry: Registry
    problems: list[Problem] = field(factory=list)
    models: dict[str, Connection | None] = field(factory=dict)
    _said: list[Problem] = field(factory=list)
    _packs: list[str] = field(factory=list)

    def note(self, at: At, message: str, hint: str = "", *, on: On = "value") -> None:
        self.problems.append(self.config.problem(at, message, hint, at=on))

    def check_packs(self) -> None:
        """Note what the config requires and is not there, and packs that cannot be used."""
        for number, requirement in enumerate(self.config.requires):
            for unmet in self.registry.check_requires([requirement]):
                self.note(("requires", number), unmet.message, unmet.hint)
        for number, pack in enumerate(self.config.packs):
            try:
                self.registry.pack(pack)
            except RegistryError as fault:
                self._note_fault(("packs", number), fault)
            else:
                self._packs.append(pack)

    @property
    def lacks_packs(self) -> bool:
        """A pack that the config names cannot be looked into, which is noted."""
        return len(self._packs) < len(self.config.packs)

    def names(self, noun: str) -> list[str]:
        """List the short names of a noun."""
        packs = [self.registry.pack(pack) for pack in ("basic", *self._packs)]
        return sorted({name for pack in packs for name in pack.names[noun]})

    def grader(self, name: str, table: GraderConfig) -> PlannedGrader | None:
        at: At = ("graders", name)
        with suppress(NotMade):
            resolved = self.resolve("grader", table.use, (*at, "use"))
            spec, made = self._grader_made(table, resolved, at)
            mapper = self._mapper(table.mapper, spec, at)
            self._check_needs(spec, at)
            if made is None or mapper is None:
                raise NotMade
            if connections_in(made.options) and not spec.is_async:
                said = f"{spec.name!r} asks a model, and is no `async def`"
                self.note((*at, "use"), said, "write it as `async def`, and await model.ask(…)")
            recipe = self._recipe(made, table, at)
            return PlannedGrader(
                name=name,
                grader=made,
                identity=identity_of(made, resolved),
                mapper=mapper,
                prepare=prepare_with(mapper, spec.inputs),
                timeout=spec.declared.timeout if table.timeout is None else table.timeout,
                max_concurrency=table.max_concurrency,
                repeats=table.repeats,
                recipe=recipe,
            )
        return None

    def _recipe(self, made: Grader, table: GraderConfig, at: At) -> Recipe | None:
        """Say how another process makes the grader, if it shall run in one."""
        if not table.isolate and made.spec.declared.runs_in != "process":
            return None
        key = "isolate" if table.isolate else "use"
        if connections_in(made.options):
            said = "it cannot run in a process of its own: the model that it asks is in this one"
            self.note((*at, key), said)
            raise NotMade
        try:
            return recipe_of(made, table.options)
        except CannotTravelError as fault:
            self.note((*at, key), f"it cannot run in a process of its own: {fault}")
            raise NotMade from fault

    def part(self, noun: str, section: str, name: str, table: UseConfig) -> NamedPart | None:
        """Make a sink or an observer."""
        at: At = (section, name)
        with suppress(NotMade):
            return NamedPart(name, self.made(noun, table.use, table.options, at))
        return None

    def reader(self, use: str, options: Mapping[str, Any], on: At) -> Any:
        """Make the reader of a dataset, or None."""
        with suppress(NotMade):
            resolved = self.resolve("reader", use, on)
            if resolved is not None:
                return self._structured("reader", resolved.value, use, options, ("dataset",))
        return None

    @contextmanager
    def naming(self, at: At) -> Iterator[None]:
        """Note a name that leads nowhere, or an object that is not what it should be."""
        try:
            yield
        except RegistryError as fault:
            self._note_fault(at, fault)
            raise NotMade from fault
        except DefinitionError as fault:
            self.note(at, str(fault))
            raise NotMade from fault
        except ConfigError as fault:  # of a file that stands for a grader
            self.problems += [each for each in fault.problems if each not in self.problems]
            raise NotMade from fault

    @contextmanager
    def saying(self, at: At) -> Iterator[None]:
        """Note what a ValueError says."""
        try:
            yield
        except ValueError as fault:
            self.note(at, str(fault))
            raise NotMade from fault

    def _note_fault(self, at: At, fault: RegistryError) -> None:
        """Note why a name leads nowhere; what is wrong with a whole pack is said once."""
        problem = fault.problem
        if not isinstance(fault, UnknownName | AmbiguousName):
            if problem in self._said:
                return
            self._said.append(problem)
        self.note(at, problem.message, problem.hint)

    def resolve(self, noun: str, use: Any, at: At, remedy: str = "") -> Resolved | None:
        """Return what a name stands for; None where there is an object in its place."""
        if not isinstance(use, str):
            return None
        with self.naming(at):
            try:
                return self.registry.resolve(noun, use, self._packs, self.config.base)
            except UnknownName as fault:
                is_short = "/" not in use and ":" not in use
                if is_short and self.lacks_packs:
                    raise NotMade from fault  # one of those packs may well have it
                if is_short and remedy and not near_miss(use, fault.choices):
                    raise attrs.evolve(fault, remedy=remedy) from fault
                raise
        raise AssertionError("a context that notes always raises")

    def _grader_made(
        self, table: GraderConfig, resolved: Resolved | None, at: At
    ) -> tuple[GraderSpec, Grader | None]:
        offered = table.use if resolved is None else resolved.value
        with self.naming((*at, "use")):
            if isinstance(offered, Grader) or _is_instance(offered):
                made = as_grader(offered)
                if table.options:
                    hint = "set them where you make it"
                    self.note((*at, "options"), "a grader object has its options already", hint)
                return made.spec, made
            spec = spec_of(offered)
        try:
            options = structure_options(
                spec.options,
                table.options,
                owner=f"grader {called(table.use)!r}",
                models=self.models,
                base=self.config.base,
            )
        except OptionsError as fault:
            self._note_options(fault, at)
            return spec, None
        return spec, Grader(spec, options, spec.bind(options))

    def made(self, noun: str, use: Any, options: Mapping[str, Any], at: At) -> Any:
        resolved = self.resolve(noun, use, (*at, "use"))
        if resolved is None:
            return use
        return self._structured(noun, resolved.value, use, options, at)

    def _structured(
        self, noun: str, value: Any, use: str, options: Mapping[str, Any], at: At
    ) -> Any:
        if not (isinstance(value, type) and attrs.has(value)):
            fault = DefinitionError(noun, use, "it must be an attrs class")
            self.note((*at, "use"), str(fault))
            raise NotMade
        owner = f"{noun} {called(use)!r}"
        try:
            if noun == "model":
                options = expanded(value, options, owner=owner, base=self.config.base)
            return structure_options(value, options, owner=owner, base=self.config.base)
        except OptionsError as fault:
            self._note_options(fault, at)
            raise NotMade from fault

    def _note_options(self, fault: OptionsError, at: At) -> None:
        for each in fault.faults:
            self.note((*at, "options", *each.path), each.message, each.hint, on=each.at)

    def _check_needs(self, spec: GraderSpec, at: At) -> None:
        for unmet in self.registry.check_requires(spec.declared.needs):
            self.note((*at, "use"), f"it needs {unmet.requirement!r}: {unmet.message}", unmet.hint)

    def _mapper(self, written: Any, spec: GraderSpec, at: At) -> FieldMapper | MapFunction | None:
        required = [each.name for each in spec.inputs if each.required]
        if written is None:
            optional = [each.name for each in spec.inputs if not each.required]
            return by_own_name(required, optional)
        if isinstance(written, Mapping):
            return self._field_mapper(written, spec, (*at, "mapper"))
        try:
            first = (*required, *(each.name for each in spec.inputs), "INPUT")[0]
            made = self._mapper_object(written, first, (*at, "mapper"))
            with self.naming((*at, "mapper")):
                return as_map_function(made, called(written.use))
        except NotMade:
            return None

    def _mapper_object(self, table: UseConfig, first: str, at: At) -> Any:
        use, options = table.use, table.options
        path = (dotted(use) or use) if isinstance(use, str) else ""
        remedy = (
            f'for a field, write mapper = {{ {first} = "{path}" }}; '
            "for a mapper, 'pack/name' or './file.py:name'"
        )
        resolved = self.resolve("mapper", use, at, remedy)
        if resolved is None:
            return use
        if isinstance(resolved.value, type):
            return self._structured("mapper", resolved.value, use, options, at)
        if options:
            self.note((*at, "options"), f"{use!r} is a function and has no options")
            raise NotMade
        return resolved.value

    def _field_mapper(
        self, table: Mapping[str, Any], spec: GraderSpec, at: At
    ) -> FieldMapper | None:
        inputs = {each.name: each for each in spec.inputs}
        sources: dict[str, Source] = {}
        is_whole = True
        for name, written in table.items():
            if name not in inputs:
                self.note(
                    (*at, name),
                    f"{spec.name!r} takes no input {name!r}",
                    suggestion(name, inputs, "inputs"),
                    on="key",
                )
                is_whole = False
                continue
            try:
                sources[name] = parse_source(written)
            except ValueError as fault:
                self.note((*at, name), str(fault))
                is_whole = False
        missing = [name for name, each in inputs.items() if each.required and name not in table]
        for name in missing:
            self.note(
                at,
                f"no field feeds the input {name!r} of {spec.name!r}",
                f'add {name} = "PATH" to the mapper',
                on="key",
            )
        return FieldMapper(sources) if is_whole and not missing else None


def called(use: Any) -> str:
    return use if isinstance(use, str) else getattr(use, "__name__", type(use).__name__)


def _is_instance(offered: Any) -> bool:
    return attrs.has(type(offered)) and not isinstance(offered, type)
