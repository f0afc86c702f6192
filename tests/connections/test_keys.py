"""What can change a reply changes its key, and nothing else does."""

from typing import Any

import pytest
from attrs import evolve, field, frozen

from rmg_core.connections import identity_of, key_of
from rmg_core.errors import ModelFailed
from rmg_core.models import EmbeddingRequest, Image, Message, Request, Text, Tool, as_messages
from rmg_core.plan import plan_of_config
from rmg_core.redaction import Secret

PLAIN = Request(as_messages("question"))

SCHEMA = {"type": "object", "properties": {"reason": {"type": "string"}, "score": {}}}
TURNED = {"type": "object", "properties": {"score": {}, "reason": {"type": "string"}}}


def picture(url: str, detail: str = "") -> Request:
    return Request((Message("user", (Text("question"), Image(url, detail))),))


ALL = [
    PLAIN,
    Request(as_messages("another")),
    Request((Message("system", "question"),)),
    Request((*as_messages("a"), *as_messages("b"))),
    evolve(PLAIN, parameters={"temperature": 0}),
    evolve(PLAIN, parameters={"temperature": 1}),
    evolve(PLAIN, schema=SCHEMA),
    evolve(PLAIN, schema=TURNED),
    evolve(PLAIN, is_json=True),
    evolve(PLAIN, tools=(Tool("look"),)),
    evolve(PLAIN, tools=(Tool("look", parameters=SCHEMA),)),
    evolve(PLAIN, tools=(Tool("look", parameters=TURNED),)),
    evolve(PLAIN, tools=(Tool("look"),), tool_choice="look"),
    evolve(PLAIN, top_logprobs=0),
    evolve(PLAIN, top_logprobs=5),
    evolve(PLAIN, sample=1),
    picture("https://here/a.png"),
    picture("https://here/b.png"),
    picture("https://here/a.png", "low"),
    EmbeddingRequest(("question",)),
    EmbeddingRequest(("quest", "ion")),
]


def test_requests_that_can_have_other_replies_have_other_keys():
    keys = {key_of("m", each, repeat) for each in ALL for repeat in (0, 1)}
    keys |= {key_of("n", each, 0) for each in ALL}
    assert len(keys) == 3 * len(ALL)


def test_the_order_of_parameters_changes_no_key():
    one = evolve(PLAIN, parameters={"temperature": 0, "seed": 1})
    other = evolve(PLAIN, parameters={"seed": 1, "temperature": 0})
    assert key_of("m", one, 0) == key_of("m", other, 0)


def test_a_request_that_json_cannot_hold_is_said():
    with pytest.raises(ModelFailed, match="cannot be written as JSON") as caught:
        key_of("m", Request(as_messages("\ud800")), 0)
    assert caught.value.kind == "bad_input"


@frozen
class Client:
    model: str
    base_url: str = "https://here"
    key: Secret | None = None
    headers: Any = field(factory=dict)
    connections: int = field(default=5, metadata={"identity": False})

    async def chat(self, request: Request) -> Any:
        raise AssertionError(request)


@pytest.mark.parametrize(
    "other",
    [
        Client("m", key=Secret.of("sk-1")),
        Client("m", key=Secret.from_env("KEY")),
        Client("m", headers={"auth": Secret.of("sk-1")}),
        Client("m", connections=9),
    ],
)
def test_secrets_and_what_changes_no_reply_are_no_part_of_a_model(other):
    assert identity_of("x", other) == identity_of("x", Client("m"))


@pytest.mark.parametrize(
    "other",
    [Client("n"), Client("m", base_url="https://there"), Client("m", headers={"version": "1"})],
)
def test_what_changes_replies_is_part_of_a_model(other):
    assert identity_of("x", other) != identity_of("x", Client("m"))


PACK = """
from rmg_core.hookspecs import hookimpl
from attrs import frozen

@frozen
class Client:
    model: str = "m"
    async def chat(self, request): ...

@hookimpl
def rmg_models():
    return {"client": Client}

@hookimpl
def rmg_graders():
    return {"ask": ask}

from rmg_core import grader
from rmg_core.models import Model

@grader(version="1")
async def ask(response: str, *, model: Model) -> float:
    return 1.0
"""

CONFIG = """
packs = ["said"]
[models.{name}]
use = "{use}"
{limits}
[graders.g]
use = "ask"
options.model = "{name}"
[dataset]
path = "rows.jsonl"
"""


def identities(tmp_path, name: str, use: str, limits: str = "") -> tuple[Any, Any]:
    file = tmp_path / "c.toml"
    file.write_text(CONFIG.format(name=name, use=use, limits=limits))
    [planned] = plan_of_config(file).graders
    [model] = planned.models
    return model.identity, planned.identity.digest


def test_a_model_is_the_same_by_any_name_and_any_spelling_and_under_any_limits(
    tmp_path, install_pack
):
    install_pack("said", PACK)
    (tmp_path / "rows.jsonl").write_text('{"response": "a"}\n')
    known = identities(tmp_path, "one", "said/client")
    assert identities(tmp_path, "two", "client") == known
    limits = "max_concurrency = 3\nrpm = 9\ntpm = 900\ntimeout = 3.0\nattempts = 2"
    assert identities(tmp_path, "one", "said/client", limits) == known
    other = identities(tmp_path, "one", "said/client", 'options.model = "n"')
    assert known[0] != other[0]
    assert known[1] != other[1]
