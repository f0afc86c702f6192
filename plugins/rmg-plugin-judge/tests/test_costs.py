"""What one sample costs, as `rmg plan` says it, is what it costs."""

import json

import pytest

from rmg_plugin_judge.costs import calls_told
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.inline import DecisionTree
from rmg_plugin_judge.layout import NodeTable
from rmg_plugin_judge.tables import Escalation, Sampling
from rmg_plugin_judge.units import Units

from .bench import bench
from .scripted import ANSWER, LIST, Judge, Pair, Points, Rank, Tone, outcome_of, says

__all__ = ["bench"]

ONE, TWO = Judge(says("4"), name="one"), Judge(says("4"), name="two")
NODES = {
    "a": NodeTable(ask="A?", answers={"yes": "b", "no": 0}),
    "b": NodeTable(ask="B?", answers={"yes": 1, "no": 0.5}),
}
REPAIR = "; at most 1 repair of each"
TOLD = {
    "1 call": Tone(model=ONE, repairs=0),
    f"3 calls{REPAIR}": Tone(model=ONE, samples=3),
    f"2 judges × 3 samples = 6 calls{REPAIR}": Tone(panel=(ONE, TWO), samples=3),
    f"2 to 5 calls{REPAIR}": Tone(model=ONE, samples=Sampling(min=2, max=5), reduce="mode"),
    f"2 calls{REPAIR}": Pair(model=ONE),
    f"2 orders × 3 samples = 6 calls{REPAIR}": Pair(model=ONE, samples=3),
    f"2 batches × 2 judges = 4 calls{REPAIR}": Points(panel=(ONE, TWO), batch=2),
    f"1 to 2 calls{REPAIR}": DecisionTree(model=ONE, nodes=NODES),
    f"n - 1 pairs of n answers × 2 orders{REPAIR}": Rank(model=ONE, tournament="knockout"),
    f"as many orders as answers, 6 of 3{REPAIR}": Rank(model=ONE, orders="rotate"),
    f"as many as it has turns{REPAIR}": Tone(model=ONE, units=Units(unit="turn")),
    "1 call; 1 trial of each judge a run, and 5 calls instead of 1 where one tells nothing"
    f"{REPAIR}": Tone(model=ONE, scoring="logprobs"),
    f"3 calls; where opinions differ, the stronger judge too{REPAIR}": Tone(
        model=ONE, samples=3, escalate=Escalation(to=TWO)
    ),
}


@pytest.mark.parametrize("said", TOLD)
def test_the_calls_of_a_sample_are_told_as_a_formula(said):
    told = calls_told(TOLD[said])
    assert sorted(told.replace(" = ", " × ").split(" × ")) == sorted(
        said.replace(" = ", " × ").split(" × ")
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda judge: Tone(model=judge, samples=3, repairs=0),
        lambda judge: Points(model=judge, batch=2, repairs=0),
    ],
)
def test_as_many_calls_are_made_as_are_told(make):
    judge = Judge("VERDICT-<nonce>: 4\nVERDICT-<nonce> a: yes\nVERDICT-<nonce> b: yes\n")
    grader = make(judge)
    outcome_of(grader, **ANSWER)
    assert calls_told(grader) == f"{len(judge.requests)} calls"


def test_a_list_is_asked_once_where_nothing_else_is_said():
    assert calls_told(grader_class(LIST)(model=ONE, orders="one", repairs=0)) == "1 call"


def test_a_plan_shows_the_formula_of_each_judge(bench):
    bench.write("a.jsonl", [{"response_a": "a", "response_b": "b", "query": "q"}])
    bench.write(
        "qa.toml",
        'packs = ["judge"]\n[dataset]\npath = "a.jsonl"\n[graders.better]\nuse = "preference"\n'
        'options = { model = "judge", profile = "careful" }\n' + bench.model(),
    )
    shown = bench.rmg("plan", "qa.toml")
    assert "better  2 orders × 3 samples = 6 calls; a pair that contradicts itself" in shown
    [grader] = json.loads(bench.rmg("plan", "qa.toml", "--json"))["graders"]
    assert grader["calls"].startswith("2 orders")
