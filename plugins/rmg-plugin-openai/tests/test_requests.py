"""What is sent: the protocol, and whose word counts for a parameter."""

import pytest

from rmg_core.models import EmbeddingRequest, Image, Message, Request, Text, Tool, as_messages
from rmg_core.testing import FaultServer

from .clients import chat, embedding, ended


@pytest.fixture(name="server", scope="module")
def _server():
    with FaultServer() as server:
        yield server


@pytest.fixture(name="sent")
def _sent(server):
    """Return a function that gives the body which a request is sent as."""

    def sent(request, **options):
        server.play("ok")
        make = chat if isinstance(request, Request) else embedding
        ended(make(server.url, **options), request)
        return server.calls[-1].body

    return sent


def asked(**more):
    return Request(as_messages("hello"), **more)


def test_a_plain_request_says_model_and_messages(sent):
    assert sent(asked()) == {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


def test_the_sample_is_not_sent(sent):
    assert sent(asked(sample=3)) == sent(asked())


def test_every_option_is_sent(sent):
    options = {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "seed": 3,
        "stop": ("END",),
        "reasoning_effort": "low",
        "parameters": {"top_k": 20},
    }
    body = sent(asked(), **options)
    expected = {**options, "stop": ["END"], "top_k": 20}
    del expected["parameters"]
    assert body.items() >= expected.items()


def test_the_parameters_of_the_request_come_before_the_options(sent):
    body = sent(
        asked(parameters={"temperature": 1, "top_k": 5}), temperature=0, parameters={"top_k": 20}
    )
    assert (body["temperature"], body["top_k"]) == (1, 5)


@pytest.mark.parametrize(
    ("options", "parameters", "name", "limit"),
    [
        ({"max_tokens": 7}, {}, "max_tokens", 7),
        ({"max_tokens": 7, "max_tokens_as": "max_completion_tokens"}, {}, None, 7),
        ({"max_tokens_as": "max_completion_tokens"}, {"max_tokens": 9}, None, 9),
        ({"max_tokens": 7}, {"max_completion_tokens": 9}, None, 9),
        ({"max_tokens": 7}, {"max_tokens": 9}, "max_tokens", 9),
    ],
)
def test_there_is_one_limit_of_tokens(sent, options, parameters, name, limit):
    body = sent(asked(parameters=parameters), **options)
    limits = {key: value for key, value in body.items() if key.startswith("max_")}
    assert limits == {name or "max_completion_tokens": limit}


def test_openai_itself_gets_the_limit_under_its_newer_name():
    assert chat("https://api.openai.com/v1", max_tokens=7)._always == {
        "model": "m",
        "max_completion_tokens": 7,
    }


def test_images_are_sent_as_parts(sent):
    parts = (Text("look"), Image("https://example.org/a.png", "low"))
    [message] = sent(Request((Message("user", parts),)))["messages"]
    assert message["content"] == [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
    ]


def test_a_schema_is_asked_for_strictly(sent):
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}}
    assert sent(asked(schema=schema))["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": schema},
    }


def test_json_is_asked_for(sent):
    assert sent(asked(is_json=True))["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize(
    ("choice", "written"),
    [
        ("auto", "auto"),
        ("required", "required"),
        ("verdict", {"type": "function", "function": {"name": "verdict"}}),
    ],
)
def test_tools_and_the_choice_among_them_are_sent(sent, choice, written):
    tools = (Tool("verdict", "Says it.", {"type": "object"}), Tool("pass_on"))
    body = sent(asked(tools=tools, tool_choice=choice))
    verdict = {"name": "verdict", "description": "Says it.", "parameters": {"type": "object"}}
    assert body["tools"] == [
        {"type": "function", "function": verdict},
        {"type": "function", "function": {"name": "pass_on"}},
    ]
    assert body["tool_choice"] == written


def test_logprobs_are_asked_for(sent):
    body = sent(asked(top_logprobs=0))
    assert (body["logprobs"], body["top_logprobs"]) == (True, 0)


def test_a_lone_surrogate_in_a_prompt_becomes_the_replacement_character(sent):
    [message] = sent(Request(as_messages("a\ud800b")))["messages"]
    assert message["content"] == "a\ufffdb"


def test_a_long_prompt_is_sent_without_a_warning(server, sent):
    text = "x" * 2_000_000
    [message] = sent(Request(as_messages(text)))["messages"]
    assert message["content"] == text
    assert server.calls[-1].headers["content-type"] == "application/json"
    assert "content-disposition" not in server.calls[-1].headers


def test_embeddings_are_asked_for_in_one_request(sent):
    request = EmbeddingRequest(("a", "b"), {"user": "u"})
    assert sent(request, dimensions=2, parameters={"truncate": True}) == {
        "model": "m",
        "dimensions": 2,
        "truncate": True,
        "user": "u",
        "input": ["a", "b"],
    }


def test_no_encoding_is_asked_for_and_the_key_is_sent(server, sent):
    sent(asked(), headers={"X-Trace": "t"})
    headers = server.calls[-1].headers
    assert headers["accept-encoding"] == "identity"
    assert headers["authorization"].startswith("Bearer sk-canary")
    assert headers["x-trace"] == "t"
    assert "cookie" not in headers
