"""The client `litellm/embedding`: one attempt at embeddings from any provider of litellm."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import define, field, validators

from rmg_core import ProviderError, Secret
from rmg_core.models import EmbeddingRequest, Embeddings, Price
from rmg_plugin_litellm.opening import load
from rmg_plugin_litellm.options import (
    check_base,
    check_model,
    check_parameters,
    fault_of_parameters,
    revealed,
)
from rmg_plugin_litellm.prices import price_of
from rmg_plugin_litellm.replies import embeddings_of

if TYPE_CHECKING:
    from rmg_plugin_litellm.line import Line


@define(kw_only=True)
class Embedding:
    """Embeddings of any model that litellm knows, such as openai/text-embedding-3-small.

    litellm is imported before the first call, and runs on asyncio alone.
    """

    model: str = field(
        validator=[validators.instance_of(str), check_model],
        metadata={"help": 'the model as litellm names it: "openai/text-embedding-3-small"'},
    )
    api_base: str = field(
        default="",
        validator=check_base,
        metadata={"help": "where the provider is; empty for litellm's own choice"},
    )
    api_version: str = field(default="", metadata={"help": "of Azure: the version of its API"})
    api_key: Secret | None = field(
        default=None,
        validator=validators.optional(validators.instance_of(Secret)),
        metadata={
            "help": "the key; without it, litellm reads the environment variable of the provider"
        },
    )
    dimensions: int | None = field(
        default=None,
        validator=validators.optional(validators.gt(0)),
        metadata={"help": "the length of the vectors, where the model has a choice"},
    )
    parameters: Mapping[str, Any] = field(
        factory=dict,
        validator=check_parameters,
        metadata={"help": "more parameters of litellm or of the provider, passed on as they are"},
    )
    # `Line` would have to be imported for its name to be read, and brings aiohttp along.
    _line: Any = field(init=False, default=None, eq=False, repr=False, metadata={"identity": False})

    @property
    def price(self) -> Price | None:
        """What litellm's own table says of the model."""
        return price_of(self.model)

    async def aopen(self) -> None:
        """Import litellm, which takes seconds, beside the event loop."""
        await self._opened()

    async def aclose(self) -> None:
        """Close the connections."""
        line, self._line = self._line, None
        if line is not None:
            await line.aclose()

    async def embed(self, request: EmbeddingRequest, /) -> Embeddings:
        """Make one attempt.

        Raises:
            ProviderError: it failed.
        """
        line: Line = self._line or await self._opened()
        made_of = partial(embeddings_of, count=len(request.texts))
        made = await line.attempt("aembedding", self._arguments(request), made_of)
        if isinstance(made, ProviderError):
            raise made
        return made

    async def _opened(self) -> "Line":
        if self._line is None:
            await load()
            from rmg_plugin_litellm.line import Line

            # Another call may have come first meanwhile.
            self._line = self._line or Line()
        line: Line = self._line
        return line

    def _arguments(self, request: EmbeddingRequest) -> dict[str, Any]:
        """Return what `aembedding` is called with; what the request says comes first."""
        if fault := fault_of_parameters(request.parameters):
            raise ProviderError("status", fault, 400)
        where = {"api_base": self.api_base, "api_version": self.api_version}
        return {
            "model": self.model,
            "input": list(request.texts),
            **{name: value for name, value in where.items() if value},
            **revealed(self.api_key),
            **({} if self.dimensions is None else {"dimensions": self.dimensions}),
            **self.parameters,
            **request.parameters,
        }
