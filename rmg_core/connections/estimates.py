"""What a call will use, before it is made: learnt from those before."""

import math
from typing import Any, Final

from attrs import define

from rmg_core.models import AnyReply, AnyRequest, Price, Reply, Request, Usage

_FIRST_OUTPUT: Final = 256.0
_WEIGHT: Final = 0.1
_FADING: Final = 0.05


@define(eq=False)
class Estimator:
    """Estimates the tokens of a model's calls.

    A token begins as 3.5 characters, which is what English text has for most tokenizers, and an
    answer as 256 tokens where no limit says less; both are corrected by what is used. `overhead`
    and `peak` are the most tokens that were used beside the text, and for an answer, of late: a
    budget must hold for the calls under way too.
    """

    tokens_a_character: float = 1 / 3.5
    overhead: float = 8.0
    output: float = _FIRST_OUTPUT
    peak: float = 0.0

    def tokens_of(self, request: AnyRequest, max_tokens: int | None) -> tuple[int, int]:
        """Return the tokens of a request, and those of its reply; rather more than less."""
        read = math.ceil(self._of_text(request.characters) + self.overhead)
        if not isinstance(request, Request):
            return read, 0
        written = max(self.output * 1.5, self.peak)
        return read, math.ceil(written if max_tokens is None else min(max_tokens, written))

    def _of_text(self, characters: int) -> float:
        return characters * self.tokens_a_character * 1.1

    def learn(self, request: AnyRequest, usage: Usage) -> None:
        """Learn from what a call has used."""
        characters = request.characters
        if usage.input_tokens and characters >= 100:
            seen = usage.input_tokens / characters
            self.tokens_a_character += _WEIGHT * (seen - self.tokens_a_character)
        if usage.input_tokens:
            beside = usage.input_tokens - self._of_text(characters)
            self.overhead = max(beside, self.overhead + _FADING * (beside - self.overhead), 8.0)
        if usage.output_tokens:
            self.output += _WEIGHT * (usage.output_tokens - self.output)
            faded = self.peak + _FADING * (usage.output_tokens - self.peak)
            self.peak = max(usage.output_tokens, faded)


def limit_of(request: AnyRequest, client: Any) -> int | None:
    """Return the most tokens that a reply may have, by the request or else by the client."""
    limit = request.parameters.get("max_tokens", getattr(client, "max_tokens", None))
    return limit if isinstance(limit, int) else None


def cost_of(price: Price | None, reply: AnyReply) -> float | None:
    """Return what a reply has cost in US dollars; None where that cannot be known."""
    if price is None:
        return None
    if not (price.input or price.output):
        return 0.0
    usage = reply.usage
    has_output = isinstance(reply, Reply) and price.output
    if usage.input_tokens is None or (has_output and usage.output_tokens is None):
        return None
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    of_cached = price.input if price.cached_input is None else price.cached_input
    read = (usage.input_tokens - cached) * price.input + cached * of_cached
    return (read + (usage.output_tokens or 0) * price.output) / 1e6


def expected_cost(price: Price | None, read: int, written: int) -> float | None:
    """Return what a call with so many tokens will cost in US dollars."""
    return None if price is None else (read * price.input + written * price.output) / 1e6
