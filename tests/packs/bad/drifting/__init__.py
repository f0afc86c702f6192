"""A grader whose grade depends on what it graded before."""

from itertools import count

from rmg_core import hookimpl

_calls = count()


def drifts(response: str) -> float:
    """1 at first, and less and less."""
    return 1 / (1 + next(_calls) * len(response))


@hookimpl
def rmg_graders():
    return {"drifts": drifts}
