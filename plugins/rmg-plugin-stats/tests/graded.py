"""Runs to look into, kept in folders: their graders say what a field of the row says."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rmg_core.cli import rmg

GRADERS = '''
from rmg_core import GraderScore, GraderSkip, Scale, grader

def told(value, reason):
    if value == "skip":
        return GraderSkip("not for this one")
    if value is None:
        raise ValueError("no answer came")
    return GraderScore(float(value), reason=str(reason))

@grader(scale=(0, 1))
def unit(value: float | str | None, reason: str = "", *, note: str = ""):
    """What the row says, 0..1."""
    return told(value, reason)

@grader(scale=(1, 5))
def grade(value: float | str | None, reason: str = ""):
    """What the row says, 1..5."""
    return told(value, reason)

@grader(scale=Scale(0, 1, higher_is_better=False))
def harm(value: float | str | None, reason: str = ""):
    """What the row says, 0..1, of which 0 is best."""
    return told(value, reason)

@grader(scale=Scale(None, None))
def free(value: float | str | None, reason: str = ""):
    """What the row says, without bounds."""
    return told(value, reason)
'''


def graded(
    folder: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    graders: Mapping[str, str],
    *,
    id: str | None = "id",  # noqa: A002 - as the config has it
    more: str = "",
    options: Sequence[str] = (),
) -> Path:
    """Grade rows, each column by what the field of its name says; return the run directory.

    `graders` has for each column a grader of `GRADERS`; `more` is added to the config.
    """
    (folder / "graders.py").write_text(GRADERS)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    lines = ["max_errors = 1", "[dataset]", f'path = "{name}.jsonl"']
    lines += [f'id = "{id}"'] if id else []
    for column, use in graders.items():
        lines += [f"[graders.{column}]", f'use = "./graders.py:{use}"']
        lines += [f'mapper = {{ value = "{column}", reason = {{ value = "said of {name}" }} }}']
    (folder / f"{name}.toml").write_text("\n".join([*lines, more]))
    command = ["run", str(folder / f"{name}.toml"), "--quiet", *options]
    rmg.main(command, prog_name="rmg", standalone_mode=False)
    return folder / "runs" / name


def told_by(capsys: Any, *words: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, and what it wrote to stdout and stderr."""
    capsys.readouterr()
    code = rmg.main([*words], prog_name="rmg", standalone_mode=False)
    out, error = capsys.readouterr()
    return code or 0, out, error


def refused(capsys: Any, *words: str) -> str:
    """Run a command that is a wrong question; return what it says."""
    code, out, error = told_by(capsys, *words)
    assert (code, out) == (2, "")
    return error
