"""The variables of the environment that the options of a model name, and its secrets."""

import os
import re
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from rmg_core.config import kinds
from rmg_core.config.findings import Finding, OptionsError, Refused, other_kind
from rmg_core.redaction import Secret, is_name_of_secret, remember

_NAME: Final = "[A-Za-z_][A-Za-z0-9_]*"

VARIABLE_PATTERN: Final = rf"^\$\{{{_NAME}\}}$"

_VARIABLE: Final = re.compile(rf"\$\$\{{|\$\{{(?:({_NAME})\}})?")
_OF_SECRET: Final = re.compile(
    r"(?:api[-_]?key|authorization|passw(?:or)?d|secret|(?:access|auth|bearer)[-_]?token)$",
    re.IGNORECASE,
)
_REMEDY: Final = 'write the key into an environment variable, and here "${NAME}"'

Types: TypeAlias = tuple[Any, ...]


def expanded(
    cls: type[Any],
    options: Mapping[str, Any],
    *,
    owner: str,
    base: str | os.PathLike[str] = ".",
    noun: str = "option",
) -> dict[str, Any]:
    """Put the environment into the options of a model, before they are structured.

    In a text `${NAME}` becomes the value of the variable, and `$${` becomes `${`. Where the class
    asks for a `Secret`, `"${NAME}"` and `{ file = "PATH" }` become one, which is read only when it
    is revealed.

    Args:
        cls: the attrs class that the options are for.
        options: as the config writes them.
        owner: whose options these are, as the faults are to say it: `"model 'judge'"`.
        base: the folder that the files of secrets are looked for from, but for those below `~`.
        noun: what the options are called.

    Raises:
        OptionsError: with every variable that is not set, and every text where a secret must be.
    """
    made: dict[str, Any] = {}
    findings: list[Finding] = []
    types = {name: kinds.written_type(option) for name, option in kinds.options_of(cls).items()}
    for name, value in options.items():
        try:
            made[name] = _expanded(value, _flat(types.get(name, Any)), Path(base))
        except Refused as refused:
            findings += [finding.under(name) for finding in refused.findings]
    if findings:
        raise OptionsError(tuple(finding.named(noun, owner) for finding in findings))
    return made


def secret_of(value: Any, base: Path | None = None) -> Secret | None:
    """Return the secret that a config writes: `"${NAME}"` or `{ file = "PATH" }`; else None."""
    match value:
        case str() if re.fullmatch(VARIABLE_PATTERN, value):
            return Secret.from_env(value[2:-1])
        case {"file": str(path), **rest} if path and not rest:
            is_from_base = base is not None and not path.startswith("~")
            return Secret.from_file(base / path if base and is_from_base else path)
        case _:
            return None


def not_secret(value: Any, kind: Any) -> Refused:
    """Refuse what stands where a secret must, without saying a text: it may be the secret."""
    if isinstance(value, str):
        if not is_name_of_secret(value):  # `api_key = "JUDGE_KEY"` is to be seen
            remember(value)
        return Refused([Finding((), "must not stand in a config", _REMEDY)])
    return other_kind(value, kind, _REMEDY)


def _flat(kind: Any) -> Types:
    """Return the types that a type stands for: those of a union, without annotations."""
    if typing.get_origin(kind) is typing.Annotated:
        return _flat(typing.get_args(kind)[0])
    if kinds.is_union(kind):
        return tuple(each for part in kinds.members(kind) for each in _flat(part))
    return (kind,)


def _expanded(value: Any, types: Types, base: Path) -> Any:
    if Secret in types and (made := secret_of(value, base)) is not None:
        return made
    match value:
        case str():
            if Secret in types:
                _check_no_secret(value, types)
            return _text(value)
        case Mapping():
            parts = [(key, part, _at_key(types, key)) for key, part in value.items()]
            _check_names(parts)
            return dict(_collect(parts, base))
        case list():
            element = tuple(
                each for kind in types if kinds.is_list(kind) for each in _flat(kinds.element(kind))
            )
            return [
                part for _, part in _collect(((i, p, element) for i, p in enumerate(value)), base)
            ]
        case _:
            return value


def _check_no_secret(text: str, types: Types) -> None:
    """Let only a text pass that can be seen by whoever sees the options."""
    if str not in types:
        raise not_secret(text, Secret)
    if any(found[1] for found in _VARIABLE.finditer(text)):
        remedy = 'write the whole text into a variable, and here "${NAME}"'
        raise Refused([Finding((), "must be one variable alone, if it has any", remedy)])


def _check_names(parts: Iterable[tuple[Any, Any, Types]]) -> None:
    """Let nothing that is named like a secret be a text that everyone can see."""
    findings: list[Finding] = []
    for key, part, types in parts:
        is_seen = isinstance(part, str) and not (Secret in types and "${" in part)
        if is_seen and _OF_SECRET.search(str(key)):
            findings += [each.under(key) for each in not_secret(part, Secret).findings]
    if findings:
        raise Refused(findings)


def _at_key(types: Types, key: Any) -> Types:
    """Return the types of what stands at a key of a table."""
    found: list[Any] = []
    for kind in types:
        if kinds.is_table(kind):
            found += _flat(kinds.element(kind))
        elif attrs.has(kind) and (option := kinds.options_of(kind).get(key)) is not None:
            found += _flat(kinds.written_type(option))
    return tuple(found)


def _collect(parts: Iterable[tuple[Any, Any, Types]], base: Path) -> list[tuple[Any, Any]]:
    made = []
    findings: list[Finding] = []
    for step, value, types in parts:
        try:
            made.append((step, _expanded(value, types, base)))
        except Refused as refused:
            findings += [finding.under(step) for finding in refused.findings]
    if findings:
        raise Refused(findings)
    return made


def _text(text: str) -> str:
    findings: list[Finding] = []

    def value(found: re.Match[str]) -> str:
        if found[0] == "$${":
            return "${"
        said = 'has a "${" without "NAME}" behind it'
        remedy = 'write "${NAME}" for a variable, and "$${" for "${" itself'
        if (name := found[1]) is not None:
            if name in os.environ:
                return os.environ[name]
            said = f"names the environment variable {name}, which is not set"
            remedy = f'set {name}, or write "$${{{name}}}" for the text itself'
        findings.append(Finding((), said, remedy))
        return ""

    made = _VARIABLE.sub(value, text)
    if findings:
        raise Refused(findings)
    return made
