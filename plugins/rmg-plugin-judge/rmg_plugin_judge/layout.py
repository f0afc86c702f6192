"""A rubric file as it is written: one field for each key."""

import re
from typing import Any, Final

from attrs import Attribute, field, frozen
from attrs.validators import and_, deep_iterable, ge, min_len

from rmg_plugin_judge.values import Mode

PROMPT_LISTS: Final = ("consider", "ignore", "steps")
PROMPT_KEYS: Final = ("task", *PROMPT_LISTS)

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A tag of a language as in BCP 47, such as `zh` or `pt-BR`."""

_TEXTS: Any = deep_iterable(min_len(1))


def _is_one_line(_: object, attribute: "Attribute[Any]", value: str) -> None:
    if "\n" in value.strip():
        raise ValueError(f"{attribute.name} must be one line, which is the catalogue's entry")


@frozen(kw_only=True)
class LevelTable:
    """A level that has a name of its own: the number that it stands for, and what it means."""

    value: float
    text: str = field(validator=min_len(1))


@frozen(kw_only=True)
class CriterionTable:
    """One criterion of a checklist."""

    id: str = field(validator=min_len(1))
    text: str = field(validator=min_len(1))
    weight: float = 1.0


@frozen(kw_only=True)
class NodeTable:
    """One question of a decision tree, and what each answer leads to: a question, or a score."""

    ask: str = field(validator=min_len(1))
    answers: dict[str, str | float]


@frozen(kw_only=True)
class PromptTable:
    """What a judge is told."""

    task: str = field(validator=min_len(1))
    consider: tuple[str, ...] = field(default=(), validator=_TEXTS)
    ignore: tuple[str, ...] = field(default=(), validator=_TEXTS)
    steps: tuple[str, ...] = field(default=(), validator=_TEXTS)


@frozen(kw_only=True)
class TestsTable:
    """The minimal pairs: each has `better` and `worse`, and may have `why`, `tie` and inputs."""

    pairs: tuple[dict[str, Any], ...] = ()


@frozen(kw_only=True)
class RubricFile:
    """The keys of a rubric file."""

    about: str = field(validator=and_(min_len(1), _is_one_line))
    inputs: tuple[str, ...] = field(validator=min_len(1))
    mode: Mode
    prompt: dict[str, str | tuple[str, ...] | PromptTable]
    version: int = field(default=1, validator=ge(1))
    scale: tuple[int, int] | None = None
    levels: dict[str, str | LevelTable] = field(factory=dict)
    criteria: tuple[CriterionTable, ...] = ()
    criteria_from: str = ""
    claims: str = ""
    nodes: dict[str, NodeTable] = field(factory=dict)
    may_abstain: bool = False
    examples: tuple[dict[str, Any], ...] = ()
    tests: TestsTable = field(factory=TestsTable)
