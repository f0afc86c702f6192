"""A model that says what it was told to say."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from threading import Lock
from typing import Any, Final, TypeAlias

from anyio.lowlevel import checkpoint
from attrs import define, field

from rmg_core.models import (
    EmbeddingRequest,
    Embeddings,
    Prompt,
    Reply,
    Request,
    Tool,
    as_request,
)
from rmg_core.outcomes import NOTHING
from rmg_core.runner.settling import shown
from rmg_core.testing.fault_wire import vector_of

Item: TypeAlias = str | Reply | BaseException
"""What a script has for a request: the text of a reply, a reply, or what is raised."""

Script: TypeAlias = Sequence[Item] | Mapping[str, Item] | Callable[[str], Item]

_TURN: Final = Lock()  # of all of them: copies of a model share their requests
_NO_IDENTITY: Final = {"identity": False}


def _script(given: Script | Item) -> Script:
    return (given,) if isinstance(given, str | Reply | BaseException) else given


def _has_something(_: object, __: object, script: Script) -> None:
    if not callable(script) and not script:
        raise ValueError("a script has at least one item")


@define(eq=False)
class ScriptedModel:
    """Gives the replies of a script one after the other, and then the last one for ever.

    A mapping gives each text of the last user message its reply, and a function makes it of this
    text. An exception in the script is raised, such as `ModelFailed`. A text has the embedding that
    `vector` makes: by default four numbers of 0..1, the same for the same text. `requests` holds
    what it was asked, and `embedded` what it was asked to embed.

    It stands for a model of a grader's, and for the client of a connection too: `name` is then its
    identity, the script raises `ProviderError`, and copies of it share what they note.

    Raises:
        LookupError: of `ask` and `chat`, the mapping has nothing for the text.
    """

    script: Script = field(
        converter=_script, validator=_has_something, repr=False, metadata=_NO_IDENTITY
    )
    vector: Callable[[str], Sequence[float]] = field(
        default=vector_of, kw_only=True, repr=False, metadata=_NO_IDENTITY
    )
    name: str = field(default="scripted", kw_only=True)
    requests: list[Request] = field(factory=list, kw_only=True, repr=False, metadata=_NO_IDENTITY)
    words: dict[str, str] = field(factory=dict, kw_only=True, repr=False, metadata=_NO_IDENTITY)
    embedded: list[EmbeddingRequest] = field(
        factory=list, kw_only=True, repr=False, metadata=_NO_IDENTITY
    )

    def nonce(self, *parts: str) -> str:
        """Return 8 hexadecimal digits, always the same for the same `parts`."""
        return blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=4).hexdigest()

    def learned(self) -> Mapping[str, str]:
        """Return what was learned of it, as of a connection."""
        return self.words

    async def learn(self, words: Mapping[str, str]) -> None:
        """Keep what was learned of it."""
        self.words.update(words)

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
        return await self.chat(request)

    async def chat(self, request: Request, /) -> Reply:
        """Give what the script has, as a client does."""
        with _TURN:
            self.requests.append(request)
            number = len(self.requests)
        await checkpoint()
        given = self._given(number, request.last_user_text)
        if isinstance(given, BaseException):
            raise given.with_traceback(None)
        return Reply(given) if isinstance(given, str) else given

    async def embed(self, texts: Sequence[str] | EmbeddingRequest) -> Embeddings:
        """Give the embeddings of texts, or of a client's request."""
        request = texts if isinstance(texts, EmbeddingRequest) else EmbeddingRequest(texts)
        self.embedded.append(request)
        await checkpoint()
        return Embeddings(tuple(tuple(map(float, self.vector(each))) for each in request.texts))

    def _given(self, number: int, text: str) -> Item:
        if isinstance(self.script, Mapping):
            if text not in self.script:
                raise LookupError(f"the script has nothing for {shown(text)}")
            return self.script[text]
        if isinstance(self.script, Sequence):
            return self.script[min(number, len(self.script)) - 1]
        return self.script(text)
