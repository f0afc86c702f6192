"""The keys of models go to their providers, come back in every way, and are seen nowhere."""

import base64
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path

import pytest
from attrs import frozen

from rmg_core.outcomes import to_json
from rmg_core.store import Store

from .conftest import CONFIG, ENVIRONMENT, ROOT, Desk, in_one_process
from .echoing import ECHOES, HEADER, EchoServer, key_of

pytest.importorskip("rmg_plugin_openai", reason="rmg-plugin-openai is not installed")
pytest.importorskip("rmg_plugin_litellm", reason="rmg-plugin-litellm is not installed")

_RANDOM = random.Random(7)  # noqa: S311 - the same canaries each time
_LETTERS = string.ascii_letters + string.digits
ODD = '+/="&\\ %'
"""What a key may have in it, and JSON and URLs write otherwise."""

SOURCES = {
    "openai": ("variable", "login", "file", "odd", "header"),
    "litellm": ("login", "file", "odd", "variable"),
}
"""How a key comes in, by pack; nothing but its use tells that `login` is one."""


def chance(length: int) -> str:
    return "".join(_RANDOM.choices(_LETTERS, k=length - 1)) + "7"


@frozen
class Canary:
    """A key, which a pack sends and the provider echoes; `source` is how it comes in."""

    pack: str
    echo: str
    source: str
    key: str

    @property
    def name(self) -> str:
        return f"{self.pack}_{self.echo}"

    @property
    def variable(self) -> str:
        return f"CANARY_{self.name}_{'LOGIN' if self.source == 'login' else 'KEY'}".upper()

    def table(self, url: str) -> Iterator[str]:
        """Yield what a config says of the model with this key, and of graders that ask it."""
        secret = f'"${{{self.variable}}}"'
        if self.source == "file":
            secret = f'{{ file = "{self.name}.txt" }}'
        model, place = f"openai/{self.echo}", "api_base"
        if self.pack == "openai":
            model, place = self.echo, "base_url"
        key = f"headers = {{ {HEADER} = {secret} }}" if self.source == "header" else ""
        yield f'[models.{self.name}]\nuse = "{self.pack}/chat"\nattempts = 1\n'
        yield f'[models.{self.name}.options]\nmodel = "{model}"\n{place} = "{url}"\n'
        yield f"{key or f'api_key = {secret}'}\n"
        for grader in GRADING:
            yield f'[graders.{self.name}_{grader}]\nuse = "./graders.py:{grader}"\n'
            yield f'options = {{ model = "{self.name}" }}\n'


def canaries() -> Iterator[Canary]:
    for pack, sources in SOURCES.items():
        for echo, source in zip(ECHOES, cycle(sources), strict=False):
            key = chance(12) + (ODD if source == "odd" else "") + chance(12)
            yield Canary(pack, echo, source, key)


CANARIES = [*canaries()]
GRADING = ("tells", "raises", "catches")

START = """
max_errors = 1.0
[dataset]
path = "rows.jsonl"
id = "id"
[sinks.cells]
use = "jsonl"
options = { path = "cells.jsonl" }
"""

GRADERS = '''
import logging, sys
from rmg_core import GraderScore, ModelFailed
from rmg_core.models import Model

async def tells(response: str, *, model: Model) -> GraderScore:
    """x"""
    reply = await model.ask(response)
    print(reply)
    logging.getLogger("theirs").error("got %s", reply)
    calls = [each.arguments for each in reply.tool_calls]
    return GraderScore(0.5, reply.text, {"reply": repr(reply), "calls": calls})

async def raises(response: str, *, model: Model) -> float:
    """x"""
    local = await model.ask(response)
    raise ValueError(local.text, {"reply": local})

async def catches(response: str, *, model: Model) -> GraderScore:
    """x"""
    try:
        return GraderScore(0.5, (await model.ask(response + "?")).text)
    except ModelFailed as failed:
        print(failed, failed.reply, file=sys.stderr)
        return GraderScore(0.5, str(failed), {"reply": repr(failed.reply), "all": repr(failed)})
'''


@frozen
class Kept:
    """All that was written and said, the outcomes of graders, and the keys that arrived."""

    files: Mapping[str, bytes]
    said: Mapping[str, bytes]
    outcomes: Mapping[str, str]
    arrived: frozenset[str]


def why(canary: Canary, grader: str) -> list[str]:
    return ["why", "runs/qa", "a", f"{canary.name}_{grader}"]


def ran(folder: Path, env: Mapping[str, str], *arguments: str) -> bytes:
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return ended.stdout


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what the runs have written."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for run_dir in ("runs/qa", "offline")
        for path in (folder / run_dir).rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "graders.py").write_text(GRADERS, "utf-8")
    (folder / "rows.jsonl").write_text('{"id": "a", "response": "tell me"}\n', "utf-8")
    env = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *ROOT.glob("plugins/*")]))}
    for each in CANARIES:
        if each.source == "file":
            (folder / f"{each.name}.txt").write_text(each.key + "\n", "utf-8")
        else:
            env[each.variable] = each.key
    with EchoServer() as server:
        tables = [part for each in CANARIES for part in each.table(server.url)]
        (folder / "qa.toml").write_text("".join([START, *tables]), "utf-8")
        said = {"run": ran(folder, env, "-m", "rmg_core.cli", "run", "qa.toml")}
        arrived = frozenset(key_of(call.headers) for call in server.calls)
    files = {f"first {name}": content for name, content in files_in(folder).items()}
    with Store.read(folder / "runs/qa/store.sqlite") as store:
        outcomes = {cell.grader: json.dumps(to_json(cell.outcome)) for cell in store.cells()}
    verbs = [
        ["run", "qa.toml", "--offline", "--json"],
        ["run", "qa.toml", "--offline", "--fresh", "--run-dir", "offline"],
        ["check", "qa.toml"],
        ["plan", "qa.toml"],
        ["plan", "qa.toml", "--json"],
        ["export", "runs/qa"],
        ["export", "runs/qa", "--to", "jsonl"],
        *(why(each, GRADING[place % 3]) for place, each in enumerate(CANARIES)),
        *([*why(each, "tells"), "--json"] for each in CANARIES[::5]),
    ]
    said["verbs"] = in_one_process(verbs, folder, env)
    return Kept(files | files_in(folder), said, outcomes, arrived)


def spellings(key: str) -> set[str]:
    """Return the ends of a key, which every way to write it has, but base64."""
    return {key[:12], key[-12:], base64.b64encode(f"u:{key}".encode()).decode()[3:23]}


@pytest.mark.parametrize("canary", CANARIES, ids=lambda each: f"{each.name}-{each.source}")
def test_no_file_and_nothing_said_has_the_key_that_its_provider_got(kept: Kept, canary: Canary):
    assert canary.key in kept.arrived
    found = [
        (place, spelling)
        for place, content in {**kept.files, **kept.said}.items()
        for spelling in spellings(canary.key)
        if spelling.encode() in content
    ]
    assert found == []


SILENT = {"logprobs", "finish", "usage", "headers"}
"""Echoes that rmg keeps and says nothing of; nor does litellm of where a redirect leads."""


@pytest.mark.parametrize("canary", CANARIES, ids=lambda each: each.name)
def test_what_is_told_had_the_key_and_lost_it(kept: Kept, canary: Canary):
    told = [text for grader, text in kept.outcomes.items() if grader.startswith(f"{canary.name}_")]
    told += [line for line in kept.said["run"].decode().splitlines() if canary.name in line]
    is_silent = canary.echo in SILENT or canary.name == "litellm_redirect"
    assert any("***" in each for each in told) is not is_silent


UNKNOWN = chance(24)
"""A key of no known form, which rmg was never told."""


def model_at(url: str, pack: str) -> str:
    place = {"openai": "base_url", "litellm": "api_base"}[pack]
    options = f'{{ model = "openai/m", {place} = "{url}" }}'
    return f'{CONFIG}\n[models.m]\nuse = "{pack}/chat"\noptions = {options}\n'


@pytest.mark.parametrize("pack", ["openai", "litellm"])
@pytest.mark.parametrize(
    "place",
    [
        f"http://ada:{UNKNOWN}@127.0.0.1:9/v1",
        f"http://{UNKNOWN}@127.0.0.1:9/v1",
        f"http://127.0.0.1:9/v1?key={UNKNOWN}",
        f"http://127.0.0.1:9/v1#{UNKNOWN}",
        f"http://127.0.0.1:{UNKNOWN}/v1",
        f"127.0.0.1:9/v1?key={UNKNOWN}",
    ],
)
def test_an_address_with_a_key_in_it_is_refused_and_not_said(desk: Desk, pack: str, place: str):
    desk.write("qa.toml", model_at(place, pack))
    for verb in ("check", "plan", "run"):
        said = desk.rmg(verb, "qa.toml")
        assert said.code == 2
        assert f"model '{pack}/chat'" in said.err
        assert UNKNOWN not in said.out + said.err
    assert not (desk.folder / "runs").exists()


@pytest.mark.parametrize("pack", ["openai", "litellm"])
def test_a_key_that_is_set_by_hand_is_refused_and_not_said(desk: Desk, pack: str):
    desk.write("qa.toml", model_at("http://127.0.0.1:9/v1", pack))
    for verb in ("check", "plan", "run"):
        said = desk.rmg(verb, "qa.toml", "--set", f"models.m.options.api_key={UNKNOWN}")
        assert said.code == 2
        assert "must not stand in a config" in said.err
        assert UNKNOWN not in said.out + said.err
    assert not (desk.folder / "runs").exists()


def test_the_runs_have_every_file_that_they_are_to_have(kept: Kept):
    names = ("store.sqlite", "summary.json", "config.toml", "cells.jsonl")
    places = ("first runs/qa", "runs/qa", "offline")
    assert {*kept.files} >= {f"{place}/{name}" for place in places for name in names}
