"""What a completion becomes, where the fault server has no case of it."""

import pytest

from rmg_core.errors import ProviderError
from rmg_core.models import Reply, Usage
from rmg_plugin_openai.documents import parsed
from rmg_plugin_openai.embedding import vectors_of
from rmg_plugin_openai.replies import reply_of


def completion(message, finish="stop", **more):
    return {"choices": [{"message": message, "finish_reason": finish}], **more}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_the_reasoning_stands_apart(name):
    reply = reply_of(completion({"content": "4", name: "hm"}))
    assert (reply.text, reply.reasoning) == ("4", "hm")


def test_the_details_of_the_usage_are_read():
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    assert reply_of(completion({"content": ""}, usage=usage)).usage == Usage(9, 5, 4, 3)


@pytest.mark.parametrize("word", ["abort", "error"])
def test_a_reply_that_the_provider_broke_off_is_an_overload(word):
    error = reply_of(completion({"content": "half of"}, word))
    assert isinstance(error, ProviderError)
    assert (error.cause, error.status, error.code) == ("status", 503, word)


@pytest.mark.parametrize("finish", [None, 3, ["stop"], "STOP"])
def test_a_finish_that_the_protocol_lacks_is_other(finish):
    assert reply_of(completion({"content": "4"}, finish)) == Reply("4", "other")


def test_an_error_of_null_is_none():
    assert reply_of({"error": None, **completion({"content": "4"})}).text == "4"


@pytest.mark.parametrize(
    "message",
    [
        None,
        "4",
        {"content": {"text": "4"}},
        {"content": [{"type": "image_url"}]},
        {"content": "4", "refusal": 1},
        {"content": "4", "tool_calls": {}},
        {"content": "4", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {}}}]},
    ],
)
def test_a_message_of_another_shape_is_none(message):
    with pytest.raises(ValueError):
        reply_of(completion(message))


@pytest.mark.parametrize(
    "logprobs", [[], {"content": {}}, {"content": [{"token": "a"}]}, {"content": [None]}]
)
def test_logprobs_of_another_shape_are_none(logprobs):
    made = completion({"content": "4"})
    made["choices"][0]["logprobs"] = logprobs
    with pytest.raises(ValueError):
        reply_of(made)


@pytest.mark.parametrize("vector", [[], [True], [None], ["1"], [[1.0]], "ab", None])
def test_a_vector_of_another_shape_is_none(vector):
    with pytest.raises(ValueError):
        vectors_of([{"index": 0, "embedding": vector}], 1)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'{"a": "\ud83d\ude00"}', "\U0001f600"),
        (rb'{"a": "\ud83d"}', "\ufffd"),
        (rb'{"a": "\uDE00\ud83d\ude00\ud83d"}', "\ufffd\U0001f600\ufffd"),
        (rb'{"a": "\ud83d\\ud83d"}', "\ufffd\\ud83d"),
    ],
)
def test_only_a_lone_surrogate_is_replaced(body, text):
    assert parsed(body) == {"a": text}


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": 1e999}', b'"\\ud800"', b"\xef\xbb\xbf{}"])
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(ValueError):
        parsed(body)
