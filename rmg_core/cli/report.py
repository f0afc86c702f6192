"""What a run came to, as a person reads it."""

from pathlib import Path
from typing import Final

from rmg_core.cli.screen import counted, in_columns, one_line, show, show_table, tell
from rmg_core.datasets import DatasetReport
from rmg_core.summary import Summary

WARNINGS: Final = 20
"""So many of the rows that are left out are told one by one."""


def show_summary(summary: Summary, run_dir: Path) -> None:
    """Write the summary to stdout: a table, what was saved, the first error of each kind."""
    head = f"{counted(summary.samples, 'sample')} graded"
    if summary.seconds is not None:
        head += f" in {summary.seconds:.3g} s"
    if summary.reused:
        head += f"; {counted(summary.reused, 'cell')} from earlier runs"
    if summary.rows_skipped:
        head += f"; {counted(summary.rows_skipped, 'row')} skipped"
    if summary.duplicates:
        head += f"; {counted(summary.duplicates, 'duplicate')} left out"
    show(head)
    show_table(summary.table())
    notes = (*summary.savings, *summary.conditions, *map(str, summary.models))
    if notes:
        show("\n" + "\n".join(map(one_line, notes)))
    errors = [
        (f"{column.name}:", f"{count:,} {kind}", f"the first: {column.examples[kind]}")
        for column in summary.columns
        for kind, count in column.errors.items()
    ]
    if errors:
        show("\n" + in_columns(errors))
        show(f"more on each error: rmg why {run_dir} SAMPLE COLUMN")
    show(f"\nresults: rmg export {run_dir}")


def tell_warnings(report: DatasetReport) -> None:
    """Write to stderr which rows are left out, and why."""
    for each in report.warnings[:WARNINGS]:
        tell(one_line(str(each), 2000))
    left_out = report.skipped + report.duplicates
    if left_out > WARNINGS:
        tell(f"… {counted(left_out, 'row')} of the dataset are left out")
