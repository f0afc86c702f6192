"""A run that is kept, of rows that hold what their judge will say."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

GRADERS = '''
from rmg_core import GraderRank, Scale, grader


@grader(scale=(0, 1))
def judged(answer: str, score: float | None = None) -> float:
    """Give the score of the row."""
    if score is None:
        raise ValueError("no score")
    return score


def other(second_score: float = 0.0) -> float:
    """Give the second score of the row."""
    return second_score


@grader(scale=(0, 1))
def valued(score: float | None = None, *, tie_value: float = 0.5) -> float:
    """Give the score of the row, or what a tie is worth."""
    return tie_value if score is None or score == 0.5 else score


@grader(scale=Scale(0, 1, higher_is_better=False))
def harm(score: float) -> float:
    """Give the score of the row, of which less is better."""
    return score


def ranked(places: list[int]):
    """Give the places of the row."""
    return GraderRank(rank=tuple(places))
'''

CONFIG = """
max_errors = 1.0

[dataset]
path = "rows.jsonl"
id = "id"

[graders.judge]
use = "./graders.py:judged"
"""


def rmg(*arguments: str) -> int:
    """Run a verb in this process, and return its exit code."""
    from rmg_core.cli import rmg as verbs

    try:
        verbs.main(list(arguments), prog_name="rmg")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def kept(folder: Path, rows: Sequence[Mapping[str, Any]], config: str = CONFIG) -> None:
    """Run a config over rows, in runs/qa of the folder that one is in."""
    (folder / "graders.py").write_text(GRADERS)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "qa.toml").write_text(config)
    assert rmg("run", "qa.toml", "--quiet") == 0
