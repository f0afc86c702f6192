"""What the tests of models share: a desk whose graders ask a provider that is on this computer."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define

from rmg_core.testing import FaultServer

# The fixture `desk` is found by its name. The folders of tests are no packages to import from.
from ..cli.conftest import ENVIRONMENT, Desk, Said, desk  # noqa: F401, TID252

pytest.importorskip("rmg_plugin_openai", reason="rmg-plugin-openai is not installed")

PATIENCE = 90.0
"""So many seconds a run may take, far more than it does."""

# A reply is right when it is what was asked: the server says it again.
GRADERS = '''
from rmg_core import GraderScore, grader
from rmg_core.models import Model


@grader
async def judged(response: str, *, model: Model) -> GraderScore:
    """1 when the model says the response again, else 0."""
    reply = await model.ask(response)
    return GraderScore(float(reply.text == response), reply.text)


def plain(response):
    return 1.0
'''

CONFIG = """
max_concurrency = {cells}
max_errors = 1.0
[dataset]
path = "rows.jsonl"
[models.judge]
use = "{client}"
options = {{ {options} }}
{model}
[graders.judged]
use = "./graders.py:judged"
options = {{ model = "judge" }}
{grader}
{more}
"""

OPTIONS = {
    "openai/chat": 'model = "m", base_url = "{url}"',
    "litellm/chat": 'model = "hosted_vllm/m", api_base = "{url}"',
}


@define
class Court:
    """A desk with a config whose grader asks the provider of `server` about each row."""

    desk: Desk
    server: FaultServer
    client: str = "openai/chat"

    def write(
        self, rows: int, *, cells: int = 32, model: str = "", grader: str = "", more: str = ""
    ) -> None:
        """Write the config and its rows; `model` and `grader` are lines of their tables."""
        filled = {"cells": cells, "model": model, "grader": grader, "more": more}
        options = OPTIONS[self.client].format(url=self.server.url)
        config = CONFIG.format(client=self.client, options=options, **filled)
        self.desk.write("qa.toml", config)
        self.desk.write("graders.py", GRADERS)
        self.write_rows(rows)

    def write_rows(self, rows: int) -> None:
        self.desk.write("rows.jsonl", [{"response": question(each)} for each in range(rows)])

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a run in a process of its own."""
        env = {"PYTHONPATH": os.pathsep.join(sys.path)}
        return self.desk.start("run", "qa.toml", "--quiet", *arguments, env=env)

    def run(self, *arguments: str, code: int = 0) -> Said:
        """Run to the end, in this process, and hold how it ends."""
        said = self.desk.rmg("run", "qa.toml", "--quiet", *arguments)
        assert said.code == code, said.err
        return said

    def outcomes(self, grader: str = "judged", run_dir: str = "runs/qa") -> dict[int, Any]:
        """Return the scores, and the kinds of the errors, by the index of their sample."""
        lines = [each for each in self.desk.lines(run_dir) if each.get("grader") == grader]
        assert len({(each["index"], each["repeat"]) for each in lines}) == len(lines)
        return {each["index"]: each.get("score", each.get("kind")) for each in lines}

    def summary(self, run_dir: str = "runs/qa") -> Any:
        return json.loads((self.desk.folder / run_dir / "summary.json").read_text("utf-8"))

    @property
    def asked(self) -> list[str]:
        """What the calls asked, in the order in which they came."""
        return [each.body["messages"][-1]["content"] for each in self.server.calls]


def question(number: int) -> str:
    return f"question {number}"


def interrupt(started: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C, and wait until that was heard."""
    started.send_signal(signal.SIGINT)
    assert started.stderr is not None
    while not (line := started.stderr.readline()).startswith("stopping: "):
        # On a slow machine the watch over the event loop may have had something to say before.
        assert line.startswith("grader "), line


@pytest.fixture
def court(desk: Desk) -> Iterator[Court]:  # noqa: F811 - the fixture
    with FaultServer() as server:
        yield Court(desk, server)
        server.wait_until(lambda server: server.open_connections == 0)
