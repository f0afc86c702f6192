"""Statistics of grades: figures with intervals, how far a judge agrees with people, comparisons."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_commands"]


@hookimpl
def rmg_commands() -> Mapping[str, object]:
    """Return the verbs of this pack."""
    return {}
