"""The client `embedding`."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from attrs import Factory, field, frozen
from attrs.validators import ge, optional

from rmg_core import ProviderError, Secret
from rmg_core.models import EmbeddingRequest, Embeddings
from rmg_plugin_openai import options
from rmg_plugin_openai.calls import Keys, call
from rmg_plugin_openai.documents import written
from rmg_plugin_openai.replies import model_of, usage_of
from rmg_plugin_openai.transport import MEGABYTE, Line

_MOST: Final = 64 * MEGABYTE

_LISTED: Final = frozenset({"model", "dimensions", "input", "encoding_format"})


@frozen
class Embedding:
    """Embeddings by a model behind any endpoint that speaks the OpenAI protocol."""

    model: str = options.model()
    base_url: str = options.base_url()
    api_key: Secret | None = options.api_key()  # noqa: RUF009 - it is a field
    dimensions: int | None = field(
        default=None,
        validator=optional(ge(1)),
        metadata={"help": "how many numbers a vector has; without it, as many as the model makes"},
    )
    parameters: Mapping[str, Any] = options.parameters(_LISTED)
    headers: Mapping[str, str | Secret] = options.headers()
    ca_file: str | None = options.ca_file()
    _line: Line = field(
        init=False,
        repr=False,
        eq=False,
        metadata={"identity": False},
        default=Factory(
            lambda self: Line(f"{self.base_url}/embeddings", _MOST, self.ca_file),
            takes_self=True,
        ),
    )

    async def embed(self, request: EmbeddingRequest, /) -> Embeddings:
        """Make one attempt.

        Raises:
            ProviderError: it gave no embeddings, or not those of the texts.
        """

        def shape(made: Mapping[str, Any]) -> Embeddings:
            vectors = vectors_of(made.get("data"), len(request.texts))
            return Embeddings(vectors, usage_of(made), model_of(made))

        made = await call(self._line, self._keys, written(self._body(request)), shape)
        if isinstance(made, ProviderError):
            raise made
        return made

    async def aclose(self) -> None:
        await self._line.aclose()

    @cached_property
    def _keys(self) -> Keys:
        return Keys.to(self.base_url, self.api_key, self.headers)

    def _body(self, request: EmbeddingRequest) -> dict[str, Any]:
        size = {} if self.dimensions is None else {"dimensions": self.dimensions}
        parameters = {**size, **self.parameters, **request.parameters}
        return {"model": self.model, **parameters, "input": request.texts}


def vectors_of(data: Any, count: int) -> tuple[tuple[float, ...], ...]:
    """Return so many vectors, in the order of their indices.

    Raises:
        ValueError: there are not so many, or they are not of one length, or not of numbers.
    """
    rows = data if isinstance(data, list) else []
    vectors = dict(map(_vector, rows))
    if len(rows) != count or set(vectors) != set(range(count)):
        raise ValueError("there is not one vector for each text")
    if len({len(each) for each in vectors.values()}) > 1:
        raise ValueError("the vectors are not of one length")
    return tuple(vectors[index] for index in range(count))


def _vector(made: Any) -> tuple[int, tuple[float, ...]]:
    match made:
        # Every number is finite: orjson reads neither NaN nor what is above the largest float.
        case {"index": int(index), "embedding": [_, *_] as numbers} if {*map(type, numbers)} <= {
            float,
            int,
        }:
            return index, tuple(map(float, numbers))
        case _:
            raise ValueError("it is no vector with its index")
