"""What the tests of the pack share: a client at a server, and how a call of it ends."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from rmg_core import ProviderError, Secret
from rmg_core.models import EmbeddingRequest, Embeddings, Reply, Request, as_messages
from rmg_plugin_litellm.chat import Chat
from rmg_plugin_litellm.embedding import Embedding

KEY = "sk-canary-7f3b91d2"
HELLO = Request(as_messages("hello"))
TEXTS = EmbeddingRequest(("one", "two", "three"))

Ended = Reply | Embeddings | ProviderError


def chat(url: str, model: str = "openai/gpt-4o", **options: Any) -> Chat:
    return Chat(model=model, api_base=url, **{"api_key": Secret.of(KEY), **options})


def embedding(url: str, model: str = "openai/text-embedding-3-small", **options: Any) -> Embedding:
    return Embedding(model=model, api_base=url, **{"api_key": Secret.of(KEY), **options})


async def end_of(client: Any, request: Any = None) -> Ended:
    """Return what a call comes to, be it a reply or an error."""
    try:
        if isinstance(client, Chat):
            return await client.chat(request or HELLO)
        return await client.embed(request or TEXTS)
    except ProviderError as error:
        return error


def ended(client: Any, request: Any = None) -> Ended:
    """Return what one call comes to, in a loop of its own."""

    async def once() -> Ended:
        try:
            return await end_of(client, request)
        finally:
            await client.aclose()

    return asyncio.run(once())


def run(act: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(act())
