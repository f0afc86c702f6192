"""The client `litellm/embedding`: one attempt at embeddings from any provider of litellm."""

from functools import partial

from attrs import define, field, validators

from rmg_core.models import EmbeddingRequest, Embeddings
from rmg_plugin_litellm.client import Client
from rmg_plugin_litellm.replies import embeddings_of


@define(kw_only=True)
class Embedding(Client):
    """Embeddings of any model that litellm knows, such as openai/text-embedding-3-small.

    litellm is imported before the first call, and runs on asyncio alone.
    """

    dimensions: int | None = field(
        default=None,
        validator=validators.optional(validators.gt(0)),
        metadata={"help": "the length of the vectors, where the model has a choice"},
    )

    async def embed(self, request: EmbeddingRequest, /) -> Embeddings:
        """Make one attempt.

        Raises:
            ProviderError: it failed.
        """
        size = {} if self.dimensions is None else {"dimensions": self.dimensions}
        given = {"input": list(request.texts), **size}
        made_of = partial(embeddings_of, count=len(request.texts))
        made: Embeddings = await self.attempt("aembedding", given, request, made_of)
        return made
