"""A grader that changes what it is given."""

from rmg_core import hookimpl


def first(parts: list[str]) -> float:
    """1 when the first part is "a", else 0."""
    try:
        return float(parts.pop(0) == "a")
    except TypeError:
        return float(parts[0] == "a")


@hookimpl
def rmg_graders():
    return {"first": first}
