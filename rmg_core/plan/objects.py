"""The shape that Python callers write, brought into that of a config."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from attrs import evolve

from rmg_core.aggregators import NamedAggregator
from rmg_core.config import (
    AggregatorConfig,
    Config,
    Draft,
    GraderConfig,
    OptionsError,
    UseConfig,
    structure_options,
)
from rmg_core.errors import ConfigError, Problem
from rmg_core.hints import suggestion

GRADER_KEYS: Final = (
    "grader",
    "mapper",
    "options",
    "timeout",
    "max_concurrency",
    "repeats",
    "isolate",
    "when",
)
AGGREGATOR_KEYS: Final = ("aggregator", "options", "repeats_of", "group_by")
AS_THEY_ARE: Final = ("mapper", "options")
"""What may hold any object of Python, and is checked when the grader is known."""

MAPPER_KEYS: Final = {"use", "options"}

Made = TypeVar("Made", GraderConfig, AggregatorConfig)
Cls = TypeVar("Cls")


def draft_of_objects(
    grader_configs: Mapping[str, Any],
    *,
    aggregators: Any,
    max_concurrency: int,
    max_errors: float,
    packs: Sequence[str],
) -> Draft:
    """Return the config that the arguments of a `GradingRunner` stand for, and their problems.

    Raises:
        ConfigError: the graders have no names.
    """
    if not isinstance(grader_configs, Mapping):
        said = f"the graders have no names in a {type(grader_configs).__name__}"
        hint = 'write {"NAME": grader, …}: each name is a column of the results'
        raise ConfigError([Problem(said, hint, file="grader_configs")])
    problems: list[Problem] = []
    graders = {
        name: made
        for name, written in grader_configs.items()
        if (made := _grader(name, written, problems)) is not None
    }
    if not grader_configs:
        problems.append(Problem("there is no grader", "give one in `grader_configs`"))
    combined: dict[str, AggregatorConfig] = {}
    columns = []
    for name, written in _named(aggregators, problems):
        columns.append(name)
        if name in grader_configs or name in combined:
            hint = "every column needs a name of its own"
            problems.append(Problem(f"there are two columns named {name!r}", hint))
        if (combining := _aggregator(name, written, problems)) is not None:
            combined[name] = combining
    values = {"packs": packs, "max_concurrency": max_concurrency, "max_errors": max_errors}
    config = evolve(_checked(Config, values, "", problems), graders=graders, aggregators=combined)
    return Draft(config, frozenset((*grader_configs, *columns)), tuple(problems))


def _grader(name: str, written: Any, problems: list[Problem]) -> GraderConfig | None:
    if not isinstance(written, Mapping):
        written = {"grader": written}
    return _entry(GraderConfig, "grader", GRADER_KEYS, name, written, problems=problems)


def _aggregator(name: str, written: Any, problems: list[Problem]) -> AggregatorConfig | None:
    if not isinstance(written, Mapping):
        written = {"aggregator": written}
    return _entry(AggregatorConfig, "aggregator", AGGREGATOR_KEYS, name, written, problems=problems)


def _entry(
    kind: type[Made],
    noun: str,
    keys: Sequence[str],
    name: str,
    written: Mapping[str, Any],
    *,
    problems: list[Problem],
) -> Made | None:
    where = f"{noun}s.{name}"
    unknown = [key for key in written if key not in keys]
    for key in unknown:
        hint = f"write {noun!r} here" if key == "use" else suggestion(str(key), keys, "keys")
        problems.append(Problem(f"unknown key {key!r}", hint, file=where))
    if noun not in written and "use" not in written:
        problems.append(Problem(f"it has no {noun!r}", f"name the {noun}", file=where))
    if unknown or noun not in written:
        return None
    if written[noun] is None or written[noun] == "":
        hint = f"give the {noun} itself, or its name"
        problems.append(Problem(f"{noun!r} must name something", hint, file=where))
        return None
    values = {key: value for key, value in written.items() if key not in (noun, *AS_THEY_ARE)}
    kept = {key: written[key] for key in AS_THEY_ARE if key in written}
    try:
        if "mapper" in kept:
            kept["mapper"] = _mapper(kept["mapper"])
        made = _checked(kind, {"use": "NAME", **values}, where, problems)
        return evolve(made, use=written[noun], **kept)
    except (TypeError, ValueError) as fault:
        problems.append(Problem(_first_line(fault), file=where))
        return None


def _checked(kind: type[Cls], values: dict[str, Any], where: str, problems: list[Problem]) -> Cls:
    """Check values as those of a config are, and go on without those that are refused."""
    try:
        return structure_options(kind, values, owner="", noun="")
    except OptionsError as refused:
        problems += [Problem(each.message, each.hint, where or None) for each in refused.faults]
        faulty = {each.path[0] for each in refused.faults}
    return structure_options(
        kind, {key: value for key, value in values.items() if key not in faulty}, owner="", noun=""
    )


def _mapper(written: Any) -> Any:
    if isinstance(written, Mapping) and not ("use" in written and set(written) <= MAPPER_KEYS):
        return written
    return UseConfig(**written) if isinstance(written, Mapping) else UseConfig(written)


def _named(aggregators: Any, problems: list[Problem]) -> Iterable[tuple[str, Any]]:
    """Yield the aggregators with their names, whichever way they were given."""
    if aggregators is None:
        return
    if isinstance(aggregators, Mapping):
        yield from aggregators.items()
        return
    several = aggregators if isinstance(aggregators, list | tuple) else [aggregators]
    for each in several:
        if isinstance(each, NamedAggregator):
            yield each.name, each.aggregator
        else:
            said = f"{each if isinstance(each, str) else type(each).__name__!r} has no name"
            hint = 'write aggregators={"NAME": …}, or NamedAggregator("NAME", …)'
            problems.append(Problem(said, hint, file="aggregators"))


def _first_line(fault: Exception) -> str:
    return str(fault.args[0] if fault.args else fault).partition("\n")[0]
