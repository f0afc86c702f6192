"""What is found behind a name, among the packs that are installed."""

import functools
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any, Literal, TypeAlias

from attrs import frozen
from packaging.utils import canonicalize_name

from rmg_core.deprecations import Deprecated
from rmg_core.errors import (
    AmbiguousName,
    BrokenCode,
    BrokenPack,
    CodeNotAllowed,
    PackBlocked,
    PackConflict,
    PackNotInstalled,
    PackTooOld,
    Problem,
    RegistryError,
    UnknownName,
)
from rmg_core.hints import near_miss
from rmg_core.outcomes import NOTHING
from rmg_core.registry.claims import (
    BASIC,
    CORE,
    PackInfo,
    claims_of,
    core_version,
    info_of,
    is_name,
)
from rmg_core.registry.code import Origin, Resolved, digest_of, from_file, from_module
from rmg_core.registry.faults import broken
from rmg_core.registry.packs import HOOKS, Pack, load, value_of
from rmg_core.registry.requirements import Shelf, Unmet, check_skew, unmet
from rmg_core.registry.uses import DocumentName, FileName, PackName, ShortName, parse_use

State: TypeAlias = Literal["ok", "broken", "conflict", "blocked", "too-old"]


@frozen
class PackState:
    """One distribution's claim of a pack name: whether it can be used, and if not, why."""

    info: PackInfo
    state: State
    reason: str = ""


class Registry:
    """The packs of some distributions (None: of all that are installed).

    Making one reads entry points and imports nothing; a pack is imported when it is first asked
    for. `choose` says for a pack name which distribution it comes from, where several claim it.
    """

    def __init__(
        self,
        distributions: Iterable[Distribution] | None = None,
        *,
        choose: Mapping[str, str] = NOTHING,
    ) -> None:
        given = None if distributions is None else tuple(distributions)
        self._shelf = Shelf(given, core_version(given))
        self._claims = claims_of(given)
        self._choose = {BASIC: CORE, **choose}
        self._loaded: dict[str, Pack | RegistryError] = {}

    def choosing(self, choose: Mapping[str, str]) -> "Registry":
        """Return a registry over the same distributions that chooses among them otherwise."""
        return Registry(self._shelf.distributions, choose=choose) if choose else self

    @property
    def pack_names(self) -> tuple[str, ...]:
        return tuple(sorted({*self._claims.entry_points, BASIC}))

    def info(self, name: str) -> PackInfo:
        """Return what the pack's distribution says of it, without importing the pack.

        Raises:
            PackBlocked, PackNotInstalled, PackConflict: it cannot be used.
        """
        if name in _blocked():
            raise PackBlocked(name)
        claims = self._claiming(name)
        chosen = self._choose.get(name, "")
        if not claims:
            likely = chosen or f"rmg-plugin-{canonicalize_name(name)}"
            raise PackNotInstalled(name, self.pack_names, likely if is_name(name) else "")
        fitting = [each for each in claims if not chosen or _same(each.distribution, chosen)]
        if len(fitting) != 1:
            told = tuple((each.distribution, each.version, each.target) for each in claims)
            raise PackConflict(name, told, chosen)
        return fitting[0]

    def pack(self, name: str) -> Pack:
        """Return a pack, imported.

        Raises:
            RegistryError: it cannot be used; the subclass says why.
        """
        info = self.info(name)
        if name not in self._loaded:
            try:
                if not info.distribution:
                    fault = f"the distribution that brings {info.target} has no readable METADATA"
                    raise broken(info, fault, "install it again")
                check_skew(info, self._shelf.core_version)
                self._loaded[name] = load(info)
            except RegistryError as fault:
                self._loaded[name] = fault
        loaded = self._loaded[name]
        if isinstance(loaded, RegistryError):
            raise loaded.with_traceback(None)
        return loaded

    def resolve(
        self,
        noun: str,
        use: str,
        packs: Iterable[str] = (),
        base: Path = Path(),
        *,
        allow_code: bool = True,
    ) -> Resolved:
        """Return what a name stands for; `noun` is a key of `HOOKS`.

        `use` is written in one of five ways:
        `pack/name`; `name`, looked up in `packs` and in `basic`; `./file.toml`, relative to `base`,
        which one of `packs` reads; `./file.py:name`; `module:name`. The last two run code outside
        packs, which `allow_code` and the environment (RMG_NO_CODE=1) must allow.

        Raises:
            RegistryError: the name leads to nothing that can be used; the subclass says why.
        """
        match parse_use(noun, use):
            case PackName(pack, name):
                return self._exact(noun, pack, name)
            case ShortName(name):
                return self._short(noun, name, tuple(dict.fromkeys((*packs, BASIC))))
            case DocumentName() as document:
                return self._document(noun, document, packs, base)
            case outside:
                if os.environ.get("RMG_NO_CODE", "0") not in {"", "0"}:
                    raise CodeNotAllowed(use, "RMG_NO_CODE")
                if not allow_code:
                    raise CodeNotAllowed(use, "the caller")
                load_code = from_file if isinstance(outside, FileName) else from_module
                return load_code(noun, use, base)

    def _document(
        self, noun: str, document: DocumentName, packs: Iterable[str], base: Path
    ) -> Resolved:
        """Return what a file stands for, by the pack that reads files of its suffix."""
        if noun != "grader":
            said = f"no {noun} is written as a file"
            raise UnknownName(noun, document.file, remedy=f"{said}: name one of a pack")
        path = (base / document.file).resolve()
        if not path.is_file():
            near = near_miss(path.name, [each.name for each in path.parent.glob("*.toml")])
            remedy = f"did you mean {near!r}?" if near else f"its path is relative to {base}"
            raise BrokenCode(document.file, "there is no such file", remedy)
        for name in packs:
            pack = self.pack(name)
            if document.suffix in pack.names["document"]:
                read: Any = value_of(pack, "document", document.suffix)
                origin = Origin(file=path, source=digest_of(path.read_bytes()))
                return Resolved(noun, document.file, read(path), origin)
        said = f"no pack of the config reads files of .{document.suffix}"
        raise UnknownName(noun, document.file, remedy=f'{said}: add packs = ["judge"]')

    def names(self, noun: str) -> list[tuple[str, Resolved | RegistryError]]:
        """List every name of a noun, with what it stands for or why it cannot be used.

        Imports every pack. A pack that cannot be used stands there under its own name.
        What is deprecated does not warn, since nobody uses it here.
        """
        found: list[tuple[str, Resolved | RegistryError]] = []
        for name in self.pack_names:
            try:
                found += self.names_of(name, noun)
            except RegistryError as fault:
                found.append((name, fault))
        return found

    def names_of(self, name: str, noun: str) -> list[tuple[str, Resolved | RegistryError]]:
        """List the names of one pack, as `names` does.

        Raises:
            RegistryError: the pack cannot be used.
        """
        pack = self.pack(name)
        found: list[tuple[str, Resolved | RegistryError]] = []
        for each in sorted(pack.names[noun]):
            try:
                found.append((f"{name}/{each}", _resolved(pack, noun, each)))
            except RegistryError as fault:
                found.append((f"{name}/{each}", fault))
        return found

    def states(self) -> list[PackState]:
        """List every claim of a pack name with its state. Imports every pack that it can."""
        found = [
            PackState(PackInfo("?", "", "", ""), "broken", reason)
            for reason in self._claims.unreadable
        ]
        for name in self.pack_names:
            claims = self._claiming(name)
            try:
                chosen = self.pack(name).info
            except RegistryError as fault:
                found += [PackState(each, _state(fault), _reason(fault)) for each in claims]
                continue
            for each in claims:
                if each == chosen:
                    found.append(PackState(each, "ok"))
                else:
                    reason = f"pack {name!r} comes from {chosen.distribution}"
                    found.append(PackState(each, "conflict", reason))
        return found

    def check_requires(self, requirements: Iterable[str]) -> list[Unmet]:
        """List the requirements (PEP 508) that the installed distributions do not meet."""
        return unmet(requirements, self._shelf)

    def requirements_of(self, packs: Iterable[str]) -> list[str]:
        """Write the packs as exact requirements for pip; one that is absent has no version.

        Raises:
            PackBlocked, PackConflict: it is not clear what to write.
        """
        lines = set()
        for name in packs:
            try:
                info = self.info(name)
            except PackNotInstalled as fault:
                lines.add(fault.distribution)
            else:
                lines.add(f"{info.distribution}=={info.version}" if info.version else CORE)
        return sorted(lines - {""})

    def _claiming(self, name: str) -> list[PackInfo]:
        claims = [info_of(point) for point in self._claims.entry_points.get(name, ())]
        if name == BASIC and not any(_same(each.distribution, CORE) for each in claims):
            # rmg-core runs from a source tree, or bundled: there is no metadata to find it by.
            claims.append(PackInfo(BASIC, CORE, self._shelf.core_version, "rmg_core.basic"))
        return claims

    def _exact(self, noun: str, pack_name: str, name: str) -> Resolved:
        pack = self.pack(pack_name)
        if name in pack.names[noun]:
            return _used(pack, noun, name)
        own = pack.names[noun]
        elsewhere = [other for other in self._loaded_with(noun, name) if other != pack_name]
        others = [other for other in HOOKS if name in pack.names[other]]
        if others:
            remedy = f"that is one of its {others[0]}s"
        elif elsewhere:
            remedy = f"pack {elsewhere[0]!r} has it: write '{elsewhere[0]}/{name}'"
        elif near := near_miss(name, own):
            remedy = f"did you mean '{pack_name}/{near}'?"
        else:
            remedy = ""
        raise UnknownName(noun, name, f"pack {pack_name!r}", tuple(own), remedy)

    def _short(self, noun: str, name: str, packs: tuple[str, ...]) -> Resolved:
        looked = [self.pack(each) for each in packs]
        having = [pack for pack in looked if name in pack.names[noun]]
        if len(having) == 1:
            return _used(having[0], noun, name)
        if having:
            raise AmbiguousName(noun, name, tuple(pack.info.name for pack in having))
        known = tuple(dict.fromkeys(each for pack in looked for each in pack.names[noun]))
        elsewhere = self._loaded_with(noun, name)
        if elsewhere:
            remedy = f"write '{elsewhere[0]}/{name}', or add {elsewhere[0]!r} to `packs`"
        elif packs == (BASIC,) and not near_miss(name, known):
            remedy = "name the pack that has it: packs = [\"…\"], or 'pack/name'"
        else:
            remedy = ""
        place = f"pack {packs[0]!r}" if len(packs) == 1 else f"the packs {', '.join(packs)}"
        raise UnknownName(noun, name, place, known, remedy)

    def _loaded_with(self, noun: str, name: str) -> list[str]:
        return [
            pack.info.name
            for pack in self._loaded.values()
            if isinstance(pack, Pack) and name in pack.names[noun]
        ]


@functools.cache
def installed() -> Registry:
    """Return the registry of this process: one scan of all that is installed."""
    return Registry()


def _used(pack: Pack, noun: str, name: str) -> Resolved:
    """Return what a name stands for that somebody uses: one that is deprecated says so."""
    value = pack.names[noun][name]
    if isinstance(value, Deprecated):
        value.warn(noun, f"{pack.info.name}/{name}")
    return _resolved(pack, noun, name)


def _resolved(pack: Pack, noun: str, name: str) -> Resolved:
    info = pack.info
    origin = Origin(pack=info.name, distribution=info.distribution, version=info.version)
    entry = pack.names[noun][name]
    instead = entry.instead if isinstance(entry, Deprecated) else ""
    return Resolved(noun, f"{info.name}/{name}", value_of(pack, noun, name), origin, instead)


def _blocked() -> set[str]:
    return {each.strip() for each in os.environ.get("RMG_BLOCK_PACKS", "").split(",")}


def _same(distribution: str, other: str) -> bool:
    return canonicalize_name(distribution) == canonicalize_name(other)


def _reason(fault: RegistryError) -> str:
    """Say why a pack cannot be used, beside its name and state."""
    if isinstance(fault, BrokenPack):
        return str(Problem(fault.fault, fault.remedy))
    return str(fault)


def _state(fault: RegistryError) -> State:
    match fault:
        case PackBlocked():
            return "blocked"
        case PackConflict():
            return "conflict"
        case PackTooOld():
            return "too-old"
        case _:
            return "broken"
