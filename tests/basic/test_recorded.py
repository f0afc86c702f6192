"""The model that says again what was recorded."""

import json
from pathlib import Path

import anyio
import attrs
import pytest

from rmg_core import GradingRunner
from rmg_core.basic.recorded import Recorded
from rmg_core.errors import ProviderError
from rmg_core.models import (
    ChatClient,
    EmbeddingClient,
    EmbeddingRequest,
    Message,
    Reply,
    Request,
    Usage,
    as_messages,
)
from rmg_core.registry import Registry

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"


@pytest.fixture
def recorded(tmp_path):
    """Return a function that makes the model of these lines."""

    def make(*lines: object) -> Recorded:
        path = tmp_path / "replies.jsonl"
        written = [each if isinstance(each, str) else json.dumps(each) for each in lines]
        path.write_text("\n".join(written) + "\n", "utf-8")
        return Recorded(str(path))

    return make


def reply(model: Recorded, prompt: str, **more: object) -> Reply:
    return anyio.run(model.chat, Request((Message("user", prompt),), **more))


def refused(model: Recorded, prompt: str, **more: object) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        reply(model, prompt, **more)
    return caught.value


def test_it_is_found_by_its_name():
    model = Registry([]).resolve("model", "basic/recorded").value
    assert model is Recorded
    assert isinstance(model(echo=True), ChatClient)
    assert isinstance(model(echo=True), EmbeddingClient)


def test_a_prompt_has_the_reply_that_was_recorded(recorded):
    model = recorded({"prompt": "a", "reply": "A"}, "", {"prompt": "b", "reply": "B"})
    assert [reply(model, text) for text in "ba"] == [Reply("B"), Reply("A")]


def test_a_reply_may_be_more_than_a_text(recorded):
    made = Reply("A", finish="length", usage=Usage(10, 5), model="m")
    model = recorded({"prompt": "a", "reply": made.to_json()})
    assert reply(model, "a") == made


def test_a_reply_without_a_finish_is_whole(recorded):
    assert reply(recorded({"prompt": "a", "reply": {"text": "A"}}), "a") == Reply("A")


def test_messages_are_compared_whole(recorded):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "a"}]},
    ]
    model = recorded({"messages": messages, "reply": "A"})
    assert anyio.run(model.chat, Request(as_messages(messages))) == Reply("A")
    assert refused(model, "a").status == 422


def test_a_prompt_is_one_message_of_the_user(recorded):
    model = recorded({"messages": [{"role": "user", "content": "a"}], "reply": "A"})
    assert reply(model, "a") == Reply("A")


def test_nothing_else_of_a_request_counts(recorded):
    model = recorded({"prompt": "a", "reply": "A"})
    assert reply(model, "a", parameters={"temperature": 1}, is_json=True) == Reply("A")


def test_lines_with_the_same_messages_are_samples(recorded):
    model = recorded({"prompt": "a", "reply": "A"}, {"prompt": "a", "reply": "B"})
    assert [reply(model, "a", sample=number).text for number in (0, 1)] == ["A", "B"]
    fault = refused(model, "a", sample=2)
    assert (
        fault.said
        == f"{model.path} has no reply number 3 to this request, of 1 characters; record it"
    )


def test_what_is_not_recorded_is_told_without_the_prompt(recorded):
    """Else a prompt about quotas would be taken for the words of a provider."""
    assert "quota" not in str(refused(recorded(), "my insufficient_quota"))


def test_a_request_that_was_not_recorded_is_refused_as_a_bad_one(recorded):
    model = recorded({"prompt": "a", "reply": "A"})
    fault = refused(model, "b")
    assert (fault.cause, fault.status, fault.code) == ("status", 422, "not_recorded")
    assert fault.said == f"{model.path} has no reply to this request, of 1 characters; record it"


def test_an_echo_replies_with_the_last_message_of_the_user():
    model = Recorded(echo=True)
    request = Request((Message("user", "[[4]]"), Message("system", "none of these")))
    assert anyio.run(model.chat, request) == Reply("[[4]]")


def test_recorded_verdicts_are_given_back_as_they_are():
    file = DATA / "judge" / "pandalm_votes.jsonl"
    if not file.exists():
        pytest.skip("../shared/data is not there")
    verdicts = [json.loads(line)["pandalm_raw"] for line in file.read_text("utf-8").splitlines()]
    model = Recorded(echo=True)

    async def ask() -> list[str]:
        requests = [Request(as_messages(each)) for each in verdicts]
        return [(await model.chat(each)).text for each in requests]

    assert len(verdicts) > 100
    assert anyio.run(ask) == verdicts


def test_an_echo_has_no_vectors():
    with pytest.raises(ProviderError, match="an echo has no vector of text 1 of this"):
        anyio.run(Recorded(echo=True).embed, EmbeddingRequest(["a"]))


def test_texts_have_the_vectors_that_were_recorded(recorded):
    model = recorded({"text": "a", "vector": [1, 0.5]}, {"text": "b", "vector": [0, 1]})
    made = anyio.run(model.embed, EmbeddingRequest(["b", "a"]))
    assert made.vectors == ((0.0, 1.0), (1.0, 0.5))
    with pytest.raises(ProviderError, match="has no vector of text 2 of this request"):
        anyio.run(model.embed, EmbeddingRequest(["a", "c"]))


def test_it_costs_nothing():
    price = Recorded(echo=True).price
    assert (price.input, price.output) == (0, 0)


@pytest.mark.parametrize("options", [{}, {"path": "replies.jsonl", "echo": True}])
def test_it_needs_a_file_or_an_echo(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "replies.jsonl").write_text("")
    with pytest.raises(ValueError, match="write either path = "):
        Recorded(**options)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none.jsonl' cannot be read: No such file or directory$"):
        Recorded(str(tmp_path / "none.jsonl"))


FORMS = """is not {"prompt" or "messages": …, "reply": …}, or {"text": …, "vector": […]}: """


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"prompt": "a", "answer": "A"}, FORMS + "it has the keys prompt, answer"),
        ({"prompt": "a", "reply": "A", "id": 1}, FORMS + "it has the keys prompt, reply, id"),
        ({"prompt": "a", "reply": 1}, FORMS + "a reply is a text or an object with a text"),
        ({"text": "a", "vector": [1]}, FORMS + "its vector has another length than those before"),
        ({"messages": [{"role": "me", "content": ""}], "reply": ""}, FORMS + "'role' must be in"),
        ({"prompt": "a", "reply": {"text": "", "finish": "stopped"}}, FORMS + "'finish' must be"),
        ("{", "ends too early; is it cut off?"),
        ("[]", "is a list, not an object"),
    ],
)
def test_a_line_that_records_nothing_is_refused(recorded, line, said):
    with pytest.raises(ValueError) as caught:
        recorded({"text": "b", "vector": [1, 2]}, line)
    assert str(caught.value).startswith("line 2 of ")
    assert said in str(caught.value)


def test_its_identity_is_what_the_file_says(recorded):
    first = recorded({"prompt": "a", "reply": "A"})
    again = attrs.evolve(first)
    changed = recorded({"prompt": "a", "reply": "A 2"})
    assert first.digest == again.digest
    assert first.digest != changed.digest
    assert attrs.fields(Recorded).digest.metadata["identity"] is True


def test_a_model_that_is_made_keeps_to_what_it_read(recorded):
    first = recorded({"prompt": "a", "reply": "A"})
    recorded({"prompt": "a", "reply": "another"})
    assert reply(first, "a") == Reply("A")


def test_the_path_in_a_config_starts_from_its_folder(tmp_path, monkeypatch):
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "rows.jsonl").write_text('{"text": "Hi"}\n', "utf-8")
    (folder / "said.jsonl").write_text('{"prompt": "Hi", "reply": "yes"}\n', "utf-8")
    (folder / "graders.py").write_text(
        "from rmg_core import Model\n\n\n"
        "async def agrees(text: str, *, model: Model) -> bool:\n"
        '    """1 when the model says yes."""\n'
        '    return (await model.ask(text)).text == "yes"\n',
        "utf-8",
    )
    (folder / "qa.toml").write_text(
        '[dataset]\npath = "rows.jsonl"\n[models.m]\nuse = "recorded"\n'
        'options = { path = "said.jsonl" }\n[graders.agrees]\nuse = "./graders.py:agrees"\n'
        'options = { model = "m" }\n',
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)
    results = GradingRunner.from_config("conf/qa.toml").run()
    assert results["agrees"][0].score == 1
