"""An aggregator of a plan, made from its table in the config."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from rmg_core.aggregators import as_aggregator
from rmg_core.config import AggregatorConfig
from rmg_core.hints import suggestion
from rmg_core.mappers import parse_path
from rmg_core.outcomes import Scale
from rmg_core.plan.parts import At, NotMade, Parts, called
from rmg_core.plan.values import PlannedAggregator

Scales: TypeAlias = Mapping[str, Scale | None]


def planned_aggregator(
    parts: Parts, name: str, table: AggregatorConfig, graders: Scales, columns: Scales
) -> PlannedAggregator | None:
    """Make an aggregator that may read `columns`: the graders, and aggregators before it.

    None where it cannot be made, which is noted.
    """
    at: At = ("aggregators", name)
    with suppress(NotMade):
        made = parts.made("aggregator", table.use, table.options, at)
        with parts.naming(at):
            made = as_aggregator(made, called(table.use))
        group_by = None
        if table.group_by is not None:
            with parts.saying((*at, "group_by")):
                group_by = parse_path(table.group_by)
        _check_kind(parts, made, table, at)
        if table.repeats_of is not None:
            scales = _repeats(parts, made, table.repeats_of, graders, at)
            reads: tuple[str, ...] = ()
        else:
            reads = _reads(parts, made, graders, columns, table.options, at=at)
            scales = {each: columns[each] for each in reads}
        bound, scale = _bound(parts, made, scales, at)
        return PlannedAggregator(name, bound, reads, scale, table.repeats_of, group_by)
    return None


def _check_kind(parts: Parts, made: Any, table: AggregatorConfig, at: At) -> None:
    is_group = hasattr(made, "combine_group")
    if is_group and table.group_by is None and not hasattr(made, "combine"):
        parts.note(at, "it sets samples against each other", 'add group_by = "FIELD"', on="key")
        raise NotMade
    if not is_group and table.group_by is not None:
        parts.note((*at, "group_by"), "it combines the outcomes of one sample, not of a group")
        raise NotMade
    if table.group_by is not None and table.repeats_of is not None:
        parts.note((*at, "repeats_of"), "it cannot combine repeats and samples at once")
        raise NotMade


def _repeats(
    parts: Parts, made: Any, grader: str, graders: Scales, at: At
) -> dict[str, Scale | None]:
    if grader not in graders:
        parts.note(
            (*at, "repeats_of"),
            f"there is no grader {grader!r}",
            suggestion(grader, graders, "graders"),
        )
        raise NotMade
    if hasattr(made, "reads") and made.reads() is not None:
        parts.note(
            (*at, "repeats_of"),
            "it combines columns by their names, not the repeats of one grader",
            "use mean, median, mode, min, max, pass_at_k or pass_hat_k, without naming graders",
        )
        raise NotMade
    repeats = parts.config.graders[grader].repeats
    return {str(repeat): graders[grader] for repeat in range(repeats)}


def _reads(
    parts: Parts,
    made: Any,
    graders: Scales,
    columns: Scales,
    options: Mapping[str, Any],
    *,
    at: At,
) -> tuple[str, ...]:
    named = made.reads() if hasattr(made, "reads") else None
    if named is None:
        return tuple(graders)
    unknown = [name for name in named if name not in columns]
    for name in unknown:
        path = _path_to(name, options)
        parts.note(
            (*at, "options", *path),
            f"there is no grader, nor an aggregator before this one, named {name!r}",
            suggestion(name, columns, "columns"),
            on="key" if path and path[-1] == name else "value",
        )
    if unknown:
        raise NotMade
    return tuple(dict.fromkeys(named))


def _bound(parts: Parts, made: Any, scales: Scales, at: At) -> tuple[Any, Scale | None]:
    """Tell an aggregator the scales of its parts, where all of them are known."""
    known = {name: scale for name, scale in scales.items() if scale is not None}
    if len(known) < len(scales):
        return made, None
    with parts.saying(at):
        scale = made.scale_of(known) if hasattr(made, "scale_of") else None
        return (made.bound(known) if hasattr(made, "bound") else made), scale
    raise AssertionError("a context that notes always raises")


def _path_to(name: str, options: Any, path: At = ()) -> At:
    """Return where a name stands in an options table: as a key, or as a value."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(options, Mapping):
        if name in options:
            return (*path, name)
        pairs = list(options.items())
    elif isinstance(options, list | tuple):
        pairs = list(enumerate(options))
    for key, value in pairs:
        if value == name:
            return (*path, key)
        if found := _path_to(name, value, (*path, key)):
            return found
    return ()
