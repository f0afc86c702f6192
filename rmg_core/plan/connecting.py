"""A model connected from Python, as a config connects one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from attrs import asdict

from rmg_core.config import ModelConfig, OptionsError, expanded, structure_options
from rmg_core.connections import Connection
from rmg_core.errors import ConfigError, DefinitionError, Problem
from rmg_core.models import Price
from rmg_core.outcomes import NOTHING
from rmg_core.plan.models import check_client, connection_of
from rmg_core.registry import installed


def _table_of(price: Price) -> dict[str, float]:
    return {name: each for name, each in asdict(price).items() if each is not None}


def connect(
    client: Any,
    options: Mapping[str, Any] = NOTHING,
    *,
    name: str = "",
    max_concurrency: int | Literal["auto"] = "auto",
    rpm: int | None = None,
    tpm: int | None = None,
    timeout: float = 60.0,
    attempts: int = 6,
    price: Price | Mapping[str, float] | None = None,
) -> Connection:
    """Connect a model, which graders can then ask under its limits.

    Args:
        client: what makes the calls: a name such as `"openai/chat"`, or an object.
        options: those of the client, by name; none where it is an object.
        name: what messages call the model; by default its option `model`, or else its client.
        max_concurrency: calls at once; "auto" finds out how many the provider takes.
        rpm: requests a minute.
        tpm: tokens a minute, of requests and replies together.
        timeout: seconds after which an attempt of a call is given up.
        attempts: how often a call is tried that may succeed the next time.
        price: what it costs, where the client does not know or it costs otherwise; a `Price`, or
            `{"input": 1, "output": 2}` in US dollars for a million tokens.

    Raises:
        ConfigError: it cannot be connected; all problems are told at once.
        RegistryError: the name of the client leads nowhere.
    """
    use = client if isinstance(client, str) else type(client).__name__
    written = {
        "use": use,
        "max_concurrency": max_concurrency,
        "rpm": rpm,
        "tpm": tpm,
        "timeout": timeout,
        "attempts": attempts,
        "price": _table_of(price) if isinstance(price, Price) else price,
    }
    try:
        made = client
        if isinstance(client, str):
            resolved = installed().resolve("model", client, (), Path())
            use, definition = resolved.name, cast(Any, resolved.value)
            owner = f"model {client!r}"
            made = structure_options(
                definition, expanded(definition, options, owner=owner), owner=owner
            )
        elif options:
            raise ConfigError([Problem("a client object has its options already")])
        table = structure_options(
            ModelConfig, {k: v for k, v in written.items() if v is not None}, owner="", noun=""
        )
        check_client(made, use)
    except OptionsError as refused:
        problems = [Problem(each.message, each.hint) for each in refused.faults]
        raise ConfigError(problems) from refused
    except DefinitionError as fault:
        raise ConfigError([Problem(str(fault))]) from fault
    return connection_of(name or getattr(made, "model", "") or use, made, table, use)
