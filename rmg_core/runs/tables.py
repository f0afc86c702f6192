"""The columns of a run that is kept, as the rows of a table."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rmg_core.outcomes import Scale

HEAD: Final = ("", "uses", "scale", "mean", "scored", "errors")

_NONE: Final = "–"  # noqa: RUF001 - the dash that stands for no figure


def columns_shown(
    columns: Iterable[tuple[str, str | None, Scale | None]], summary: Any
) -> list[tuple[str, ...]]:
    """Return a row for each column: its name, what it uses, its scale, and what it came to.

    `summary` is what stands in `summary.json`, which may be anything.
    """
    return [
        HEAD,
        *(
            (name, use or _NONE, str(scale or _NONE), *_figures(summary, name))
            for name, use, scale in columns
        ),
    ]


def _figures(summary: Any, name: str) -> tuple[str, str, str]:
    """Return the mean of a column, how many have a score, and the errors by kind."""
    try:
        column: Mapping[str, Any] = summary["columns"][name]
        mean = _NONE if column["mean"] is None else f"{column['mean']:.4g}"
        errors = ", ".join(f"{count} {kind}" for kind, count in column["errors"].items())
        return mean, f"{column['scored']} of {column['samples']}", errors or "0"
    except (KeyError, TypeError, ValueError, AttributeError):
        return _NONE, _NONE, _NONE
