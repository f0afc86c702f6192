"""Copies of this process that a grader makes by forking, and that have no business here."""

import os
from typing import NoReturn

forks = 0
"""How often this process, or one that it is a copy of, was forked into the one that runs."""


def end() -> NoReturn:
    """End a copy, without anything that ends with a process: that is for the original."""
    os._exit(0)


def _count() -> None:
    global forks  # noqa: PLW0603 - a fact about the process
    forks += 1


if hasattr(os, "register_at_fork"):  # Windows has neither
    os.register_at_fork(after_in_child=_count)
