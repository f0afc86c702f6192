"""What does the runner itself cost, a grade? Rows R1 and R2: results kept in memory.

    python docs/benchmarks/runner.py                       100,000 rows
    python docs/benchmarks/runner.py --rows 10000 --rounds 1

The floor is a bare loop that calls the function and keeps the score objects.
"""

import argparse
import gc

from measuring import cost, figure, least, loop_us, rows_of, tell

from rmg_core import GraderScore, GradingRunner, grader


@grader
def same(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


@grader
async def same_async(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


def bare_loop(rows: list[dict[str, str]]) -> list[GraderScore]:
    return [same(row["response"], row["reference"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    gc.set_threshold(20_000)  # as in a run
    rows = rows_of(chosen.rows)
    plain, waiting = GradingRunner({"same": same}), GradingRunner({"same": same_async})
    found = least(
        chosen.rounds,
        floor=lambda: cost(lambda: bare_loop(rows), len(rows)),
        plain=lambda: cost(lambda: plain.run(rows), len(rows)),
        waiting=lambda: cost(lambda: waiting.run(rows), len(rows)),
    )
    floor = found["floor"]
    tell(
        {"R1": figure(found["plain"], floor), "R2": figure(found["waiting"], floor)},
        rows=len(rows),
        loop_us=loop_us(),
    )


if __name__ == "__main__":
    main()
