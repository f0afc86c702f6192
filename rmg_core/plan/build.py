"""From a config, or from Python objects, to a plan; every problem is told at once."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from rmg_core.config import Config, Draft, draft_config, gate_faults
from rmg_core.datasets import Dataset, format_of
from rmg_core.errors import ConfigError, Problem
from rmg_core.hints import near_miss
from rmg_core.outcomes import Scale
from rmg_core.plan.aggregators import planned_aggregator
from rmg_core.plan.models import most_at_once, planned_model
from rmg_core.plan.objects import draft_of_objects
from rmg_core.plan.parts import Parts
from rmg_core.plan.references import with_conditions
from rmg_core.plan.values import NamedPart, Plan, PlannedAggregator, PlannedGrader
from rmg_core.registry import Registry, installed


def plan_of_config(
    config: str | PathLike[str] | Config,
    overrides: Sequence[str] = (),
    registry: Registry | None = None,
) -> Plan:
    """Resolve every name of a config and check every option.

    `config` is the path of a TOML file, or one that is loaded already. `overrides` are written
    `key.path=value`, and have the last word over the file.

    Raises:
        ConfigError: it cannot be run; with every problem that was found.
    """
    draft = Draft(config) if isinstance(config, Config) else draft_config(config, overrides)
    return plan_of_draft(draft, registry)


def plan_of_draft(draft: Draft, registry: Registry | None = None) -> Plan:
    """Resolve every name of a config, as far as it could be read, and check every option.

    Raises:
        ConfigError: it cannot be run; with the problems of the draft and all that were found.
    """
    config = draft.config
    parts = Parts(config, registry or installed().choosing(config.choose))
    parts.check_packs()
    parts.models.update(
        (name, planned_model(parts, name, table)) for name, table in config.models.items()
    )
    _check_prices(parts)
    unread = draft.columns - set(config.graders) - set(config.aggregators)
    graders = with_conditions(parts, _graders(parts), unread)
    aggregators = _aggregators(parts, graders, unread)
    _check_gates(parts, graders, aggregators, unread)
    dataset = _dataset(parts)
    sinks = _named(parts, "sink", "sinks")
    observers = _named(parts, "observer", "observers")
    problems = [*draft.problems, *parts.problems]
    if problems:
        raise ConfigError(sorted(problems, key=_place))
    return Plan(
        graders=tuple(each for each in graders.values() if each is not None),
        aggregators=aggregators,
        max_concurrency=most_at_once(config.max_concurrency, parts.models),
        max_errors=config.max_errors,
        budget=config.budget,
        dataset=dataset,
        run_dir=config.run_dir,
        sinks=sinks,
        observers=observers,
    )


def _check_gates(
    parts: Parts,
    graders: Mapping[str, PlannedGrader | None],
    aggregators: Iterable[PlannedAggregator],
    unread: Iterable[str],
) -> None:
    """Note what is wrong with the gates of the config, which no run is made of."""
    columns: dict[str, Scale | None] = dict.fromkeys((*unread, *parts.config.aggregators))
    columns |= {name: None if each is None else each.scale for name, each in graders.items()}
    columns |= {each.name: each.scale for each in aggregators}
    for fault in gate_faults(parts.config.gates, columns):
        parts.note(fault.path, fault.message, fault.hint, on=fault.at)


def _check_prices(parts: Parts) -> None:
    """Note a budget in money that would not bound what a model costs."""
    if parts.config.budget.usd is None:
        return
    for name, model in parts.models.items():
        if model is not None and model.known_price is None:
            parts.note(
                ("budget", "usd"),
                f"budget.usd cannot count model {name!r}, whose price is not known",
                f"write price = {{ input = …, output = … }} in [models.{name}], or bound "
                "calls or tokens",
            )


def dataset_of_draft(draft: Draft, registry: Registry | None = None) -> Dataset | None:
    """Return the dataset of a config, so that its rows can be looked at where the rest is wrong.

    None where there is none, or none that can be made; the problems of that are the plan's.
    """
    config = draft.config
    return _dataset(Parts(config, registry or installed().choosing(config.choose)))


def _place(problem: Problem) -> tuple[bool, int, int]:
    return problem.line is None, problem.line or 0, problem.column or 0


def plan_of_objects(
    grader_configs: Mapping[str, Any],
    *,
    aggregators: Any = None,
    max_concurrency: int = 32,
    max_errors: float = 0.02,
    packs: Sequence[str] = (),
    registry: Registry | None = None,
) -> Plan:
    """Make a plan of Python objects and names, in the shape that `GradingRunner` takes.

    Raises:
        ConfigError: something cannot be run; with every problem that was found.
    """
    draft = draft_of_objects(
        grader_configs,
        aggregators=aggregators,
        max_concurrency=max_concurrency,
        max_errors=max_errors,
        packs=packs,
    )
    return plan_of_draft(draft, registry)


def _graders(parts: Parts) -> dict[str, PlannedGrader | None]:
    return {name: parts.grader(name, table) for name, table in parts.config.graders.items()}


def _aggregators(
    parts: Parts, graders: Mapping[str, PlannedGrader | None], unread: Iterable[str]
) -> tuple[PlannedAggregator, ...]:
    scales = {name: each.scale if each is not None else None for name, each in graders.items()}
    # A name whose table has problems of its own is still a name that others may use.
    columns: dict[str, Scale | None] = {**dict.fromkeys(unread), **scales}
    made: list[PlannedAggregator] = []
    for name, table in parts.config.aggregators.items():
        planned = planned_aggregator(parts, name, table, scales, columns)
        columns[name] = None if planned is None else planned.scale
        if planned is not None:
            made.append(planned)
    return tuple(made)


def _dataset(parts: Parts) -> Dataset | None:
    table, path = parts.config.dataset, parts.config.dataset_path
    if path is None:
        return None
    if table.format is not None:
        reader = parts.reader(table.format, table.options, ("dataset", "format"))
    elif _is_told_by_suffix(parts, path):
        reader = parts.reader(format_of(path), table.options, ("dataset", "path"))
    else:
        reader = None
    return None if reader is None else Dataset(path, reader, table.id, table.on_bad_row)


def _is_told_by_suffix(parts: Parts, path: str) -> bool:
    """Note a path that does not tell which reader it needs."""
    suffix, known = format_of(path), parts.names("reader")
    if suffix in known or (suffix and parts.lacks_packs):
        return True
    if Path(path).is_dir():
        parts.note(("dataset", "path"), "this is a directory", "name a file in it")
        return False
    likely = near_miss(suffix, known) or "jsonl"
    parts.note(
        ("dataset", "path"),
        f"no reader is for the suffix '.{suffix}'" if suffix else "the path has no suffix",
        f'add format = "{likely}" (one of {", ".join(known)})',
    )
    return False


def _named(parts: Parts, noun: str, section: str) -> tuple[NamedPart, ...]:
    tables = getattr(parts.config, section)
    made = [parts.part(noun, section, name, table) for name, table in tables.items()]
    return tuple(each for each in made if each is not None)
