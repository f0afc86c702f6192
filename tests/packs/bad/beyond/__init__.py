"""A grader whose scores leave its scale."""

from rmg_core import hookimpl


def letters(response: str) -> float:
    """How many letters the response has."""
    return len(response)


@hookimpl
def rmg_graders():
    return {"letters": letters}
