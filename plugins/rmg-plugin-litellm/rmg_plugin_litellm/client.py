"""What the clients of litellm have in common: where a model is, and the line to it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import define, field, validators

from rmg_core import ProviderError, Secret
from rmg_core.models import EmbeddingRequest, Price, Request
from rmg_plugin_litellm.opening import load
from rmg_plugin_litellm.options import (
    check_base,
    check_model,
    check_parameters,
    fault_of_parameters,
    revealed,
)
from rmg_plugin_litellm.prices import price_of

if TYPE_CHECKING:
    from rmg_plugin_litellm.line import Line


@define(kw_only=True)
class Client:
    """A model that litellm knows, and the line to it.

    litellm is imported before the first call, and runs on asyncio alone.
    """

    model: str = field(
        validator=[validators.instance_of(str), check_model],
        metadata={"help": 'the model as litellm names it, such as "openai/gpt-5-mini"'},
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

    async def attempt(
        self,
        function: str,
        given: Mapping[str, Any],
        request: Request | EmbeddingRequest,
        made_of: Callable[[Any, Any], Any],
        *,
        form: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        """Call a function of litellm once.

        Parameters come before what is `given`, and those of the request before those of the
        client; `form`, what the request says of its reply, comes before all.

        Raises:
            ProviderError: it failed.
        """
        if fault := fault_of_parameters(request.parameters):
            raise ProviderError("status", fault, 400)
        line: Line = self._line or await self._opened()
        # No variable here holds the key: a traceback may show them.
        named = {**given, **self.parameters, **request.parameters, **form}
        made = await line.attempt(function, {**self._where(), **named}, made_of)
        if isinstance(made, ProviderError):
            raise made
        return made

    def _where(self) -> dict[str, Any]:
        where = {"model": self.model, "api_base": self.api_base, "api_version": self.api_version}
        return {name: value for name, value in where.items() if value} | revealed(self.api_key)

    async def _opened(self) -> "Line":
        if self._line is None:
            await load()
            from rmg_plugin_litellm.line import Line

            # Another call may have come first meanwhile.
            self._line = self._line or Line()
        line: Line = self._line
        return line
