"""The client `litellm/chat`: one attempt of a chat with any provider of litellm."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field, validators

from rmg_core import ProviderError, Secret
from rmg_core.models import Price, Reply, Request, message_json
from rmg_plugin_litellm.opening import load
from rmg_plugin_litellm.options import (
    check_base,
    check_model,
    check_parameters,
    fault_of_parameters,
    revealed,
)
from rmg_plugin_litellm.prices import price_of
from rmg_plugin_litellm.replies import reply_of

if TYPE_CHECKING:
    from rmg_plugin_litellm.line import Line

_SAMPLING = ("temperature", "top_p", "max_tokens", "seed", "reasoning_effort")


@define(kw_only=True)
class Chat:
    """Chats with any model that litellm knows, such as openai/gpt-5-mini.

    litellm is imported before the first call, and runs on asyncio alone.
    """

    model: str = field(
        validator=[validators.instance_of(str), check_model],
        metadata={"help": 'the model as litellm names it: "openai/gpt-5-mini"'},
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
    temperature: float | None = field(
        default=None,
        validator=validators.optional(validators.ge(0)),
        metadata={"help": "of sampling; 0 takes the likeliest token"},
    )
    top_p: float | None = field(
        default=None,
        validator=validators.optional([validators.gt(0), validators.le(1)]),
        metadata={"help": "of sampling: the likeliest tokens that have this share together"},
    )
    max_tokens: int | None = field(
        default=None,
        validator=validators.optional(validators.gt(0)),
        metadata={"help": "a reply ends after so many tokens"},
    )
    seed: int | None = field(default=None, metadata={"help": "of sampling, where there is one"})
    stop: tuple[str, ...] = field(
        default=(),
        validator=validators.instance_of(tuple),
        metadata={"help": "texts that end a reply"},
    )
    reasoning_effort: str | None = field(
        default=None, metadata={"help": 'how long the model thinks, such as "low"'}
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

    async def chat(self, request: Request, /) -> Reply:
        """Make one attempt.

        Raises:
            ProviderError: it failed.
        """
        line: Line = self._line or await self._opened()
        made = await line.attempt("acompletion", self._arguments(request), reply_of)
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

    def _arguments(self, request: Request) -> dict[str, Any]:
        """Return what `acompletion` is called with; what the request says comes first."""
        if fault := fault_of_parameters(request.parameters):
            raise ProviderError("status", fault, 400)
        sampling = {name: getattr(self, name) for name in _SAMPLING}
        given = {name: value for name, value in sampling.items() if value is not None}
        where = {"api_base": self.api_base, "api_version": self.api_version}
        return {
            "model": self.model,
            "messages": list(map(message_json, request.messages)),
            **{name: value for name, value in where.items() if value},
            **revealed(self.api_key),
            **given,
            **({"stop": list(self.stop)} if self.stop else {}),
            **self.parameters,
            **request.parameters,
            **_shape(request),
        }


def _shape(request: Request) -> dict[str, Any]:
    """Return what a request says of the form of its reply."""
    made: dict[str, Any] = {}
    if request.schema is not None:
        schema = {"name": "reply", "schema": dict(request.schema), "strict": True}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif request.is_json:
        made["response_format"] = {"type": "json_object"}
    if request.tools:
        made["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": each.name,
                    "description": each.description,
                    "parameters": dict(each.parameters),
                },
            }
            for each in request.tools
        ]
    if request.tool_choice in {"auto", "required"}:
        made["tool_choice"] = request.tool_choice
    elif request.tool_choice:
        chosen = {"type": "function", "function": {"name": request.tool_choice}}
        made["tool_choice"] = chosen
    if request.top_logprobs is not None:
        made |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    return made
