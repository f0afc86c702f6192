"""What is done about each failure of a call, and about each reply that is none."""

import pytest

from rmg_core.errors import CAUSES, ProviderError
from rmg_core.limits.policy import Verdict, back_off, fault_in, verdict_on
from rmg_core.models import Embeddings, Reply, ToolCall
from rmg_core.outcomes import ERROR_KINDS

from .providers import status

WALL = 1_750_000_000.0


def judged(error: ProviderError) -> tuple[str, str]:
    verdict = verdict_on(error, WALL)
    return verdict.action, verdict.kind


@pytest.mark.parametrize(
    ("codes", "action", "kind"),
    [
        ([429], "retry", "rate_limit"),
        ([408, 409, 500, 502, 503, 504, 529, 599, 200], "retry", "provider"),
        ([401, 402, 403, 404], "stop", "provider"),
        ([413], "fail", "context_overflow"),
        ([400, 405, 415, 418, 422, 451], "fail", "bad_request"),
    ],
)
def test_the_status_decides(codes: list[int], action: str, kind: str):
    assert {judged(status(code)) for code in codes} == {(action, kind)}


@pytest.mark.parametrize(
    ("cause", "action", "kind"),
    [
        ("refused", "retry", "provider"),
        ("reset", "retry", "provider"),
        ("name", "retry", "provider"),
        ("timeout", "retry", "timeout"),
        ("tls", "stop", "provider"),
        ("too_large", "fail", "bad_response"),
        ("redirect", "fail", "provider"),
        ("bad_response", "retry_few", "bad_response"),
    ],
)
def test_the_cause_decides_where_no_status_does(cause, action: str, kind: str):
    assert judged(ProviderError(cause, "")) == (action, kind)


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_cause_has_a_verdict_of_a_known_kind(cause):
    assert verdict_on(ProviderError(cause, ""), WALL).kind in ERROR_KINDS


@pytest.mark.parametrize(
    "error",
    [
        status(429, "You exceeded your current quota", "insufficient_quota"),
        status(429, "You have used all available credits or reached its monthly spending limit"),
        status(400, "Your credit balance is too low to access the Anthropic API."),
        status(403, "This request requires more credits, or fewer max_tokens."),
        status(400, "Access denied", "Arrearage"),
        status(200, "Insufficient Balance"),
    ],
)
def test_a_model_without_money_is_asked_no_more(error: ProviderError):
    assert judged(error) == ("stop", "provider")


@pytest.mark.parametrize(
    "error",
    [
        status(400, "", "context_length_exceeded"),
        status(400, "This model's maximum context length is 8192 tokens. However, you …"),
        status(400, "prompt is too long: 210000 tokens > 200000 maximum"),
        status(400, "The input token count (2) exceeds the maximum number of tokens allowed (1)."),
        status(422, "`inputs` tokens + `max_new_tokens` must be <= 2048."),
        status(200, "", "context_length_exceeded"),
    ],
)
def test_a_request_that_is_too_long_fails_as_such(error: ProviderError):
    assert judged(error) == ("fail", "context_overflow")


@pytest.mark.parametrize(
    "error",
    [
        status(400, "", "content_filter"),
        status(400, "", "content_policy_violation"),
        status(400, "The response was filtered due to … content management policy."),
        status(403, "Your chosen model requires moderation and your input was flagged"),
        status(400, "Input data may contain inappropriate content.", "data_inspection_failed"),
    ],
)
def test_a_request_that_is_filtered_fails_as_such(error: ProviderError):
    assert judged(error) == ("fail", "content_filtered")


def test_a_wrong_key_that_a_provider_calls_a_bad_request_stops_the_model():
    error = status(400, "API key not valid. Please pass a valid API key.", "400")
    assert judged(error) == ("stop", "provider")


def test_words_in_a_server_error_mean_nothing():
    error = status(500, "insufficient_quota: prompt is too long, content_policy_violation")
    assert judged(error) == ("retry", "provider")


def test_quota_in_the_words_of_a_minute_limit_is_a_rate_limit():
    error = status(429, "You exceeded your current quota. Please retry in 12s.")
    verdict = verdict_on(error, WALL)
    assert (verdict.action, verdict.wait) == ("retry", 12)


def test_what_a_verdict_is_about():
    rate, busy = verdict_on(status(429), WALL), verdict_on(status(503), WALL)
    gone = verdict_on(ProviderError("refused", ""), WALL)
    marks = [(v.is_rate_limit, v.is_overload, v.is_unreached) for v in (rate, busy, gone)]
    assert marks == [(True, False, False), (False, True, False), (False, False, True)]


def test_retry_after_of_a_busy_provider_counts_too():
    assert verdict_on(status(503, retry_after="20"), WALL).wait == 20


def test_a_wait_of_15_minutes_is_waited():
    assert verdict_on(status(429, retry_after="900"), WALL).action == "retry"


def test_a_longer_wait_stops_the_model_and_says_how_long_it_is():
    verdict = verdict_on(status(429, "daily limit", retry_after="86400"), WALL)
    assert verdict.action == "stop"
    assert verdict.reason == (
        "status 429: daily limit; the provider asks to wait for 24 hours: run again after that"
    )


def test_a_reason_says_what_happened_and_what_to_do():
    assert verdict_on(status(401, "Incorrect API key", "invalid_api_key"), WALL).reason == (
        "status 401 (invalid_api_key): Incorrect API key; "
        "check the key of the model, and what it may do"
    )


def test_a_reason_holds_500_characters_of_what_was_said():
    assert verdict_on(status(500, "x" * 9000), WALL).reason == f"status 500: {'x' * 500}"


@pytest.mark.parametrize(
    ("reply", "action", "kind"),
    [
        (Reply(""), "retry_few", "empty"),
        (Reply(" \n"), "retry_few", "empty"),
        (Reply("", finish="tool_calls"), "retry_few", "empty"),
        (Reply("", refusal="no"), "fail", "refusal"),
        (Reply("a", finish="content_filter"), "fail", "content_filtered"),
        (Reply("a", finish="length"), "fail", "truncated"),
        (Reply("", finish="length"), "fail", "truncated"),
    ],
)
def test_a_reply_that_is_not_to_go_by_is_a_failure(reply: Reply, action: str, kind: str):
    verdict = fault_in(reply)
    assert verdict is not None
    assert (verdict.action, verdict.kind) == (action, kind)


@pytest.mark.parametrize(
    "reply",
    [
        Reply("a"),
        Reply("a", finish="other"),
        Reply("", finish="tool_calls", tool_calls=(ToolCall("1", "f", "{}"),)),
        Embeddings(((1.0,),)),
    ],
)
def test_a_reply_to_go_by_is_none(reply):
    assert fault_in(reply) is None


def test_back_off_doubles_up_to_a_minute():
    verdict = Verdict("provider", "retry")
    waits = [back_off(attempt, verdict, 1.0) for attempt in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_back_off_is_chance_all_the_way_down_to_nothing():
    verdict = Verdict("provider", "retry")
    assert [back_off(3, verdict, chance) for chance in (0.0, 0.25, 0.5)] == [0, 1, 2]


def test_back_off_is_never_shorter_than_the_provider_asks():
    assert back_off(1, Verdict("rate_limit", "retry", wait=30), 0.5) == 30
