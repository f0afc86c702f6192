"""What becomes of replies: of the fault server's, and of odd ones that litellm passes on."""

import pytest

from rmg_core.models import EmbeddingRequest, Logprob, ToolCall, Usage
from rmg_core.testing import FaultServer
from rmg_plugin_litellm.bodies import failure_in, mended, parsed, status_within, words_of
from rmg_plugin_litellm.replies import NoReply, cleaned, embeddings_of, reply_of

from .clients import chat, embedding, ended


def reply(case="ok", answer=None, model="openai/gpt-4o"):
    with FaultServer() if answer is None else FaultServer(answer=lambda _: answer) as server:
        server.play(case)
        return ended(chat(server.url, model))


def test_a_reply_has_its_text_its_usage_and_who_answered():
    made = reply()
    assert (made.text, made.finish, made.model) == ("hello", "stop", "gpt-4o")
    assert made.usage.input_tokens > 0
    assert made.usage.output_tokens == 1


def test_a_refusal_is_kept():
    made = reply("refusal")
    assert (made.text, made.refusal) == ("", "I'm sorry, but I can't help with that.")


def test_calls_of_tools_are_kept():
    assert reply("tool_calls").tool_calls == (ToolCall("call_1", "verdict", '{"score": 4}'),)


def test_probabilities_are_kept():
    others = (Logprob("4", -0.105), Logprob("5", -2.303))
    assert reply("logprobs").logprobs == (Logprob("4", -0.105, others),)


@pytest.mark.parametrize("model", ["openai/m", "hosted_vllm/m"])
def test_the_thoughts_are_kept(model):
    made = reply(
        answer={"role": "assistant", "content": "4", "reasoning_content": "hm"}, model=model
    )
    assert (made.text, made.reasoning) == ("4", "hm")


def test_half_a_surrogate_pair_becomes_the_sign_for_it():
    assert reply("surrogate").text == "bro\ufffdken \ufffd"
    assert cleaned("\ud83d\ude00") == "\U0001f600"


@pytest.mark.parametrize("case", ["usage_null", "usage_missing"])
def test_a_usage_that_is_not_said_is_not_zero(case):
    assert reply(case).usage == Usage()


@pytest.mark.parametrize("case", ["usage_negative", "usage_absurd", "usage_text"])
def test_a_usage_that_cannot_be_is_suspect(case):
    assert reply(case).usage == Usage(is_suspect=True)


def test_a_content_in_parts_is_put_together():
    assert reply("content_list").text == "4"


@pytest.mark.parametrize("word", ["error", "abort"])
def test_a_reply_that_was_broken_off_is_none(word):
    choice = {"finish_reason": "stop", "message": {"content": "4"}}
    with pytest.raises(NoReply, match=f"broken off: {word}"):
        reply_of({"choices": [choice]}, {"choices": [{"finish_reason": word}]})


@pytest.mark.parametrize(
    ("native", "finish"),
    [
        ("end_turn", "stop"),
        ("STOP", "stop"),
        ("MALFORMED_FUNCTION_CALL", "other"),
        ("odd", "other"),
    ],
)
def test_a_word_of_another_protocol_that_litellm_calls_stop_is_looked_at(native, finish):
    details = {"native_finish_reason": native}
    choice = {"finish_reason": "stop", "message": {}, "provider_specific_fields": details}
    assert reply_of({"choices": [choice]}, {"candidates": []}).finish == finish


def test_embeddings_come_in_the_order_of_the_texts():
    with FaultServer() as server:
        good = ended(embedding(server.url), EmbeddingRequest(("a", "b")))
        server.play("embeddings_out_of_order")
        assert ended(embedding(server.url), EmbeddingRequest(("a", "b"))) == good
    assert len(good.vectors) == 2
    assert good.vectors[0] != good.vectors[1]


def test_an_embedding_of_something_else_than_numbers_is_none():
    with pytest.raises(NoReply, match="what is no number"):
        embeddings_of({"data": [{"embedding": [1, None], "index": 0}]}, None, 1)


@pytest.mark.parametrize(
    ("body", "said", "code", "status"),
    [
        (b'{"error": {"message": "m", "code": 429}}', "m", "", 429),
        (b'[{"error": {"message": "m", "status": "NOPE", "code": 404}}]', "m", "NOPE", 404),
        (
            b'{"type": "error", "error": {"type": "overloaded_error", "message": "m"}}',
            "m",
            "overloaded_error",
            500,
        ),
        (b'{"error": "m"}', "m", "", 500),
        (b'{"detail": "m"}', "m", "", 500),
        (b'{"message": "m"}', "m", "", 500),
    ],
)
def test_a_failure_is_read_in_the_words_of_many_providers(body, said, code, status):
    failure = failure_in(parsed(body))
    assert (*words_of(failure), status_within(failure)) == (said, code, status)


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b'{"choices": [], "detail": "x"}', b"\xff"])
def test_what_is_no_failure_is_not_read_as_one(body):
    assert failure_in(parsed(body)) is None


def test_a_good_body_is_passed_on_as_it_is():
    usage = {"prompt_tokens": 1, "completion_tokens": None}
    assert mended({"choices": [{"message": {"content": "4"}}], "usage": usage}) is None
    assert mended({"content": [{"type": "text", "text": "of Anthropic"}]}) is None
