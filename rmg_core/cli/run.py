"""`rmg run`: a dataset graded as a config says."""

import shlex
import sys
from contextlib import ExitStack, nullcontext, redirect_stdout
from typing import TYPE_CHECKING

import click

from rmg_core.cli import arguments
from rmg_core.cli.exits import CUT_SHORT, DONE, FAILED, STOPPED
from rmg_core.cli.screen import counted, one_line, show_json, tell
from rmg_core.cli.verbs import example, written

if TYPE_CHECKING:
    from rmg_core.cli.grading import Grading
    from rmg_core.cli.preflight import Ready
    from rmg_core.runner.archive import Again
    from rmg_core.summary import Summary


@click.command(
    "run",
    epilog=example("rmg run qa.toml", "rmg run qa.toml --set graders.polite.repeats=3 --limit 10"),
)
@arguments.config
@arguments.overrides
@arguments.of_run
@click.option("--quiet", is_flag=True, help="Show neither what is to run nor progress.")
@arguments.as_json
@click.pass_context
def command(  # noqa: PLR0917 - click calls it by name
    context: click.Context,
    config: str,
    overrides: tuple[str, ...],
    on_bad_row: str | None,
    limit: int | None,
    run_dir: str | None,
    again: "Again | None",
    offline: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Grade a dataset as a config says.

    Everything is checked before anything runs. The run directory keeps every outcome in
    store.sqlite: a run again, after whatever change, grades only what has none that stands, and
    the first line says what that is. Errors that may pass by themselves are graded again. Ctrl-C
    stops: what has begun is finished and kept (exit 75); a second one cuts that short (exit 130).
    Exits 1 when a grader or aggregator has more errors than max_errors allows.
    """
    from rmg_core.cli.preflight import preflight
    from rmg_core.cli.report import show_summary, tell_warnings

    overrides = arguments.with_rule(overrides, on_bad_row)
    ready = preflight(config, overrides, run_dir, is_run=True, is_offline=offline)
    tell_warnings(ready.report)
    online = [word for word in written(context) if word != "--offline"]
    rerun = one_line(shlex.join(online), 4000)
    summary, grading = _run(
        ready, limit, again or "failed", rerun, is_quiet=quiet, is_offline=offline
    )
    for report in summary.reports:
        if report not in grading.told:
            tell(one_line(report, 2000))
    if as_json:
        show_json({"run_dir": str(ready.run_dir), **summary.to_json()})
    else:
        show_summary(summary, ready.run_dir)
    code = _code(summary, grading)
    if code in (STOPPED, CUT_SHORT):
        tell(_stopped(summary, grading, rerun))
        if again == "all":
            tell("--fresh begins anew; without it what is stored stands, be it old or new")
    context.exit(code)


def _run(
    ready: "Ready",
    limit: int | None,
    again: "Again",
    rerun: str,
    *,
    is_quiet: bool,
    is_offline: bool,
) -> "tuple[Summary, Grading]":
    from rmg_core.cli.grading import Grading
    from rmg_core.cli.progress import Progress, shown
    from rmg_core.cli.surveying import survey_of
    from rmg_core.runner.archive import Archive
    from rmg_core.runs import directory
    from rmg_core.runs.keeping import begin
    from rmg_core.store import Store

    samples = ready.report.samples if limit is None else min(limit, ready.report.samples)
    totals = {each.name: samples * each.repeats for each in ready.plan.graders}
    progress = None if is_quiet else Progress(totals)
    place = ready.run_dir.absolute()  # wherever a grader takes the process
    with ExitStack() as stack:
        stack.enter_context(directory.held(ready.run_dir))
        copy = directory.marked(ready.config.source.text, rerun)
        directory.write_whole(place / directory.CONFIG, copy)
        durability = ready.config.run.durability
        store = stack.enter_context(Store.open(place / directory.STORE, durability=durability))
        for warning in (*ready.warnings, *store.warnings):
            tell(warning)
        archive = Archive(store, again)
        if not is_quiet:
            tell(str(survey_of(ready, archive, samples)))
        begin(store, ready.plan, ready.dataset)
        grading = Grading(ready, archive, samples, progress, is_offline)
        # What graders print must not stand among the results.
        with redirect_stdout(sys.stderr), shown(progress) if progress else nullcontext():
            summary = grading.run()
        if summary.is_complete:
            store.finish()
        try:
            directory.write_whole(place / directory.SUMMARY, directory.as_json(summary.to_json()))
        except OSError as fault:  # the outcomes are in the store
            tell(f"{fault.filename}: {fault.strerror}; the summary is not kept")
    return summary, grading


def _stopped(summary: "Summary", grading: "Grading", rerun: str) -> str:
    """Say how far a run came that is not complete, and how it goes on."""
    hint = f"run again with: {rerun}"
    if grading.ledger.missing_count and grading.signalled is None:
        hint = "run without --offline to ask for what is missing"
    if summary.pending and summary.samples == grading.samples:
        return f"{counted(summary.pending, 'outcome')} pending; {hint}"
    return f"stopped after {counted(summary.samples, 'sample')}; {hint}"


def _code(summary: "Summary", grading: "Grading") -> int:
    """Say what the run came to; a signal that came when all was done changes nothing."""
    ledger = grading.ledger
    for said in ledger.missing:
        tell(one_line(said, 2000))
    if (unsaid := ledger.missing_count - len(ledger.missing)) > 0:
        tell(f"… {unsaid:,} more replies are not stored")
    if not summary.is_complete and grading.signalled is not None:
        return grading.signalled
    if not summary.is_complete and (ledger.stopped or ledger.missing_count):
        return STOPPED
    if not summary.is_complete:
        tell(f"incomplete: only {summary.samples:,} samples are graded")
        return FAILED
    for each in summary.too_many_errors:
        noun = "aggregator" if each.is_aggregator else "grader"
        tell(
            f"the run failed: {noun} {each.name!r} has errors in {each.failed:,} of "
            f"{counted(each.samples, 'sample')} ({each.error_share:.1%}), more than "
            f"max_errors = {summary.max_errors:g} allows; the summary has the first of each "
            "kind: mend the cause, or set max_errors higher"
        )
    return FAILED if summary.too_many_errors else DONE
