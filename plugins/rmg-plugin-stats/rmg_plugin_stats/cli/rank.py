"""`rmg rank`: the systems of a run in order of strength."""

from typing import TYPE_CHECKING, Literal

import click

from rmg_core.cli import Finite, example
from rmg_plugin_stats.cli.delivering import check_forms, deliver, forms, level_of_intervals

if TYPE_CHECKING:
    from rmg_core import StoredRun


@click.command(
    "rank",
    epilog=example(
        "rmg rank runs/arena --first model_a --second model_b --prompt question",
        "rmg rank runs/lists --system models",
        "rmg rank runs/scores --system model --prompt question --margin 0.5",
    ),
)
@click.argument("run_dir", metavar="RUN")
@click.option(
    "--column",
    "columns",
    metavar="NAME",
    multiple=True,
    help="What says who won; again for a panel. Without it, the only grader.",
)
@click.option("--first", metavar="FIELD", help="Of pairs: the system of the first response.")
@click.option("--second", metavar="FIELD", help="Of pairs: the system of the second response.")
@click.option(
    "--system",
    metavar="FIELD",
    help="The system of a row's response, or of a ranked list the systems of its responses.",
)
@click.option("--prompt", metavar="FIELD", help="What was answered: games on it are not alone.")
@click.option(
    "--truth", metavar="FIELD", help="Of a panel: who people say won: A, B, tie, or a system."
)
@click.option(
    "--response",
    "texts",
    metavar="FIELD",
    multiple=True,
    help="The response, of pairs the first and then the second: tells strengths at equal length "
    "and style, too.",
)
@click.option("--tie", metavar="SCORE", type=Finite(), help="The score that is a tie.")
@click.option(
    "--margin",
    metavar="SCORE",
    type=Finite(min=0),
    default=0.0,
    help="Scores so near to a tie, or to each other, are one.",
)
@click.option(
    "--orders",
    type=click.Choice(["each", "net"]),
    default="each",
    help="Whether each row of a pair is a game, or all rows of a pair on a prompt are one.",
)
@click.option(
    "--ties",
    type=click.Choice(["davidson", "half"]),
    default="davidson",
    help="Ties by Davidson's model, or as half wins.",
)
@click.option(
    "--resamples",
    metavar="N",
    type=click.IntRange(min=1),
    default=1000,
    help="How often prompts are drawn anew.",
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), default=0, help="Of the draws.")
@level_of_intervals
@forms
def command(
    *,
    run_dir: str,
    columns: tuple[str, ...],
    first: str | None,
    second: str | None,
    system: str | None,
    prompt: str | None,
    truth: str | None,
    texts: tuple[str, ...],
    tie: float | None,
    margin: float,
    orders: Literal["each", "net"],
    ties: Literal["davidson", "half"],
    resamples: int,
    seed: int,
    level: float,
    as_json: bool,
    as_markdown: bool,
    output: str | None,
) -> None:
    """Rank the systems that a run compares, and say how sure the order is.

    Each row compares two responses, whose systems --first and --second name: a score above the
    middle of its scale is a win of the first. Or it ranks a list, whose systems --system leads
    to. Or it scores one response, and those of the same prompt are compared. Where the scale says
    that lower is better, the lower score wins. Strengths are of Bradley and Terry's model with
    ties, intervals from prompts drawn anew. Beside them: win rates, Elo, Copeland, and how far
    outcomes go in circles. Systems that no game links are not ranked against each other.
    """
    from rmg_core import StoredRun
    from rmg_plugin_stats.ranking_report import report_of, standing_of
    from rmg_plugin_stats.ranking_runs import Naming, games_of

    _check(first, second, system)
    check_forms(as_json=as_json, as_markdown=as_markdown)
    naming = Naming(first, second, system, prompt, truth, texts, tie, margin)
    with StoredRun.open(run_dir) as run:
        found = games_of(run, columns or _only_column(run), naming, orders)
        standing = standing_of(found, ties=ties, resamples=resamples, seed=seed, level=level)
        report = report_of(found, standing)
        place = run.place
    deliver(report, place, as_json=as_json, as_markdown=as_markdown, output=output)


def _check(first: str | None, second: str | None, system: str | None) -> None:
    if bool(first) != bool(second):
        raise click.UsageError("a pair has two systems: give --first and --second")
    if first and system:
        raise click.UsageError("--first and --second name the systems of pairs, --system of others")


def _only_column(run: "StoredRun") -> tuple[str, ...]:
    from rmg_core import DataError, Problem

    graders = [each.name for each in run.columns if not each.is_aggregator]
    if len(graders) == 1:
        return (graders[0],)
    said = f"the run has several graders: {', '.join(graders)}"
    raise DataError([Problem(said, "name one with --column, or several as a panel")])
