"""What is looked at before anything runs: the config, its names, its dataset, its directory."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from rmg_core.cli.clashes import clashes
from rmg_core.config import Config, draft_config
from rmg_core.datasets import Dataset, DatasetReport
from rmg_core.errors import ConfigError, DataError, Problem, StoreError
from rmg_core.plan import Plan, dataset_of_draft, plan_of_draft
from rmg_core.plan.feeding import LOOKED_AT, Unfed, unfed_inputs
from rmg_core.redaction import missing_secrets
from rmg_core.registry import installed
from rmg_core.runs import directory


@frozen
class Ready:
    """A config that can be run: nothing was found wrong.

    `warnings` are of the directory, or of secrets that are not there where none need be.
    """

    config: Config
    plan: Plan
    dataset: Dataset
    run_dir: Path
    report: DatasetReport
    warnings: tuple[str, ...] = ()


def preflight(
    path: str,
    overrides: Sequence[str] = (),
    run_dir: str | None = None,
    *,
    is_run: bool = False,
    is_offline: bool = False,
) -> Ready:
    """Find everything that is wrong with a config before anything runs.

    `run_dir` takes the place of the config's own. With `is_run` it must be possible to write it,
    and unless the run `is_offline`, the secrets of the models must be there; else it warns of them.

    Raises:
        ConfigError: with every problem of the config and of the dataset.
        DataError: with every problem of the dataset, where the config has none.
    """
    draft = draft_config(path, overrides)
    config = draft.config
    registry = installed().choosing(config.choose)
    problems: list[Problem] = []
    plan = None
    try:
        plan = plan_of_draft(draft, registry)
        dataset = plan.dataset
    except ConfigError as fault:
        problems += fault.problems
        dataset = dataset_of_draft(draft, registry)
    place = Path(run_dir) if run_dir else config.run_dir
    at = ("run", "dir") if config.run.dir is not None and run_dir is None else None
    said, warnings = _looked_at(place) if is_run else (None, ())
    if said is not None:
        message = f"the run directory {str(place)!r} cannot be made: {said}"
        problems.append(
            config.problem(at, message, directory.HINT, at="value")
            if at
            else Problem(message, directory.HINT)
        )
    problems += clashes(config, plan, place, at)
    absent = [] if is_offline else _absent_secrets(plan, config)
    if is_run:
        problems += absent
    else:
        warnings = tuple(map(str, absent))
    if dataset is None and config.dataset.path is None and plan is not None:
        hint = 'add a table [dataset] with path = "FILE"'
        problems.append(config.problem(("dataset",), "the config names no dataset", hint))
    report = None
    rows: list[Problem] = []
    if dataset is not None:
        try:
            report = dataset.check()
        except DataError as fault:
            rows += (_located(config, each) for each in fault.problems)
    if plan is not None and report is not None and dataset is not None:
        problems += _unfed(plan, config, dataset)
    if rows and not problems:
        raise DataError(rows)
    problems = sorted([*problems, *rows], key=lambda each: _place(dataset, each))
    if problems or plan is None or report is None or dataset is None:
        raise ConfigError(problems)
    return Ready(config, evolve(plan, run_dir=place), dataset, place, report, warnings)


def _absent_secrets(plan: Plan | None, config: Config) -> list[Problem]:
    """Say which secrets the models of a plan lack."""
    return [
        config.problem(("models", model.name, "options", *name.split(".")), said, at="value")
        for model in (plan.models if plan is not None else ())
        for name, said in missing_secrets(model.client)
    ]


def _looked_at(place: Path) -> tuple[str | None, tuple[str, ...]]:
    """Say why a directory cannot hold a run, or else what to warn of."""
    from rmg_core.store import preflight as look

    if (said := directory.fault_of(place)) is not None:
        return said, ()
    try:
        return None, tuple(look(place))
    except StoreError as fault:
        return fault.fault.removeprefix("cannot be made: "), ()


def _located(config: Config, problem: Problem) -> Problem:
    """Say of a dataset that cannot be read at all where the config names it."""
    if problem.line is not None or problem.file is None:
        return problem
    message = f"dataset {problem.file!r}: {problem.message}"
    return config.problem(("dataset", "path"), message, problem.hint, at="value")


def _place(dataset: Dataset | None, problem: Problem) -> tuple[bool, bool, int, int]:
    is_row = dataset is not None and problem.file == dataset.name
    return is_row, problem.line is None, problem.line or 0, problem.column or 0


def _unfed(plan: Plan, config: Config, dataset: Dataset) -> Iterator[Problem]:
    """Find the inputs that no sample has a field for.

    Nearly always the first samples have them all; only where not, the others are read.
    """
    samples = (each.fields for each in dataset.samples())
    suspects: list[Unfed] | None = None
    while (suspects is None or suspects) and (block := list(islice(samples, LOOKED_AT))):
        found = {(each.grader, each.input): each for each in unfed_inputs(plan, block)}
        before = list(found.values()) if suspects is None else suspects
        suspects = [each for each in before if (each.grader, each.input) in found]
    for each in suspects or ():
        mapper: Any = config.graders[each.grader].mapper
        at = ("mapper", each.input) if isinstance(mapper, dict) and each.input in mapper else ()
        yield config.problem(
            ("graders", each.grader, *at),
            f"no sample has what input {each.input!r} of {each.grader!r} takes",
            each.said,
            at="value" if at else "key",
        )
