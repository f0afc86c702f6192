"""The inputs of a cell that was graded, taken anew from the dataset of its run."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from attrs import frozen

from rmg_core.cli.screen import counted
from rmg_core.config import Config
from rmg_core.datasets import Dataset, Sample
from rmg_core.errors import ConfigError, DataError, Problem
from rmg_core.outcomes import Cell
from rmg_core.plan import PlannedGrader, plan_of_config
from rmg_core.runner.addresses import fingerprinter
from rmg_core.runner.archive import stored_grader
from rmg_core.runner.settling import error_of
from rmg_core.runs.origin import config_of
from rmg_core.store import StoredGrader


@frozen
class Taken:
    """The inputs as they are now.

    `values` is None where they cannot be taken. `are_those_graded` is None where that cannot be
    told. `said` is what to know of them. `grader` is the one that takes them now.
    """

    values: Mapping[str, Any] | None = None
    are_those_graded: bool | None = None
    said: tuple[str, ...] = ()
    grader: PlannedGrader | None = None


def inputs_of(run_dir: Path, cells: Sequence[Cell], stored: StoredGrader) -> Taken:
    """Take the inputs of a sample for a grader, by the copy of the config in a run directory.

    The code that the config names is run, but for the grader. `cells` are the repeats.
    """
    first = cells[0]
    try:
        with redirect_stdout(sys.stderr):  # what the code prints is no result
            planned, dataset = _planned(config_of(run_dir), first.grader)
            sample = _sample_of(dataset, first)
            return _taken(planned, sample, cells, stored)
    except (ConfigError, DataError) as fault:
        said, *others = map(str, fault.problems)
        more = (f"and {counted(len(others), 'problem')} more",) if others else ()
        return Taken(said=(said, *more))


def _planned(config: Config, name: str) -> tuple[PlannedGrader, Dataset]:
    if config.dataset.path in (None, "-"):
        raise DataError([Problem("the dataset came from standard input, and is gone")])
    plan = plan_of_config(config)
    planned = {each.name: each for each in plan.graders}.get(name)
    if planned is None or plan.dataset is None:
        raise ConfigError([Problem(f"{config.source.file} names no grader {name!r} any more")])
    return planned, plan.dataset


def _sample_of(dataset: Dataset, cell: Cell) -> Sample:
    """Find a sample by its id, wherever it stands now, or by its index where it has none."""
    for each in dataset.samples():
        if each.id == cell.id and (each.id is not None or each.index == cell.index):
            return each
    named = f"index {cell.index}" if cell.id is None else f"the id {cell.id!r}"
    raise DataError([Problem(f"no sample with {named} any more", file=dataset.name)])


def _taken(
    planned: PlannedGrader, sample: Sample, cells: Sequence[Cell], stored: StoredGrader
) -> Taken:
    try:
        inputs = planned.prepare(sample.fields)
    except Exception as fault:  # noqa: BLE001 - a foreign mapper
        return Taken(said=(error_of(fault, "mapper_error").error,))
    fingerprint = fingerprinter(stored.digest, max(each.repeat for each in cells) + 1)
    known = [each for each in cells if each.fingerprint]
    are_those = None
    said = []
    if known:
        are_those = all(fingerprint(inputs, each.repeat) == each.fingerprint for each in known)
        if not are_those:
            said.append(
                "these are not the ones that were graded: the dataset or the mapper has changed"
            )
    else:
        said.append("whether these were graded cannot be told: the cell has no fingerprint")
    if stored_grader(planned).digest != stored.digest:
        said.append("the grader is not the one that graded: the next run grades this anew")
    names = [each.name for each in planned.grader.spec.inputs]
    return Taken(dict(zip(names, inputs, strict=True)), are_those, tuple(said), planned)
