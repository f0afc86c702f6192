"""A model is parked when too many calls are retries, and broken when there is no use in asking."""

import math

from rmg_core.limits.circuit import Circuit
from rmg_core.limits.policy import Verdict

BUSY = Verdict("provider", "retry", "status 503: busy", is_overload=True)
LIMITED = Verdict("rate_limit", "retry", "status 429: slow", is_rate_limit=True)
REFUSED = Verdict("provider", "retry", "refused: nobody", is_unreached=True)
BAD = Verdict("bad_request", "fail", "status 400: what?")
NO_KEY = Verdict("provider", "stop", "status 401: who?")


def circuit() -> tuple[Circuit, list[str]]:
    told: list[str] = []
    return Circuit("judge", told.append), told


def load(made: Circuit, now: float, calls: int, retries: int) -> None:
    for each in range(calls):
        made.begin(now, is_retry=each >= calls - retries)


def test_more_than_a_fifth_of_retries_parks_for_15_s():
    made, told = circuit()
    load(made, 0.0, 54, 11)
    assert made.wait(0.0) == 15
    assert told == ["model 'judge' is parked for 15 s: 11 of its last 54 calls were retries"]


def test_a_fifth_of_retries_is_borne():
    made, told = circuit()
    load(made, 0.0, 100, 20)
    assert (made.wait(0.0), told) == (0, [])


def test_fewer_than_50_calls_are_not_judged():
    made, _ = circuit()
    load(made, 0.0, 49, 49)
    assert made.wait(0.0) == 0


def test_calls_of_more_than_a_minute_ago_do_not_count():
    made, _ = circuit()
    load(made, 0.0, 40, 8)
    load(made, 61.0, 40, 8)
    load(made, 62.0, 9, 9)
    assert made.wait(62.0) == 0


def parked() -> tuple[Circuit, list[str]]:
    made, told = circuit()
    load(made, 0.0, 50, 11)
    told.clear()
    return made, told


def test_after_the_time_one_call_goes_before_the_others():
    made, _ = parked()
    assert made.wait(15.0) == 0
    assert made.begin(15.0, is_retry=True)
    assert made.wait(15.0) == math.inf


def test_a_probe_that_is_answered_opens_for_all():
    made, told = parked()
    made.begin(15.0, is_retry=False)
    made.end(16.0, None, is_probe=True)
    assert made.wait(16.0) == 0
    assert told == ["model 'judge' answers again"]


def test_a_probe_that_fails_parks_for_twice_as_long_up_to_15_minutes():
    made, told = parked()
    now, waits = 15.0, []
    for _ in range(7):
        made.begin(now, is_retry=False)
        made.end(now, BUSY, is_probe=True)
        waits.append(made.wait(now))
        now += waits[-1]
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assert told[0] == "model 'judge' is parked for 30 s: it does not answer yet: status 503: busy"


def test_going_on_like_that_after_the_probe_parks_for_twice_as_long():
    made, _ = parked()
    made.begin(15.0, is_retry=False)
    made.end(16.0, None, is_probe=True)
    load(made, 20.0, 50, 11)
    assert made.wait(20.0) == 30


def test_a_minute_of_good_work_makes_it_15_s_again():
    made, _ = parked()
    made.begin(15.0, is_retry=False)
    made.end(16.0, None, is_probe=True)
    load(made, 100.0, 50, 11)
    assert made.wait(100.0) == 15


def test_what_was_counted_before_the_park_counts_no_more_after_it():
    made, _ = parked()
    made.begin(15.0, is_retry=False)
    made.end(16.0, None, is_probe=True)
    made.begin(16.0, is_retry=True)
    assert made.wait(16.0) == 0


def test_a_probe_that_shows_nothing_lets_another_be_the_probe():
    made, _ = parked()
    made.begin(15.0, is_retry=False)
    made.drop_probe()
    assert made.wait(15.0) == 0
    assert made.begin(15.0, is_retry=False)
    made.end(16.0, LIMITED, is_probe=True)
    assert made.wait(17.0) == 0
    assert made.begin(17.0, is_retry=False)


def test_calls_from_before_the_park_do_not_open_it():
    made, _ = parked()
    made.end(1.0, None, is_probe=False)
    assert made.wait(1.0) == 14


def test_a_stop_breaks_at_once_and_is_told_once():
    made, told = circuit()
    made.end(0.0, NO_KEY, is_probe=False)
    made.end(0.0, NO_KEY, is_probe=False)
    assert made.broken == "status 401: who?"
    assert told == ["model 'judge' is not asked any more in this run: status 401: who?"]


def test_an_address_where_nobody_ever_was_breaks_after_10_calls():
    made, _ = circuit()
    for _ in range(9):
        made.end(0.0, REFUSED, is_probe=False)
    assert made.broken is None
    made.end(0.0, REFUSED, is_probe=False)
    assert made.broken == "refused: nobody; 10 calls in a row reached nobody"


def test_a_provider_that_was_there_once_may_go_away_for_longer():
    made, _ = circuit()
    made.end(0.0, BAD, is_probe=False)
    for _ in range(50):
        made.end(1.0, REFUSED, is_probe=False)
    assert made.broken is None


def test_calls_that_reach_somebody_end_the_row():
    made, _ = circuit()
    for _ in range(9):
        made.end(0.0, REFUSED, is_probe=False)
    made.end(0.0, BUSY, is_probe=False)
    made.end(0.0, REFUSED, is_probe=False)
    assert made.broken is None


def test_an_hour_without_a_good_answer_breaks():
    made, _ = circuit()
    made.end(0.0, BUSY, is_probe=False)
    made.end(3599.0, LIMITED, is_probe=False)
    assert made.broken is None
    made.end(3600.0, BUSY, is_probe=False)
    assert made.broken == "no good answer for an hour; the last one: status 503: busy"


def test_a_good_answer_begins_the_hour_anew():
    made, _ = circuit()
    made.end(0.0, BUSY, is_probe=False)
    made.end(3000.0, None, is_probe=False)
    made.end(3700.0, BUSY, is_probe=False)
    assert made.broken is None
