"""`[budget]`: a run stops before it spends more, and the next one goes on."""

import json

import pytest

PRICE = "price = { input = 2.0, output = 4.0 }"


def spent(calls):
    """Return what the provider has counted: calls, tokens, US dollars."""
    sizes = [len(json.dumps(each.body)) // 4 for each in calls]
    said = [max(1, len(each.body["messages"][-1]["content"]) // 4) for each in calls]
    usd = (2.0 * sum(sizes) + 4.0 * sum(said)) / 1e6
    return {"calls": len(calls), "tokens": sum(sizes) + sum(said), "usd": usd}


def told(court):
    """Return the same as the summary tells it."""
    used = court.summary()["models"]["judge"]
    tokens = used["input_tokens"] + used["output_tokens"]
    return {"calls": used["calls"], "tokens": tokens, "usd": used["usd"]}


@pytest.mark.parametrize(("limit", "most"), [("calls", 30), ("tokens", 1_200), ("usd", 0.002)])
def test_a_run_never_spends_more_than_its_budget_and_the_next_one_goes_on(court, limit, most):
    court.write(70, model=PRICE, more=f"[budget]\n{limit} = {most}")
    seen = runs = 0
    while True:
        said = court.desk.rmg("run", "qa.toml", "--quiet")
        made = spent(court.server.calls[seen:])
        seen, runs = len(court.server.calls), runs + 1
        assert made[limit] <= most
        assert told(court) == pytest.approx(made)
        if said.code == 0:
            break
        assert said.code == 75
        assert f"the budget of {most:,} {limit}" in said.err
        assert made["calls"] > 0, "the run went on"
    assert runs > 1
    assert len(court.asked) == len({*court.asked}) == 70
    assert court.outcomes() == dict.fromkeys(range(70), 1.0)


def test_attempts_that_fail_count_as_calls(court):
    court.server.mix(rate=0.3, cases=["503", "truncated"])
    court.write(70, more="[budget]\ncalls = 20")
    court.run(code=75)
    assert len(court.asked) <= 20


def test_a_spent_budget_leaves_no_error(court):
    court.write(70, more="[budget]\ncalls = 10")
    said = court.run(code=75)
    assert court.outcomes() == {int(each.split()[1]): 1.0 for each in court.asked}
    assert said.err.splitlines()[0].startswith(
        "the budget of 10 calls has no room for another call, of up to "
    )
    assert len([line for line in said.err.splitlines() if "budget" in line]) == 1


def test_repeats_go_on_where_the_budget_ended(court):
    court.write(5, grader="repeats = 3", more="[budget]\ncalls = 4")
    for _ in range(3):
        court.run(code=75)
    court.run()
    assert len(court.asked) == 15
