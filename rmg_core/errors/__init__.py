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
│   ├── MissingInput
│   └── ModelFailed         a model gave no answer to go by
├── ProviderError           a client says what went wrong with one attempt of a call
├── ModelStopped            a model cannot be asked any more in this run
├── RunFailed               a run could not go on; what was written stays
└── StoreError              the store of a run cannot be used
    ├── StoreRefused        a file is not a store that this rmg can use; it is left as it is
    ├── StoreDamaged        what is in the store is not what was written
    ├── StoreFull           the disk is full; the batch can be written again
    └── StoreBusy           another process writes; the batch can be written again
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen, validators

from rmg_core.errors.problems import Problem, RmgError, listed
from rmg_core.errors.registry import (
    AmbiguousName,
    BrokenCode,
    BrokenPack,
    CodeNotAllowed,
    HookMismatch,
    PackBlocked,
    PackConflict,
    PackNotInstalled,
    PackTooOld,
    RegistryError,
    UnknownName,
)

__all__ = [
    "CAUSES",
    "AmbiguousName",
    "BrokenCode",
    "BrokenPack",
    "CannotGrade",
    "Cause",
    "CodeNotAllowed",
    "ConfigError",
    "DataError",
    "DefinitionError",
    "HookMismatch",
    "MissingInput",
    "ModelFailed",
    "ModelStopped",
    "PackBlocked",
    "PackConflict",
    "PackNotInstalled",
    "PackTooOld",
    "Problem",
    "ProviderError",
    "RegistryError",
    "RmgError",
    "RunFailed",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreRefused",
    "UnknownName",
]


@frozen
class ConfigError(RmgError):
    """A config, or the arguments that stand for one, cannot be run."""

    problems: Sequence[Problem] = field(converter=tuple[Problem, ...])

    def __str__(self) -> str:
        return listed("the config cannot be run", self.problems)


@frozen
class DataError(RmgError):
    """A dataset cannot be read, or rows of it cannot be samples."""

    problems: Sequence[Problem] = field(converter=tuple[Problem, ...])

    def __str__(self) -> str:
        return listed("the dataset cannot be graded", self.problems)


@frozen
class DefinitionError(RmgError):
    """An object offered as a grader, mapper or aggregator is not written as one."""

    noun: str
    name: str
    fault: str

    def __str__(self) -> str:
        article = "an" if self.noun[0] in "aeio" else "a"
        return f"{self.name!r} is not {article} {self.noun}: {self.fault}"


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
class ModelFailed(CannotGrade):
    """A model gave no answer to go by; `reply` is what it gave, where there is any.

    `kind` says which: `provider`, `rate_limit`, `timeout`, `bad_request`, `context_overflow`,
    `content_filtered`, `refusal`, `truncated`, `empty` or `bad_response`.
    """

    reason: str
    kind: str = "provider"
    reply: Any = field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return self.reason


Cause: TypeAlias = Literal[
    "status", "refused", "reset", "name", "tls", "timeout", "too_large", "redirect", "bad_response"
]
"""What came between a request and a reply, as far as a client can see it."""

CAUSES: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        "status": "the provider answered with a status that is no success, or with an error",
        "refused": "nobody took the connection",
        "reset": "the connection ended before the reply was whole",
        "name": "the name of the host leads nowhere",
        "tls": "the host cannot prove who it is",
        "timeout": "the client's own deadline passed",
        "too_large": "the reply, or its headers, are larger than a reply may be",
        "redirect": "the provider sends the request elsewhere",
        "bad_response": "the reply is not what the protocol says",
    }
)


@frozen
class ProviderError(RmgError):
    """One attempt of a call failed; a client raises it with the facts, and judges nothing.

    `said` is what the provider said, at most 500 characters. `status` is that of HTTP. `headers`
    have names in lower case; those that matter are `retry-after`, `retry-after-ms`, `date` and
    those of rate limits. `code` is the provider's own word for it, such as `insufficient_quota`.
    """

    cause: Cause = field(validator=validators.in_(CAUSES))
    said: str
    status: int | None = None
    headers: Mapping[str, str] = field(factory=dict)
    code: str = ""

    def __str__(self) -> str:
        status = f" {self.status}" if self.status is not None else ""
        code = f" ({self.code})" if self.code else ""
        return f"{self.cause.replace('_', ' ')}{status}{code}: {self.said or CAUSES[self.cause]}"


@frozen
class ModelStopped(RmgError):
    """A model cannot be asked any more in this run: what needs it waits for the next one.

    `model` is its name in the config; `reason` says what to do.
    """

    model: str
    reason: str

    def __str__(self) -> str:
        return f"model {self.model!r} is not asked any more: {self.reason}"


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
