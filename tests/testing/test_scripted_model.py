"""The model that says what it was told to say."""

import anyio
import attrs
import pytest

from rmg_core.errors import ModelFailed, ProviderError
from rmg_core.models import (
    ChatClient,
    EmbeddingClient,
    EmbeddingRequest,
    Message,
    Model,
    Reply,
    Request,
    Text,
)
from rmg_core.testing import ScriptedModel


def asked(model: ScriptedModel, *prompts: object) -> list[object]:
    """Ask one after the other, and return the texts, or what was raised."""

    async def ask_all() -> list[object]:
        made: list[object] = []
        for prompt in prompts:
            try:
                made.append((await model.ask(prompt)).text)
            except Exception as fault:
                made.append(fault)
        return made

    return anyio.run(ask_all)


def test_it_is_a_model_and_a_client():
    model = ScriptedModel("yes")
    assert isinstance(model, Model)
    assert isinstance(model, ChatClient)
    assert isinstance(model, EmbeddingClient)


def test_it_follows_its_script_and_then_repeats_the_end():
    assert asked(ScriptedModel(["a", Reply("b"), "c"]), *"12345") == ["a", "b", "c", "c", "c"]


def test_a_single_text_is_a_script():
    assert asked(ScriptedModel("yes"), "1", "2") == ["yes", "yes"]


def test_a_mapping_answers_the_last_message_of_the_user():
    model = ScriptedModel({"a": "A", "b": "B"})
    messages = [
        Message("system", "a"),
        Message("user", "a"),
        Message("user", (Text("b"),)),
        Message("assistant", "a"),
    ]
    assert asked(model, "a", messages) == ["A", "B"]


def test_a_function_answers_the_last_message_of_the_user():
    assert asked(ScriptedModel(str.upper), "a") == ["A"]


def test_an_exception_is_raised_in_its_turn():
    fault = ModelFailed("refused to answer", "refusal")
    assert asked(ScriptedModel([fault, "then"]), "1", "2") == [fault, "then"]


def test_a_text_that_the_mapping_lacks_is_a_mistake_of_the_test():
    [fault] = asked(ScriptedModel({"a": "A"}), "b")
    assert isinstance(fault, LookupError)
    assert str(fault) == "the script has nothing for 'b'"


@pytest.mark.parametrize("script", [[], {}])
def test_an_empty_script_is_refused(script):
    with pytest.raises(ValueError, match="a script has at least one item"):
        ScriptedModel(script)


def test_it_holds_what_it_was_asked():
    model = ScriptedModel("yes")

    async def ask() -> None:
        await model.ask("a", parameters={"temperature": 0}, sample=2)
        await model.ask(Request((Message("user", "b"),), is_json=True))

    anyio.run(ask)
    assert model.requests == [
        Request((Message("user", "a"),), {"temperature": 0}, sample=2),
        Request((Message("user", "b"),), is_json=True),
    ]


def test_a_text_has_the_same_embedding_each_time():
    model = ScriptedModel("yes")

    async def embed() -> list:
        return [
            await model.embed(["a", "b"]),
            await model.embed(EmbeddingRequest(["b"])),
        ]

    first, second = anyio.run(embed)
    assert [len(each) for each in first.vectors] == [4, 4]
    assert first.vectors[0] != first.vectors[1]
    assert second.vectors == first.vectors[1:]
    assert model.embedded == [EmbeddingRequest(["a", "b"]), EmbeddingRequest(["b"])]


def test_a_function_makes_the_embeddings():
    model = ScriptedModel("yes", vector=lambda text: [len(text), 1])
    assert anyio.run(model.embed, ["abc"]).vectors == ((3.0, 1.0),)


def test_a_copy_goes_on_where_the_script_was():
    first = ScriptedModel(["a", ProviderError("reset", "gone"), "c"])
    second = attrs.evolve(first)
    assert asked(first, "1") == ["a"]
    assert isinstance(asked(second, "2")[0], ProviderError)
    assert asked(first, "3") == ["c"]
    assert len(first.requests) == 3


def test_only_its_name_is_its_identity():
    identity = [
        each.name
        for each in attrs.fields(ScriptedModel)
        if each.init and each.metadata.get("identity", True)
    ]
    assert identity == ["name"]


def test_it_answers_under_trio_too():
    async def ask() -> str:
        return (await ScriptedModel("yes").ask("a")).text

    assert anyio.run(ask, backend="trio") == "yes"
