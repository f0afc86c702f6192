"""The two sides of a model: what a grader asks, and what a pack provides."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from rmg_core.models.messages import Prompt
from rmg_core.models.replies import Embeddings, Reply
from rmg_core.models.requests import EmbeddingRequest, Request, Tool
from rmg_core.outcomes import NOTHING


@runtime_checkable
class Model(Protocol):
    """What a grader asks; an option that is annotated with it takes the name of a model.

    It keeps the limits of its config, tries again what may pass by itself, and remembers replies.
    """

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
        """
        ...

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Ask for the embeddings of texts.

        Raises:
            ModelFailed, ModelStopped: as of `ask`.
        """
        ...


@runtime_checkable
class ChatClient(Protocol):
    """What a pack provides for chats: an attrs class whose fields are the options of a model.

    `chat` makes one attempt and gives the facts: no retry, no wait, no deadline, no limit, which
    are all rmg's. It may be cancelled at any time. Everything that is not a `Reply` is a
    `ProviderError`. For each event loop a copy of the client is made, so that it may hold what
    belongs to one; where it has `aopen()` or `aclose()`, these are awaited before the first call
    and after the last.
    """

    async def chat(self, request: Request, /) -> Reply: ...


@runtime_checkable
class EmbeddingClient(Protocol):
    """The same for embeddings."""

    async def embed(self, request: EmbeddingRequest, /) -> Embeddings: ...


@frozen
class Price:
    """What a model costs: US dollars for a million tokens.

    A client that knows it has a property `price`; what a config says comes before that.
    """

    input: float
    output: float
    cached_input: float | None = None
