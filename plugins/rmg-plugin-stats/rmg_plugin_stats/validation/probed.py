"""A validation with its graders asked anew, to see what sways them."""

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from rmg_core import DataError, Problem, StoredRun
from rmg_plugin_stats.probes import probe
from rmg_plugin_stats.reports import Report, Section
from rmg_plugin_stats.validation.validating import Validation


@frozen
class Probes:
    """Which probes of which size: `limit` samples each, and `calls` of models in all, a grader."""

    names: Sequence[str]
    limit: int | None = None
    calls: int | None = None
    offline: bool = False
    answer: str | None = None
    tell: Callable[[str], object] = lambda _: None

    def sections(self, run: StoredRun, column: str) -> list[Section]:
        """Return what probes of a grader found, under its name.

        Raises:
            ConfigError: it cannot be made any more.
            DataError: there is no such probe, or the dataset is another.
            StoreError: what is kept of a probe cannot be read or written.
        """
        made = probe(
            run,
            column,
            self.names,
            limit=self.limit,
            calls=self.calls,
            offline=self.offline,
            answer=self.answer,
            tell=self.tell,
        )
        return [
            evolve(part, key=f"{column}.{part.key}", title=f"{column}: {part.title}")
            for part in made
        ]


def probed(run: StoredRun, found: Validation, asked: Probes) -> Validation:
    """Return a validation with what probes of its graders found, before what it cost.

    Raises:
        ConfigError: a grader cannot be made any more.
        DataError: there is no such probe, or the dataset is another.
        StoreError: what is kept of a probe cannot be read or written.
    """
    names = [each.name for each in found.matches if not each.column.column.is_aggregator]
    sections = [part for name in names for part in asked.sections(run, name)]
    held = found.report.sections
    last = next(at for at, part in enumerate(held) if part.key == "cost")
    report = evolve(found.report, sections=[*held[:last], *sections, *held[last:]])
    return evolve(found, report=report)


def probes_alone(run: StoredRun, columns: Sequence[str], asked: Probes) -> Report:
    """Return what probes of graders found, where there are no labels.

    Raises:
        ConfigError: a grader cannot be made any more, or a column is an aggregator's.
        DataError: there is no such column or probe, or the columns to probe are not named.
        StoreError: what is kept of a probe cannot be read or written.
    """
    graders = [each.name for each in run.columns if not each.is_aggregator]
    if not columns and len(graders) > 1:
        # Each asks as often as the others: whoever has not named one does not know how often.
        said = f"the run has {len(graders)} graders, and none is named"
        raise DataError([Problem(said, f"add --column with one of {', '.join(graders)}")])
    names = columns or graders
    sections = [part for name in names for part in asked.sections(run, name)]
    title = f"{run.place}: probes of {', '.join(names)}"
    return Report(title, {"run": str(run.place)}, sections, [run.want] if run.want else [])
