"""A folder with a config whose judges ask a server on this computer, and `rmg` run in it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from rmg_core.cli import rmg
from rmg_core.outcomes import to_json
from rmg_core.store import Store
from rmg_core.testing import FaultServer

CLIENTS = {
    "openai/chat": ("rmg_plugin_openai", 'model = "{model}", base_url = "{url}"'),
    "litellm/chat": ("rmg_plugin_litellm", 'model = "hosted_vllm/{model}", api_base = "{url}"'),
}


def told(body: Any) -> str:
    """Return all that a body of a request tells a judge."""
    return "\n".join(str(each["content"]) for each in body["messages"][:2])


def line_of(body: Any, label: str) -> str:
    """Return a reply with the verdict line whose nonce stands in the system message."""
    nonce = re.search(r"VERDICT-([0-9a-f]{8})", body["messages"][0]["content"])[1]
    return f"It is so.\nVERDICT-{nonce}: {label}"


@define
class Bench:
    """`answer` makes the reply to the body of a request, and may be another one later."""

    folder: Path
    capture: Any
    server: FaultServer
    answer: Callable[[Any], Any] = lambda body: line_of(body, "4")
    out: str = ""
    err: str = ""
    seen: int = field(default=0)

    def write(self, name: str, content: str | list[dict[str, Any]]) -> None:
        if not isinstance(content, str):
            content = "".join(json.dumps(row) + "\n" for row in content)
        (self.folder / name).write_text(content, "utf-8")

    def model(self, name: str = "judge", client: str = "openai/chat", model: str = "m") -> str:
        """Return the table of a model."""
        options = CLIENTS[client][1].format(model=model, url=self.server.url)
        return f'[models.{name}]\nuse = "{client}"\noptions = {{ {options} }}\n'

    def rmg(self, *arguments: str, code: int = 0) -> str:
        """Run `rmg` in this process, hold how it ends, and return what it prints."""
        self.capture.readouterr()
        try:
            rmg.main(list(arguments), prog_name="rmg")
            ended = 0
        except SystemExit as left:
            ended = left.code or 0
        self.out, self.err = self.capture.readouterr()
        assert ended == code, self.err + self.out
        return self.out

    def reply(self, body: Any) -> Any:
        return self.answer(body)

    def new_calls(self) -> int:
        """Return how many calls came since this was last asked."""
        count = len(self.server.calls) - self.seen
        self.seen = len(self.server.calls)
        return count

    def outcomes(self, run_dir: str = "runs/qa") -> dict[tuple[str, int], dict[str, Any]]:
        """Return what each column has for each sample."""
        with Store.read(self.folder / run_dir / "store.sqlite") as store:
            return {(cell.grader, cell.index): to_json(cell.outcome) for cell in store.cells()}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with FaultServer() as server:
        made = Bench(tmp_path, capsys, server)
        server.answer = made.reply
        yield made
