"""`rmg why`: what is stored of a cell, and what it was graded on."""

import json

import pytest

from rmg_core import Cell, GraderRank, GraderScore, GraderSkip
from rmg_core.store import Column, Store

from .conftest import ROWS
from .stored import cells_of, columns_of, damage, keep


@pytest.fixture
def kept(desk):
    keep(desk)
    return desk


def test_tmp(kept):
    for args in (["a","same"],["b","brief"],["1","both"]):
        s=kept.rmg("why","runs/qa",*args); print(s.out); print(s.err)
    print(kept.rmg("why","runs/qa","a","same","--json").out)
    assert 0
