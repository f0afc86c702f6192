"""What the options may be, and what becomes of them in a request."""

import attrs
import pytest

from rmg_core import ProviderError, Secret
from rmg_core.config.strict import OptionsError, structure_options
from rmg_core.models import EmbeddingRequest, Image, Message, Request, Text, Tool, as_request
from rmg_core.testing import FaultServer
from rmg_plugin_litellm.chat import Chat
from rmg_plugin_litellm.embedding import Embedding
from rmg_plugin_litellm.opening import load

from .clients import KEY, chat, embedding, end_of, ended, run


def body_of(client, request):
    """Return what arrives of a request."""
    with FaultServer() as server:
        end = ended(attrs.evolve(client, api_base=server.url), request)
        assert not isinstance(end, ProviderError), end
        [call] = server.calls
    return call.body


def test_the_options_are_sent():
    client = chat(
        "",
        model="hosted_vllm/m",
        temperature=0,
        top_p=0.5,
        max_tokens=7,
        seed=3,
        stop=("END",),
        reasoning_effort="low",
        parameters={"top_k": 5},
    )
    body = body_of(client, as_request("hello"))
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 0,
        "top_p": 0.5,
        "max_tokens": 7,
        "seed": 3,
        "stop": ["END"],
        "reasoning_effort": "low",
        "top_k": 5,
    }


def test_what_a_request_says_comes_before_the_options():
    body = body_of(chat("", temperature=1), as_request("hi", parameters={"temperature": 0.25}))
    assert body["temperature"] == 0.25


def test_a_request_says_the_form_of_its_reply():
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}}
    tool = Tool("verdict", "gives it", schema)
    request = as_request("hi", schema=schema, tools=[tool], tool_choice="verdict", top_logprobs=2)
    body = body_of(chat(""), request)
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["tools"] == [
        {
            "type": "function",
            "function": {"name": "verdict", "description": "gives it", "parameters": schema},
        }
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "verdict"}}
    assert (body["logprobs"], body["top_logprobs"]) == (True, 2)


def test_a_request_may_ask_for_any_json():
    body = body_of(chat(""), as_request("hi", is_json=True))
    assert body["response_format"] == {"type": "json_object"}


def test_an_image_is_sent():
    url = "data:image/png;base64,aGVsbG8="
    request = Request((Message("user", (Text("what is it?"), Image(url))),))
    [message] = body_of(chat(""), request)["messages"]
    assert message["content"][1] == {"type": "image_url", "image_url": {"url": url}}


def test_the_length_of_vectors_is_sent():
    body = body_of(embedding("", dimensions=4), EmbeddingRequest(("a", "b")))
    assert (body["input"], body["dimensions"]) == (["a", "b"], 4)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "num_retries",
            "the parameter 'num_retries' is not passed on to litellm: rmg itself tries",
        ),
        ("timeout", "say `timeout` in the table of the model, which rmg keeps to"),
        ("fallbacks", "a grade is of the model that is named"),
        ("cache", "rmg itself keeps replies"),
        ("mock_response", "a reply that is made up is no reply"),
        ("api_key", "it is an option of its own"),
        ("drop_params", "nothing is dropped in silence"),
        ("stream", "rmg takes one reply, and that whole"),
        ("aws_secret_access_key", "is a key: put it into the environment variable"),
        ("azure_ad_token", "is a key: put it into the environment variable"),
    ],
)
def test_a_parameter_of_litellms_own_machinery_is_refused(name, said):
    for client in (Chat, Embedding):
        with pytest.raises(ValueError) as raised:
            client(model="openai/m", parameters={name: 1})
        assert said in str(raised.value)


def test_a_grader_may_not_ask_for_one_either():
    with FaultServer() as server:
        end = ended(chat(server.url), as_request("hi", parameters={"num_retries": 3}))
    assert (end.cause, end.status, server.calls) == ("status", 400, [])
    assert "'num_retries' is not passed on to litellm" in end.said


@pytest.mark.parametrize(
    "base",
    [
        *("http://169.254.169.254/v1", "http://[fe80::1]/v1", "http://0xa9fea9fe/"),
        *("http://2852039166/v1", "http://[::ffff:169.254.169.254]:80/"),
    ],
)
def test_a_link_local_address_is_refused(base):
    with pytest.raises(ValueError, match="link-local"):
        Chat(model="openai/m", api_base=base)


@pytest.mark.parametrize(
    "base", ["localhost:8000/v1", "ftp://host/", "http:///v1", "http://h:x/", "http://h/v1?k=a"]
)
def test_a_base_that_is_no_url_is_refused(base):
    with pytest.raises(ValueError, match="'api_base'"):
        Embedding(model="openai/m", api_base=base)


def test_a_base_with_a_password_is_refused_without_saying_it():
    with pytest.raises(ValueError, match="write the key as 'api_key'") as raised:
        Chat(model="openai/m", api_base="https://me:hunter2@host/v1")
    assert "hunter2" not in str(raised.value)


def test_a_link_local_address_from_the_environment_is_not_asked(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://169.254.169.254/v1")
    end = ended(chat(""))
    assert (end.cause, end.said) == (
        "refused",
        "169.254.169.254 is link-local, where machines keep credentials",
    )


def test_a_name_that_leads_to_a_link_local_address_leads_nowhere():
    async def resolved():
        await load()
        from rmg_plugin_litellm.line import _Resolver

        with pytest.raises(OSError, match="leads to a link-local address"):
            await _Resolver().resolve("169.254.169.254")

    run(resolved)


def test_a_provider_with_an_unguarded_client_is_refused():
    with pytest.raises(ValueError, match="write 'openai/' instead"):
        Chat(model="aiohttp_openai/m")


def test_the_key_is_no_part_of_what_a_client_shows():
    client = Chat(model="openai/m", api_key=Secret.of(KEY))
    assert KEY not in repr(client)
    assert KEY not in str(attrs.asdict(client, recurse=False))


def test_a_key_that_is_not_there_is_told(monkeypatch):
    monkeypatch.delenv("RMG_NO_SUCH_KEY", raising=False)
    with FaultServer() as server:
        end = ended(chat(server.url, api_key=Secret.from_env("RMG_NO_SUCH_KEY")))
    assert (end.cause, end.status) == ("status", 401)
    assert end.said == "the environment variable RMG_NO_SUCH_KEY is not set; set it to the key"


def test_without_a_key_litellm_reads_the_variable_of_the_provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    with FaultServer() as server:
        ended(chat(server.url, api_key=None))
    assert server.calls[0].headers["authorization"] == "Bearer sk-of-the-environment"


def test_a_provider_without_its_variable_is_told_by_name(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with FaultServer() as server:
        end = ended(chat(server.url, model="anthropic/claude-sonnet-4-5", api_key=None))
    assert (end.cause, end.status, server.calls) == ("status", 401, [])
    assert "ANTHROPIC_API_KEY" in end.said


def test_a_parameter_that_a_provider_does_not_have_is_refused_before_the_call():
    with FaultServer() as server:
        end = ended(chat(server.url, model="anthropic/claude-sonnet-4-5", seed=3))
    assert (end.cause, end.status, server.calls) == ("status", 400, [])
    assert "seed" in end.said


@pytest.mark.parametrize("client", [Chat, Embedding])
def test_each_option_has_a_help_text(client):
    fields = [each for each in attrs.fields(client) if each.init]
    assert [each.name for each in fields if "help" not in each.metadata] == []


@pytest.mark.parametrize("client", [Chat, Embedding])
def test_a_config_may_write_every_option(client):
    table = {"model": "openai/m", "parameters": {"top_k": 3}, "api_base": "http://127.0.0.1/v1"}
    made = structure_options(client, table, owner="model 'judge'")
    assert made == client(**table)
    with pytest.raises(OptionsError) as raised:
        structure_options(client, {"model": "openai/m", "api_base": "x"}, owner="model 'judge'")
    assert "'api_base'" in str(raised.value)


def test_a_copy_for_another_loop_has_connections_of_its_own():
    async def opened():
        client = chat("http://127.0.0.1:9/v1")
        await client.aopen()
        copy = attrs.evolve(client)
        assert copy._line is None
        assert copy == client
        await client.aclose()
        return isinstance(await end_of(copy), ProviderError) and await copy.aclose() is None

    assert run(opened)
