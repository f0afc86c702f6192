"""What the checks look at: a pack, its names, and the golden samples of its graders."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
from attrs import define, field, frozen

from rmg_core.errors import DefinitionError, RegistryError
from rmg_core.graders import GraderSpec
from rmg_core.registry import HOOKS, PackInfo, Registry
from rmg_core.testing.bench import Bench, Ungraded
from rmg_core.testing.golden import Golden
from rmg_core.testing.imports import Import, imports_of
from rmg_core.testing.nouns import check_noun, spec_of_offered

PACK: Final = "pack"
"""The noun of the pack itself."""


@frozen(eq=False)
class Part:
    """The pack itself, or one of the names that it provides.

    `text` is the `"module:attribute"` that a hook gives for the name, else "". `value` is what the
    name leads to, and `fault` says why that cannot be used.
    """

    noun: str
    name: str
    pack: str
    text: str = ""
    value: Any = None
    spec: GraderSpec | None = None
    fault: str = ""

    @property
    def full(self) -> str:
        return self.name if self.noun == PACK else f"{self.pack}/{self.name}"

    @property
    def module(self) -> str:
        """The module that `text` names."""
        return self.text.partition(":")[0]

    @property
    def options(self) -> type[Any] | None:
        """The class of its options; None where it has none that a config could set."""
        is_definition = inspect.isclass(self.value) or inspect.isroutine(self.value)
        if self.fault or not is_definition:
            return None
        if self.spec is not None:
            return self.spec.options
        return self.value if attrs.has(self.value) else None

    @property
    def doc(self) -> str:
        if self.spec is not None:
            return self.spec.doc
        is_definition = inspect.isclass(self.value) or inspect.isroutine(self.value)
        definition = self.value if is_definition else type(self.value)
        # A class without a docstring has that of its parent, which speaks of something else.
        doc = vars(definition).get("__doc__")
        return inspect.cleandoc(doc) if doc else ""


@define(eq=False)
class Subject:
    """A pack that is checked.

    `info` is None where no distribution can be told to claim it, `is_loaded` False where it cannot
    be used at all; `fault` then says why.
    """

    name: str
    golden: Mapping[str, Sequence[Golden]]
    registry: Registry
    info: PackInfo | None
    is_loaded: bool
    fault: str
    parts: tuple[Part, ...]
    _benches: dict[str, Bench] = field(factory=dict)

    def bench(self, part: Part) -> Bench:
        """Return where the golden samples of a grader are graded, once for all checks."""
        if part.name not in self._benches:
            goldens = tuple(self.golden.get(part.name, ()))
            self._benches[part.name] = Bench(part.full, goldens, self.registry)
        return self._benches[part.name]

    def has_graded(self, part: Part) -> bool:
        """Tell whether a grader has a golden sample that can be graded."""
        return not all(isinstance(came, Ungraded) for came in self.bench(part).alone)

    @cached_property
    def imports(self) -> Mapping[str, Import]:
        """What it takes to import the module of the pack, and those that its texts name."""
        modules = [part.module for part in self.parts if part.text]
        return imports_of([*modules, self.info.module] if self.info else modules)


def subject_of(
    name: str, golden: Mapping[str, Sequence[Golden]], registry: Registry
) -> Subject:
    """Import a pack, and everything that its hooks name."""
    itself = Part(PACK, name, name)
    info = None
    try:
        info = registry.info(name)
        pack = registry.pack(name)
    except RegistryError as fault:
        return Subject(name, golden, registry, info, False, str(fault), (itself,))
    parts = [
        _part(registry, noun, name, each, offered)
        for noun in HOOKS
        for each, offered in sorted(pack.names[noun].items())
    ]
    return Subject(name, golden, registry, info, True, "", (itself, *parts))


def _part(registry: Registry, noun: str, pack: str, name: str, offered: object) -> Part:
    text = offered if isinstance(offered, str) else ""
    try:
        value = registry.resolve(noun, f"{pack}/{name}").value
        if noun == "grader":
            return Part(noun, name, pack, text, value, spec_of_offered(value))
        check_noun(noun, name, value)
    except (RegistryError, DefinitionError) as fault:
        return Part(noun, name, pack, text, fault=str(fault))
    return Part(noun, name, pack, text, value)
