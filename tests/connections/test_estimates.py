"""Costs are what a price makes of what was used, or are not known."""

from contextlib import suppress

import pytest

from rmg_core.connections.errands import ERRAND, Errand
from rmg_core.connections.estimates import Estimator, cost_of, expected_cost, limit_of
from rmg_core.connections.ledger import Ledger
from rmg_core.errors import ModelFailed
from rmg_core.models import EmbeddingRequest, Embeddings, Price, Reply, Request, Usage, as_messages
from rmg_core.spending import ModelSummary

from .clients import Client, connection

FREE = Price(0, 0)
DEAR = Price(2, 10, 1)


@pytest.mark.parametrize(
    ("price", "usage", "usd"),
    [
        (None, Usage(10, 5), None),
        (FREE, Usage(10, 5), 0.0),
        (FREE, Usage(), 0.0),
        (DEAR, Usage(), None),
        (DEAR, Usage(10, None), None),
        (DEAR, Usage(None, 5), None),
        (DEAR, Usage(1_000_000, 100_000), 3.0),
        (DEAR, Usage(1_000_000, 0, cached_tokens=500_000), 1.5),
        (DEAR, Usage(1_000_000, 0, cached_tokens=9_000_000), 1.0),
        (Price(2, 10), Usage(1_000_000, 0, cached_tokens=500_000), 2.0),
        (Price(2, 0), Usage(1_000_000, None), 2.0),
    ],
)
def test_a_reply_costs_what_its_tokens_do(price, usage, usd):
    assert cost_of(price, Reply("a", usage=usage)) == usd


def test_embeddings_have_no_output_to_pay():
    assert cost_of(DEAR, Embeddings(((1.0,),), Usage(1_000_000, None))) == 2.0


def test_an_expected_cost_is_not_known_without_a_price():
    assert expected_cost(None, 10, 10) is None
    assert expected_cost(DEAR, 1_000_000, 100_000) == 3.0


def test_the_limit_of_a_request_comes_before_that_of_its_client():
    request = Request(as_messages("q"), {"max_tokens": 7})
    assert limit_of(request, Client(max_tokens=9)) == 7
    assert limit_of(Request(as_messages("q")), Client(max_tokens=9)) == 9
    assert limit_of(Request(as_messages("q")), object()) is None


def test_estimates_are_never_below_nothing_and_follow_what_was_used():
    estimator, request = Estimator(), Request(as_messages("word " * 200))
    before = estimator.tokens_of(request, None)
    for _ in range(50):
        estimator.learn(request, Usage(0, 0))
        estimator.learn(request, Usage(None, None))
    assert estimator.tokens_of(request, None) == before
    for _ in range(200):
        estimator.learn(request, Usage(2_000, 10))
    read, written = estimator.tokens_of(request, None)
    assert 2_000 <= read <= 2_300
    assert 10 <= written <= 16
    assert estimator.tokens_of(request, 3)[1] == 3
    assert estimator.tokens_of(EmbeddingRequest(("",)), None) == (8, 0)


def test_the_price_of_the_config_comes_before_that_of_the_client():
    class Priced(Client):
        price = FREE

    assert connection(Priced()).known_price == FREE
    assert connection(Priced(), price=DEAR).known_price == DEAR
    assert connection(Client()).known_price is None


async def asked(client: Client, price: Price | None = DEAR) -> ModelSummary:
    model, ledger = connection(client, price=price, attempts=3), Ledger()
    ERRAND.set(Errand(ledger))
    for text in ("a", "b"):
        with suppress(ModelFailed):
            await model.ask(text)
    return ModelSummary.of(ledger.tally("judge"))


def test_replies_that_are_none_to_go_by_are_paid_and_counted_too(in_loop, monkeypatch):
    monkeypatch.setattr("rmg_core.limits.policy.BASE", 0.0)
    nothing = Reply("", usage=Usage(1_000_000, 0))
    client = Client(
        {"a": [nothing, nothing, nothing], "b": [nothing, Reply("b", usage=Usage(5, 1))]}
    )
    used = in_loop(asked, client)
    assert (used.calls, used.retries, used.failed) == (5, 3, 1)
    assert (used.input_tokens, used.output_tokens) == (4_000_005, 1)
    assert used.usd == pytest.approx(8.00002)


@pytest.mark.parametrize(
    ("usage", "price", "usd", "unpriced"),
    [
        (Usage(1_000_000, 0), DEAR, 4.0, 0),
        (Usage(), DEAR, None, 2),
        (Usage(), FREE, 0.0, 0),
        (Usage(1_000_000, 0), None, None, 2),
    ],
)
def test_a_sum_of_prices_that_are_not_known_is_not_known(in_loop, usage, price, usd, unpriced):
    used = in_loop(asked, Client(usage=usage), price)
    assert (used.usd, used.unpriced) == (usd, unpriced)
