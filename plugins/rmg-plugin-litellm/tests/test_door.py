"""What the pack offers, and what that costs to look at."""

import subprocess
import sys

import anyio
import pytest

import rmg_plugin_litellm
from rmg_core.models import ChatClient, EmbeddingClient
from rmg_plugin_litellm.chat import Chat
from rmg_plugin_litellm.embedding import Embedding


def child(code: str) -> str:
    """Return what Python code prints in a process of its own."""
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{code}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return ran.stdout + ran.stderr


def test_the_pack_offers_a_chat_and_an_embedding():
    assert rmg_plugin_litellm.rmg_models() == {
        "chat": "rmg_plugin_litellm.chat:Chat",
        "embedding": "rmg_plugin_litellm.embedding:Embedding",
    }
    assert isinstance(Chat(model="openai/m"), ChatClient)
    assert isinstance(Embedding(model="openai/m"), EmbeddingClient)


def test_litellm_is_not_imported_before_a_model_is_opened():
    assert child(
        "from rmg_plugin_litellm.chat import Chat\n"
        "from rmg_plugin_litellm.embedding import Embedding\n"
        "assert Chat(model='openai/gpt-5-mini').price, Embedding(model='openai/m')\n"
        "print({'litellm', 'aiohttp', 'httpx', 'openai'} & set(sys.modules))\n"
    ) == ("set()\n")


def test_opening_a_model_says_nothing_and_does_not_stall_the_loop():
    said = child(
        "import asyncio\n"
        "from rmg_plugin_litellm.chat import Chat\n"
        "async def main():\n"
        "    client = Chat(model='openai/m')\n"
        "    opening = asyncio.create_task(client.aopen())\n"
        "    turns = 0\n"
        "    while not opening.done():\n"
        "        turns += 1\n"
        "        await asyncio.sleep(0.01)\n"
        "    await client.aclose()\n"
        "    print(turns > 5, 'litellm' in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    assert said == "True True\n"


def test_another_backend_than_asyncio_is_refused_with_what_to_do():
    async def opened():
        await Chat(model="openai/m").aopen()

    with pytest.raises(RuntimeError, match="litellm needs asyncio: run rmg on its own backend"):
        anyio.run(opened, backend="trio")
