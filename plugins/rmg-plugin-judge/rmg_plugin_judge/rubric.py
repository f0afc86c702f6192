"""A rubric, read from its file."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rmg_core import read_document
from rmg_plugin_judge.layout import LevelTable, PromptTable, RubricFile
from rmg_plugin_judge.mistakes import mistakes
from rmg_plugin_judge.trees import leaves, nodes_of
from rmg_plugin_judge.values import (
    Criterion,
    Example,
    Level,
    Pair,
    Prompt,
    Rubric,
    RubricInput,
)

PAIR_LEVELS = (
    Level("B", "Response B is better.", 0.0),
    Level("tie", "Neither is better than the other.", 0.5),
    Level("A", "Response A is better.", 1.0),
)
"""The labels of a comparison, and the score of A that each stands for."""

CHECKLIST_LEVELS = (
    Level("no", "The response does not meet the criterion.", 0.0),
    Level("yes", "The response meets the criterion.", 1.0),
)
"""The labels of a checklist that has none of its own."""


def read_rubric(path: str | os.PathLike[str], name: str = "") -> Rubric:
    """Read a rubric file; `name` is that of the grader, by default the file's without its suffix.

    Raises:
        ConfigError: with every mistake, its line and column.
    """
    file = read_document(RubricFile, path, owner="the rubric", check=mistakes)
    return Rubric(
        name=name or Path(path).stem,
        about=file.about.strip(),
        inputs=tuple(
            RubricInput(each.removesuffix("?"), not each.endswith("?")) for each in file.inputs
        ),
        mode=file.mode,
        prompt=_main_prompt(file),
        levels=_levels(file),
        criteria=tuple(Criterion(each.id, each.text, each.weight) for each in file.criteria),
        criteria_from=file.criteria_from,
        claims=file.claims.strip(),
        nodes=nodes_of(file.nodes),
        version=file.version,
        may_abstain=file.may_abstain,
        translations={
            key: _prompt(value)
            for key, value in file.prompt.items()
            if isinstance(value, PromptTable)
        },
        examples=tuple(map(_example, file.examples)),
        pairs=tuple(map(_pair, file.tests.pairs)),
    )


def _levels(file: RubricFile) -> tuple[Level, ...]:
    if file.mode == "listwise":
        return ()
    if file.mode == "tree":
        return leaves(nodes_of(file.nodes))
    if file.mode == "pairwise":
        return PAIR_LEVELS
    if not file.levels:
        return CHECKLIST_LEVELS
    made = [
        Level(label, level.text, level.value)
        if isinstance(level, LevelTable)
        else Level(label, level, float(label))
        for label, level in file.levels.items()
    ]
    return tuple(sorted(made, key=lambda level: level.value))


def _main_prompt(file: RubricFile) -> Prompt:
    own: dict[str, Any] = {
        key: value for key, value in file.prompt.items() if not isinstance(value, PromptTable)
    }
    return _prompt(PromptTable(**own))


def _prompt(table: PromptTable) -> Prompt:
    return Prompt(table.task, table.consider, table.ignore, table.steps)


def _example(written: Mapping[str, Any]) -> Example:
    inputs = {key: value for key, value in written.items() if key not in ("verdict", "why")}
    verdict, why = written["verdict"], written.get("why", "")
    if isinstance(verdict, Mapping):
        return Example(inputs, "", why, labels=verdict)
    return Example(inputs, str(verdict), why)


def _pair(written: Mapping[str, Any]) -> Pair:
    own = ("better", "worse", "why", "tie")
    shared = {key: value for key, value in written.items() if key not in own}
    return Pair(
        better={**shared, **written["better"]},
        worse={**shared, **written["worse"]},
        why=written.get("why", ""),
        is_tie=written.get("tie", False),
    )
