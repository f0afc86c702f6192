"""What a model is asked: messages, and how it shall answer."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from rmg_core.models.messages import Message, Prompt, Text, as_messages, message_json
from rmg_core.outcomes import NOTHING


@frozen
class Tool:
    """A tool that a model may call; `parameters` is a JSON Schema of an object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = NOTHING


@frozen
class Request:
    """One request for a reply, in the terms of the OpenAI protocol, which clients translate.

    `parameters` are those of sampling, such as `temperature`, `max_tokens` or `stop`; they come
    before the options of the model. `schema` is a JSON Schema that the reply shall follow, and
    with `is_json` it is any JSON object. `tool_choice` is empty, "auto", "required", or the name
    of the tool that must be called. `top_logprobs` (0..20) asks for the probabilities of so many
    tokens at each place; None for none. Requests that differ in `sample` alone are different
    calls: a second opinion and not the first one again.
    """

    messages: tuple[Message, ...]
    parameters: Mapping[str, Any] = NOTHING
    schema: Mapping[str, Any] | None = None
    is_json: bool = False
    tools: tuple[Tool, ...] = ()
    tool_choice: str = ""
    top_logprobs: int | None = None
    sample: int = 0

    @property
    def characters(self) -> int:
        """How many characters its texts have; an image counts as 3,000."""
        return sum(map(_characters, self.messages))

    @property
    def last_user_text(self) -> str:
        """The text of the last message of the user, and "" where there is none."""
        for message in reversed(self.messages):
            if message.role == "user":
                if isinstance(message.content, str):
                    return message.content
                return "".join(part.text for part in message.content if isinstance(part, Text))
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object; what is not asked for is left out."""
        made: dict[str, Any] = {"messages": list(map(message_json, self.messages))}
        if self.parameters:
            made["parameters"] = dict(self.parameters)
        if self.schema is not None:
            made["schema"] = dict(self.schema)
        if self.is_json:
            made["is_json"] = True
        if self.tools:
            made["tools"] = [
                {
                    "name": each.name,
                    "description": each.description,
                    "parameters": dict(each.parameters),
                }
                for each in self.tools
            ]
        if self.tool_choice:
            made["tool_choice"] = self.tool_choice
        if self.top_logprobs is not None:
            made["top_logprobs"] = self.top_logprobs
        if self.sample:
            made["sample"] = self.sample
        return made


@frozen
class EmbeddingRequest:
    """One request for the embeddings of texts."""

    texts: tuple[str, ...] = field(converter=tuple[str, ...])
    parameters: Mapping[str, Any] = NOTHING

    @property
    def characters(self) -> int:
        return sum(map(len, self.texts))

    def to_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"texts": list(self.texts)}
        if self.parameters:
            made["parameters"] = dict(self.parameters)
        return made


AnyRequest: TypeAlias = Request | EmbeddingRequest


def as_request(
    prompt: Prompt | Request,
    *,
    parameters: Mapping[str, Any] = NOTHING,
    schema: Mapping[str, Any] | None = None,
    is_json: bool = False,
    tools: Sequence[Tool] = (),
    tool_choice: str = "",
    top_logprobs: int | None = None,
    sample: int = 0,
) -> Request:
    """Return the request that a grader means.

    Raises:
        TypeError, ValueError: the prompt is none, or a `Request` came with other arguments.
    """
    made = Request(
        messages=prompt.messages if isinstance(prompt, Request) else as_messages(prompt),
        parameters=parameters,
        schema=schema,
        is_json=is_json,
        tools=tuple(tools),
        tool_choice=tool_choice,
        top_logprobs=top_logprobs,
        sample=sample,
    )
    if not isinstance(prompt, Request):
        return made
    if made != Request(prompt.messages):
        raise TypeError("a Request has its own arguments: write attrs.evolve(request, sample=1)")
    return prompt


def _characters(message: Message) -> int:
    if isinstance(message.content, str) and not message.tool_calls:
        return len(message.content)
    called = sum(len(each.name) + len(each.arguments) for each in message.tool_calls)
    if isinstance(message.content, str):
        return called + len(message.content)
    return called + sum(
        len(part.text) if isinstance(part, Text) else 3000 for part in message.content
    )
