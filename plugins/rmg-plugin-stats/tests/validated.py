"""Runs to validate, and the command over them, in this process."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from rmg_core.cli import rmg

GRADERS = '''
from rmg_core import CannotGrade, GraderScore, Scale, grader

def checked(value):
    """Return a number, where there is one."""
    if isinstance(value, str):
        raise CannotGrade(f"no verdict can be read: {value!r}")
    if value is None:
        raise CannotGrade("nothing was said")
    return float(value)

@grader(scale=(None, None))
def open(value: object) -> float:
    """The recorded score, on an open scale."""
    return checked(value)

@grader(scale=(0, 1))
def share(value: object) -> float:
    """The recorded score on 0..1."""
    return checked(value)

@grader(scale=(0, 2))
def verdict(value: object) -> float:
    """The recorded verdict of a pair: 0, 1 or 2."""
    return checked(value)

@grader(scale=(1, 5))
def stars(value: object) -> float:
    """The recorded stars."""
    return checked(value)

@grader(scale=(0, 1))
def named(value: str) -> GraderScore:
    """A label."""
    return GraderScore(0.5, metadata={"label": value})

@grader(scale=Scale(0, 1, higher_is_better=False))
def harm(value: object) -> float:
    """The recorded harm: lower is better."""
    return checked(value)

@grader(scale=(0, 1))
def pair(value: object) -> GraderScore:
    """Two answers as a judge compares them: `value` has the label of the winner in each order."""
    votes = [
        {"model": "m", "verdict": {"labels": {"": label}}, "order": order}
        for label, order in zip(value, ([0, 1], [1, 0]))
    ]
    one, two = (({"A": 1.0, "B": 0.0}.get(label, 0.5)) for label in value)
    net = (one + 1 - two) / 2
    score = float(round(net * 2) / 2)
    return GraderScore(score, metadata={"votes": votes, "net": {"m": 2 * net - 1}})

def flip(value: object) -> float:
    """1 at every other call."""
    flip.calls = getattr(flip, "calls", 0) + 1
    return flip.calls % 2
'''


@frozen
class Answer:
    """What the command said: the report as JSON, what stood on stderr."""

    report: dict[str, Any]
    told: str

    def figure(self, section: str, name: str) -> dict[str, Any]:
        """Return a figure of a section by its name."""
        figures = self.report["sections"][section]["figures"]
        return next(each for each in figures if each["name"] == name)

    def value(self, section: str, name: str) -> float | None:
        found: float | None = self.figure(section, name)["value"]
        return found

    def table(self, section: str, title: str = "") -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.report["sections"][section]["tables"][title]
        return found


def run_of(
    folder: Path, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], more: str = ""
) -> str:
    """Keep a run of rows in a folder: `columns` has for each grader `function:field`."""
    (folder / "graders.py").write_text(GRADERS)
    (folder / "rows.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    config = f'max_errors = 1.0\n{more}\n[dataset]\npath = "rows.jsonl"\n'
    if rows and "id" in rows[0]:
        config += 'id = "id"\n'
    for name, said in columns.items():
        function, _, path = said.partition(":")
        path, _, repeats = path.partition("*")
        config += f'[graders.{name}]\nuse = "./graders.py:{function}"\n'
        config += f'mapper = {{ value = "{path}" }}\n'
        config += f"repeats = {repeats}\n" if repeats else ""
    (folder / "qa.toml").write_text(config)
    place = folder / "runs" / "qa"
    command = ["run", str(folder / "qa.toml"), "--quiet", "--run-dir", str(place)]
    rmg.main(command, prog_name="rmg", standalone_mode=False)
    return str(place)


def validated(capsys: Any, run: str, *options: str) -> Answer:
    """Run `rmg validate` with `--json`."""
    capsys.readouterr()
    command = ["validate", run, *options, "--json"]
    rmg.main(command, prog_name="rmg", standalone_mode=False)
    out, told = capsys.readouterr()
    return Answer(json.loads(out), told)
