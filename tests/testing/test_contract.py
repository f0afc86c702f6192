"""The contract kit: a sound pack passes, and each bad one is told what to change."""

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rmg_core import GraderSkip
from rmg_core.registry import Registry
from rmg_core.testing import Golden, check_pack, contract, graded, registry_of
from rmg_core.testing.contract import GRADER_CHECKS, PACK_CHECKS

BAD = Path(__file__).resolve().parents[1] / "packs" / "bad"


THREE = Golden({"response": "abc"}, 1.0)
CASES: dict[str, tuple[dict[str, list[Golden]], dict[str, str]]] = {
    "heavy": (
        {"rows": [THREE]},
        {
            "imports": "importing rmg_plugin_heavy imports numpy, pandas; "
            "import that in the function that needs it"
        },
    ),
    "untold": (
        {"bare": [THREE]},
        {
            "docstring": "it has no docstring; begin it with what a list shows: "
            '"""1 when …, else 0."""',
            "inputs": "input 'response' has no type; annotate it, such as `response: str`, "
            "or `object` where any will do",
            "options": "option 'limit' has no type; annotate it, such as `limit: int`",
        },
    ),
    "wrong": (
        {"is_short": [THREE]},
        {
            "golden": "{'response': 'abc'} comes to 0, and not to 1.0; correct the grader, "
            "or the sample"
        },
    ),
    "beyond": (
        {"letters": [Golden({"response": "abc"}, "out_of_scale")]},
        {
            "outcomes": "{'response': 'abc'} comes to an error (out_of_scale: the score 3 is not "
            "on the scale 0..1)"
        },
    ),
    "drifting": (
        {"drifts": [THREE]},
        {
            "at once": "{'response': 'abc'}, graded alone and 8 times at once, comes to 0 and 1; "
            "keep nothing between calls, and seed what is random from the inputs"
        },
    ),
    "mutating": (
        {"first": [Golden({"parts": ["a", "b"]}, 1.0)]},
        {"inputs unchanged": "it changes its inputs: {'parts': ['a', 'b']}; change a copy"},
    ),
    "swallowing": (
        {"waits": [THREE]},
        {
            "deadline": "{'response': 'abc'}: cancelled at its await number 1, it returns all the "
            "same; let the cancellation pass: catch Exception only"
        },
    ),
    "asyncio_only": (
        {"waits": [THREE]},
        {
            "trio": "under trio {'response': 'abc'} comes to an error (grader_error: TypeError: "
            "trio.run received unrecognized yield message None. Are you trying to use a library "
            "written for some other framework like asyncio? That won't work without some kind of "
            "compatibility shim.), and not to 1.0 as under asyncio; wait by anyio, or exempt it: "
            'exempt={("waits", "trio"): "why"}'
        },
    ),
    "calling": (
        {"resolves": [Golden({"response": "localhost"}, 1.0)]},
        {
            "sockets": "it uses the network (socket.getaddrinfo ('localhost', 80)); grade from the "
            'inputs alone, or exempt it: exempt={("resolves", "sockets"): "why"}'
        },
    ),
    "stuck": (
        {"inner": [THREE]},
        {
            "golden": "it cannot run: graders.inner.use: it cannot run in a process of its own: "
            "another process cannot find '_made.<locals>.inner' by its name; define it at the top "
            "level of a module or of a file"
        },
    ),
}


def bad_pack(install_pack: Any, name: str) -> Registry:
    return install_pack(name, (BAD / name / "__init__.py").read_text("utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_a_bad_pack_is_told_what_to_change(install_pack: Any, name: str):
    golden, expected = CASES[name]
    registry = bad_pack(install_pack, name)
    found = check_pack(name, golden=golden, registry=registry)
    for check, said in expected.items():
        assert said in [each.message for each in found if each.check == check]


def test_there_is_a_case_for_every_bad_pack():
    assert {each.name for each in BAD.iterdir() if (each / "__init__.py").is_file()} == {*CASES}
    assert len(CASES) == 10


async def waits(response: str) -> float:
    """1 for any response but an empty one, after a while."""
    import anyio

    for _ in range(3):
        await anyio.lowlevel.checkpoint()
    return float(bool(response))


def skips(response: str) -> GraderSkip:
    """Nothing that could be graded."""
    return GraderSkip(f"no {response}")


SOUND = {"waits": waits, "skips": skips}
GOLDEN = {
    "waits": [THREE, Golden({"response": ""}, 0.0)],
    "skips": [Golden({"response": "a"}, "skip")],
}


def test_a_sound_pack_keeps_the_contract():
    assert check_pack("mine", golden=GOLDEN, registry=registry_of({"mine": SOUND})) == []


def test_a_grader_without_a_golden_sample_is_shown_how_to_write_one():
    [found] = check_pack("mine", registry=registry_of({"mine": {"waits": waits}}))
    assert str(found) == (
        "waits: it has no golden sample; add one whose grade you know: "
        'golden={"waits": [Golden({"response": …}, SCORE)]}'
    )


def test_a_pack_that_is_not_installed_is_told_of_once():
    [found] = check_pack("nowhere", registry=registry_of({"mine": SOUND}))[:1]
    assert found.check == "declared"
    assert "nowhere" in found.message


@pytest.mark.parametrize(
    ("exempt", "said"),
    [
        ({"tiro": "why"}, "there is no check 'tiro'; did you mean 'trio'?"),
        ({("wait", "trio"): "why"}, "there is no grader 'wait'; did you mean 'waits'?"),
        (
            {("waits", "hooks"): "why"},
            "'hooks' is asked of the whole pack; write 'hooks' alone for its exemption",
        ),
        ({("waits", "golden"): " "}, "the exemption from 'golden' has no reason; say why"),
        ({("waits", "trio"): "why"}, "it needs no exemption from 'trio'; take it out"),
        ({("skips", "deadline"): "why"}, "it needs no exemption from 'deadline'; take it out"),
        ({"trio": "why"}, "no grader needs the exemption from 'trio'; take it out"),
        ({"hooks": "why"}, "it needs no exemption from 'hooks'; take it out"),
    ],
)
def test_an_exemption_that_is_none_is_found(exempt: Any, said: str):
    found = check_pack("mine", golden=GOLDEN, exempt=exempt, registry=registry_of({"mine": SOUND}))
    assert said in [each.message for each in found]


@pytest.mark.parametrize("exempt", [{"trio": "no model here"}, {("waits", "trio"): "no model"}])
def test_an_exemption_from_a_check_that_cannot_be_made_is_left_alone(exempt: Any):
    registry = registry_of({"mine": {"waits": waits}})
    found = check_pack("mine", golden={"waits": []}, exempt=exempt, registry=registry)
    assert [each.check for each in found] == ["golden"]


@pytest.mark.parametrize("exempt", [{"trio": "asyncio"}, {("waits", "trio"): "asyncio"}])
def test_what_is_exempt_with_a_reason_is_not_asked(install_pack: Any, exempt: Any):
    registry = bad_pack(install_pack, "asyncio_only")
    golden = CASES["asyncio_only"][0]
    assert check_pack("asyncio_only", golden=golden, exempt=exempt, registry=registry) == []


def test_golden_samples_of_no_grader_are_found():
    golden = {**GOLDEN, "wait": [THREE]}
    [found] = check_pack("mine", golden=golden, registry=registry_of({"mine": SOUND}))
    assert found.message == "golden names no grader 'wait'; did you mean 'waits'?"


def test_a_pack_that_is_not_there_is_the_first_that_is_told():
    found = check_pack("moud", golden=GOLDEN, registry=registry_of({"mine": SOUND}))
    assert found[0].check == "declared"
    assert "moud" in found[0].message


def test_a_grader_that_blocks_is_waited_for_once_and_told_of_once(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(graded, "LONGEST_SECONDS", 0.05)
    calls = []

    async def blocks(response: str) -> float:
        """1 for any response, but it takes long."""
        calls.append(response)
        time.sleep(0.1)  # noqa: ASYNC251 - its fault
        return 1.0

    registry = registry_of({"mine": {"blocks": blocks}})
    [found] = check_pack("mine", golden={"blocks": [THREE]}, registry=registry)
    assert found.check == "golden"
    assert "no answer within 0.05 s" in found.message
    assert calls == ["abc"]


test_contract = contract("mine", golden=GOLDEN, registry=registry_of({"mine": SOUND}))


def test_every_check_is_told_of_in_the_reference():
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "contract.md"
    text = page.read_text("utf-8")
    for check in (*PACK_CHECKS, *GRADER_CHECKS):
        assert f"| `{check.name}` | {check.protects} |" in text
    explained = re.findall(r"^- (`.+?):", text, re.MULTILINE)
    names = {name for line in explained for name in re.findall("`(.+?)`", line)}
    assert names == {each.name for each in (*PACK_CHECKS, *GRADER_CHECKS)}


def test_the_wing_loads_neither_pytest_nor_trio():
    script = "import sys, rmg_core.testing; print(*{'pytest', '_pytest', 'trio'} & {*sys.modules})"
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == ""


def test_a_case_says_what_it_is_about():
    [parameters] = [each for each in test_contract.pytestmark if each.name == "parametrize"]
    ids = [each.id for each in parameters.args[1]]
    assert ids[:3] == ["exemptions", "declared", "hooks"]
    assert "waits-at once" in ids
