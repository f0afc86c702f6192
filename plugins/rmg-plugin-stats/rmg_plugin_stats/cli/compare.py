"""`rmg compare`: two runs on the same samples, sample by sample."""

from contextlib import ExitStack
from typing import Literal

import click

from rmg_core.cli import Finite, example
from rmg_plugin_stats.cli.delivering import check_forms, deliver, forms, level_of_intervals


@click.command(
    "compare",
    epilog=example(
        "rmg compare runs/before runs/after",
        "rmg compare runs/before runs/after --margin 0.02 --cluster author --slice language",
        "rmg compare runs/qa --columns strict lenient",
    ),
)
@click.argument("first", metavar="RUN_A")
@click.argument("second", metavar="RUN_B", required=False)
@click.option(
    "--column",
    "names",
    metavar="NAME",
    multiple=True,
    help="Compare this column only; may be given again. Without it, all that both runs have.",
)
@click.option(
    "--columns",
    "couple",
    metavar="NAME NAME",
    nargs=2,
    help="Compare one column with another, of one run or of two.",
)
@click.option("--cluster", metavar="FIELD", help="Samples that share this field are not alone.")
@click.option(
    "--slice",
    "slices",
    metavar="FIELD",
    multiple=True,
    help="Compare by the values of this field too; may be given again.",
)
@click.option(
    "--margin",
    type=Finite(min=0, min_open=True),
    metavar="δ",
    help="Say whether B is no worse than A by δ, in units of the score, and whether it is as good.",
)
@click.option(
    "--pair",
    "by",
    type=click.Choice(["id", "index"]),
    help="What samples are paired by; without it, by id where both runs have ids.",
)
@click.option(
    "--kind",
    type=click.Choice(["binary", "ordinal", "continuous"]),
    help="The kind of scores, which decides the test; without it, as the scores are.",
)
@click.option(
    "--correction",
    type=click.Choice(["bh", "by", "none"]),
    default="bh",
    help="How p values are corrected, over columns and slices together.",
)
@level_of_intervals
@click.option(
    "--changes",
    type=click.IntRange(min=0),
    default=10,
    metavar="N",
    help="Show the N samples that changed most.",
)
@forms
def command(  # noqa: PLR0917 - click calls it by name
    first: str,
    second: str | None,
    names: tuple[str, ...],
    couple: tuple[str, str] | None,
    cluster: str | None,
    slices: tuple[str, ...],
    margin: float | None,
    by: Literal["id", "index"] | None,
    kind: Literal["binary", "ordinal", "continuous"] | None,
    correction: Literal["bh", "by", "none"],
    level: float,
    changes: int,
    as_json: bool,
    as_markdown: bool,
    output: str | None,
) -> None:
    """Compare two runs on the same samples, sample by sample.

    The runs are of two versions of a grader over the same responses, or of two models' responses
    under the same graders. Samples are paired by their ids, and without ids by their index. Each
    column gets both means, the difference B - A with its interval, an effect size, a test for its
    kind of scores, and the samples that changed most. A sample that lacks a score in one run is
    never dropped in silence: it is counted, with what it could change. With one run, --columns
    compares two of its columns.
    """
    from rmg_core import StoredRun
    from rmg_plugin_stats.comparison_report import as_json as json_of
    from rmg_plugin_stats.comparison_report import report_of
    from rmg_plugin_stats.run_comparison import Question, compare_runs

    if couple and names:
        raise click.UsageError("--columns says which columns are compared, and so does --column")
    if second is None and not couple:
        raise click.UsageError("name a second run, or two columns of this one: --columns NAME NAME")
    check_forms(as_json=as_json, as_markdown=as_markdown)
    question = Question(
        columns=names,
        couple=couple or None,
        cluster=cluster,
        slices=tuple(dict.fromkeys(slices)),
        kind=kind,
        margin=margin,
        correction=correction,
        level=level,
        changes=changes,
        by=by,
    )
    with ExitStack() as stack:
        ours = stack.enter_context(StoredRun.open(first))
        theirs = ours if second is None else stack.enter_context(StoredRun.open(second))
        found = compare_runs(ours, theirs, question)
        place = ours.place
    deliver(
        report_of(found),
        place,
        as_json=as_json,
        as_markdown=as_markdown,
        output=output,
        values=json_of(found),
    )
