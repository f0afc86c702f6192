"""Requests and tokens in a window of 60 seconds."""

from rmg_core.limits.rates import Rates


def taken(rates: Rates, tokens: int, now: float):
    assert rates.wait(tokens, now) == 0
    entry = rates.take(tokens, now)
    assert entry is not None
    return entry


def test_a_request_above_the_limit_waits_until_the_first_is_60_s_old():
    rates = Rates(rpm=2)
    taken(rates, 0, 0.0)
    taken(rates, 0, 10.0)
    assert rates.wait(0, 20.0) == 40
    assert rates.wait(0, 60.0) == 0


def test_a_minute_that_was_used_up_late_is_no_new_minute_soon():
    rates = Rates(rpm=2)
    taken(rates, 0, 59.0)
    taken(rates, 0, 59.5)
    assert rates.wait(0, 60.5) == 58.5


def test_tokens_wait_until_enough_of_them_are_60_s_old():
    rates = Rates(tpm=100)
    for moment, tokens in ((0.0, 30), (1.0, 30), (2.0, 40)):
        taken(rates, tokens, moment)
    assert rates.wait(30, 10.0) == 50
    assert rates.wait(31, 10.0) == 51
    assert rates.wait(100, 10.0) == 52


def test_tokens_that_were_not_used_are_free_at_once():
    rates = Rates(tpm=100)
    entry = taken(rates, 100, 0.0)
    rates.settle(entry, 40)
    assert rates.wait(60, 1.0) == 0
    assert rates.wait(61, 1.0) == 59


def test_more_tokens_than_were_held_keep_the_next_ones_back():
    rates = Rates(tpm=100)
    entry = taken(rates, 10, 0.0)
    taken(rates, 10, 30.0)
    rates.settle(entry, 500)
    assert rates.wait(10, 40.0) == 20


def test_what_is_settled_when_it_is_out_of_the_window_counts_no_more():
    rates = Rates(tpm=100)
    entry = taken(rates, 10, 0.0)
    assert rates.wait(100, 60.0) == 0
    rates.settle(entry, 100)
    assert rates.wait(100, 60.0) == 0


def test_a_request_that_is_larger_than_the_limit_goes_through_an_empty_window():
    rates = Rates(tpm=100)
    taken(rates, 1, 0.0)
    assert rates.wait(500, 1.0) == 59
    taken(rates, 500, 60.0)
    assert rates.wait(1, 61.0) == 59


def test_a_request_that_begins_later_than_its_place_was_taken_counts_from_then():
    rates = Rates(rpm=1, tpm=100)
    entry = rates.begin_later(taken(rates, 60, 0.0), 30.0)
    assert rates.wait(1, 30.0) == 60
    rates.settle(entry, 20)
    assert Rates(rpm=1).wait(1, 30.0) == 0
    assert rates.wait(1, 60.0) == 30
    assert rates.wait(80, 90.0) == 0


def test_a_request_that_begins_when_its_place_is_out_of_the_window_counts():
    rates = Rates(rpm=1)
    entry = taken(rates, 0, 0.0)
    assert rates.wait(0, 70.0) == 0
    rates.begin_later(entry, 70.0)
    assert rates.wait(0, 71.0) == 59


def test_a_request_that_was_not_made_is_forgotten():
    rates = Rates(rpm=1, tpm=10)
    rates.drop(taken(rates, 10, 0.0))
    assert rates.wait(10, 1.0) == 0


def test_without_limits_nothing_is_kept():
    assert Rates().take(5, 0.0) is None
