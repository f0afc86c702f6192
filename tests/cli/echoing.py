"""A provider that says the key of every call again, in the way that the name of the model tells."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from rmg_core.testing import FaultServer
from rmg_core.testing.fault_connection import Arrived, Connection
from rmg_core.testing.fault_wire import Wire, as_json, head

HEADER: Final = "x-gateway"
"""The header, beside that of keys, in which a key may come."""

Echo: TypeAlias = Callable[[str, dict[str, Any]], bytes]


def key_of(headers: Mapping[str, str]) -> str:
    """Return the key that came in the headers of a call."""
    return headers.get(HEADER) or headers.get("authorization", "").removeprefix("Bearer ")


def _says(message: Callable[[str], Mapping[str, Any]]) -> Echo:
    """Return a good reply whose message has these fields."""

    def made(key: str, good: dict[str, Any]) -> bytes:
        good["choices"][0]["message"].update(message(key))
        return _sent(good)

    return made


def _changed(change: Callable[[str, dict[str, Any]], object]) -> Echo:
    def made(key: str, good: dict[str, Any]) -> bytes:
        change(key, good)
        return _sent(good)

    return made


def _fails(status: int, body: Callable[[str], Any], **headers: str) -> Echo:
    """Return a failure; in the headers `KEY` stands for the key."""

    def made(key: str, _: dict[str, Any]) -> bytes:
        told = {name.replace("_", "-"): text.replace("KEY", key) for name, text in headers.items()}
        return _sent(body(key), status, told)

    return made


def _sent(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    content = body if isinstance(body, bytes) else as_json(body)
    return head(status, len(content), headers) + content


def _error(text: str, **fields: str) -> dict[str, Any]:
    return {"error": {"message": text, "type": "invalid_request_error", **fields}}


def _tokens(*pieces: str) -> dict[str, Any]:
    others = [{"token": each, "logprob": -1.0} for each in pieces]
    return {"content": [{**each, "top_logprobs": others} for each in others]}


def _tool(key: str) -> dict[str, Any]:
    function = {"name": "verdict", "arguments": json.dumps({"with": key})}
    called = {"id": key, "type": "function", "function": function}
    return {"content": None, "tool_calls": [called]}


def _halves(key: str, good: dict[str, Any]) -> None:
    half = len(key) // 2
    good["choices"][0]["message"]["content"] = key
    good["choices"][0]["logprobs"] = _tokens(key[:half], key[half:])


ECHOES: Final[Mapping[str, Echo]] = {
    "text": _says(lambda key: {"content": f"your key is {key}."}),
    "base64": _says(lambda key: {"content": base64.b64encode(f"u:{key}".encode()).decode()}),
    "url": _says(lambda key: {"content": f"https://h.example/?k={quote(key, safe='')}"}),
    "json": _says(lambda key: {"content": json.dumps({"said": json.dumps({"key": key})})}),
    "refusal": _says(lambda key: {"content": None, "refusal": f"I refuse {key}"}),
    "reasoning": _says(lambda key: {"content": "4", "reasoning_content": f"with {key}"}),
    "only_reasoning": _says(lambda key: {"content": "", "reasoning_content": f"with {key}"}),
    "tool": _says(_tool),
    "model": _changed(lambda key, good: good.update(model=f"m-{key}")),
    "logprobs": _changed(lambda key, good: good["choices"][0].update(logprobs=_tokens(key))),
    "halves": _changed(_halves),
    "finish": _changed(lambda key, good: good["choices"][0].update(finish_reason=key)),
    "usage": _changed(lambda key, good: good.update(usage={"prompt_tokens": key})),
    "cut": lambda key, good: _sent(as_json({**good, "id": key})[:-9]),
    "within": lambda key, _: _sent(_error(f"overloaded: {key}")),
    "401": _fails(401, lambda key: _error(f"Incorrect API key provided: {key}. Find it.")),
    "400": _fails(400, lambda key: _error(f"no such option for {key}")),
    "code": _fails(400, lambda key: _error("no", code=key)),
    "headers": _fails(400, lambda _: _error("no"), x_request_id="r KEY", retry_after="KEY"),
    "html": _fails(502, lambda key: f"<html><body>bad gateway for {key}</body></html>".encode()),
    "redirect": _fails(307, lambda _: b"", location="http://127.0.0.1:9/v1?key=KEY"),
    "garbage": lambda key, _: f"SSH-2.0-{key}\r\n\r\n".encode(),
    "long_header": lambda key, good: _sent(good, 200, {"x-filler": key + "a" * 20_000}),
}
"""What is sent for a key and a good reply, by the names of models."""


class EchoServer(FaultServer):
    """Answers a call by the name of its model, which is one of `ECHOES`."""

    async def _answer(self, arrived: Arrived, connection: Connection) -> bool:
        call = self._take(self.calls, arrived, "")
        wire: Wire = self._wire(call, connection)
        await wire.send(ECHOES[call.body["model"]](key_of(call.headers), wire.good))
        wire.close()
        await asyncio.sleep(0)
        return False
