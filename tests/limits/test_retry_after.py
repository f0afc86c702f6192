"""How long a provider asks to be left alone, in every way that there is to say it."""

import pytest
from hypothesis import given, strategies

from rmg_core.limits.retry_after import seconds_asked

WALL = 1_750_000_000.0  # 2025-06-15 15:06:40 UTC
DATE = "Sun, 15 Jun 2025 16:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("86400", 86400),
        ("90s", 90),
        ("1m30s", 90),
        ("1m30.5s", 90.5),
        ("2h", 7200),
        ("1d1h", 90000),
        ("500ms", 0.5),
        ("1s500ms", 1.5),
        ("250us", 0.00025),
        ("Sun, 15 Jun 2025 15:07:40 GMT", 60),
        ("Sunday, 15-Jun-25 15:07:40 GMT", 60),
        ("2025-06-15T15:07:40Z", 60),
        ("2025-06-15T17:07:40.500+02:00", 60.5),
        ("2025-06-15T15:07:40", 60),
        ("Sun, 15 Jun 2025 15:06:39 GMT", None),
        ("2025-06-15T15:00:00Z", None),
        ("", None),
        ("-1", None),
        ("-1s", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("1,5", None),
        ("7 apples", None),
        ("٧", None),
        ("9" * 400, None),
        ("Sun, 99 Jun 2025 15:07:40 GMT", None),
        ("0000-00-00T00:00:00Z", None),
    ],
)
def test_retry_after_is_understood_or_ignored(text: str, seconds: float | None):
    assert seconds_asked({"retry-after": text}, WALL) == pytest.approx(seconds)


def test_milliseconds_come_before_seconds():
    assert seconds_asked({"retry-after-ms": "250", "retry-after": "1"}, WALL) == 0.25


def test_milliseconds_that_make_no_sense_leave_the_seconds():
    assert seconds_asked({"retry-after-ms": "-250", "retry-after": "1"}, WALL) == 1


def test_a_date_is_compared_with_the_clock_of_the_server():
    headers = {"retry-after": "Sun, 15 Jun 2025 16:00:05 GMT", "date": DATE}
    assert seconds_asked(headers, WALL) == 5


def test_a_date_of_the_server_that_makes_no_sense_is_not_compared_with():
    headers = {"retry-after": "2025-06-15T15:07:40Z", "date": "yesterday"}
    assert seconds_asked(headers, WALL) == 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "2s"}, 2),
        (
            {
                "x-ratelimit-remaining-requests": "9",
                "x-ratelimit-reset-requests": "17h",
                "x-ratelimit-reset-tokens": "2s",
            },
            2,
        ),
        ({"x-ratelimit-reset-requests": "2025-06-15T15:06:50Z"}, 10),
        ({"x-ratelimit-reset-tokens": "6m0s", "retry-after": "3"}, 3),
        ({"x-ratelimit-reset-tokens": "never"}, None),
    ],
)
def test_the_reset_of_a_limit_counts_where_a_429_says_nothing_else(headers, seconds):
    assert seconds_asked(headers, WALL, 429) == seconds


def test_the_reset_of_a_limit_means_nothing_but_at_a_429():
    assert seconds_asked({"x-ratelimit-reset-tokens": "6m0s"}, WALL, 503) is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Rate limit reached. Please try again in 1.2s. Visit …", 1.2),
        ("Please try again in 6ms.", 0.006),
        ("Please try again in 1m30.5s.", 90.5),
        ("Try again in 8h", 28800),
        ("Please retry in 34.07s", 34.07),
        ("Please retry after 26 seconds.", 26),
        ("Please try again in 1.2.3s", None),
        ("Please try again in a while", None),
    ],
)
def test_a_429_may_say_it_in_words(said: str, seconds: float | None):
    assert seconds_asked({}, WALL, 429, said) == seconds


@given(strategies.text(), strategies.text())
def test_no_text_breaks_it_or_asks_for_less_than_nothing(text: str, date: str):
    found = seconds_asked({"retry-after": text, "date": date}, WALL, 429, text)
    assert found is None or found >= 0
