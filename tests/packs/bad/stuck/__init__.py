"""A grader that asks for a process, and cannot be made in one."""

from rmg_core import grader, hookimpl


def _made():
    @grader(runs_in="process")
    def inner(response: str) -> float:
        """1 for any response."""
        return float(bool(response))

    return inner


@hookimpl
def rmg_graders():
    return {"inner": _made()}
