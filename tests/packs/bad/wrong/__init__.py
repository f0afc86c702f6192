"""A grader that does not do what it says."""

from rmg_core import hookimpl


def is_short(response: str) -> float:
    """1 when the response has at most three characters, else 0."""
    return float(len(response) < 3)


@hookimpl
def rmg_graders():
    return {"is_short": is_short}
