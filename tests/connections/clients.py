"""A client that answers as it is told, and replies in memory."""

from collections.abc import Sequence
from typing import Any

import anyio
from attrs import define, field

from rmg_core.connections import Connection, identity_of
from rmg_core.errors import ProviderError
from rmg_core.models import Call, EmbeddingRequest, Embeddings, Reply, Request, Usage

UNSAID = {"identity": False}


@define(eq=False)
class Client:
    """Answers each text by itself, or as `answers` say.

    An event among these is waited for before the answer; `began` are set by texts that came.
    """

    answers: dict[str, Any] = field(factory=dict, metadata=UNSAID)
    usage: Usage = field(default=Usage(10, 5), metadata=UNSAID)
    max_tokens: int | None = None
    asked: list[str] = field(factory=list, metadata=UNSAID)
    began: dict[str, anyio.Event] = field(factory=dict, metadata=UNSAID)

    async def chat(self, request: Request) -> Reply:
        text = request.last_user_text
        self.asked.append(text)
        if text in self.began:
            self.began[text].set()
        await anyio.lowlevel.checkpoint()
        answer = self.answers.get(text, text)
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, anyio.Event):
            await answer.wait()
            answer = text
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(answer, usage=self.usage)

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        self.asked.extend(request.texts)
        return Embeddings(tuple((1.0,) for _ in request.texts), self.usage)


def refused() -> ProviderError:
    return ProviderError("status", "no", status=400)


def forbidden() -> ProviderError:
    return ProviderError("status", "no key", status=401)


@define(eq=False)
class InMemory:
    """Keeps replies in memory; with `gate` it takes as long as that to keep one."""

    kept: dict[str, Call] = field(factory=dict)
    gate: anyio.Event | None = None
    keeping: anyio.Event | None = None

    def find(self, key: str) -> Call | None:
        return self.kept.get(key)

    async def keep(self, call: Call) -> None:
        if self.keeping is not None:
            self.keeping.set()
        if self.gate is not None:
            await self.gate.wait()
        self.kept[call.key] = call

    def note(self, fingerprint: str, keys: Sequence[str]) -> None:
        pass


def connection(client: Any, name: str = "judge", **limits: Any) -> Connection:
    return Connection(name, client, identity_of("test/client", client), **limits)
