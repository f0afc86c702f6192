"""Whether what is installed meets requirements as pip writes them (PEP 508)."""

import importlib.metadata
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError
from typing import NamedTuple

from attrs import frozen
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from rmg_core.errors import PackTooOld
from rmg_core.hints import near_miss
from rmg_core.registry.claims import CORE, PackInfo


class Unmet(NamedTuple):
    """A requirement as written, what is wrong with it, and what to do."""

    requirement: str
    message: str
    hint: str


@frozen
class Shelf:
    """Where distributions are looked up: among those given, or (None) all that are installed.

    `core_version` is the version of the rmg-core that runs, "" where it is not known.
    """

    distributions: tuple[Distribution, ...] | None
    core_version: str

    def find(self, name: str) -> Distribution | None:
        if self.distributions is None:
            try:
                return importlib.metadata.distribution(name)
            except PackageNotFoundError:
                return None
        wanted = canonicalize_name(name)
        return next((d for d in self.distributions if canonicalize_name(d.name) == wanted), None)


def unmet(requirements: Iterable[str], shelf: Shelf) -> list[Unmet]:
    """List the requirements that are not met, or cannot be read."""
    found = []
    for written in requirements:
        try:
            requirement = Requirement(written)
        except InvalidRequirement as fault:
            message = f"{written!r} is not a requirement: {str(fault).splitlines()[0]}"
            found.append(Unmet(written, message, "write it as for pip: 'rmg-plugin-text>=1'"))
        else:
            for message, hint in _faults(requirement, shelf, "", set()):
                found.append(Unmet(written, message, hint))
    return found


def _faults(
    requirement: Requirement, shelf: Shelf, extra: str, seen: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, with what to do; the extras of a distribution are followed."""
    if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
        return
    name = canonicalize_name(requirement.name)
    distribution = shelf.find(name)
    version = shelf.core_version if name == CORE else distribution and distribution.version
    if version is None:
        yield f"{name} is not installed", f"run `pip install '{_plain(requirement)}'`"
        return
    if version and not is_met(requirement, version):
        yield (
            f"{name} {version} is installed, and {requirement.specifier} is required",
            f"run `pip install --upgrade '{_plain(requirement)}'`",
        )
        return
    if distribution:
        for wanted in sorted(requirement.extras):
            install = f"run `pip install '{_plain(requirement)}'`"
            for message, hint in _faults_of_extra(distribution, wanted, shelf, seen):
                yield message, hint or install


def _faults_of_extra(
    distribution: Distribution, extra: str, shelf: Shelf, seen: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, with what to do where it is not to install the extra."""
    offered = distribution.metadata.get_all("Provides-Extra") or []
    name = f"{canonicalize_name(distribution.name)}[{canonicalize_name(extra)}]"
    if canonicalize_name(extra) not in map(canonicalize_name, offered):
        near = near_miss(extra, offered)
        yield (
            f"{distribution.name} {distribution.version} has no extra {extra!r}",
            f"did you mean {near!r}?"
            if near
            else f"the author of {distribution.name} must add it to "
            "[project.optional-dependencies]",
        )
    elif name not in seen:
        seen.add(name)
        for line in distribution.requires or ():
            needed = Requirement(line)
            if needed.marker and "extra" in str(needed.marker):
                for message, _ in _faults(needed, shelf, extra, seen):
                    yield f"{name}: {message}", ""


def is_met(requirement: Requirement, version: str) -> bool:
    """Accept a pre-release that is installed: whoever installed it meant it."""
    try:
        return requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


def _plain(requirement: Requirement) -> str:
    """Write a requirement without its marker, as one would type it."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    if requirement.url:
        return f"{requirement.name}{extras} @ {requirement.url}"
    return f"{requirement.name}{extras}{requirement.specifier}"


def check_skew(info: PackInfo, core_version: str) -> None:
    """Check the pack's own Requires-Dist on rmg-core against the version that runs.

    Raises:
        PackTooOld: they do not fit; it says which of the two is the older.
    """
    if not core_version:
        return
    for line in info.requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue  # pip would not have installed it; what it means is for pip to say
        if canonicalize_name(requirement.name) != CORE:
            continue
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if not is_met(requirement, core_version):
            raise PackTooOld(
                pack=info.name,
                distribution=info.distribution,
                version=info.version,
                requirement=_plain(requirement),
                core_version=core_version,
                core_is_older=any(
                    _asks_for_newer(each, Version(core_version))
                    for each in requirement.specifier
                    if not each.contains(core_version, prereleases=True)
                ),
            )


def _asks_for_newer(specifier: Specifier, version: Version) -> bool:
    if specifier.operator in {">=", ">", "!="}:
        return True
    if specifier.operator in {"==", "===", "~="}:
        return Version(specifier.version.removesuffix(".*")) > version
    return False
