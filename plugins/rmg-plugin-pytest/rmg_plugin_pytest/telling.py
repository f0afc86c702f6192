"""The text of a failure: what was asked for, what came, and the samples that show it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rmg_core import GraderError, GraderScore, Outcome, Results
from rmg_plugin_pytest.bars import Fault

ROWS: Final = 5
WIDTH: Final = 60
LONG: Final = 2_000


def told_faults(
    faults: Sequence[Fault], results: Results, samples: Sequence[Any], *, is_verbose: bool
) -> str:
    """Say which bars are not reached, each with a table of the worst samples."""
    parts = []
    shown: set[tuple[str, int]] = set()  # each sample once a column
    for fault in faults:
        outcomes = results[fault.column]
        places = [n for n in fault.places if (fault.column, n) not in shown]
        shown.update((fault.column, n) for n in places)
        rows = [_row(n, outcomes[n], results, samples, is_verbose) for n in places]
        table = _table(("sample", "score", "reason", "of"), rows, is_verbose)
        parts.append("\n".join([f"{fault.column}: {fault.said}", *table]))
    return "\n".join(parts)


def told_errors(
    results: Results, max_errors: float, samples: Sequence[Any], *, is_verbose: bool
) -> str:
    """Say what could not be graded, if that is more than is let pass; else nothing.

    What waits for a model is always told.
    """
    parts = []
    for name, outcomes in results.items():
        failed = [n for n, each in enumerate(outcomes) if isinstance(each, GraderError)]
        kinds = {each.kind for each in outcomes if isinstance(each, GraderError)}
        if not failed or ("pending" not in kinds and len(failed) <= max_errors * len(outcomes)):
            continue
        rows = [_error_row(n, outcomes[n], results, samples, is_verbose) for n in failed]
        table = _table(("sample", "kind", "error", "of"), rows, is_verbose)
        said = f"{name}: {len(failed)} of {len(outcomes)} samples could not be graded"
        parts.append("\n".join([said, *table]))
    return "\n".join(parts)


def _row(
    n: int, outcome: Outcome, results: Results, samples: Sequence[Any], is_verbose: bool
) -> tuple[str, ...]:
    score = f"{outcome.score:.4g}" if isinstance(outcome, GraderScore) else outcome.status
    return _named(n, results), score, _cut(_said(outcome), is_verbose), _of(n, samples, is_verbose)


def _error_row(
    n: int, outcome: Any, results: Results, samples: Sequence[Any], is_verbose: bool
) -> tuple[str, ...]:
    said = _cut(outcome.error, True)  # whole: it says what to do
    return _named(n, results), outcome.kind, said, _of(n, samples, is_verbose)


def _said(outcome: Outcome) -> str:
    return outcome.error if isinstance(outcome, GraderError) else outcome.reason


def _named(n: int, results: Results) -> str:
    found = results.ids[n]
    return str(results.index[n]) if found is None else str(found)


def _of(n: int, samples: Sequence[Any], is_verbose: bool) -> str:
    """Show the fields of a sample, if the test gave it."""
    sample = samples[n] if n < len(samples) else None
    if not isinstance(sample, Mapping):
        return ""
    return ", ".join(f"{name}={_cut(repr(each), is_verbose)}" for name, each in sample.items())


def _cut(text: str, is_verbose: bool) -> str:
    most = LONG if is_verbose else WIDTH
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], is_verbose: bool
) -> Iterator[str]:
    if not rows:
        return
    shown = rows if is_verbose else rows[:ROWS]
    whole = [head, *shown]
    kept = [place for place in range(len(head)) if any(row[place] for row in shown)]
    widths = {place: max(len(row[place]) for row in whole) for place in kept}
    for row in whole:
        yield "  " + "  ".join(row[place].ljust(widths[place]) for place in kept).rstrip()
    if len(rows) > len(shown):
        yield f"  … {len(rows) - len(shown)} more, which -v shows"
