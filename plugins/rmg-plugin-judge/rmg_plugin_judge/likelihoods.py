"""How likely a judge was to give each label, by the probabilities of its tokens."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, isfinite
from typing import Final

from rmg_core.models import Logprob, Reply
from rmg_plugin_judge.labels import label_of, plain
from rmg_plugin_judge.protocols import offered
from rmg_plugin_judge.values import Unreadable, VerdictSpec
from rmg_plugin_judge.verdict_lines import after_thinking, verdict_lines

LEAST_MASS: Final = 0.8
"""So much of the probability has to lie on labels."""

_MOST_MASS: Final = 1.01  # what rounding may add


def from_logprobs(reply: Reply, spec: VerdictSpec, nonce: str) -> Mapping[str, float] | None:
    """Return the probability of each label where a text reply has its verdict.

    They are as the model has them, with and without a space before the label, and sum to
    0.8..1; a label that is not among the likeliest tokens is left out. None says that they tell
    nothing: the verdict is not one label of one token, less than 0.8 lies on labels, the first
    token of a longer label looks like a shorter one, or the numbers are no probabilities.
    """
    if spec.criteria or spec.is_ranking:
        return None
    placed = _token_of_label(reply.logprobs, spec, nonce)
    if placed is None:
        return None
    by_token = {each.token: each.logprob for each in (*placed.others, placed)}
    if not all(isfinite(each) and each <= 1e-6 for each in by_token.values()):
        return None
    found = _by_label(by_token, offered(spec))
    mass = sum(found.values())
    return found if LEAST_MASS <= mass <= _MOST_MASS and not _is_mixed(found, spec) else None


def _token_of_label(tokens: Sequence[Logprob], spec: VerdictSpec, nonce: str) -> Logprob | None:
    """Return the token that is the label of the verdict, where one token is all of it."""
    text = "".join(each.token for each in tokens)
    try:
        lines = after_thinking(text).splitlines(keepends=True)
        line = verdict_lines([each.rstrip("\r\n") for each in lines], ("",), nonce).get("")
        label = plain(label_of(line.said, spec)) if line else ""
    except Unreadable:
        return None
    if not line or not label:
        return None
    after = sum(map(len, lines[line.number + 1 :]))
    end = len(text) - after
    begin = end - len(lines[line.number])
    colon = begin + max(lines[line.number].rfind(":"), lines[line.number].rfind("\uff1a"))
    return _first_of_label(tokens, colon, end, label)


def _first_of_label(tokens: Iterable[Logprob], colon: int, end: int, label: str) -> Logprob | None:
    place = 0
    for token in tokens:
        place += len(token.token)
        if place <= colon + 1:
            continue
        said = plain(token.token)
        if place - len(token.token) >= end:
            return None
        if said:
            return token if said == label else None
    return None


def _by_label(by_token: Mapping[str, float], labels: Iterable[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for label in labels:
        tokens = [token for token in by_token if token.strip() and plain(token) == plain(label)]
        if tokens:
            found[label] = sum(exp(by_token[token]) for token in tokens)
    return found


def _is_mixed(found: Mapping[str, float], spec: VerdictSpec) -> bool:
    """Say whether "1" may be the first token of "10", which has none of its own."""
    return any(
        longer.isdigit() and longer.startswith(label)
        for longer in spec.labels
        if longer not in found
        for label in found
    )
