"""Why a name leads to nothing that can be used."""

from abc import abstractmethod

from attrs import frozen

from rmg_core.errors.problems import Problem, RmgError
from rmg_core.hints import near_miss, suggestion


class RegistryError(RmgError):
    """A name leads to nothing that can be used; `problem` says why, and what to do about it."""

    @property
    @abstractmethod
    def problem(self) -> Problem: ...

    def __str__(self) -> str:
        return str(self.problem)


def _pack(pack: str, distribution: str, version: str) -> str:
    owner = f"{distribution} {version}".strip()
    return f"pack {pack!r} ({owner})" if owner else f"pack {pack!r}"


@frozen
class PackNotInstalled(RegistryError):
    """No installed distribution claims the pack; `distribution` is the one that would."""

    pack: str
    installed: tuple[str, ...]
    distribution: str

    @property
    def problem(self) -> Problem:
        if near := near_miss(self.pack, self.installed):
            hint = f"did you mean {near!r}?"
        elif self.distribution:
            hint = f"run `pip install {self.distribution}`"
        else:
            hint = "a pack name is made of letters, digits, '_', '-' and '.'"
        return Problem(f"pack {self.pack!r} is not installed", hint)


@frozen
class UnknownName(RegistryError):
    """There is nothing of that name.

    `place` is where it was looked for, `remedy` what to do where that is better than a near miss.
    """

    noun: str
    name: str
    place: str = ""
    choices: tuple[str, ...] = ()
    remedy: str = ""

    @property
    def problem(self) -> Problem:
        hint = self.remedy or (
            suggestion(self.name, self.choices) if self.choices else f"there are no {self.noun}s"
        )
        where = f" in {self.place}" if self.place else ""
        return Problem(f"there is no {self.noun} {self.name!r}{where}", hint)


@frozen
class AmbiguousName(RegistryError):
    """Several of the packs that a config names have the short name."""

    noun: str
    name: str
    packs: tuple[str, ...]

    @property
    def problem(self) -> Problem:
        names = " or ".join(repr(f"{pack}/{self.name}") for pack in self.packs)
        return Problem(
            f"{self.noun} {self.name!r} is in the packs {' and '.join(self.packs)}",
            f"write {names}",
        )


@frozen
class PackConflict(RegistryError):
    """Several distributions claim one pack name, or not the one that was chosen.

    `claims` are `(distribution, version, module)`; `chosen` is the distribution that was chosen.
    """

    pack: str
    claims: tuple[tuple[str, str, str], ...]
    chosen: str = ""

    @property
    def problem(self) -> Problem:
        claims = " and ".join(
            f"{name} {version} ({module})" for name, version, module in self.claims
        )
        if self.chosen:
            return Problem(
                f"pack {self.pack!r} is to come from {self.chosen!r}, and is claimed by {claims}",
                f"install {self.chosen!r}, or choose another",
            )
        return Problem(
            f"pack {self.pack!r} is claimed by {claims}",
            f'uninstall one, or choose: choose = {{ {self.pack} = "{self.claims[0][0]}" }}',
        )


@frozen
class PackBlocked(RegistryError):
    """The environment forbids the pack."""

    pack: str

    @property
    def problem(self) -> Problem:
        return Problem(
            f"pack {self.pack!r} is blocked by RMG_BLOCK_PACKS",
            "take it out of that variable to use it",
        )


@frozen
class PackTooOld(RegistryError):
    """The pack and rmg-core do not fit: one of the two is too old for the other."""

    pack: str
    distribution: str
    version: str
    requirement: str
    core_version: str
    core_is_older: bool

    @property
    def problem(self) -> Problem:
        older = f"'{self.requirement}'" if self.core_is_older else self.distribution
        return Problem(
            f"{_pack(self.pack, self.distribution, self.version)} needs {self.requirement}, "
            f"and this is rmg-core {self.core_version}",
            f"{'rmg-core' if self.core_is_older else 'the pack'} is too old: "
            f"run `pip install --upgrade {older}`",
        )


@frozen
class BrokenPack(RegistryError):
    """The pack, or the part of it that was asked for, cannot be imported or says nothing usable."""

    pack: str
    distribution: str
    version: str
    fault: str
    remedy: str

    @property
    def problem(self) -> Problem:
        who = _pack(self.pack, self.distribution, self.version)
        return Problem(f"{who} is broken: {self.fault}", self.remedy)


@frozen
class BrokenCode(RegistryError):
    """A file or module outside packs cannot be imported; `code` is its name as written."""

    code: str
    fault: str
    remedy: str = ""

    @property
    def problem(self) -> Problem:
        return Problem(f"{self.code!r} cannot be used: {self.fault}", self.remedy)


@frozen
class HookMismatch(RegistryError):
    """The pack implements a hook that rmg does not have, or not in the way that rmg calls it."""

    pack: str
    distribution: str
    version: str
    hook: str
    fault: str
    remedy: str

    @property
    def problem(self) -> Problem:
        who = _pack(self.pack, self.distribution, self.version)
        return Problem(f"hook {self.hook} of {who} {self.fault}", self.remedy)


@frozen
class CodeNotAllowed(RegistryError):
    """A name stands for code outside packs, where only packs may be used."""

    use: str
    rule: str

    @property
    def problem(self) -> Problem:
        return Problem(
            f"{self.use!r} is code outside a pack, which {self.rule} does not allow",
            "take the grader from a pack, or allow code if you trust this config",
        )
