"""`rmg gate`: whether a run may pass, by the rules of its config."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from rmg_core.cli import example, one_line, opened, show, show_json, show_table, tell

if TYPE_CHECKING:
    from rmg_plugin_stats.gate_rules import GateReport

NOT_PASSED = 1


@click.command(
    "gate",
    epilog=example(
        "rmg gate runs/qa",
        "rmg gate runs/new --against runs/released --config qa.toml --junit gate.xml",
        "rmg gate runs/qa --set gates.helpfulness.min=0.7 --inconclusive pass",
    ),
)
@click.argument("run", metavar="RUN")
@click.option("--against", metavar="RUN", help="The run to compare with, which max_drop needs.")
@click.option(
    "--config",
    metavar="FILE",
    help="Take the gates from this config, in place of the copy that the run has.",
)
@click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Put a value in the place of what the config says; may be given again.",
)
@click.option(
    "--inconclusive",
    type=click.Choice(["fail", "pass"]),
    default="fail",
    help="What a verdict counts as that the samples do not settle.",
)
@click.option(
    "--pair",
    "by",
    type=click.Choice(["id", "index"]),
    help="What samples are paired by; without it, by id where both runs have ids.",
)
@click.option("--junit", metavar="FILE", help="Write JUnit XML too.")
@click.option("--markdown", metavar="FILE", help="Write a summary as Markdown too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(  # noqa: PLR0917 - click calls it by name
    run: str,
    against: str | None,
    config: str | None,
    overrides: tuple[str, ...],
    inconclusive: Literal["fail", "pass"],
    by: Literal["id", "index"] | None,
    junit: str | None,
    markdown: str | None,
    as_json: bool,
) -> None:
    """Say whether a run passes the gates of its config.

    The rules stand in [gates.NAME]: min and max of a mean, max_drop against another run,
    min_coverage, max_errors. A rule passes where the whole interval is on the right side, fails
    where the whole is on the wrong side, and is inconclusive between, with the number of samples
    that would settle it. A run that is partial or has failed never passes. Exits 0 when all rules
    pass, 1 when one fails or is inconclusive (0 with --inconclusive pass), and 2 when the question
    was wrong.
    """
    from rmg_core import StoredRun
    from rmg_plugin_stats.gate_report import as_json as json_of
    from rmg_plugin_stats.gate_report import report_of
    from rmg_plugin_stats.gate_rules import hold

    with ExitStack() as stack:
        ours = stack.enter_context(StoredRun.open(run))
        gates = ours.gates(config, overrides, has_other=against is not None)
        other = None if against is None else stack.enter_context(StoredRun.open(against))
        found = hold(ours, gates, against=other, by=by)
        place = ours.place
    may_pass = inconclusive == "pass"
    _write(found, place, junit, markdown, may_pass=may_pass)
    for warning in found.warnings:
        tell(one_line(warning, 2000))
    has_passed = found.verdict == "pass" or (may_pass and found.verdict == "inconclusive")
    if as_json:
        show_json({**json_of(found), "passed": has_passed})
    else:
        report_of(found).show(show, show_table)
        if found.verdict == "inconclusive":
            counts = "passes by --inconclusive pass" if may_pass else "counts as a failure"
            tell(f"inconclusive {counts}: more samples, or another bound, would settle it")
    if not has_passed:
        raise click.exceptions.Exit(NOT_PASSED)


def _write(
    found: "GateReport",
    place: Path,
    junit: str | None,
    markdown: str | None,
    *,
    may_pass: bool,
) -> None:
    from rmg_plugin_stats.gate_report import report_of
    from rmg_plugin_stats.junit import junit_of

    if junit is not None:
        with opened(junit, place) as file:
            file.write(junit_of(found, lets_undecided_pass=may_pass))
    if markdown is not None:
        with opened(markdown, place) as file:
            file.write(report_of(found).as_markdown().encode("utf-8", "backslashreplace"))
