"""What a whole run may spend."""

import pytest

from rmg_core.errors import ModelStopped
from rmg_core.limits import Budget


def test_what_a_call_really_cost_takes_the_place_of_the_estimate():
    budget = Budget(usd=1.0, tokens=100)
    held = budget.reserve("judge", 100, 1.0)
    budget.settle(held, 40, 0.25)
    assert (budget.spent_usd, budget.spent_calls, budget.spent_tokens) == (0.25, 1, 40)
    budget.reserve("judge", 60, 0.75)


def test_an_estimate_counts_where_nobody_knows_better():
    budget = Budget()
    budget.settle(budget.reserve("judge", 100, 0.5), None, None)
    assert (budget.spent_usd, budget.spent_tokens) == (0.5, 100)


def test_a_call_waits_while_what_is_held_may_be_freed():
    budget = Budget(calls=1)
    held = budget.reserve("judge", 1, None)
    assert budget.may_wait(1, None)
    budget.give_back(held)
    assert not budget.may_wait(1, None)
    budget.reserve("judge", 1, None)


def test_what_is_freed_wakes_the_models_that_wait_once():
    budget = Budget(calls=2)
    held, more = budget.reserve("judge", 1, None), budget.reserve("judge", 1, None)
    rung: list[str] = []
    budget.wake("judge", lambda: rung.append("judge"))
    budget.wake("other", lambda: rung.append("other"))
    budget.settle(held, 1, None)
    budget.settle(more, 1, None)
    assert rung == ["judge", "other"]


@pytest.mark.parametrize(
    ("budget", "limit"),
    [
        (Budget(usd=0.5), "0.5 usd"),
        (Budget(calls=1), "1 call"),
        (Budget(tokens=1500), "1,500 tokens"),
    ],
)
def test_a_limit_that_is_reached_is_named_with_what_was_spent(budget: Budget, limit: str):
    told: list[str] = []
    budget.report = told.append
    budget.settle(budget.reserve("judge", 1000, 0.4), 1200, 0.45)
    said = (
        f"the budget of {limit} has no room for another call, of up to 1,000 tokens and 0.4 usd: "
        "0.45 usd, 1 call and 1,200 tokens are spent"
    )
    for _ in range(2):
        with pytest.raises(ModelStopped) as caught:
            budget.reserve("judge", 1000, 0.4)
    assert str(caught.value) == (
        f"model 'judge' is not asked any more: {said}; raise [budget] and run again to go on"
    )
    assert told == [said]


def test_a_smaller_call_may_still_find_room():
    budget = Budget(tokens=100)
    with pytest.raises(ModelStopped):
        budget.reserve("judge", 101, None)
    budget.reserve("judge", 100, None)


def test_calls_of_an_unknown_price_count_nothing_and_that_is_said_once():
    told: list[str] = []
    budget = Budget(usd=5, report=told.append)
    for _ in range(2):
        budget.settle(budget.reserve("judge", 10, None), 10, None)
    assert budget.spent_usd == 0
    [said] = told
    assert said == (
        "the budget of 5 usd does not count the calls of model 'judge', whose price is not known; "
        "write it as price in [models.judge], or limit calls or tokens in [budget]"
    )


def test_nothing_is_said_of_prices_where_no_money_is_limited():
    told: list[str] = []
    Budget(calls=5, report=told.append).reserve("judge", 10, None)
    assert told == []


def test_rounding_errors_of_prices_spend_nothing():
    budget = Budget(usd=0.3)
    for _ in range(3):
        budget.settle(budget.reserve("judge", 1, 0.1), 1, 0.1)
    assert budget.spent_calls == 3
