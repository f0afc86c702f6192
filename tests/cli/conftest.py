"""What the tests of the command line share: a folder to work in, and a way to run `rmg`."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from rmg_core.cli import rmg
from rmg_core.outcomes import NOTHING, to_json
from rmg_core.store import Store

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable}

GRADERS = '''
from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, grader

@grader
def same(response: str, reference: str, *, ignore_case: bool = False) -> GraderScore:
    """1 when the response is the reference, else 0."""
    if ignore_case:
        response, reference = response.lower(), reference.lower()
    return GraderScore(float(response == reference), "same" if response == reference else "differs")

@grader
async def brief(response: str) -> float:
    """1 over the number of words."""
    return 1 / len(response.split())
'''

CONFIG = """
[dataset]
path = "rows.jsonl"
id = "id"

[graders.same]
use = "./graders.py:same"

[graders.brief]
use = "./graders.py:brief"

[aggregators.both]
use = "mean"
"""

ROWS = [
    {"id": "a", "response": "Paris", "reference": "Paris"},
    {"id": "b", "response": "paris", "reference": "Paris"},
    {"id": "c", "response": "It is Paris", "reference": "Paris"},
]


@frozen
class Said:
    """What a run of `rmg` came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@frozen
class Desk:
    """A folder with a config, graders and a dataset, and `rmg` run in it."""

    folder: Path
    capture: "pytest.CaptureFixture[str]"

    def write(self, name: str, content: str | list[dict[str, Any]]) -> Path:
        text = content if isinstance(content, str) else "".join(map(_line, content))
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def rmg(self, *arguments: str) -> Said:
        """Run `rmg` in this process."""
        self.capture.readouterr()
        try:
            rmg.main(list(arguments), prog_name="rmg")
            code = 0
        except SystemExit as ended:
            code = ended.code
        out, err = self.capture.readouterr()
        return Said(code, out, err)

    def start(
        self, *arguments: str, env: Mapping[str, str] = NOTHING, **streams: Any
    ) -> "subprocess.Popen[str]":
        """Run `rmg` in a process of its own; its streams are pipes."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        return subprocess.Popen(
            [sys.executable, "-m", "rmg_core.cli", *arguments],
            cwd=self.folder,
            env={**ENVIRONMENT, **env},
            text=True,
            encoding="utf-8",
            **pipes,
        )

    def sh(self, line: str) -> int:
        """Run a line of the shell, in which $PYTHON is this Python; return its exit code."""
        return subprocess.run(
            ["/bin/sh", "-c", line], cwd=self.folder, env=ENVIRONMENT, check=False
        ).returncode

    def lines(self, run_dir: str = "runs/qa") -> list[dict[str, Any]]:
        """Read the results of a run, as the sink `jsonl` would write them."""
        with Store.read(self.folder / run_dir / "store.sqlite") as store:
            aggregators = {each.name for each in store.columns() if each.grader is None}
            return [
                {
                    "index": cell.index,
                    "id": cell.id,
                    "aggregator" if cell.grader in aggregators else "grader": cell.grader,
                    "repeat": cell.repeat,
                    "fingerprint": cell.fingerprint,
                    **to_json(cell.outcome),
                    "seconds": cell.seconds,
                }
                for cell in store.cells()
            ]


DRIVER = """
import json, sys
from rmg_core.cli import rmg

for arguments in json.load(sys.stdin):
    try:
        rmg.main(arguments, prog_name="rmg")
    except SystemExit:
        pass
"""


def in_one_process(verbs: Sequence[Sequence[str]], folder: Path, env: Mapping[str, str]) -> bytes:
    """Run `rmg` again and again in one process, which starts once; return all that it said."""
    ended = subprocess.run(
        [sys.executable, "-c", DRIVER], cwd=folder, env=env, input=json.dumps(verbs).encode(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return ended.stdout


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: "pytest.CaptureFixture[str]"
) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Desk(folder, capsys)
    made.write("graders.py", GRADERS)
    made.write("qa.toml", CONFIG)
    made.write("rows.jsonl", ROWS)
    return made
