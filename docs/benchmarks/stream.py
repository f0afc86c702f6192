"""What does a stream of a million rows cost, and does its memory grow? Row R3.

    python docs/benchmarks/stream.py
    python docs/benchmarks/stream.py --rows 100000

The rows are made as they are read, two graders run, nothing is kept. The floor is a bare loop
over the same rows that makes the same score objects.
"""

import argparse
from collections.abc import Iterator

import anyio
from measuring import cost, figure, loop_us, rss_mb, tell
from runner import same

from rmg_core import GraderScore, GradingRunner, grader


@grader
def shorter(response: str, reference: str) -> GraderScore:
    """1 when the response is not longer than the reference, else 0."""
    return GraderScore(1.0 if len(response) <= len(reference) else 0.0)


def made(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        yield {"response": f"answer {number % 7}", "reference": f"answer {number % 5}"}


def bare_loop(count: int) -> None:
    for row in made(count):
        same(row["response"], row["reference"])
        shorter(row["response"], row["reference"])


async def consume(count: int) -> float:
    """Read the stream to its end; returns the MB that it grew by after the first tenth."""
    seen, tenth = 0, 0.0
    async with GradingRunner({"same": same, "shorter": shorter}).stream(made(count)) as graded:
        async for _ in graded:
            seen += 1
            if seen == count // 10:
                tenth = rss_mb()
    if seen != count:
        raise SystemExit(f"{seen} of {count} rows came back")
    return rss_mb() - tenth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    grown: list[float] = []
    floor = cost(lambda: bare_loop(rows), 2 * rows)
    used = cost(lambda: grown.append(anyio.run(consume, rows)), 2 * rows)
    tell(
        {"R3": figure(used, floor), "R3 memory": figure(grown[0])},
        rows=rows,
        loop_us=loop_us(),
        grades=2 * rows,
        rss_mb_at_the_end=round(rss_mb(), 1),
    )


if __name__ == "__main__":
    main()
