"""How litellm comes to be imported: late, in a thread, and quiet."""

import asyncio
import logging
import os
import sys
import threading
import warnings
from importlib import import_module
from typing import Any

import anyio.to_thread


async def load() -> None:
    """Import litellm, and what of this pack needs it, beside the event loop: 3 s and 160 MB.

    Raises:
        RuntimeError: the event loop is not one of asyncio.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError as fault:
        raise RuntimeError("litellm needs asyncio: run rmg on its own backend, asyncio") from fault
    await anyio.to_thread.run_sync(_load)


_LOADING = threading.Lock()


def _load() -> None:
    with _LOADING:
        if "rmg_plugin_litellm.line" not in sys.modules:
            _import()


def _import() -> None:
    # Before the import: it would fetch the table of prices from GitHub.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    litellm: Any = import_module("litellm")
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logger = logging.getLogger(name)
        # It logs requests and what it makes up of replies; what matters stands in the errors.
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
    # It says of each odd reply what is in it.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    import_module("rmg_plugin_litellm.wire").install()
    import_module("rmg_plugin_litellm.line")
