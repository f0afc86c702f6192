"""The prices of litellm's table, in dollars a million tokens."""

import pytest

from rmg_core.models import Price
from rmg_plugin_litellm.chat import Chat
from rmg_plugin_litellm.embedding import Embedding


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("openai/gpt-4o", Price(2.5, 10.0, 1.25)),
        ("gpt-4o", Price(2.5, 10.0, 1.25)),
        ("azure/gpt-4o", Price(2.5, 10.0, 1.25)),
        ("anthropic/claude-sonnet-4-5", Price(3.0, 15.0, 0.3)),
    ],
)
def test_a_model_has_the_price_of_the_table(model, price):
    assert Chat(model=model).price == price


def test_an_embedding_costs_nothing_for_what_comes_out():
    assert Embedding(model="openai/text-embedding-3-small").price == Price(0.02, 0.0)


@pytest.mark.parametrize(
    "model", ["openai/my-own", "hosted_vllm/gpt-4o", "nobody/gpt-4o", "gpt-4o/", "/"]
)
def test_a_model_that_is_not_in_the_table_has_no_price(model):
    assert Chat(model=model).price is None
