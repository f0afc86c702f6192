"""What a name of the catalogue is: its documentation, inputs, options and scale."""

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

import attrs
from attrs import frozen

from rmg_core.config import options_schema
from rmg_core.config.kinds import default_of, is_required, options_of, words, written_type
from rmg_core.errors import DefinitionError, RegistryError
from rmg_core.graders import Grader, Input, as_grader, spec_of
from rmg_core.outcomes import Scale
from rmg_core.registry import Origin, Registry, Resolved

NOUNS: Final = ("grader", "mapper", "aggregator", "model")

NO_DEFAULT: Final = object()
"""The default of an option that must be written, or that has one only when it is made."""


@frozen
class Option:
    """An option as a config writes it.

    `kind` is its type, and `type_name` that in words. `default` is `NO_DEFAULT` where there is
    none to show, and so is `example`, a value to begin with. `schema` says what it may be.
    """

    name: str
    kind: Any
    type_name: str
    is_required: bool
    default: Any
    help: str
    example: Any
    schema: Mapping[str, Any]


@frozen
class Entry:
    """A grader, mapper, aggregator or model as the catalogue shows it.

    `holder_of` returns the class that its options are the fields of, if there is one. Only graders
    have `inputs`, a `scale` that is known before they run, `runs_in` and `timeout`.
    `sets_groups` is of an aggregator that sets samples against each other. Of a name that goes
    out of use, `instead` says what to do.
    """

    noun: str
    name: str
    doc: str
    origin: Origin
    holder_of: Callable[[], type[Any] | None] = lambda: None
    inputs: tuple[Input, ...] = ()
    scale: Scale | None = None
    needs: tuple[str, ...] = ()
    runs_in: str | None = None
    timeout: float | None = None
    sets_groups: bool = False
    instead: str = ""

    @cached_property
    def options(self) -> tuple[Option, ...]:
        cls = self.holder_of()
        return () if cls is None else options_in(cls)

    @property
    def summary(self) -> str:
        return self.doc.partition("\n")[0]

    @property
    def signature(self) -> str:
        """The inputs in short: one with a `?` is optional."""
        return ", ".join(each.name + ("" if each.required else "?") for each in self.inputs)

    def to_json(self) -> dict[str, Any]:
        scale = self.scale
        return {
            "name": self.name,
            "noun": self.noun,
            "summary": self.summary,
            "doc": self.doc,
            "inputs": [
                {"name": each.name, "type": each.type_name, "required": each.required}
                for each in self.inputs
            ],
            "options": [_option_json(each) for each in self.options],
            "scale": None if scale is None else [scale.low, scale.high],
            "higher_is_better": None if scale is None else scale.higher_is_better,
            "needs": list(self.needs),
            "deprecated": self.instead or None,
            "runs_in": self.runs_in,
            "timeout": self.timeout,
            "pack": self.origin.pack,
            "distribution": self.origin.distribution,
            "version": self.origin.version,
            "file": None if self.origin.file is None else str(self.origin.file),
        }


def _option_json(option: Option) -> dict[str, Any]:
    made = {"name": option.name, "type": option.type_name, "required": option.is_required}
    if option.default is not NO_DEFAULT:
        made["default"] = option.default
    return {**made, "help": option.help}


def entry_of(resolved: Resolved) -> Entry:
    """Read what a name stands for.

    Raises:
        DefinitionError: it is not written as its noun is.
    """
    value, noun = resolved.value, resolved.noun
    if noun == "grader":
        is_made = isinstance(value, Grader) or not _is_definition(value)
        spec = as_grader(value).spec if is_made else spec_of(value)
        return Entry(
            noun,
            resolved.name,
            spec.doc,
            resolved.origin,
            (lambda: None) if is_made else spec.make_options,
            spec.inputs,
            spec.scale,
            spec.declared.needs,
            spec.declared.runs_in,
            spec.declared.timeout,
            instead=resolved.instead,
        )
    is_definition = _is_definition(value)
    definition: Any = value if is_definition else type(value)
    has_options = is_definition and attrs.has(definition)
    if has_options:
        options_of(definition)  # one that cannot be read is told of here
    sets_groups = hasattr(definition, "combine_group") and not hasattr(definition, "combine")
    return Entry(
        noun,
        resolved.name,
        _doc_of(definition),
        resolved.origin,
        lambda: definition if has_options else None,
        sets_groups=sets_groups,
        instead=resolved.instead,
    )


def options_in(cls: Any) -> tuple[Option, ...]:
    """Read the options off an attrs class."""
    schemas = options_schema(cls)["properties"]
    return tuple(
        Option(
            name,
            written_type(option),
            words(written_type(option)),
            is_required(option),
            _default(option),
            option.metadata.get("help", ""),
            option.metadata.get("example", NO_DEFAULT),
            schemas[name],
        )
        for name, option in options_of(cls).items()
    )


def _default(option: "attrs.Attribute[Any]") -> Any:
    factory: Any = attrs.Factory
    is_made_late = isinstance(option.default, factory) and option.default.takes_self
    return NO_DEFAULT if is_required(option) or is_made_late else default_of(option, None)


def _is_definition(value: object) -> bool:
    return inspect.isclass(value) or inspect.isroutine(value)


def _doc_of(definition: Any) -> str:
    # A class without a docstring has that of its parent, which speaks of something else.
    doc = vars(definition).get("__doc__") if inspect.isclass(definition) else definition.__doc__
    return inspect.cleandoc(doc) if doc else ""


@frozen
class Catalogue:
    """The entries of a noun, and the names that cannot be used, each with the reason."""

    entries: tuple[Entry, ...]
    broken: tuple[tuple[str, str], ...]


def catalogue_of(registry: Registry, noun: str, pack: str | None = None) -> Catalogue:
    """List what the installed packs provide, or one of them.

    Raises:
        RegistryError: the one pack cannot be used.
    """
    entries: list[Entry] = []
    broken: list[tuple[str, str]] = []
    names = registry.names(noun) if pack is None else registry.names_of(pack, noun)
    for name, found in names:
        try:
            if isinstance(found, RegistryError):
                raise found
            entries.append(entry_of(found))
        except (RegistryError, DefinitionError) as fault:
            broken.append((name, str(fault)))
    return Catalogue(tuple(entries), tuple(broken))
