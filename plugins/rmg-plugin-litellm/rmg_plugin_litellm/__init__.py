"""The pack `litellm`: models of every provider that litellm knows, which is imported late."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_models"]


@hookimpl
def rmg_models() -> Mapping[str, str]:
    """Offer the clients of the pack as `module:attribute`."""
    return {
        "chat": "rmg_plugin_litellm.chat:Chat",
        "embedding": "rmg_plugin_litellm.embedding:Embedding",
    }
