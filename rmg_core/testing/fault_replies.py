"""Cases of the fault server whose status is 200: replies that are odd, and good ones."""

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from rmg_core.testing.fault_wire import JSON, Case, Wire, as_json, chat_reply, embeddings_reply

DEPTH: Final = 100_000
"""So deep is the nested JSON."""

REFUSAL: Final = "I'm sorry, but I can't help with that."
CUT: Final = '{"score": 4, "reason": "The response is mostly corr'
HOSTILE: Final = {
    "surrogate": "bro\ud800ken \udfff",
    "control": "a\x00b\x07c",
    "escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://example.invalid\x07link",
}


def _bytes(
    fault: str,
    says: str,
    make: Callable[[Any], bytes],
    *,
    status: int = 200,
    content_type: str = JSON,
) -> Case:
    """Return a case whose body is made, as bytes, of the good reply."""

    async def act(wire: Wire) -> None:
        await wire.respond(make(wire.good), status, content_type=content_type)

    return Case(fault, says, act)


def _body(fault: str, says: str, body: Any) -> Case:
    return _bytes(fault, says, lambda _: as_json(body))


def _changed(fault: str, says: str, change: Callable[[dict[str, Any]], object]) -> Case:
    """Return a case whose body is a good reply of a chat with a change."""

    async def act(wire: Wire) -> None:
        good = wire.good if "choices" in wire.good else chat_reply(wire.call.body, "ok")
        made = copy.deepcopy(good)
        change(made)
        await wire.respond(made)

    return Case(fault, says, act)


def _choice(fault: str, says: str, fields: Mapping[str, Any]) -> Case:
    return _changed(fault, says, lambda made: made["choices"][0].update(fields))


def _message(fault: str, says: str, fields: Mapping[str, Any]) -> Case:
    return _changed(fault, says, lambda made: made["choices"][0]["message"].update(fields))


def _usage(says: str, usage: Any) -> Case:
    return _changed("P18", f"usage is {says}", lambda made: made.update(usage=usage))


def _counts(given: Any, said: Any) -> dict[str, Any]:
    return {"prompt_tokens": given, "completion_tokens": said, "total_tokens": 0}


def _vectors(fault: str, says: str, change: Callable[[list[dict[str, Any]]], object]) -> Case:
    """Return a case of embeddings whose `data` have a change."""

    async def act(wire: Wire) -> None:
        made = embeddings_reply(wire.call.body)
        change(made["data"])
        await wire.respond(made)

    return Case(fault, says, act, of="embeddings")


def _cut_short(made: dict[str, Any]) -> None:
    made["choices"][0]["message"]["content"] = CUT
    made["choices"][0]["finish_reason"] = "length"


def _filtered(made: dict[str, Any]) -> None:
    made["choices"][0]["message"]["content"] = ""
    made["choices"][0]["finish_reason"] = "content_filter"


def _calls_tool(made: dict[str, Any]) -> None:
    called = {"name": "verdict", "arguments": '{"score": 4}'}
    made["choices"][0]["finish_reason"] = "tool_calls"
    made["choices"][0]["message"] = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": called}],
    }


def _nested(good: Any) -> bytes:
    return b'{"extra": %b, %b' % (b"[" * DEPTH + b"]" * DEPTH, as_json(good)[1:])


def _not_utf8(good: Any) -> bytes:
    return as_json(good).replace(b'"content": "', b'"content": "\xff\xfe\xc3', 1)


_LOGPROBS: Final = {
    "content": [
        {
            "token": "4",
            "logprob": -0.105,
            "bytes": [52],
            "top_logprobs": [
                {"token": "4", "logprob": -0.105, "bytes": [52]},
                {"token": "5", "logprob": -2.303, "bytes": [53]},
            ],
        }
    ]
}
_OVERLOADED: Final = {"message": "Provider overloaded", "type": "server_error"}
_PAGE: Final = b"<html><body>Please sign in to the network</body></html>"

REPLIES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "ok": _bytes("", "a good reply", as_json),
        "tool_calls": _changed("", "a good reply that calls a tool", _calls_tool),
        "logprobs": _choice("", "a good reply with logprobs", {"logprobs": _LOGPROBS}),
        "truncated": _bytes("P12", "JSON cut in the middle", lambda good: as_json(good)[:-30]),
        "two_documents": _bytes(
            "P12", "two documents of JSON", lambda good: as_json(good) + b"\n" + as_json(good)
        ),
        "empty": _bytes("P12", "a body without a byte", lambda _: b""),
        "204": _bytes("P12", "204, which has no body", lambda _: b"", status=204),
        "html": _bytes("P12", "200 with HTML", lambda _: _PAGE, content_type="text/html"),
        "invalid_utf8": _bytes("P12", "bytes in a text that are no UTF-8", _not_utf8),
        "list": _body("P12", "a list", []),
        "null": _body("P12", "null", None),
        "number": _body("P12", "a number", 42),
        "error": _body("P13", "200 with an error that has no code", {"error": _OVERLOADED}),
        "error_code": _body(
            "P13", "200 with an error whose code is 429", {"error": _OVERLOADED | {"code": 429}}
        ),
        "error_text": _body("P13", "200 with an error that is a text", {"error": "overloaded"}),
        "no_choice": _changed("P14", "choices is []", lambda made: made.update(choices=[])),
        "no_choices": _changed("P14", "there is no choices", lambda made: made.pop("choices")),
        "content_null": _message("P15", "content is null", {"content": None}),
        "content_empty": _message("P15", 'content is ""', {"content": ""}),
        "content_list": _message(
            "P15", "content is a list of parts", {"content": [{"type": "text", "text": "4"}]}
        ),
        "content_number": _message("P15", "content is a number", {"content": 4}),
        "refusal": _message(
            "P16", "a refusal, and no content", {"content": None, "refusal": REFUSAL}
        ),
        "finish_filter": _changed("P17", "finish_reason is content_filter", _filtered),
        "finish_length": _changed("P17", "cut: finish_reason is length", _cut_short),
        "finish_unknown": _choice("P17", "finish_reason is eos", {"finish_reason": "eos"}),
        "finish_missing": _changed(
            "P17", "no finish_reason", lambda made: made["choices"][0].pop("finish_reason")
        ),
        "usage_null": _usage("null", None),
        "usage_missing": _changed("P18", "there is no usage", lambda made: made.pop("usage")),
        "usage_negative": _usage("negative", _counts(-5, -7)),
        "usage_absurd": _usage("10**15", _counts(10**15, 10**15)),
        "usage_text": _usage("texts", _counts("12", "many")),
        "nested": _bytes("P20", "a good reply, with JSON nested 100,000 deep", _nested),
        "surrogate": _message("P22", "lone surrogates", {"content": HOSTILE["surrogate"]}),
        "control": _message("P22", "NUL and other controls", {"content": HOSTILE["control"]}),
        "escapes": _message("P22", "ANSI and OSC escapes", {"content": HOSTILE["escapes"]}),
        "embeddings_out_of_order": _vectors(
            "", "a good reply, the last vector first", lambda data: data.reverse()
        ),
        "embeddings_missing": _vectors("P14", "the last vector missing", lambda data: data.pop()),
        "embeddings_unequal": _vectors(
            "P15", "a first vector that is shorter", lambda data: data[0]["embedding"].pop()
        ),
        "embeddings_repeated": _vectors(
            "P15", "every index 0", lambda data: [each.update(index=0) for each in data]
        ),
        "embeddings_text": _vectors(
            "P15", "texts for numbers", lambda data: data[0].update(embedding=["a", "b"])
        ),
    }
)
