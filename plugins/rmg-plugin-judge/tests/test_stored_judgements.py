"""What is stored of judgements serves other rules without a call."""

import json
import re
from collections import Counter

import pytest

from .bench import Bench, bench, line_of, told

__all__ = ["bench"]
pytest.importorskip("rmg_plugin_openai")

LEVELS = """
about = "Judge the tone."
inputs = ["query", "response"]
mode = "pointwise"
scale = [0, 2]
[levels]
0 = "Rude."
1 = "Neutral."
2 = "Kind."
[prompt]
task = "{task}"
"""
PAIRS = """
about = "Which is better."
inputs = ["query", "response_a", "response_b"]
mode = "pairwise"
[prompt]
task = "Compare."
"""
ROWS = [{"query": f"q{at}", "response": f"r{at}", "b": f"s{at}"} for at in range(4)]
RUN = """
packs = ["judge"]
max_errors = 1.0
[dataset]
path = "rows.jsonl"
[graders.tone]
use = "./tone.toml"
options = {{ {tone} }}
mapper = {{ query = "query", response = "response" }}
[graders.pair]
use = "./pair.toml"
options = {{ {pair} }}
mapper = {{ query = "query", response_a = "response", response_b = "b" }}
{more}
"""
TONE = 'panel = ["one", "two", "three"], samples = 3'
PAIR = 'model = "one"'


class Varied:
    """Gives labels that differ by model, opinion and candidate, the same in each run.

    What model "three" says of the tone of the last row is no level.
    """

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()

    def __call__(self, body) -> str:
        said = told(body)
        number = int(said.split("\nq")[1][0])
        if "candidate A" in said:
            first = said.index("\nr") < said.index("\ns")
            return line_of(body, ["A" if first else "B", "A", "tie", "B"][number])
        model = body["model"]
        if (number, model) == (3, "three"):
            return line_of(body, "9")
        self.asked[model, str(number)] += 1
        opinion = self.asked[model, str(number)] % 3
        return line_of(body, str([(number + len(model)) % 3, 1, 2][opinion]))


CALLS = 4 * 3 * 3 + 3 + 4 * 2
"""Three samples of three judges, three of them asked for once more, and pairs in two orders."""


def write(bench: Bench, tone: str = TONE, pair: str = PAIR, more: str = "") -> None:
    models = "".join(bench.model(name, model=name) for name in ("one", "two", "three"))
    bench.write("qa.toml", RUN.format(tone=tone, pair=pair, more=more) + models)


@pytest.fixture
def judged(bench: Bench) -> Bench:
    """Return a bench whose config has been run."""
    bench.answer = Varied()
    bench.write("rows.jsonl", ROWS)
    bench.write("tone.toml", LEVELS.format(task="Judge the tone."))
    bench.write("pair.toml", PAIRS)
    write(bench)
    bench.rmg("run", "qa.toml", "--quiet")
    assert bench.new_calls() == CALLS
    return bench


@pytest.mark.parametrize(
    ("tone", "pair", "more"),
    [
        (f'{TONE}, reduce = "mode"', PAIR, ""),
        (f'{TONE}, reduce = "max"', PAIR, ""),
        (f'{TONE}, panel_reduce = "majority"', PAIR, ""),
        (f'{TONE}, panel_reduce = "weighted", panel_weights = [1, 2, 3]', PAIR, ""),
        (f"{TONE}, min_votes = 6", PAIR, ""),
        (TONE, f'{PAIR}, inconsistent = "error"', ""),
        (TONE, f"{PAIR}, tie_value = 0.25", ""),
        (TONE, f'{PAIR}, ties = "forbid"', ""),
        (
            TONE,
            PAIR,
            '[aggregators.kind]\nuse = "threshold"\noptions = { grader = "tone", at = 1.0 }',
        ),
    ],
)
def test_another_rule_over_a_stored_run_makes_no_call(judged, tone, pair, more):
    before = judged.outcomes()
    write(judged, tone, pair, more)
    judged.rmg("run", "qa.toml", "--quiet")
    assert judged.new_calls() == 0
    after = judged.outcomes()
    judged.rmg("run", "qa.toml", "--quiet", "--run-dir", "runs/fresh")
    assert judged.new_calls() == CALLS
    assert after != before
    assert results(after) == results(judged.outcomes("runs/fresh"))


def test_a_curve_over_a_stored_run_makes_no_call(judged):
    judged.write("curve.json", '{"kind": "isotonic", "x": [0, 2], "y": [0.1, 0.9]}')
    write(judged, f'{TONE}, calibrate = "curve.json"')
    judged.rmg("run", "qa.toml", "--quiet")
    assert judged.new_calls() == 0
    scored = judged.outcomes()["tone", 0]
    assert scored["metadata"]["calibrated"] == pytest.approx(0.1 + 0.4 * scored["score"])


def test_another_rule_for_the_parts_of_an_answer_makes_no_call(judged):
    judged.write("rows.jsonl", [{"query": "q1", "response": "r1\n\nr2\n\nr3", "b": "s1"}])
    steps = 'model = "one", units = {{ unit = "step", reduce = "{}" }}'
    write(judged, steps.format("mean"))
    judged.rmg("run", "qa.toml", "--quiet")
    assert judged.new_calls() == 3 + 2
    mean = judged.outcomes()["tone", 0]["score"]
    scores = [each["score"] for each in judged.outcomes()["tone", 0]["metadata"]["parts"]]
    assert mean == pytest.approx(sum(scores) / 3) != min(scores)
    for rule, score in (("min", min(scores)), ("last", scores[-1])):
        write(judged, steps.format(rule))
        judged.rmg("run", "qa.toml", "--quiet")
        assert (judged.new_calls(), judged.outcomes()["tone", 0]["score"]) == (0, score)


def test_what_a_provider_refuses_is_kept_with_the_run(bench: Bench):
    """A model that thinks is asked by a schema first, which this provider refuses."""
    bench.answer = lambda body: {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "1",
                "type": "function",
                "function": {
                    "name": "give_verdict",
                    "arguments": json.dumps({"nonce": nonce_of(body), "verdict": "2"}),
                },
            }
        ],
    }
    bench.server.play("400_other", "ok")
    bench.write("rows.jsonl", ROWS[:1])
    bench.write("tone.toml", LEVELS.format(task="Judge the tone."))
    config = (
        'packs = ["judge"]\n[dataset]\npath = "rows.jsonl"\n[graders.tone]\nuse = "./tone.toml"\n'
        'options = { model = "one" }\n' + bench.model("one", model="gpt-5-mini")
    )
    bench.write("qa.toml", config)
    bench.rmg("run", "qa.toml", "--quiet")
    assert (bench.new_calls(), bench.outcomes()["tone", 0]["score"]) == (2, 2)
    assert "came to a score although" not in bench.err + bench.out
    for options in ("--offline", "--quiet"):
        bench.rmg("run", "qa.toml", "--set", "graders.tone.options.reduce=median", options)
        assert (bench.new_calls(), bench.outcomes()["tone", 0]["score"]) == (0, 2)
    bench.rmg("run", "qa.toml", "--quiet", "--fresh")
    assert bench.new_calls() == 1


def nonce_of(body) -> str:
    return re.search(r'"nonce": the string "([0-9a-f]{8})"', told(body))[1]


def results(outcomes):
    """Return what the outcomes come to, without the votes, whose order is that of the replies."""
    names = ("status", "score", "kind", "reason")
    return {key: [each.get(name) for name in names] for key, each in outcomes.items()}


def test_another_text_of_a_rubric_is_judged_anew_by_that_grader_alone(judged):
    judged.write("tone.toml", LEVELS.format(task="Judge only the tone."))
    judged.rmg("run", "qa.toml", "--quiet")
    assert judged.new_calls() == 4 * 3 * 3 + 3


def test_another_summary_of_a_rubric_is_not_judged_anew(judged):
    text = LEVELS.format(task="Judge the tone.").replace('about = "Judge', 'about = "Look at')
    judged.write("tone.toml", text)
    judged.rmg("run", "qa.toml", "--quiet")
    assert judged.new_calls() == 0


def nonces(calls) -> set[str]:
    return {call.body["messages"][1]["content"].split(" ===")[0].split()[-1] for call in calls}


def test_nonces_differ_from_run_directory_to_run_directory(judged):
    first = nonces(judged.server.calls)
    judged.rmg("run", "qa.toml", "--quiet", "--run-dir", "runs/other")
    second = nonces(judged.server.calls[judged.seen :])
    assert len(first) == len(second) == 4 * 3 + 4 * 2
    assert not first & second


def test_offline_judges_by_what_is_stored(judged):
    write(judged, f'{TONE}, reduce = "median"')
    judged.rmg("run", "qa.toml", "--quiet", "--offline")
    assert judged.new_calls() == 0
    judged.write("rows.jsonl", [*ROWS, {"query": "q3", "response": "r9", "b": "s9"}])
    judged.rmg("run", "qa.toml", "--quiet", "--offline", code=75)
    assert "2 outcomes pending" in judged.err
    assert judged.new_calls() == 0


def test_what_a_plan_counts_is_what_a_run_asks_at_first(judged):
    judged.write("rows.jsonl", [*ROWS, {"query": "q1", "response": "r9", "b": "s9"}])
    planned = json.loads(judged.rmg("plan", "qa.toml", "--json"))["models"]
    assert {each["name"]: each["calls"] for each in planned} == {"one": 5, "two": 3, "three": 3}
    judged.rmg("run", "qa.toml", "--quiet")
    assert judged.new_calls() == 11


OPTIONS = """
packs = ["judge"]
[dataset]
path = "rows.jsonl"
[graders.tone]
use = "./tone.toml"
mapper = { query = "query", response = "response" }
[graders.tone.options]
panel = ["one", "two"]
escalate = { when = "disagree", to = "three" }
shots = 2
examples = "labelled.jsonl"
truncate = { field = "response", keep = "head", characters = 1 }
"""


def test_models_and_files_within_options_are_those_of_the_config(judged):
    def results(count: int) -> list[float]:
        judged.rmg("run", "options.toml", "--quiet", "--run-dir", "runs/options")
        assert judged.new_calls() == count
        outcomes = judged.outcomes("runs/options")
        assert "truncated" in outcomes["tone", 0]["metadata"]
        return [outcomes["tone", index]["score"] for index in range(4)]

    judged.answer = lambda body: line_of(body, str(["one", "two", "three"].index(body["model"])))
    rows = [{"query": f"p{at}", "response": "Well.", "verdict": at % 2} for at in range(4)]
    judged.write("labelled.jsonl", rows)
    models = "".join(judged.model(name, model=name) for name in ("one", "two", "three"))
    judged.write("options.toml", OPTIONS + models)
    assert results(4 * 3) == [2.0] * 4
    assert results(0) == [2.0] * 4
    judged.write("labelled.jsonl", rows[2:])
    assert results(4 * 3) == [2.0] * 4
