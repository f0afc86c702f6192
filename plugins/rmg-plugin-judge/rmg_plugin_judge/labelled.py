"""The labelled examples that a judge is shown: from the rubric, or from a file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from attrs import evolve, frozen

from rmg_core import CannotGrade
from rmg_plugin_judge.checklists import criteria_of
from rmg_plugin_judge.values import Example, Rubric
from rmg_plugin_judge.votes import ABSTAIN, levels_of


@frozen
class ExampleFile:
    """What stands in a file of examples, a line each; where it lies is no part of a grader."""

    lines: tuple[str, ...]

    def examples(self) -> tuple[Example, ...]:
        """Return the examples.

        Raises:
            ValueError: a line is none.
        """
        return _examples(self.lines)


def read_examples(path: str | Path | ExampleFile | None) -> ExampleFile | None:
    """Read a file of JSON Lines, of which each line has inputs, `verdict` and perhaps `why`.

    Raises:
        ValueError: it cannot be read, or a line is no example; says which.
    """
    if path is None or isinstance(path, ExampleFile):
        return path
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, ValueError) as fault:
        raise ValueError(f"the examples in '{path}' cannot be read: {fault}") from fault
    made = ExampleFile(tuple(line for line in text.splitlines() if line.strip()))
    try:
        made.examples()
    except ValueError as fault:
        raise ValueError(f"'{path}': {fault}") from fault
    if not made.lines:
        raise ValueError(f"'{path}' has no example")
    return made


@lru_cache(maxsize=16)
def _examples(lines: tuple[str, ...]) -> tuple[Example, ...]:
    return tuple(_example(line, number) for number, line in enumerate(lines, 1))


def _example(line: str, number: int) -> Example:
    try:
        row = json.loads(line)
    except ValueError as fault:
        raise ValueError(f"example {number} is no JSON: {fault}") from fault
    if not isinstance(row, dict) or "verdict" not in row:
        raise ValueError(f'example {number} is no object with inputs and "verdict"')
    verdict, why = row.pop("verdict"), str(row.pop("why", ""))
    if isinstance(verdict, dict):
        return Example(row, "", why, {key: str(label) for key, label in verdict.items()})
    return Example(row, str(verdict), why)


def check_labels(examples: Sequence[Example], rubric: Rubric) -> None:
    """Look whether a judge by the rubric could give the labels of the examples.

    Raises:
        ValueError: an example has another label; says which and what there are.
    """
    labels = [level.label for level in levels_of(rubric)]
    labels += [ABSTAIN] if rubric.may_abstain else []
    ids = [each.id for each in rubric.criteria]
    for number, each in enumerate(examples, 1):
        if rubric.mode == "listwise" or (each.verdict == ABSTAIN and rubric.may_abstain):
            continue
        if rubric.mode == "checklist" and not each.labels:
            said = '"verdict" must be an object with a label for each criterion'
            raise ValueError(f"example {number}: {said}")
        if rubric.mode == "checklist" and rubric.criteria_from:
            ids = _criteria_of(each, rubric, number)
        if ids and sorted(each.labels) != sorted(ids):
            raise ValueError(f"example {number}: its verdict is not on {', '.join(ids)}")
        for label in each.labels.values() if each.labels else [each.verdict]:
            if label not in labels:
                known = ", ".join(labels)
                raise ValueError(f"example {number}: {label!r} is no label; there are: {known}")


def _criteria_of(example: Example, rubric: Rubric, number: int) -> list[str]:
    try:
        given = criteria_of(rubric, example.inputs.get(rubric.criteria_from))
    except CannotGrade as fault:
        raise ValueError(f"example {number}: {fault.reason}") from fault
    return [each.id for each in given]


def drawn(
    known: Sequence[Example], count: int, inputs: Mapping[str, Any], seed: int
) -> tuple[Example, ...]:
    """Return so many examples: of each label as many as of the others, as far as it goes.

    The same seed draws the same for every sample. The sample itself is never among them.
    """
    others = [_shown(each) for each in known if not _is_same(each.inputs, inputs)]
    Random(seed).shuffle(others)  # noqa: S311 - a choice is no secret
    by_label: dict[str, list[Example]] = {}
    for each in others:
        by_label.setdefault(each.verdict, []).append(each)
    return tuple(islice(_in_turn(by_label), count))


def _in_turn(groups: Mapping[str, Sequence[Example]]) -> Iterator[Example]:
    for place in range(max(map(len, groups.values()), default=0)):
        for label in sorted(groups):
            if place < len(groups[label]):
                yield groups[label][place]


def _shown(example: Example) -> Example:
    """Write the labels of criteria as a verdict."""
    if not example.labels:
        return example
    lines = [f"{name}: {label}" for name, label in example.labels.items()]
    return evolve(example, verdict="\n".join(lines))


def _is_same(example: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    return all(inputs.get(name) == value for name, value in example.items())
