"""What a call will use, before it is made: learnt from those before."""

from typing import Final

from attrs import define

from rmg_core.models import AnyRequest, Price, Request, Usage

_FIRST_OUTPUT: Final = 256.0
_WEIGHT: Final = 0.1


@define(eq=False)
class Estimator:
    """Estimates the tokens of a model's calls.

    A token begins as 3.5 characters, which is what English text has for most tokenizers, and an
    answer as 256 tokens where no limit says less; both are corrected by what is used.
    """

    tokens_a_character: float = 1 / 3.5
    output: float = _FIRST_OUTPUT

    def tokens_of(self, request: AnyRequest, max_tokens: int | None) -> tuple[int, int]:
        """Return the tokens of a request, and those of its reply; rather more than less."""
        read = int(request.characters * self.tokens_a_character * 1.1) + 8
        if not isinstance(request, Request):
            return read, 0
        written = self.output * 1.5
        return read, int(written if max_tokens is None else min(max_tokens, written))

    def learn(self, request: AnyRequest, usage: Usage) -> None:
        """Learn from what a call has used."""
        characters = request.characters
        if usage.input_tokens and characters >= 100:
            seen = usage.input_tokens / characters
            self.tokens_a_character += _WEIGHT * (seen - self.tokens_a_character)
        if usage.output_tokens:
            self.output += _WEIGHT * (usage.output_tokens - self.output)


def cost_of(price: Price | None, usage: Usage) -> float | None:
    """Return what a call has cost in US dollars; None where that cannot be known."""
    if price is None:
        return None
    if not (price.input or price.output):
        return 0.0
    if usage.input_tokens is None:
        return None
    cached = min(usage.cached_tokens or 0, usage.input_tokens)
    of_cached = price.input if price.cached_input is None else price.cached_input
    read = (usage.input_tokens - cached) * price.input + cached * of_cached
    return (read + (usage.output_tokens or 0) * price.output) / 1e6


def expected_cost(price: Price | None, read: int, written: int) -> float | None:
    """Return what a call with so many tokens will cost in US dollars."""
    return None if price is None else (read * price.input + written * price.output) / 1e6
