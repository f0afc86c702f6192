"""Canary keys go through every part of a run, and come out of none."""

import base64
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from attrs import frozen

from rmg_core.cli.screen import tell_crash
from rmg_core.outcomes import to_json
from rmg_core.store import Store

from .conftest import CONFIG as SMALL
from .conftest import ENVIRONMENT, Desk, in_one_process

_RANDOM = random.Random(5)  # noqa: S311 - the same canaries each time
_LETTERS = string.ascii_letters + string.digits


def chance(length: int, letters: str = _LETTERS) -> str:
    return "".join(_RANDOM.choices(letters, k=length - 1)) + "7"


@frozen
class Canary:
    """A text with a secret in it: `core` must be seen nowhere. `env` are variables that hold it."""

    name: str
    text: str
    core: str
    env: Mapping[str, str] = {}


def looks(name: str, start: str, core: str, end: str = "") -> Canary:
    return Canary(name, start + core + end, core)


def known(name: str, variable: str, value: str, text: str = "") -> Canary:
    return Canary(name, f"it is {text or value} there", text or value, {variable: value})


def in_base64(name: str, variable: str, before: str, value: str) -> Canary:
    """Write a secret among other bytes in base64."""
    text = base64.b64encode(f"{before}{value}@host".encode()).decode()
    place = len(before) * 8 // 6 + 2
    return Canary(name, text, text[place : place + 20], {variable: value})


KEYS = {f"CANARY_{place}": chance(24) for place in range(12)}
ODD = 'two words & "quotes" \\ + é/' + chance(8)

# Each goes through every part below. What has a form of its own need not be known to rmg.
CANARIES = [
    looks("openai", "key=", f"sk-{chance(40)}"),
    looks("openai project", '{"key": "', f"sk-proj-{chance(60)}", '"}'),
    looks("anthropic", "", f"sk-ant-api03-{chance(80)}"),
    looks("behind an escape", r"said:\n", f"sk-{chance(40)}"),
    looks("behind a quoted =", "key%3D", f"sk-{chance(40)}"),
    looks("github", "", f"ghp_{chance(36)}"),
    looks("github, fine-grained", "", f"github_pat_{chance(22)}_{chance(40)}"),
    looks("aws id", "id ", f"AKIA{chance(16, string.ascii_uppercase)}"),
    looks("aws key", "aws_secret_access_key = ", chance(40)),
    looks("google", "", f"AIza{chance(35)}"),
    looks("google oauth", "", f"ya29.{chance(60)}"),
    looks("google client", "", f"GOCSPX-{chance(28)}"),
    looks("hugging face", "", f"hf_{chance(34)}"),
    looks("slack", "", f"xoxb-{chance(12, string.digits)}-{chance(24)}"),
    looks("slack hook", "https://hooks.slack.com/services/T0AAAAAAA/", f"B0BBBBBBB/{chance(24)}"),
    looks("jwt", "", f"eyJ{chance(20)}.eyJ{chance(40)}.{chance(30)}"),
    looks("header", "Authorization: Bearer ", chance(32)),
    looks("401", '401: {"error": "Incorrect API key provided: ', f"sk-{chance(20)}", '."}'),
    looks(
        "pem", "-----BEGIN RSA PRIVATE KEY-----\n", chance(64), "\n-----END RSA PRIVATE KEY-----"
    ),
    looks("git url", "fatal: https://ada:", chance(16), "@example.com/x.git not found"),
    looks("database url", "postgresql://ada:", chance(16), "@db.example.com/x"),
    known("env", "CANARY_API_KEY", KEYS["CANARY_0"]),
    known("env, small letters", "canary_token", KEYS["CANARY_1"]),
    known("env, only letters", "CANARY_PASSWORD", "correcthorsebatterystaple"),
    in_base64("base64", "CANARY_0_KEY", "", KEYS["CANARY_2"]),
    in_base64("base64, 1 before", "CANARY_1_KEY", ":", KEYS["CANARY_3"]),
    in_base64("base64, 2 before", "CANARY_2_KEY", "u:", KEYS["CANARY_4"]),
    known("odd", "CANARY_SECRET", ODD),
    known("odd, in a url", "CANARY_SECRET", ODD, quote(ODD, safe="")),
    known("odd, in json", "CANARY_SECRET", ODD, json.dumps(ODD)[1:-1]),
    known("file", "CANARY_FILE", KEYS["CANARY_5"]),
]

GRADERS = '''
import json, logging, os, pathlib, sys, warnings
from rmg_core import CannotGrade, GraderError, GraderRank, GraderScore, GraderSkip, grader
from rmg_core.redaction import Secret

HERE = pathlib.Path(__file__).parent
CANARIES = json.loads((HERE / "canaries.json").read_text("utf-8"))
Secret.from_file(HERE / "key.txt").reveal()

@grader
def reason(number: int, text: str) -> GraderScore:
    """x"""
    return GraderScore(0.5, f"since {CANARIES[number]}")

@grader
async def late(number: int) -> GraderScore:
    """x"""
    return GraderScore(0.5, "x " * 32_720 + CANARIES[number])

@grader
def metadata(number: int) -> GraderScore:
    """x"""
    key = CANARIES[number]
    return GraderScore(0.5, "", {key: {"deep": [key, {"a": f"b\\n{key}"}]}})

@grader
def skip(number: int) -> GraderSkip:
    """x"""
    return GraderSkip(CANARIES[number])

@grader
def rank(number: int) -> GraderRank:
    """x"""
    return GraderRank((1, 2), CANARIES[number])

@grader
def error(number: int) -> GraderError:
    """x"""
    return GraderError("grader_error", CANARIES[number], CANARIES[number], {"a": CANARIES[number]})

@grader
def raises(number: int) -> float:
    """x"""
    local = CANARIES[number]
    try:
        raise KeyError(local)
    except KeyError as cause:
        fault = ValueError(local, {"headers": {"Authorization": local}})
        fault.add_note(f"asked with {local}")
        raise fault from cause

@grader
def cannot(number: int) -> float:
    """x"""
    raise CannotGrade(CANARIES[number])

@grader
def returns(number: int) -> float:
    """x"""
    return [CANARIES[number]]

@grader
def unwritable(number: int) -> GraderScore:
    """x"""
    return GraderScore(0.5, "", {CANARIES[number]: {CANARIES[number]}})

@grader
def prints(number: int) -> float:
    """x"""
    print("out", CANARIES[number])
    print(CANARIES[number], file=sys.stderr)
    logging.getLogger("theirs").error("asked with %s", CANARIES[number])
    logging.getLogger("rmg_core").warning("asked with %s", CANARIES[number])
    warnings.warn(CANARIES[number])
    return 1.0

@grader
def apart(number: int) -> GraderScore:
    """x"""
    return GraderScore(0.5, CANARIES[number], {"a": CANARIES[number]})

@grader
def crashes(number: int) -> float:
    """x"""
    print("y" * 4090, CANARIES[number], flush=True)
    os._exit(3)

@grader
def apart_raises(number: int) -> float:
    """x"""
    raise ValueError(CANARIES[number])

@grader
def environment(number: int) -> GraderScore:
    """x"""
    seen = sorted(name for name in os.environ if "canary" in name.lower())
    return GraderScore(0.5, "", {"seen": seen})

@grader
def option(number: int, *, text: str) -> float:
    """x"""
    return 1.0

def mapped(sample):
    raise ValueError(CANARIES[sample["number"]])
'''

CONFIG = """\
max_errors = 1.0
[dataset]
path = "rows.jsonl"
id = "id"
"""

PARTS = [
    "reason",
    "late",
    "metadata",
    "skip",
    "rank",
    "error",
    "raises",
    "cannot",
    "returns",
    "unwritable",
    "prints",
    "apart",
    "crashes",
    "apart_raises",
    "environment",
]
"""The graders above: the ways on which a canary may come into a run."""

APART = {"apart", "crashes", "apart_raises", "environment"}


def config() -> Iterator[str]:
    yield CONFIG
    for name in PARTS:
        yield f'[graders.{name}]\nuse = "./graders.py:{name}"\n'
        if name in APART:
            yield "isolate = true\n"
    yield '[graders.mapped]\nuse = "./graders.py:skip"\nmapper = "./graders.py:mapped"\n'
    yield '[graders.option]\nuse = "./graders.py:option"\n'
    yield '[aggregators.mean]\nuse = "mean"\n'


@frozen
class Kept:
    """All that a run leaves: its outcomes, the bytes of its files, and what the verbs said."""

    outcomes: Mapping[tuple[int, str], Mapping[str, Any]]
    files: Mapping[str, bytes]
    said: Mapping[str, bytes]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("canaries")
    texts = [each.text for each in CANARIES]
    (folder / "canaries.json").write_text(json.dumps(texts), "utf-8")
    (folder / "key.txt").write_text(KEYS["CANARY_5"] + "\n", "utf-8")
    (folder / "graders.py").write_text(GRADERS, "utf-8")
    (folder / "qa.toml").write_text("".join(config()), "utf-8")
    rows = [{"id": f"s{n}", "number": n, "text": each} for n, each in enumerate(texts)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    env = {**ENVIRONMENT, **{k: v for each in CANARIES for k, v in each.env.items()}}
    override = ("--set", f"graders.option.options.text={KEYS['CANARY_0']}")
    said: dict[str, bytes] = {}

    def rmg(*arguments: str) -> None:
        ended = subprocess.run(
            [sys.executable, "-m", "rmg_core.cli", *arguments],
            cwd=folder, env=env, capture_output=True, check=False,
        )  # fmt: skip
        said[" ".join(arguments[:4])] = ended.stdout + ended.stderr

    rmg("run", "qa.toml", *override)
    rmg("run", "qa.toml", *override, "--json")
    rmg("check", "qa.toml", *override)
    rmg("check", "qa.toml", "--set", f"graders.option.options.txt={KEYS['CANARY_0']}")
    rmg("plan", "qa.toml", *override)
    rmg("plan", "qa.toml", KEYS["CANARY_0"])
    rmg("export", "runs/qa")
    rmg("export", "runs/qa", "--to", "jsonl")
    whys = [["why", "runs/qa", f"s{n}", PARTS[n % len(PARTS)]] for n in range(len(CANARIES))]
    whys.append(["why", "runs/qa", "s21", "option", "--json"])
    said["why"] = in_one_process(whys, folder, env)
    run_dir = folder / "runs" / "qa"
    with Store.read(run_dir / "store.sqlite") as store:
        outcomes = {(cell.index, cell.grader): to_json(cell.outcome) for cell in store.cells()}
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in run_dir.rglob("*")
        if path.is_file()
    }
    return Kept(outcomes, files, said)


@pytest.mark.parametrize("canary", CANARIES, ids=lambda each: each.name)
def test_no_file_of_a_run_and_nothing_said_of_it_has_the_canary(kept: Kept, canary: Canary):
    spellings = {canary.core, json.dumps(canary.core)[1:-1], canary.core[: len(canary.core) // 2]}
    found = [
        (place, spelling)
        for place, content in {**kept.files, **kept.said}.items()
        for spelling in spellings
        if spelling.encode() in content
    ]
    assert found == []


SILENT = {"unwritable", "prints", "crashes", "environment"}
"""The outcomes of these say nothing of a key, or only the first three do: it is stopped."""


@pytest.mark.parametrize("part", [each for each in (*PARTS, "mapped") if each not in SILENT])
def test_each_part_had_the_canary_and_lost_it(kept: Kept, part: str):
    texts = [json.dumps(kept.outcomes[number, part]) for number in range(len(CANARIES))]
    clean = [each.name for each, text in zip(CANARIES, texts, strict=True) if "***" not in text]
    assert clean == []


def test_a_process_of_a_grader_gets_no_variable_that_holds_a_secret(kept: Kept):
    seen = {name for each in CANARIES for name in each.env}
    assert "CANARY_FILE" in seen
    assert kept.outcomes[0, "environment"]["metadata"] == {"seen": []}


def test_the_run_directory_has_every_file_that_it_is_to_have(kept: Kept):
    assert {Path(name).name for name in kept.files} >= {
        "store.sqlite",
        "summary.json",
        "config.toml",
    }
    assert os.fsencode("--set") in kept.files["runs/qa/config.toml"]


FAILING = '''
from attrs import define

KEY = "sk-" + "canary7" * 4

@define
class Fails:
    """Fails at the `event`."""

    event: str

    def __getattr__(self, name):
        def told(argument=None):
            if name == self.event:
                raise OSError(f"{name} with {KEY}")
        return told
'''


@pytest.mark.parametrize("event", ["open", "write", "close"])
def test_the_failure_of_a_sink_is_told_without_the_canary(desk: Desk, event: str):
    desk.write("failing.py", FAILING)
    sink = f'[sinks.s]\nuse = "./failing.py:Fails"\noptions = {{ event = "{event}" }}\n'
    desk.write("qa.toml", SMALL + sink)
    said = desk.rmg("run", "qa.toml")
    assert f"sink 's' cannot {event}: OSError: {event} with ***" in said.err
    assert "canary" not in said.out + said.err


def test_the_failure_of_an_observer_is_told_and_kept_without_the_canary(desk: Desk):
    desk.write("failing.py", FAILING)
    observer = '[observers.o]\nuse = "./failing.py:Fails"\noptions = { event = "outcomes" }\n'
    desk.write("qa.toml", SMALL + observer)
    said = desk.rmg("run", "qa.toml")
    assert "outcomes raised OSError: outcomes with ***" in said.err
    kept = (desk.folder / "runs/qa/summary.json").read_text("utf-8")
    assert "outcomes with ***" in kept
    assert "canary" not in said.out + said.err + kept


def test_a_crash_is_told_without_the_canary(capsys: "pytest.CaptureFixture[str]"):
    key = f"sk-{chance(40)}"
    try:
        raise RuntimeError(key)
    except RuntimeError as fault:
        tell_crash(type(fault), fault, fault.__traceback__)
    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):\n")
    assert said.endswith("RuntimeError: ***\n")
