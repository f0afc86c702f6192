"""A pack under test, and what is found of it."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from rmg_core.errors import DefinitionError, RegistryError
from rmg_core.graders import GraderSpec, as_grader, spec_of
from rmg_core.registry import Pack, Registry
from rmg_core.testing.golden import Golden


@frozen
class Finding:
    """What a check has found: `subject` is the pack, or the name of what it provides."""

    check: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"


@frozen
class Subject:
    """A pack, where it comes from, and samples with known grades for each of its graders.

    `runs` holds what the samples came to, for all checks that look at it.
    """

    name: str
    registry: Registry
    golden: Mapping[str, Sequence[Golden]]
    runs: dict[tuple[str, str], Any] = field(init=False, factory=dict, eq=False, repr=False)

    def golden_of(self, grader: str) -> Sequence[Golden]:
        """Return the samples of a grader: those that were given, and those that its class offers.

        A grader that is a class may have a class method `golden`, which returns them with all
        options that they need, such as a model.
        """
        given = self.golden.get(grader, ())
        try:
            offer = getattr(self.value("grader", grader), "golden", None)
        except RegistryError:
            return given
        if ("golden", grader) not in self.runs:
            self.runs["golden", grader] = tuple(offer()) if inspect.ismethod(offer) else ()
        return (*given, *self.runs["golden", grader])

    @property
    def pack(self) -> Pack:
        """The pack, imported.

        Raises:
            RegistryError: it cannot be used.
        """
        return self.registry.pack(self.name)

    def names(self, noun: str) -> list[str]:
        try:
            return sorted(self.pack.names[noun])
        except RegistryError:
            return []

    def value(self, noun: str, name: str) -> Any:
        return self.registry.resolve(noun, f"{self.name}/{name}").value

    def spec(self, name: str) -> GraderSpec | None:
        """Read a grader; None where it cannot be, which the check of hooks tells."""
        try:
            offered = self.value("grader", name)
            is_definition = isinstance(offered, type) or hasattr(offered, "__code__")
            return spec_of(offered) if is_definition else as_grader(offered).spec
        except (RegistryError, DefinitionError):
            return None

    def specs(self) -> Iterator[tuple[str, GraderSpec]]:
        for name in self.names("grader"):
            if (spec := self.spec(name)) is not None:
                yield name, spec


PackLook: TypeAlias = Callable[[Subject], Iterable[str]]
GraderLook: TypeAlias = Callable[[Subject, str, GraderSpec], Iterable[str]]


@frozen
class PackCheck:
    """A check of a whole pack; `protects` says what for."""

    name: str
    protects: str
    look: PackLook


@frozen
class GraderCheck:
    """A check of each grader; `protects` says what for."""

    name: str
    protects: str
    look: GraderLook
