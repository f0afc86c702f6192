"""What the pack offers, and what that costs to look at."""

import subprocess
import sys

import rmg_plugin_openai
from rmg_core.models import ChatClient, EmbeddingClient
from rmg_plugin_openai.chat import Chat
from rmg_plugin_openai.embedding import Embedding


def test_the_pack_offers_a_chat_and_an_embedding():
    assert rmg_plugin_openai.rmg_models() == {
        "chat": "rmg_plugin_openai.chat:Chat",
        "embedding": "rmg_plugin_openai.embedding:Embedding",
    }
    assert isinstance(Chat(model="m"), ChatClient)
    assert isinstance(Embedding(model="m"), EmbeddingClient)


def test_aiohttp_is_not_imported_before_a_call():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from rmg_plugin_openai.chat import Chat\n"
        "from rmg_plugin_openai.embedding import Embedding\n"
        "Chat(model='m'), Embedding(model='m')\n"
        "print('aiohttp' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "False\n"
