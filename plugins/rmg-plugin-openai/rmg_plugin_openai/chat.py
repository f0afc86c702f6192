"""The client `chat`."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Literal

from attrs import Factory, field, frozen
from attrs.validators import and_, deep_iterable, ge, gt, in_, instance_of, le, max_len, optional

from rmg_core import ProviderError, Secret
from rmg_core.models import Reply, Request, Tool, message_json
from rmg_plugin_openai import options
from rmg_plugin_openai.addresses import is_openai
from rmg_plugin_openai.calls import Keys, call
from rmg_plugin_openai.documents import written
from rmg_plugin_openai.replies import reply_of
from rmg_plugin_openai.transport import MEGABYTE, Line

_MOST: Final = 4 * MEGABYTE

_LISTED: Final = frozenset(
    {
        *("model", "temperature", "top_p", "max_tokens", "seed", "stop", "reasoning_effort"),
        *("messages", "n", "stream", "stream_options", "response_format"),
        *("tools", "tool_choice", "logprobs", "top_logprobs"),
    }
)


@frozen
class Chat:
    """Chats with a model behind any endpoint that speaks the OpenAI protocol."""

    model: str = options.model()
    base_url: str = options.base_url()
    api_key: Secret | None = options.api_key()  # noqa: RUF009 - it is a field
    temperature: float | None = field(
        default=None,
        validator=optional(and_(ge(0), le(2))),
        metadata={"help": "how much chance there is in the choice of tokens; 0 for little"},
    )
    top_p: float | None = field(
        default=None,
        validator=optional(and_(gt(0), le(1))),
        metadata={"help": "the share of probability that tokens are chosen from"},
    )
    max_tokens: int | None = field(
        default=None,
        validator=optional(ge(1)),
        metadata={"help": "the most tokens of a reply, those of its reasoning among them"},
    )
    max_tokens_as: Literal["auto", "max_tokens", "max_completion_tokens"] = field(
        default="auto",
        validator=in_(("auto", "max_tokens", "max_completion_tokens")),
        metadata={
            "help": "what max_tokens is called to the provider; auto: max_completion_tokens to "
            "api.openai.com, max_tokens to others"
        },
    )
    seed: int | None = field(
        default=None, metadata={"help": "for replies that are more alike, where that is offered"}
    )
    stop: tuple[str, ...] = field(
        default=(),
        validator=and_(deep_iterable(instance_of(str), instance_of(tuple)), max_len(4)),
        metadata={"help": "texts that end a reply, at most 4"},
    )
    reasoning_effort: str = field(
        default="", metadata={"help": 'how long it thinks before it answers, such as "low"'}
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
            lambda self: Line(f"{self.base_url}/chat/completions", _MOST, self.ca_file),
            takes_self=True,
        ),
    )

    async def chat(self, request: Request, /) -> Reply:
        """Make one attempt.

        Raises:
            ProviderError: it gave no reply.
        """
        made = await call(self._line, self._keys, written(self._body(request)), reply_of)
        if isinstance(made, ProviderError):
            raise made
        return made

    async def aclose(self) -> None:
        await self._line.aclose()

    @cached_property
    def _keys(self) -> Keys:
        return Keys.to(self.base_url, self.api_key, self.headers)

    @cached_property
    def _always(self) -> dict[str, Any]:
        """What every request has."""
        given = {
            "model": self.model,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stop": self.stop or None,
            "reasoning_effort": self.reasoning_effort or None,
        }
        options = {name: value for name, value in given.items() if value is not None}
        return self._over(options, self.parameters)

    def _over(self, made: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said with parameters that come before it."""
        over = {**made, **parameters}
        if "max_completion_tokens" in parameters:
            over.pop("max_tokens", None)
        if "max_tokens" in over:
            over[self._limit] = over.pop("max_tokens")
        return over

    @cached_property
    def _limit(self) -> str:
        """The name that the provider has for the limit of tokens."""
        if self.max_tokens_as != "auto":
            return self.max_tokens_as
        return "max_completion_tokens" if is_openai(self.base_url) else "max_tokens"

    def _body(self, request: Request) -> dict[str, Any]:
        body = self._over(self._always, request.parameters)
        body["messages"] = list(map(message_json, request.messages))
        if request.schema is not None:
            named = {"name": "reply", "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif request.is_json:
            body["response_format"] = {"type": "json_object"}
        if request.tools:
            body["tools"] = list(map(_tool_json, request.tools))
        if request.tool_choice:
            body["tool_choice"] = _choice_json(request.tool_choice)
        if request.top_logprobs is not None:
            body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
        return body


def _tool_json(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": {name: each for name, each in function.items() if each}}


def _choice_json(choice: str) -> Any:
    if choice in {"auto", "required"}:
        return choice
    return {"type": "function", "function": {"name": choice}}
