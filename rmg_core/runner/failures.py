"""What ended a task group, let out by itself."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sole_failure() -> Iterator[None]:
    """Let out the first failure of the task group inside, as it was raised.

    The others are of tasks that it took along. A group that foreign code raised is a failure like
    any other, and stays whole.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        failure = group.exceptions[0]
        context = failure.__context__
        try:
            raise failure
        finally:
            # Raising it here makes our group its context, which would hide its own.
            failure.__context__ = context
            del failure, context
