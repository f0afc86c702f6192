"""What a model is asked with is looked at before anything is called."""

import pytest
from attrs import evolve, frozen

from rmg_core.connections import connections_in
from rmg_core.errors import ModelFailed
from rmg_core.models import Model, Request, as_messages
from rmg_core.testing import ScriptedModel

from .clients import Client, connection

REQUEST = Request(as_messages("q"))


@pytest.mark.parametrize(
    ("prompt", "other", "said"),
    [
        (7, {}, "a prompt is a text, or messages"),
        ([], {}, "a prompt is a text, or messages"),
        ({"role": "user"}, {}, "a prompt is a text, or messages"),
        ([{"content": "no role"}], {}, "a message is"),
        (REQUEST, {"sample": 1}, "write attrs.evolve"),
        (REQUEST, {"parameters": {"temperature": 0}}, "write attrs.evolve"),
    ],
)
def test_what_is_no_prompt_is_refused(in_loop, prompt, other, said):
    client = Client()

    async def ask() -> None:
        with pytest.raises(TypeError, match=said):
            await connection(client).ask(prompt, **other)

    in_loop(ask)
    assert client.asked == []


def test_a_request_is_asked_as_it_is(in_loop):
    model = ScriptedModel("a")
    in_loop(connection(model).ask, request := evolve(REQUEST, sample=2))
    assert model.requests == [request]


@pytest.mark.parametrize("texts", ["a text", ["a", 7]])
def test_what_is_no_list_of_texts_is_not_embedded(in_loop, texts):
    client = Client()

    async def embed() -> None:
        with pytest.raises(TypeError, match="the texts to embed"):
            await connection(client).embed(texts)

    in_loop(embed)
    assert client.asked == []


def test_a_model_is_asked_only_what_its_client_can(in_loop):
    @frozen
    class Chats:
        async def chat(self, request):
            raise AssertionError(request)

    @frozen
    class Embeds:
        async def embed(self, request):
            raise AssertionError(request)

    async def run() -> None:
        with pytest.raises(ModelFailed, match="makes no embeddings"):
            await connection(Chats()).embed(["a"])
        with pytest.raises(ModelFailed, match="makes embeddings, and no chat"):
            await connection(Embeds()).ask("a")

    in_loop(run)


@frozen
class Options:
    one: Model
    more: tuple[Model, ...] = ()
    named: object = None
    inner: object = None


def test_the_models_of_a_grader_are_found_wherever_they_are_in_its_options():
    a, b, c, d = (connection(Client(), name) for name in "abcd")
    options = Options(a, (b, a), {"x": [c]}, Options(d))
    assert connections_in(options) == (a, b, c, d)
    assert connections_in(None) == connections_in(Options(ScriptedModel("x"))) == ()


def test_options_that_hold_themselves_are_looked_at_once():
    turns: list[object] = [connection(Client())]
    turns.append(turns)
    assert len(connections_in(Options(turns[0], inner=turns))) == 1
