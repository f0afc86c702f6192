"""A config read from TOML, or every problem that it has."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from rmg_core.config.findings import Fault, OptionsError
from rmg_core.config.model import Config
from rmg_core.config.names import name_fault
from rmg_core.config.positions import KeyPath, place
from rmg_core.config.reading import parse_toml, read_text
from rmg_core.config.source import (
    Override,
    Source,
    override_label,
    parse_override,
    with_overrides,
)
from rmg_core.config.strict import structure_options
from rmg_core.errors import ConfigError, Problem
from rmg_core.redaction import credentials_in, redacted

_NAMED: Final = {
    "models": "model",
    "graders": "grader",
    "aggregators": "aggregator",
    "gates": "gate",
    "sinks": "sink",
    "observers": "observer",
}


@frozen
class Draft:
    """A config as far as it can be read: without the parts that have problems of their own.

    What resolves its names can go on with the rest, so that the user hears of every mistake at
    once. `columns` are the names of all graders and aggregators, also of those left out.
    """

    config: Config
    columns: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def load_config(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Config:
    """Read a config file.

    Args:
        path: the file; relative paths in it start from its folder.
        overrides: `key.path=value`, each in the place of what the file says.

    Raises:
        ConfigError: with every problem of the file and of the overrides.
    """
    return _whole(draft_config(path, overrides))


def parse_config(
    text: str,
    *,
    file: str | None = None,
    base: str | os.PathLike[str] = ".",
    overrides: Sequence[str] = (),
) -> Config:
    """Read the text of a config.

    Args:
        text: TOML.
        file: the name that problems give it; the default run directory has its stem.
        base: the folder that relative paths start from.
        overrides: `key.path=value`, each in the place of what the text says.

    Raises:
        ConfigError: with every problem of the text and of the overrides.
    """
    return _whole(_draft(text, file, Path(base), overrides))


def _whole(draft: Draft) -> Config:
    if draft.problems:
        raise ConfigError(draft.problems)
    return draft.config


def draft_config(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Draft:
    """Read what can be read of a config file, and note the problems of the rest.

    Raises:
        ConfigError: the file is not TOML at all.
    """
    file = Path(path)
    text = read_text(file)
    return _draft(text, str(file), file.parent, overrides)


def _draft(text: str, file: str | None, base: Path, overrides: Sequence[str]) -> Draft:
    read, problems = _read_overrides(overrides)
    source = Source(file, text, base, tuple(read))
    problems += _credentials(source)
    table = parse_toml(source)
    if isinstance(table, Problem):
        raise ConfigError([*problems, table])
    for override in with_overrides(table, read):
        problems.append(source.problem_of(override, "this leads through what is not a table"))
    problems += [*_no_auto(table, source), *_names(table, source)]
    if table.get("graders", {}) == {}:
        remedy = 'add a table such as [graders.exact] with use = "text/exact_match"'
        problems.append(source.problem(("graders",), "the config names no grader", remedy))
    columns = frozenset((*_keys(table.get("graders")), *_keys(table.get("aggregators"))))
    config, faults = _structured(table)
    problems += (source.problem(f.path, f.message, f.hint, f.at) for f in faults)
    return Draft(evolve(config, source=source), columns, tuple(sorted(problems, key=_place)))


def _structured(table: dict[str, Any]) -> tuple[Config, Sequence[Fault]]:
    """Structure a table, without what is wrong in it."""
    faults: Sequence[Fault] = ()
    while True:
        try:
            return structure_options(Config, table, owner="the config", noun=""), faults
        except OptionsError as refused:
            # What is refused after something was taken out follows from the faults before.
            faults = faults or refused.faults
            taken_out = [_take_out(table, fault.path) for fault in refused.faults]
            if not any(taken_out):
                table.clear()


def _take_out(table: dict[str, Any], path: KeyPath) -> bool:
    """Take out what stands at `path`, or the list that holds it; False where it is gone already.

    Of a mapper nothing stays: half of one would leave inputs without a field. Of a part with an
    option that is no value, nothing: what is left of its options would be refused again.
    """
    path = {"mapper": path[:3], "options": path[:2]}.get(str(path[2]), path) if path[2:] else path
    holder: dict[Any, Any] = table
    last = path[:1]
    inner: Any = table
    for key in path:
        if not isinstance(inner, dict):
            break
        if key not in inner:
            return False
        holder, last, inner = inner, (key,), inner[key]
    for key in last:
        del holder[key]
    return bool(last)


def _place(problem: Problem) -> tuple[bool, int, int]:
    return problem.line is None, problem.line or 0, problem.column or 0


def _read_overrides(written: Sequence[str]) -> tuple[list[Override], list[Problem]]:
    if isinstance(written, str):  # a text is a sequence of texts, too
        raise TypeError(f"the overrides are a list of texts: write [{written!r}]")
    read: list[Override] = []
    problems: list[Problem] = []
    for each in written:
        try:
            read.append(parse_override(each))
        except ValueError as fault:
            hint = "write it as --set graders.NAME.options.OPTION=VALUE"
            problems.append(Problem(redacted(str(fault)), hint, override_label(each)))
    return read, problems


def _credentials(source: Source) -> Iterator[Problem]:
    message = "this looks like the key of a service ({})"
    hint = "keep keys out of configs: put it in an environment variable, and name the variable"
    for offset, form in credentials_in(source.text):
        yield source.problem_at(place(source.text, offset), message.format(form), hint)
    for override in source.overrides:
        for _, form in credentials_in(override.written):
            yield source.problem_of(override, message.format(form), hint)


def _no_auto(table: dict[str, Any], source: Source) -> Iterator[Problem]:
    """Take out the limits of graders that are to be found out: only models have such."""
    graders = table.get("graders")
    for name, part in graders.items() if isinstance(graders, dict) else ():
        if isinstance(part, dict) and part.get("max_concurrency") == "auto":
            del part["max_concurrency"]
            yield source.problem(
                ("graders", name, "max_concurrency"),
                f"graders.{name}.max_concurrency cannot be 'auto'",
                "leave it out: a grader without a limit follows that of its models",
                "value",
            )


def _names(table: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    named = {section: _keys(table.get(section)) for section in _NAMED}
    for section, names in named.items():
        for name in names:
            if remedy := name_fault(name):
                message = f"{_NAMED[section]} {name!r} cannot have this name"
                yield source.problem((section, name), message, remedy)
    for name in named["aggregators"]:
        if name in named["graders"]:
            yield source.problem(
                ("aggregators", name),
                f"aggregator {name!r} has the name of a grader ({source.where(('graders', name))})",
                "rename one of them: both are columns of the results",
            )


def _keys(section: Any) -> list[str]:
    return list(section) if isinstance(section, Mapping) else []
