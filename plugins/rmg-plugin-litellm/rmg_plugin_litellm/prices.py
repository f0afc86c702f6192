"""What models cost, from the table that litellm is installed with."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rmg_core.models import Price

_MILLION = 1_000_000


@cache
def price_of(model: str) -> Price | None:
    """Return what a model costs, or None where litellm does not know it.

    The file is read by itself, in 0.1 s: importing litellm for it costs 3 s.
    """
    provider, _, name = model.partition("/")
    table = _table()
    entry = table.get(model)
    if entry is None and provider and (found := table.get(name)):
        # litellm lists "openai/gpt-5-mini" as "gpt-5-mini", and "bedrock/…" as of bedrock_converse.
        entry = found if str(found.get("litellm_provider")).startswith(provider) else None
    if not isinstance(entry, dict):
        return None
    into, out = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if not isinstance(into, int | float) or not isinstance(out, int | float):
        return None
    cached = entry.get("cache_read_input_token_cost")
    return Price(
        input=round(into * _MILLION, 9),
        output=round(out * _MILLION, 9),
        cached_input=round(cached * _MILLION, 9) if isinstance(cached, int | float) else None,
    )


def _table() -> dict[str, Any]:
    spec = find_spec("litellm")
    for folder in (spec and spec.submodule_search_locations) or ():
        file = Path(folder, "model_prices_and_context_window_backup.json")
        if file.is_file():
            table: dict[str, Any] = json.loads(file.read_bytes())
            return table
    return {}
