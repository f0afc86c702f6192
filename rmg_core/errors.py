"""Every exception of rmg, each built from typed arguments.

RmgError
├── ConfigError             a config or an argument is wrong; holds every problem found
├── DataError               a dataset is wrong; holds every problem found
├── DefinitionError         an object is not written as a grader, mapper or aggregator is
├── RegistryError           a name leads to nothing that can be used
│   ├── PackNotInstalled
│   ├── UnknownName
│   ├── AmbiguousName
│   ├── PackConflict
│   ├── PackBlocked
│   ├── PackTooOld
│   ├── BrokenPack
│   ├── BrokenCode
│   ├── HookMismatch
│   └── CodeNotAllowed
├── CannotGrade             a grader or mapper says why it has no answer; becomes an outcome
│   └── MissingInput
├── RunFailed               a run could not go on; what was written stays
└── StoreError              the store of a run cannot be used
    ├── StoreRefused        a file is not a store that this rmg can use; it is left as it is
    ├── StoreDamaged        what is in the store is not what was written
    ├── StoreFull           the disk is full; the batch can be written again
    └── StoreBusy           another process writes; the batch can be written again
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches

from attrs import field, frozen


class RmgError(Exception):
    """The root: catch it to catch everything that rmg raises on purpose."""


def near_miss(word: str, choices: Iterable[str]) -> str | None:
    """Return the one of `choices` that `word` was probably meant to be."""
    for choice in get_close_matches(word, list(choices), n=3, cutoff=0.6):
        alike = SequenceMatcher(a=word, b=choice).ratio()
        letters = alike * (len(word) + len(choice)) / 2
        # In a short word one wrong letter is a large share: 'rad' is 'red', 'zero' is not 'error'.
        if alike >= 0.7 or round(letters) >= max(len(word), len(choice)) - 1:
            return choice
    return None


def suggestion(word: str, choices: Iterable[str], noun: str = "known") -> str:
    """Say the near miss of `word`, or else list what there is."""
    names = sorted(choices)
    if near := near_miss(word, names):
        return f"did you mean {near!r}?"
    if not names:
        return "there are none"
    shown = ", ".join(names[:12]) + (f", … ({len(names)} in all)" if len(names) > 12 else "")
    return f"{noun}: {shown}"


def absent_field(name: str, fields: Iterable[str]) -> str:
    """Say what to do where there is no field `name` among `fields`.

    A table that was read with another delimiter than its own has one field: the whole header.
    """
    known = list(fields)
    for delimiter in (";", "\t", "|", ","):
        if len(known) == 1 and delimiter in known[0] and name in known[0].split(delimiter):
            shown = "\\t" if delimiter == "\t" else delimiter
            return (
                f'the header is not split: set options = {{ delimiter = "{shown}" }} in [dataset]'
            )
    return suggestion(name, known, "fields")


@frozen
class Problem:
    """One thing that is wrong, where it stands, and what to do about it.

    `line` and `column` count from 1.
    """

    message: str
    hint: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text}; {self.hint}" if self.hint else text


def _listed(head: str, problems: Sequence[Problem], shown: int = 20) -> str:
    if len(problems) == 1:
        return str(problems[0])
    lines = [f"{head}: {len(problems)} problems", *(f"  {p}" for p in problems[:shown])]
    if len(problems) > shown:
        lines.append(f"  … and {len(problems) - shown} more")
    return "\n".join(lines)


@frozen
class ConfigError(RmgError):
    """A config, or the arguments that stand for one, cannot be run."""

    problems: Sequence[Problem] = field(converter=tuple[Problem, ...])

    def __str__(self) -> str:
        return _listed("the config cannot be run", self.problems)


@frozen
class DataError(RmgError):
    """A dataset cannot be read, or rows of it cannot be samples."""

    problems: Sequence[Problem] = field(converter=tuple[Problem, ...])

    def __str__(self) -> str:
        return _listed("the dataset cannot be graded", self.problems)


@frozen
class DefinitionError(RmgError):
    """An object offered as a grader, mapper or aggregator is not written as one."""

    noun: str
    name: str
    fault: str

    def __str__(self) -> str:
        article = "an" if self.noun[0] in "aeio" else "a"
        return f"{self.name!r} is not {article} {self.noun}: {self.fault}"


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


@frozen
class CannotGrade(RmgError):
    """Raised by a grader or a mapper that has no answer; the runner makes a `GraderError` of it.

    `kind` is one of `rmg_core.outcomes.ERROR_KINDS`.
    """

    reason: str
    kind: str = "grader_error"

    def __str__(self) -> str:
        return self.reason


@frozen
class MissingInput(CannotGrade):
    """A sample lacks what a mapper was told to take from it."""

    reason: str
    kind: str = "missing_input"

    def __str__(self) -> str:
        return self.reason


@frozen
class RunFailed(RmgError):
    """A run could not go on; everything that a sink had taken before stays there."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@frozen
class StoreError(RmgError):
    """The store of a run cannot be used: which file, what is wrong, and what to do about it."""

    file: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"the store {self.file!r} {self.fault}; {self.remedy}"


@frozen
class StoreRefused(StoreError):
    """A file is not a store that this rmg can use as it was asked to; it is left as it is."""


@frozen
class StoreDamaged(StoreError):
    """What is in the store is not what was written."""


@frozen
class StoreFull(StoreError):
    """There is no room for what was to be written: nothing of it was, and it can be again."""


@frozen
class StoreBusy(StoreError):
    """Another process holds the store: nothing was written, and it can be again."""
