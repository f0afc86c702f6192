"""The pack `openai`: models behind any endpoint that speaks the OpenAI protocol."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_models"]


@hookimpl
def rmg_models() -> Mapping[str, str]:
    """Offer the clients of the pack as `module:attribute`."""
    return {
        "chat": "rmg_plugin_openai.chat:Chat",
        "embedding": "rmg_plugin_openai.embedding:Embedding",
    }
