"""The client `litellm/chat`: one attempt of a chat with any provider of litellm."""

from typing import Any

from attrs import define, field, validators

from rmg_core.models import Reply, Request, message_json
from rmg_plugin_litellm.client import Client
from rmg_plugin_litellm.replies import reply_of

_SAMPLING = ("temperature", "top_p", "max_tokens", "seed", "reasoning_effort")


@define(kw_only=True)
class Chat(Client):
    """Chats with any model that litellm knows, such as openai/gpt-5-mini.

    litellm is imported before the first call, and runs on asyncio alone.
    """

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

    async def chat(self, request: Request, /) -> Reply:
        """Make one attempt.

        Raises:
            ProviderError: it failed.
        """
        sampling = {name: getattr(self, name) for name in _SAMPLING}
        given = {
            "messages": list(map(message_json, request.messages)),
            **{name: value for name, value in sampling.items() if value is not None},
            **({"stop": list(self.stop)} if self.stop else {}),
        }
        made: Reply = await self.attempt(
            "acompletion", given, request, reply_of, form=_shape(request)
        )
        return made


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
