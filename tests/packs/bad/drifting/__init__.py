"""A grader whose grade depends on what it graded before."""

from itertools import count

from rmg_core import hookimpl

_calls = count()


def drifts(response: str) -> float:
    """1 for any response, but 0 for every second one."""
    return float(next(_calls) % 2 == 0)


@hookimpl
def rmg_graders():
    return {"drifts": drifts}
