"""Which model it is, and what was asked of it, as far as a reply depends on either."""

import functools
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import attrs
import orjson

from rmg_core.errors import ModelFailed
from rmg_core.models import AnyRequest, Request
from rmg_core.redaction import Secret


def identity_of(use: str, client: Any) -> str:
    """Return as canonical JSON which model a client asks.

    It is made of the name of the client and of its options, without secrets and without those
    that cannot change a reply (`metadata={"identity": False}`). What is made of an option, such
    as the content of a file, is in it with `metadata={"identity": True}`.
    """
    options = {
        each.name: _without_secrets(getattr(client, each.name))
        for each in attrs.fields(type(client))
        if each.metadata.get("identity", each.init)
    }
    told = {name: value for name, value in options.items() if value is not None}
    made = {"use": use, "options": told}
    return orjson.dumps(made, default=_plain, option=orjson.OPT_SORT_KEYS).decode()


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Secret):
        return None
    if isinstance(value, Mapping):
        parts = {str(key): _without_secrets(each) for key, each in value.items()}
        return {key: each for key, each in parts.items() if each is not None}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if attrs.has(type(value)):
        return attrs.asdict(value, recurse=False)
    return str(value)


@functools.lru_cache(maxsize=64)
def _begun(identity: str) -> "blake2b":
    return blake2b(identity.encode(), digest_size=16)


def key_of(identity: str, request: AnyRequest, repeat: int) -> str:
    """Return the key of a request: of the model, what is asked, and which asking of it this is.

    `repeat` is that of the cell that asks: a repeat is a new call, and so is another `sample`.
    The order of what is in a schema or a tool counts: a model writes its reply in that order.

    Raises:
        ModelFailed: JSON cannot hold the request.
    """
    noun = "chat" if isinstance(request, Request) else "embedding"
    asked = request.to_json()
    try:
        for name in ("schema", "tools"):
            if name in asked:
                asked[name] = orjson.dumps(asked[name], default=_plain).decode()
        content = orjson.dumps([noun, asked, repeat], default=_plain, option=orjson.OPT_SORT_KEYS)
    except TypeError as fault:
        raise ModelFailed(f"the request cannot be written as JSON: {fault}", "bad_input") from fault
    made = _begun(identity).copy()
    made.update(content)
    return made.hexdigest()
