"""A validation with its graders asked anew, to see what sways them."""

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from rmg_core import StoredRun
from rmg_plugin_stats.probes import probe
from rmg_plugin_stats.reports import Section
from rmg_plugin_stats.validation.validating import Validation


@frozen
class Probes:
    """Which probes of which size: `limit` samples each, and `calls` of models in all, a grader."""

    names: Sequence[str]
    limit: int | None = None
    calls: int | None = None
    offline: bool = False
    tell: Callable[[str], object] = lambda _: None


def probed(run: StoredRun, found: Validation, asked: Probes) -> Validation:
    """Return a validation with what probes of its graders found, before what it cost.

    Raises:
        ConfigError: a grader cannot be made any more.
        DataError: there is no such probe, or the dataset is another.
        StoreError: what is kept of a probe cannot be read or written.
    """
    sections: list[Section] = []
    for each in found.matches:
        if each.column.column.is_aggregator:
            continue
        made = probe(
            run,
            each.name,
            asked.names,
            limit=asked.limit,
            calls=asked.calls,
            offline=asked.offline,
            tell=asked.tell,
        )
        sections += [
            evolve(part, key=f"{each.name}.{part.key}", title=f"{each.name}: {part.title}")
            for part in made
        ]
    held = found.report.sections
    last = next(at for at, part in enumerate(held) if part.key == "cost")
    report = evolve(found.report, sections=[*held[:last], *sections, *held[last:]])
    return evolve(found, report=report)
