"""What to do about what became of a call: try again, give it up, or ask the model no more."""

from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from rmg_core.errors import Cause, ProviderError
from rmg_core.limits.retry_after import seconds_asked
from rmg_core.models import AnyReply, Reply

Action: TypeAlias = Literal["retry", "retry_few", "fail", "stop"]
"""retry_few: 2 more attempts at most; stop: the model is asked no more in this run."""

FEW: Final = 2
MOST_SAID: Final = 500
"""Characters."""

LONGEST_WAIT: Final = 900.0
"""Seconds: a provider that asks for more is not waited for in this run."""

BASE: Final = 1.0
CAP: Final = 60.0


@frozen
class Verdict:
    """What is to be done: `kind` is one of `ERROR_KINDS`, for where it comes to nothing.

    `wait` is the seconds that the provider asks for, or 0. `reason` says what happened, and what
    to do where that is clear. `is_unreached` says that nobody was there to answer.
    """

    kind: str
    action: Action
    reason: str = ""
    wait: float = 0.0
    is_rate_limit: bool = False
    is_overload: bool = False
    is_unreached: bool = False


_TRANSPORT: Final[dict[Cause, Verdict]] = {
    "refused": Verdict("provider", "retry", "check the address of the model", is_unreached=True),
    "name": Verdict("provider", "retry", "check the address of the model", is_unreached=True),
    "reset": Verdict("provider", "retry"),
    "timeout": Verdict("timeout", "retry", "a longer timeout of the model may help"),
    "tls": Verdict("provider", "stop", "check its address and its certificate"),
    "too_large": Verdict("bad_response", "fail"),
    "redirect": Verdict("provider", "fail", "write the address that it leads to in the config"),
    "bad_response": Verdict("bad_response", "retry_few"),
}

_OVERLOADED: Final = Verdict("provider", "retry", is_overload=True)
_RATE_LIMITED: Final = Verdict(
    "rate_limit", "retry", "set a lower rpm, tpm or max_concurrency", is_rate_limit=True
)
_TOO_LONG: Final = Verdict("context_overflow", "fail", "shorten what is asked")
_FILTERED: Final = Verdict("content_filtered", "fail")
_BAD_REQUEST: Final = Verdict("bad_request", "fail", "check the options of the model")
_NO_KEY: Final = Verdict("provider", "stop", "check the key of the model, and what it may do")
_NO_MONEY: Final = Verdict("provider", "stop", "see to the credit at the provider, and run again")
_NOT_THERE: Final = Verdict("provider", "stop", "check the name of the model and its address")

_BY_CODE: Final = {"not_recorded": Verdict("bad_request", "fail")}
_BY_STATUS: Final = {
    401: _NO_KEY,
    402: _NO_MONEY,
    403: _NO_KEY,
    404: _NOT_THERE,
    408: _OVERLOADED,
    409: _OVERLOADED,
    413: _TOO_LONG,
    429: _RATE_LIMITED,
}

_MONEY_CODES: Final = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_credits",
        "insufficient_balance",
        "exceeded_current_quota_error",
        "arrearage",
    }
)
# "You exceeded your current quota" is not among them: Gemini says it of a minute's limit too.
_MONEY_WORDS: Final = (
    "insufficient_quota",
    "credit balance is too low",
    "insufficient balance",
    "insufficient credits",
    "requires more credits",
    "used all available credits",
    "reached its monthly spending limit",
    "billing hard limit",
    "account is not active, please check your billing",
)
_KEY_WORDS: Final = ("api key not valid", "api_key_invalid", "invalid api key")
_LENGTH_WORDS: Final = (
    "maximum context length",
    "context_length_exceeded",
    "prompt is too long",
    "exceed context limit",
    "maximum context limit",
    "longer than the model's context length",
    "input tokens exceed the configured limit",
    "exceeds the available context size",
    "exceeds the maximum number of tokens allowed",
    "exceeds the context window",
    "input is too long for requested model",
    "`inputs` tokens + `max_new_tokens` must be",
    "maximum input length is",
)
_FILTER_CODES: Final = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "responsibleaipolicyviolation",
        "data_inspection_failed",
        "moderation",
    }
)
_FILTER_WORDS: Final = (
    "content management policy",
    "content_policy_violation",
    "content filtering policy",
    "responsibleaipolicyviolation",
    "rejected as a result of our safety system",
    "requires moderation",
    "data may contain inappropriate content",
)


def verdict_on(error: ProviderError, wall: float) -> Verdict:
    """Judge a failed attempt by its cause and its status; `wall` is seconds since 1970."""
    verdict = _by_status(error) if error.cause == "status" else _TRANSPORT[error.cause]
    said = str(evolve(error, said=error.said[:MOST_SAID]))
    asked = 0.0
    if verdict.action in {"retry", "retry_few"}:
        asked = seconds_asked(error.headers, wall, error.status, error.said) or 0.0
    if asked > LONGEST_WAIT:
        reason = f"{said}; the provider asks to wait for {_told(asked)}: run again after that"
        return evolve(verdict, action="stop", wait=asked, reason=reason)
    remedy = f"; {verdict.reason}" if verdict.reason else ""
    return evolve(verdict, wait=asked, reason=f"{said}{remedy}")


def _by_status(error: ProviderError) -> Verdict:
    """Judge by status, and where one has several meanings, by the provider's words."""
    status = error.status or 500
    code, said = error.code.lower(), error.said.lower()
    if status < 500 and (code in _MONEY_CODES or _has(said, _MONEY_WORDS)):
        return _NO_MONEY
    if status in {200, 400, 403, 422}:
        if code in _FILTER_CODES or _has(said, _FILTER_WORDS):
            return _FILTERED
        if status != 403 and (code == "context_length_exceeded" or _has(said, _LENGTH_WORDS)):
            return _TOO_LONG
        if status == 400 and _has(said, _KEY_WORDS):
            return _NO_KEY
    if (known := _BY_CODE.get(code) or _BY_STATUS.get(status)) is not None:
        return known
    return _BAD_REQUEST if 400 <= status < 500 else _OVERLOADED


def _has(said: str, words: tuple[str, ...]) -> bool:
    return any(each in said for each in words)


def _told(seconds: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} seconds"


def fault_in(reply: AnyReply) -> Verdict | None:
    """Judge a reply: None where it is one to go by."""
    if not isinstance(reply, Reply):
        return None
    if reply.refusal:
        return Verdict("refusal", "fail", f"the model refuses: {reply.refusal:.500}")
    if reply.finish == "content_filter":
        return Verdict("content_filtered", "fail", "the provider filtered the reply")
    if reply.finish == "length":
        return Verdict(
            "truncated",
            "fail",
            f"the reply ends at its limit of tokens, after {len(reply.text):,} characters; "
            "raise max_tokens",
        )
    if not reply.text.strip() and not reply.tool_calls:
        return Verdict("empty", "retry_few", "the reply has nothing in it")
    return None


def back_off(attempt: int, verdict: Verdict, chance: float) -> float:
    """Return the seconds to wait after the failure of an attempt, which counts from 1.

    Full jitter: `chance` (0..1) of 1 s, 2 s, 4 s, … and of 60 s at most, so that calls that failed
    together do not come back together. The provider gets at least what it asks for.
    """
    return max(verdict.wait, chance * min(CAP, BASE * 2.0 ** (attempt - 1)))
