"""The shape that Python callers write, brought into that of a config."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from rmg_core.aggregators import NamedAggregator
from rmg_core.config import AggregatorConfig, Config, GraderConfig, UseConfig
from rmg_core.errors import ConfigError, Problem, suggestion

GRADER_KEYS: Final = ("grader", "mapper", "options", "timeout", "max_concurrency", "repeats")
AGGREGATOR_KEYS: Final = ("aggregator", "options", "repeats_of", "group_by")
MAPPER_KEYS: Final = {"use", "options"}

Made = TypeVar("Made", GraderConfig, AggregatorConfig)


def config_of_objects(
    grader_configs: Mapping[str, Any],
    *,
    aggregators: Any,
    max_concurrency: int,
    max_errors: float,
    packs: Sequence[str],
) -> Config:
    """Return the config that the arguments of a `GradingRunner` stand for.

    Raises:
        ConfigError: they are not of that shape; with every problem.
    """
    problems: list[Problem] = []
    graders = {
        name: made
        for name, written in grader_configs.items()
        if (made := _grader(name, written, problems)) is not None
    }
    if not grader_configs:
        problems.append(Problem("there is no grader", "give one in `grader_configs`"))
    combined: dict[str, AggregatorConfig] = {}
    for name, written in _named(aggregators, problems):
        if name in grader_configs or name in combined:
            hint = "every column needs a name of its own"
            problems.append(Problem(f"there are two columns named {name!r}", hint))
        if (combining := _aggregator(name, written, problems)) is not None:
            combined[name] = combining
    try:
        config = Config(
            packs=tuple(packs),
            max_concurrency=max_concurrency,
            max_errors=max_errors,
            graders=graders,
            aggregators=combined,
        )
    except (TypeError, ValueError) as fault:
        problems.append(Problem(_first_line(fault)))
    if problems:
        raise ConfigError(problems)
    return config


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
        hint = suggestion(str(key), keys, "keys")
        problems.append(Problem(f"unknown key {key!r}", hint, file=where))
    if noun not in written:
        problems.append(Problem(f"it has no {noun!r}", f"name the {noun}", file=where))
    if unknown or noun not in written:
        return None
    values = {key: value for key, value in written.items() if key != noun}
    if "mapper" in values:
        values["mapper"] = _mapper(values["mapper"])
    try:
        return kind(use=written[noun], **values)
    except (TypeError, ValueError) as fault:
        problems.append(Problem(_first_line(fault), file=where))
        return None


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
