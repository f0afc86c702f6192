"""The document that the project was started from: every code block of it runs."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import anyio
import pytest

from rmg_core import GraderScore, GradingRunner, WeightedSumAggregator

SEED = Path(__file__).resolve().parents[1] / ".." / "shared" / "seed" / "run_grading_tasks.md"

IMPORTS = {
    "HelpfulnessGrader": "from rmg_plugin_standins import HelpfulnessGrader",
    "AccuracyGrader": "from rmg_plugin_standins import AccuracyGrader",
    "RelevanceGrader": "from rmg_plugin_standins import RelevanceGrader",
    "GradingRunner": "from rmg_core import GradingRunner",
    "WeightedSumAggregator": "from rmg_core import WeightedSumAggregator",
}


def blocks() -> list[str]:
    if not SEED.exists():
        pytest.skip("../shared/seed is not there")
    return re.findall(r"```python\n(.*?)```", SEED.read_text("utf-8"), re.DOTALL)


def with_our_imports(block: str) -> str:
    return re.sub(
        r"^from rm_gallery\.\S+ import (\w+)$", lambda m: IMPORTS[m[1]], block, flags=re.MULTILINE
    )


async def run_block(block: str, names: dict[str, Any]) -> None:
    code = compile(with_our_imports(block), "seed", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    made = eval(code, names)  # noqa: S307 - the blocks of the seed
    if inspect.isawaitable(made):
        await made


@pytest.fixture
def names(install_pack: Any) -> dict[str, Any]:
    """What the blocks may use: the graders' imports, and what the document defines later."""
    install_pack("standins")
    names: dict[str, Any] = {"__name__": "seed"}
    exec("\n".join(IMPORTS.values()), names)  # noqa: S102 - written above
    return names


def test_every_block_runs(names: dict[str, Any], capsys: pytest.CaptureFixture[str]):
    first, mapping, *others = blocks()
    assert len(others) == 3

    async def read() -> None:
        # The second block defines the dataset and the two graders that all others go on with;
        # the first one uses these names before.
        await run_block(mapping, names)
        for block in (first, *others):
            await run_block(block, dict(names))

    anyio.run(read)
    assert capsys.readouterr().out == (
        "\nResults from helpfulness:\n  Sample 1: Score = 5.0\n"
        "\nResults from relevance:\n  Sample 1: Score = 5.0\n"
    )


def test_results_are_what_the_document_says(names: dict[str, Any]):
    dataset = [
        {
            "question": "What is the capital of France?",
            "answer": "The capital of France is Paris.",
            "reference_answer": "Paris",
        },
        {"question": "And of Italy?", "answer": "no idea", "reference_answer": "Rome"},
    ]
    first = blocks()[0]
    before = first.partition("# Create and run the evaluation")[0]
    anyio.run(run_block, before, names)
    runner = names["runner"]
    assert isinstance(runner, GradingRunner)

    results = anyio.run(runner.arun, dataset)

    assert list(results) == ["helpfulness", "accuracy", "relevance", "overall_score"]
    scores = {name: [each.score for each in column] for name, column in results.items()}
    assert scores == {
        "helpfulness": [5.0, 1.0],
        "accuracy": [5.0, 1.0],
        "relevance": [5.0, 1.0],
        "overall_score": [5.0, 1.0],
    }
    assert all(isinstance(each, GraderScore) for column in results.values() for each in column)


def test_weights_are_those_of_the_document(names: dict[str, Any]):
    runner = GradingRunner(
        grader_configs={
            "helpfulness": {
                "grader": names["HelpfulnessGrader"](),
                "mapper": {"query": "question", "response": "answer"},
            },
            "relevance": {
                "grader": names["RelevanceGrader"](),
                "mapper": {
                    "query": "question",
                    "response": "answer",
                    "reference": "reference_answer",
                },
            },
        },
        aggregators=WeightedSumAggregator(
            name="overall_score", weights={"helpfulness": 0.6, "relevance": 0.4}
        ),
    )
    results = runner.run(
        [{"question": "capital of France", "answer": "of course Rome", "reference_answer": "Paris"}]
    )
    assert results["helpfulness"][0].score == 5.0
    assert results["relevance"][0].score == 1.0
    assert results["overall_score"][0].score == pytest.approx(0.6 * 5 + 0.4 * 1)
