"""The models of a plan: clients with their options, under the limits of the config."""

import inspect
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

import attrs

from rmg_core.config import ModelConfig
from rmg_core.connections import Connection, identity_of
from rmg_core.errors import DefinitionError
from rmg_core.models import Price
from rmg_core.outcomes import NOTHING
from rmg_core.plan.parts import At, NotMade, Parts, called

MOST_AT_ONCE = 256
"""As many calls as `max_concurrency = "auto"` comes to at the most."""


def planned_model(parts: Parts, name: str, table: ModelConfig) -> Connection | None:
    """Make the connection that a table of the config describes; None where it has problems."""
    at: At = ("models", name)
    with suppress(NotMade):
        resolved = parts.resolve("model", table.use, (*at, "use"))
        client = parts.made("model", table.use, table.options, at)
        with parts.naming((*at, "use")):
            check_client(client, called(table.use))
        use = called(table.use) if resolved is None else resolved.name
        return connection_of(name, client, table, use)
    return None


def connection_of(name: str, client: Any, table: ModelConfig, use: str) -> Connection:
    """Put a client under the limits of a config; `use` is its whole name, of whatever spelling."""
    price = table.price
    return Connection(
        name=name,
        client=client,
        identity=identity_of(use, client),
        max_concurrency=table.max_concurrency,
        rpm=table.rpm,
        tpm=table.tpm,
        timeout=table.timeout,
        attempts=table.attempts,
        price=None if price is None else Price(price.input, price.output, price.cached_input),
    )


def check_client(client: Any, name: str) -> None:
    """Find what is no client.

    Raises:
        DefinitionError: it has no `async chat`, and no `async embed`.
    """
    calls = [getattr(client, verb, None) for verb in ("chat", "embed")]
    if not attrs.has(type(client)):
        raise DefinitionError("model", name, "it must be an attrs class")
    if not any(inspect.iscoroutinefunction(each) for each in calls):
        hint = "write `async def chat(self, request)`, or `embed`, or both"
        raise DefinitionError("model", name, hint)


def most_at_once(
    written: int | Literal["auto"], models: Mapping[str, Connection | None] = NOTHING
) -> int:
    """Return how many cells run at once: with "auto" as many as the models can take."""
    if written != "auto":
        return written
    caps = [each.max_concurrency for each in models.values() if each is not None]
    return max(32, sum(MOST_AT_ONCE if cap == "auto" else cap for cap in caps))
