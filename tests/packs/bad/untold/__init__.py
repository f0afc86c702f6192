"""A grader that says nothing of itself."""

from rmg_core import hookimpl


def bare(response, *, limit=3):
    return float(len(response) <= limit)


@hookimpl
def rmg_graders():
    return {"bare": bare}
