"""What a model gives back: a reply or embeddings, and what they used."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen, validators

from rmg_core.models.messages import ToolCall

Finish: TypeAlias = Literal["stop", "length", "content_filter", "tool_calls", "other"]
"""Why a reply ends. "other" is a word that the protocol does not have, or none at all."""

FINISHES: Final = get_args(Finish)

MOST_TOKENS: Final = 100_000_000
"""More than this no single call uses: what says so is a mistake of the provider."""


@frozen
class Usage:
    """The tokens of a call; None is what the provider did not say.

    `input_tokens` include the `cached_tokens`, and `output_tokens` the `reasoning_tokens`.
    `is_suspect` says that the provider gave numbers that cannot be, which were left out.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    is_suspect: bool = False

    @classmethod
    def of(
        cls, input_tokens: Any, output_tokens: Any, cached: Any = None, reasoning: Any = None
    ) -> "Usage":
        """Take what a provider says, whatever that is."""
        given = (input_tokens, output_tokens, cached, reasoning)
        counts = [_count(each) for each in given]
        is_suspect = counts.count(None) > given.count(None)
        return cls(counts[0], counts[1], counts[2], counts[3], is_suspect)

    @property
    def tokens(self) -> int:
        """All tokens of the call, as far as they are known."""
        return (self.input_tokens or 0) + (self.output_tokens or 0)


def _count(given: Any) -> int | None:
    is_count = isinstance(given, int) and not isinstance(given, bool)
    return given if is_count and 0 <= given <= MOST_TOKENS else None


@frozen
class Logprob:
    """A token and the natural logarithm of its probability; `others` are the likeliest there."""

    token: str
    logprob: float
    others: tuple["Logprob", ...] = ()


@frozen
class Reply:
    """What a model answered.

    `text` is the answer and `refusal` what it says instead of one; `reasoning` is what it thought
    before, where the provider gives that apart. `model` is who answered, in the provider's words.
    """

    text: str
    finish: Finish = field(default="stop", validator=validators.in_(FINISHES))
    refusal: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[Logprob, ...] = ()
    reasoning: str = ""
    usage: Usage = field(factory=Usage)
    model: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object; what is empty is left out."""
        made: dict[str, Any] = {"text": self.text, "finish": self.finish}
        for name in ("refusal", "reasoning", "model"):
            if said := getattr(self, name):
                made[name] = said
        if self.tool_calls:
            made["tool_calls"] = [[each.id, each.name, each.arguments] for each in self.tool_calls]
        if self.logprobs:
            made["logprobs"] = list(map(_logprob_json, self.logprobs))
        return made | _usage_json(self.usage)

    @classmethod
    def from_json(cls, made: Mapping[str, Any]) -> "Reply":
        """Return the reply that `to_json` wrote."""
        return cls(
            text=made["text"],
            finish=made["finish"],
            refusal=made.get("refusal", ""),
            tool_calls=tuple(ToolCall(*each) for each in made.get("tool_calls", ())),
            logprobs=tuple(map(_logprob, made.get("logprobs", ()))),
            reasoning=made.get("reasoning", ""),
            usage=Usage(**made.get("usage", {})),
            model=made.get("model", ""),
        )


@frozen
class Embeddings:
    """The embeddings of the texts of a request, in their order: vectors of one length."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage = field(factory=Usage)
    model: str = ""

    def to_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"vectors": [list(each) for each in self.vectors]}
        if self.model:
            made["model"] = self.model
        return made | _usage_json(self.usage)

    @classmethod
    def from_json(cls, made: Mapping[str, Any]) -> "Embeddings":
        """Return the embeddings that `to_json` wrote."""
        vectors = tuple(tuple(map(float, each)) for each in made["vectors"])
        return cls(vectors, Usage(**made.get("usage", {})), made.get("model", ""))


AnyReply: TypeAlias = Reply | Embeddings


def _usage_json(usage: Usage) -> dict[str, Any]:
    names = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    told = {name: getattr(usage, name) for name in names if getattr(usage, name) is not None}
    if usage.is_suspect:
        told["is_suspect"] = True
    return {"usage": told} if told else {}


def _logprob_json(each: Logprob) -> list[Any]:
    made: list[Any] = [each.token, each.logprob]
    return [*made, list(map(_logprob_json, each.others))] if each.others else made


def _logprob(made: Sequence[Any]) -> Logprob:
    return Logprob(made[0], made[1], tuple(map(_logprob, made[2] if len(made) > 2 else ())))
