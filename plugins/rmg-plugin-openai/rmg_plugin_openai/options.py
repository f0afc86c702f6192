"""The options that chats and embeddings share."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from attrs import Attribute, field, validators

from rmg_core.redaction import Secret
from rmg_plugin_openai.addresses import OPENAI, checked_url

OURS: Final = frozenset(
    {
        *("accept", "accept-encoding", "authorization", "connection", "content-length"),
        *("content-encoding", "content-type", "cookie", "expect", "host", "te", "trailer"),
        *("proxy-authorization", "proxy-connection", "transfer-encoding", "upgrade"),
    }
)
"""Headers that the client sets, or that would change how the request is sent."""

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
_VALUE: Final = re.compile(r"[\t -~]*")


def model() -> Any:
    return field(
        validator=validators.and_(validators.instance_of(str), validators.min_len(1)),
        metadata={"help": "the name of the model, as the provider knows it"},
    )


def base_url() -> Any:
    return field(
        default=OPENAI,
        converter=checked_url,
        metadata={"help": "where the provider is: what stands before /chat/completions"},
    )


def api_key() -> Any:
    return field(
        default=None,
        validator=validators.optional(validators.instance_of(Secret)),
        metadata={
            "help": "the key; without it, OPENAI_API_KEY is sent to api.openai.com alone",
            "identity": False,
        },
    )


def headers() -> Any:
    return field(
        factory=dict,
        validator=_check_headers,
        metadata={
            "help": "more headers, such as OpenAI-Project; no part of what makes a cell stale",
            "identity": False,
        },
    )


def ca_file() -> Any:
    return field(
        default=None,
        validator=validators.optional(validators.instance_of(str)),
        metadata={
            "help": "a PEM file of certificates that are trusted beside those of the system",
            "identity": False,
        },
    )


def parameters(listed: Collection[str]) -> Any:
    """Return the option for what is not listed; what is, is refused there."""

    def check(_: object, __: "Attribute[Any]", given: Mapping[str, Any]) -> None:
        for name in given:
            if name in listed:
                raise ValueError(f"{name!r} is not a parameter; it is an option or rmg's own")

    return field(
        factory=dict,
        validator=check,
        metadata={"help": "more parameters of the provider, sent as they are"},
    )


def is_sendable(value: str) -> bool:
    """Whether a text can be the value of a header."""
    return _VALUE.fullmatch(value) is not None


def _check_headers(_: object, __: "Attribute[Any]", given: Mapping[str, str | Secret]) -> None:
    for name, value in given.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header")
        if name.lower() in OURS:
            hint = "; write the key as api_key" if name.lower() == "authorization" else ""
            raise ValueError(f"the header {name!r} is set by the client{hint}")
        if not isinstance(value, Secret) and not is_sendable(value):
            raise ValueError(f"the header {name!r} is not one line of plain ASCII")
