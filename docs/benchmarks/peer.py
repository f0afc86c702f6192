"""One peer, or rmg, on the work of `peers.py`: it runs in the virtual environment of that peer.

    PEER/bin/python docs/benchmarks/peer.py NAME --rows 1000 --calls 500 --url http://…/v1

Each peer is used as its documentation says, with progress bars, caches and telemetry off.
"""

import argparse
import asyncio
import importlib.metadata
import json
import os
from collections.abc import Awaitable, Callable
from itertools import count
from time import perf_counter
from typing import Any

from measuring import NO_NETWORK, cpu_seconds, rows_of, rss_mb

Rows = list[dict[str, str]]
Work = Callable[[Rows], object]

AT_ONCE = 64
RUBRIC = "The response answers the question, and everything in it is true."
os.environ.update(
    NO_NETWORK,
    DEEPEVAL_TELEMETRY_OPT_OUT="YES",
    DEEPEVAL_DISABLE_PROGRESS_BAR="1",
    CONFIDENT_TRACE_FLUSH="NO",
    INSPECT_LOG_LEVEL="error",
    INSPECT_DISPLAY="none",
)


async def at_once(rows: Rows, ask: Callable[[dict[str, str]], Awaitable[Any]]) -> None:
    """Ask for each row, with so many callers at once: for a peer that has no runner."""
    numbers = count()

    async def caller() -> None:
        while (number := next(numbers)) < len(rows):
            await ask(rows[number])

    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))


def rmg(url: str) -> tuple[Work, Work]:
    from rmg_core import GraderScore, GradingRunner, connect, grader

    @grader
    def same(response: str, reference: str) -> GraderScore:
        """1 when the response is the reference, else 0."""
        return GraderScore(1.0 if response == reference else 0.0)

    def judge(rows: Rows) -> object:
        model = connect("openai/chat", {"model": "m", "base_url": url}, max_concurrency=AT_ONCE)
        mapper = {"query": "reference", "response": "response"}
        options = {"model": model, "protocol": "text"}
        entry = {"grader": "judge/helpfulness", "options": options, "mapper": mapper}
        results = GradingRunner({"judge": entry}, max_concurrency=AT_ONCE).run(rows)
        if results["judge"][0].score != 4.0:
            raise RuntimeError(results["judge"][0])
        return results

    return GradingRunner({"same": same}).run, judge


def openjudge(url: str) -> tuple[Work, Work]:
    from loguru import logger
    from openjudge.graders.common.relevance import RelevanceGrader
    from openjudge.graders.function_grader import FunctionGrader
    from openjudge.graders.schema import GraderScore
    from openjudge.models.openai_chat_model import OpenAIChatModel
    from openjudge.runner.grading_runner import GradingRunner

    logger.remove()

    async def same(response: str, reference: str) -> GraderScore:
        return GraderScore(
            name="same", score=1.0 if response == reference else 0.0, reason="compared"
        )

    def run(configs: Any, rows: Rows) -> Any:
        runner = GradingRunner(configs, max_concurrency=AT_ONCE, show_progress=False)
        return asyncio.run(runner.arun(rows))

    def judge(rows: Rows) -> object:
        model = OpenAIChatModel(model="m", api_key="none", base_url=url)
        mapper = {"query": "reference", "response": "response"}
        made = run({"judge": (RelevanceGrader(model=model), mapper)}, rows)
        if not hasattr(made["judge"][0], "score"):
            raise RuntimeError(made["judge"][0])
        return made

    return lambda rows: run({"same": FunctionGrader(same, name="same")}, rows), judge


def pydantic_evals(url: str) -> tuple[Work, Work]:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_evals import Case, Dataset
    from pydantic_evals.evaluators import EqualsExpected, LLMJudge

    async def answer(inputs: dict[str, str]) -> str:
        return inputs["response"]

    def run(rows: Rows, evaluator: Any) -> Any:
        cases = [
            Case(name=str(number), inputs=row, expected_output=row["reference"])
            for number, row in enumerate(rows)
        ]
        dataset = Dataset(name="rows", cases=cases, evaluators=[evaluator])
        made = dataset.evaluate_sync(answer, max_concurrency=AT_ONCE, progress=False)
        if made.failures or any(each.evaluator_failures for each in made.cases):
            raise RuntimeError(made)
        return made

    def judge(rows: Rows) -> object:
        provider = OpenAIProvider(base_url=url, api_key="none")
        model = OpenAIChatModel("m", provider=provider)
        return run(rows, LLMJudge(rubric=RUBRIC, model=model, include_input=True))

    return lambda rows: run(rows, EqualsExpected()), judge


def inspect_ai(url: str) -> tuple[Work, Work]:
    import tempfile

    from inspect_ai import Task, eval  # noqa: A004 - its own name
    from inspect_ai.dataset import Sample
    from inspect_ai.model import get_model
    from inspect_ai.scorer import exact, model_graded_qa
    from inspect_ai.solver import Generate, TaskState, solver

    @solver
    def answers() -> Any:
        async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
            state.output.completion = state.metadata["response"]
            return state

        return solve

    def run(rows: Rows, scorer: Any) -> Any:
        samples = [
            Sample(input=row["reference"], target=row["reference"], metadata=row) for row in rows
        ]
        task = Task(dataset=samples, solver=answers(), scorer=scorer)
        with tempfile.TemporaryDirectory() as folder:
            [log] = eval(
                task,
                model="mockllm/model",
                log_dir=folder,
                display="none",
                max_samples=AT_ONCE,
                max_connections=AT_ONCE,
            )
        if log.status != "success" or log.results.scores[0].scored_samples != len(rows):
            raise RuntimeError(log.error or log.results)
        return log

    def judge(rows: Rows) -> object:
        model = get_model("openai/m", base_url=url, api_key="none", responses_api=False)
        return run(rows, model_graded_qa(model=model))

    return lambda rows: run(rows, exact()), judge


def deepeval(url: str) -> tuple[Work, Work]:
    from deepeval import evaluate
    from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
    from deepeval.metrics import ExactMatchMetric, GEval
    from deepeval.models import LocalModel
    from deepeval.test_case import LLMTestCase, SingleTurnParams

    def run(rows: Rows, metric: Any) -> Any:
        cases = [
            LLMTestCase(input="q", actual_output=row["response"], expected_output=row["reference"])
            for row in rows
        ]
        made = evaluate(
            cases,
            [metric],
            async_config=AsyncConfig(max_concurrent=AT_ONCE, throttle_value=0),
            cache_config=CacheConfig(write_cache=False, use_cache=False),
            display_config=DisplayConfig(show_indicator=False, print_results=False),
        )
        if made.test_results[0].metrics_data[0].score is None:
            raise RuntimeError(made.test_results[0])
        return made

    def judge(rows: Rows) -> object:
        model = LocalModel(model="m", base_url=url, api_key="none", format="json")
        steps = ["Read the response.", RUBRIC]
        asked = [SingleTurnParams.ACTUAL_OUTPUT]
        metric = GEval(name="true", evaluation_steps=steps, evaluation_params=asked, model=model)
        return run(rows, metric)

    return lambda rows: run(rows, ExactMatchMetric()), judge


def autoevals(url: str) -> tuple[Work, Work]:
    import openai
    from autoevals import ClosedQA, ExactMatch, init

    def trivial(rows: Rows) -> object:
        score = ExactMatch()
        return [score(row["response"], row["reference"]) for row in rows]

    def judge(rows: Rows) -> object:
        async def ask() -> None:
            init(openai.AsyncOpenAI(base_url=url, api_key="none"))
            score = ClosedQA(model="m", use_responses_api=False)

            async def one(row: dict[str, str]) -> None:
                made = await score.eval_async(
                    row["response"], input=row["reference"], criteria=RUBRIC
                )
                if made.score != 1:
                    raise RuntimeError(made)

            await at_once(rows, one)

        return asyncio.run(ask())

    return trivial, judge


PEERS: dict[str, Callable[[str], tuple[Work, Work]]] = {
    "rmg-core": rmg,
    "py-openjudge": openjudge,
    "pydantic-evals": pydantic_evals,
    "inspect-ai": inspect_ai,
    "deepeval": deepeval,
    "autoevals": autoevals,
}


def measured(work: Work, rows: Rows) -> dict[str, float]:
    """Measure a run, after one over a few rows that warms up what is made once."""
    work(rows[:16])
    memory, cpu, began = rss_mb(), cpu_seconds(), perf_counter()
    kept = work(rows)
    made = {
        "cpu_us": round((cpu_seconds() - cpu) / len(rows) * 1e6, 2),
        "wall_s": round(perf_counter() - began, 3),
        "extra_rss_mb": round(rss_mb() - memory, 1),
    }
    del kept
    return made


def distinct(count: int) -> Rows:
    """Return rows of which none is like another, so that no cache helps."""
    return [
        {"response": f"answer {number}", "reference": f"question {number}"}
        for number in range(count)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=512)
    parser.add_argument("--url", required=True)
    chosen = parser.parse_args()
    began = cpu_seconds()
    trivial, judge = PEERS[chosen.name](chosen.url)
    told: dict[str, Any] = {
        "version": importlib.metadata.version(chosen.name),
        "import_s": round(cpu_seconds() - began, 2),
    }
    for what, work, rows in (
        ("trivial", trivial, rows_of(chosen.rows)),
        ("judge", judge, distinct(chosen.calls)),
    ):
        try:
            told[what] = measured(work, rows)
        except Exception as fault:  # noqa: BLE001 - whatever a peer raises is told in the table
            told[what] = {"failed": f"{type(fault).__name__}: {fault}"[:300]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
