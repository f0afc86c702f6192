"""What the options of a model may be, checked before anything is called."""

import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from rmg_core import ProviderError, Secret

OWN: Final = {
    **dict.fromkeys(
        ("api_key", "api_base", "base_url", "api_version", "model"),
        "it is an option of its own",
    ),
    **dict.fromkeys(
        ("messages", "input", "tools", "tool_choice", "functions", "function_call"),
        "a grader says it in its request",
    ),
    **dict.fromkeys(("n", "stream", "stream_options"), "rmg takes one reply, and that whole"),
    **dict.fromkeys(
        ("max_retries", "num_retries", "retry_policy", "retry_strategy", "cooldown_time"),
        "rmg itself tries again",
    ),
    **dict.fromkeys(
        ("timeout", "request_timeout", "force_timeout", "stream_timeout"),
        "say `timeout` in the table of the model, which rmg keeps to",
    ),
    **dict.fromkeys(
        ("cache", "caching", "ttl", "cache_key", "preset_cache_key"), "rmg itself keeps replies"
    ),
    **dict.fromkeys(
        ("rpm", "tpm", "max_parallel_requests"),
        "say it in the table of the model, which rmg keeps to",
    ),
    **dict.fromkeys(("max_budget", "budget_duration"), "say it in the table [budget]"),
    **dict.fromkeys(
        ("fallbacks", "context_window_fallback_dict", "max_fallbacks", "model_list"),
        "a grade is of the model that is named",
    ),
    **dict.fromkeys(
        ("mock_response", "mock_timeout", "mock_delay", "mock_tool_calls"),
        "a reply that is made up is no reply; there is `basic/recorded`",
    ),
    **dict.fromkeys(("drop_params", "additional_drop_params"), "nothing is dropped in silence"),
    **dict.fromkeys(
        ("client", "shared_session", "ssl_verify", "acompletion", "aembedding", "async_call"),
        "rmg itself sends the requests",
    ),
    **dict.fromkeys(
        ("metadata", "litellm_metadata", "litellm_call_id", "litellm_logging_obj", "logger_fn"),
        "litellm logs nothing here",
    ),
    **dict.fromkeys(("verbose", "no-log", "guardrails", "prompt_id"), "litellm does it not here"),
}
"""The parameters that litellm takes for its own machinery, with what to say of them."""

SECRET: Final = ("api_key", "password", "secret", "token", "credential")
"""Endings of the names of parameters that are keys, which must not stand in a config."""


def fault_of_parameters(parameters: Mapping[str, Any]) -> str:
    """Return what is wrong with the first of these that may not be passed on, or nothing."""
    for name in parameters:
        if why := OWN.get(name):
            return f"the parameter {name!r} is not passed on to litellm: {why}"
        if name.lower().endswith(SECRET) or "secret" in name.lower():
            return (
                f"the parameter {name!r} is a key: "
                "put it into the environment variable that litellm reads it from"
            )
    return ""


def check_parameters(_: object, __: object, parameters: Mapping[str, Any]) -> None:
    """Validate the option `parameters`."""
    if fault := fault_of_parameters(parameters):
        raise ValueError(fault)


def check_model(_: object, __: object, model: str) -> None:
    """Validate the option `model`."""
    if not model:
        raise ValueError("'model' is empty; it is such as 'openai/gpt-5-mini'")
    if model.startswith("aiohttp_openai/"):
        # It has a client of its own, which follows redirects and inflates whatever comes.
        raise ValueError("'model' starts with 'aiohttp_openai/'; write 'openai/' instead")


def check_base(_: object, __: object, base: str) -> None:
    """Validate the option `api_base`; empty is litellm's own for the provider."""
    if not base:
        return
    # Never quote it before it is known that no password stands in it, and no key.
    try:
        parts = urlsplit(base)
        _ = parts.port
    except ValueError:
        raise ValueError("'api_base' has a host and perhaps a port, such as host:8000") from None
    if "@" in parts.netloc:
        raise ValueError("'api_base' holds no user and no password; write the key as 'api_key'")
    if "?" in base or "#" in base:
        raise ValueError("'api_base' ends with its path, before any '?' or '#'")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"'api_base' is such as 'http://127.0.0.1:8000/v1', and not {base!r}")
    if is_link_local(parts.hostname):
        raise ValueError(f"{base!r} is link-local, where machines keep credentials: no provider")


def is_link_local(host: str) -> bool:
    """Whether a host is such an address, in any form that the system would take for one."""
    try:
        address: IPv4Address | IPv6Address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        try:
            address = IPv4Address(socket.inet_aton(host))  # takes 0xa9fea9fe, as connect does
        except OSError:
            return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_link_local


def revealed(key: Secret | None) -> dict[str, str]:
    """Return the argument that a key is; none where litellm shall find it.

    Raises:
        ProviderError: the key is not where it comes from.
    """
    if key is None:
        return {}
    try:
        return {"api_key": key.reveal()}
    except LookupError as fault:
        raise ProviderError("status", str(fault), 401) from fault
