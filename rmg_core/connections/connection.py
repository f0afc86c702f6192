"""A model as graders ask it: a client under its limits."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import WeakKeyDictionary

import attrs
from attrs import field, frozen

from rmg_core.errors import ModelFailed
from rmg_core.models import (
    EmbeddingRequest,
    Embeddings,
    Price,
    Prompt,
    Reply,
    Request,
    Tool,
    as_request,
)
from rmg_core.outcomes import NOTHING

if TYPE_CHECKING:
    from rmg_core.connections.ledger import Replies
    from rmg_core.connections.live import Live
    from rmg_core.limits import Clock


_OF_PROCESS: Final = token_hex(16)
"""The salt where there is no store."""


@frozen(eq=False)
class Connection:
    """A model under its name in the config; satisfies `rmg_core.models.Model`.

    `client` makes the calls, and `identity` is the JSON text that says which model it is.
    `max_concurrency` counts calls at once, `rpm` and `tpm` requests and tokens a minute; `timeout`
    is in seconds an attempt, of which there are at most `attempts`. `price` comes before that of
    the client; `clock` is that of the process, but in tests. It can be asked from several event
    loops, each with limits of its own.
    """

    name: str
    client: Any = field(repr=False)
    identity: str = field(repr=False)
    max_concurrency: int | Literal["auto"] = "auto"
    rpm: int | None = None
    tpm: int | None = None
    timeout: float = 60.0
    attempts: int = 6
    price: Price | None = None
    clock: "Clock | None" = field(default=None, repr=False)
    _words: dict[str, str] = field(init=False, factory=dict, repr=False)
    _lives: "WeakKeyDictionary[Any, Live]" = field(
        init=False, factory=WeakKeyDictionary, repr=False
    )

    async def ask(
        self,
        prompt: Prompt | Request,
        *,
        parameters: Mapping[str, Any] = NOTHING,
        schema: Mapping[str, Any] | None = None,
        is_json: bool = False,
        tools: Sequence[Tool] = (),
        tool_choice: str = "",
        top_logprobs: int | None = None,
        sample: int = 0,
    ) -> Reply:
        """Ask for a reply: to a text, to messages, or to a whole request.

        The other arguments are those of a `Request`, which brings its own.

        Raises:
            ModelFailed: there is no answer to go by; raise it further.
            ModelStopped: the model cannot be asked any more in this run; raise it further.
            TypeError, ValueError: the prompt is none, or a `Request` came with other arguments.
        """
        request = as_request(
            prompt,
            parameters=parameters,
            schema=schema,
            is_json=is_json,
            tools=tools,
            tool_choice=tool_choice,
            top_logprobs=top_logprobs,
            sample=sample,
        )
        if not hasattr(self.client, "chat"):
            raise ModelFailed(f"model {self.name!r} makes embeddings, and no chat", "bad_request")
        return await self.live().chat(request)

    def nonce(self, *parts: str) -> str:
        """Return 8 hexadecimal digits that no text of a sample can know beforehand.

        They are the same for the same `parts` in each run over one store.
        """
        replies = self._replies()
        salt = _OF_PROCESS if replies is None else replies.salt
        return blake2b(
            "\x1f".join(parts).encode("utf-8", "replace"), digest_size=4, key=salt.encode()
        ).hexdigest()

    def learned(self) -> Mapping[str, str]:
        """Return what graders have learned of it: words of theirs, each with the reason.

        It is kept with the replies of a run, so that a run again asks as the one before did.
        """
        replies = self._replies()
        return self._words if replies is None else replies.learned(self.identity)

    async def learn(self, words: Mapping[str, str]) -> None:
        """Keep what was learned of it, such as a parameter that its provider refuses."""
        replies = self._replies()
        if replies is None:
            self._words.update(words)
        else:
            await replies.learn(self.identity, words)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Ask for the embeddings of texts.

        Raises:
            ModelFailed, ModelStopped: as of `ask`.
        """
        if isinstance(texts, str):
            raise TypeError(f"the texts to embed are a list: write [{texts!r:.50}]")
        if not hasattr(self.client, "embed"):
            raise ModelFailed(f"model {self.name!r} chats, and makes no embeddings", "bad_request")
        asked = tuple(texts)
        if wrong := [each for each in asked if not isinstance(each, str)]:
            raise TypeError(f"the texts to embed are texts, and not {wrong[0]!r:.50}")
        return await self.live().embed(EmbeddingRequest(asked))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep the client open in this event loop; the last to leave closes it.

        Without it the client is opened by the first call, and left open.
        """
        live = self.live()
        await live.enter()
        try:
            yield
        finally:
            await live.leave()

    def _replies(self) -> "Replies | None":
        from rmg_core.connections.errands import ERRAND

        errand = ERRAND.get()
        return None if errand is None else errand.ledger.replies

    def live(self) -> "Live":
        """Return what of it belongs to the event loop that runs."""
        from rmg_core.connections.live import Live, running_loop

        loop = running_loop()
        live = self._lives.get(loop)
        if live is None:
            live = self._lives[loop] = Live(self, attrs.evolve(self.client))
        return live

    @property
    def known_price(self) -> Price | None:
        """What it costs, by the config or else by the client."""
        if self.price is not None:
            return self.price
        return getattr(self.client, "price", None)


def connections_in(options: Any) -> tuple[Connection, ...]:
    """Return the connections among the options of a grader, and in tables of these, each once."""
    found: dict[Connection, None] = {}
    _collect(options, found, set())
    return tuple(found)


def _collect(value: Any, into: dict[Connection, None], around: set[int]) -> None:
    parts: Collection[Any] = ()
    match value:
        case Connection():
            into[value] = None
        case list() | tuple() | set() | frozenset():
            parts = value
        case Mapping():
            parts = value.values()
        case _ if attrs.has(type(value)):
            parts = [getattr(value, each.name, None) for each in attrs.fields(type(value))]
    if parts and id(value) not in around:
        around.add(id(value))
        for each in parts:
            _collect(each, into, around)
        around.discard(id(value))
