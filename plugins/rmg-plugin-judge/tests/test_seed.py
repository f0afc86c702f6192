"""The example that the project began with: three judges and their weighted sum."""

from importlib.util import find_spec

import pytest

from rmg_core import GradingRunner, WeightedSumAggregator, connect
from rmg_plugin_judge import AccuracyGrader, HelpfulnessGrader, RelevanceGrader

from .bench import CLIENTS, Bench, bench, line_of, told

__all__ = ["bench"]
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydantic")  # litellm's own
MODULES = {"openai/chat": "aiohttp", "litellm/chat": "litellm"}

ROWS = [
    {
        "question": "What is the capital of France?",
        "answer": "The capital of France is Paris.",
        "reference_answer": "Paris",
    },
    {"question": "What is 2 + 2?", "answer": "It is 5.", "reference_answer": "4"},
]
LABELS = {"can do with": ("5", "1"), "is true": ("4", "0"), "bears on": ("3", "5")}
"""The verdicts on the two rows, by what the task of the rubric says."""
OVERALL = [0.5 * 5 + 0.3 * 4 + 0.2 * 3, 0.5 * 1 + 0.3 * 0 + 0.2 * 5]

CONFIG = """
packs = ["judge"]
[dataset]
path = "rows.jsonl"
[graders.helpfulness]
use = "helpfulness"
options = { model = "judge" }
mapper = { query = "question", response = "answer" }
[graders.accuracy]
use = "accuracy"
options = { model = "judge" }
mapper = { question = "question", response = "answer" }
[graders.relevance]
use = "relevance"
options = { model = "judge" }
mapper = { query = "question", response = "answer", reference = "reference_answer" }
[aggregators.overall_score]
use = "weighted_sum"
options = { weights = { helpfulness = 0.5, accuracy = 0.3, relevance = 0.2 } }
"""


def answer(body) -> str:
    task = told(body).split("# Task\n")[1].split("\n")[0].casefold()
    [labels] = [labels for word, labels in LABELS.items() if word in task]
    return line_of(body, labels["2 + 2" in told(body)])


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    if find_spec(CLIENTS[request.param][0]) is None or find_spec(MODULES[request.param]) is None:
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


def test_the_example_runs_from_python(bench: Bench, client):
    bench.answer = answer
    options = {"openai/chat": {"model": "m", "base_url": bench.server.url}}.get(
        client, {"model": "hosted_vllm/m", "api_base": bench.server.url}
    )
    model = connect(client, options)
    runner = GradingRunner(
        grader_configs={
            "helpfulness": {
                "grader": HelpfulnessGrader(model=model),
                "mapper": {"query": "question", "response": "answer"},
            },
            "accuracy": {
                "grader": AccuracyGrader(model=model),
                "mapper": {"question": "question", "response": "answer"},
            },
            "relevance": {
                "grader": RelevanceGrader(model=model),
                "mapper": {
                    "query": "question",
                    "response": "answer",
                    "reference": "reference_answer",
                },
            },
        },
        max_concurrency=10,
        aggregators=WeightedSumAggregator(
            name="overall_score",
            weights={"helpfulness": 0.5, "accuracy": 0.3, "relevance": 0.2},
        ),
    )
    results = runner.run(ROWS)
    assert [each.score for each in results["helpfulness"]] == [5, 1]
    assert [each.score for each in results["accuracy"]] == [4, 0]
    assert [each.score for each in results["relevance"]] == [3, 5]
    assert [each.score for each in results["overall_score"]] == pytest.approx(OVERALL)
    assert len(bench.server.calls) == 6


def test_the_example_runs_from_a_config(bench: Bench, client):
    bench.answer = answer
    bench.write("rows.jsonl", ROWS)
    bench.write("qa.toml", CONFIG + bench.model(client=client))
    bench.rmg("run", "qa.toml", "--quiet")
    outcomes = bench.outcomes()
    scores = [outcomes["overall_score", index]["score"] for index in range(2)]
    assert scores == pytest.approx(OVERALL)
    assert outcomes["helpfulness", 0]["scale"] == [0.0, 5.0]
    said = bench.rmg("why", "runs/qa", "0", "helpfulness")
    for part in ("VERDICT-", "What is the capital of France?", "votes", "It is so."):
        assert part in said
