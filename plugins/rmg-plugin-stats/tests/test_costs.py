from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import frozen

from rmg_core import RunColumn, Scale
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.validation.costs import cost

NOTHING = MappingProxyType({})
SCORES = ColumnScores(RunColumn("right"), np.array([0.0, 1.0, 1.0, 0.0]), Scale(0, 1))


@frozen
class Calls:
    """What is kept of the calls of a model."""

    usd: float | None
    calls: int = 4
    input_tokens: int = 40
    output_tokens: int = 8
    unpriced: int = 0


@frozen
class Run:
    """A run that is kept, as far as costs look at it."""

    made: dict[str, Calls]
    summary: Mapping[str, Any] = NOTHING

    def calls(self):
        return self.made


def tables(section):
    return {grid.title: [tuple(row) for row in grid.rows] for grid in section.grids}


def test_money_times_squared_error_is_the_price_of_precision():
    section = cost(Run({"m": Calls(usd=0.3)}), [SCORES])
    # The variance is 1/3 of four scores: SE² is 1/12.
    assert tables(section)["price of precision"][1] == ("right", "0.2887", "0.025")


def test_without_a_price_there_is_no_price_of_precision():
    section = cost(Run({"m": Calls(usd=None, unpriced=4)}), [SCORES])
    assert "price of precision" not in tables(section)
    assert tables(section)["calls of models"][1][4] == "not available"


def test_replies_that_were_used_again_are_told():
    summary = {"columns": {}, "models": {"judge": {"hits": 1_200}}}
    section = cost(Run({}, summary), [SCORES])
    assert "model judge: 1,200 stored replies were used again in the last run" in section.notes
