"""`rmg estimate`: what people would say of a whole run, from labels of a part of it."""

from typing import TYPE_CHECKING, Literal

import click

from rmg_core.cli import Finite, example
from rmg_plugin_stats.cli.delivering import check_forms, deliver, forms, level_of_intervals

if TYPE_CHECKING:
    from rmg_core import StoredRun
    from rmg_plugin_stats.reports import Report


@click.command(
    "estimate",
    epilog=example(
        "rmg estimate runs/qa --labels labels.csv",
        "rmg estimate runs/qa --labels anna.csv --labels ben.csv --truth majority",
        "rmg estimate runs/qa --labels human --column judge --threshold 0.5 --json",
    ),
)
@click.argument("run_dir", metavar="RUN")
@click.option(
    "--labels",
    "sources",
    metavar="FILE|FIELD",
    multiple=True,
    required=True,
    help="What people said: a file of `rmg sample`, or a field of the dataset; may be given again.",
)
@click.option("--column", metavar="NAME", help="The judge; without it, the only grader.")
@click.option(
    "--rater",
    "raters",
    metavar="COLUMN",
    multiple=True,
    help="A column of the file with labels; without it, label and label_1, label_2, …",
)
@click.option(
    "--value",
    "values",
    metavar="LABEL=NUMBER",
    multiple=True,
    help="What a label is worth; LABEL= for one that counts as none. May be given again.",
)
@click.option(
    "--truth",
    "rule",
    type=click.Choice(["mean", "median", "majority"]),
    default="mean",
    help="What several raters come to.",
)
@click.option(
    "--threshold",
    type=Finite(),
    metavar="SCORE",
    help="Estimate the share from this score on, and not the mean.",
)
@click.option("--cluster", metavar="FIELD", help="Samples that share this field are not alone.")
@level_of_intervals
@forms
def command(
    *,
    run_dir: str,
    sources: tuple[str, ...],
    column: str | None,
    raters: tuple[str, ...],
    values: tuple[str, ...],
    rule: Literal["mean", "median", "majority"],
    threshold: float | None,
    cluster: str | None,
    level: float,
    as_json: bool,
    as_markdown: bool,
    output: str | None,
) -> None:
    """Estimate what people would say of a whole run, from labels of a part of it.

    A judge's own mean is off by as much as the judge is, however many samples it is of. Labels
    that were drawn at random tell by how much: PPI++ puts both together, and is right whatever
    the judge is worth. Beside it stand the labels alone, the judge alone, and for yes and no
    the estimate of Rogan and Gladen. Every sample of the run counts, also one that the judge could
    not score.
    """
    from rmg_core import StoredRun

    check_forms(as_json=as_json, as_markdown=as_markdown)
    with StoredRun.open(run_dir) as run:
        report = _report(
            run,
            sources,
            column=column,
            raters=raters,
            values=values,
            rule=rule,
            threshold=threshold,
            cluster=cluster,
            level=level,
        )
        place = run.place
    deliver(report, place, as_json=as_json, as_markdown=as_markdown, output=output)


def _report(
    run: "StoredRun",
    sources: tuple[str, ...],
    *,
    column: str | None,
    raters: tuple[str, ...],
    values: tuple[str, ...],
    rule: Literal["mean", "median", "majority"],
    threshold: float | None,
    cluster: str | None,
    level: float,
) -> "Report":
    from rmg_plugin_stats.clusters import cluster_by
    from rmg_plugin_stats.estimate_report import report_of
    from rmg_plugin_stats.estimating import estimate
    from rmg_plugin_stats.label_numbers import ratings_of, values_of
    from rmg_plugin_stats.labelling import fields_among, labels_of
    from rmg_plugin_stats.reading import read

    worth = values_of(values)
    fields = dict.fromkeys([*fields_among(sources), *([cluster] if cluster else [])])
    name = column or _only_grader(run)
    scores = read(run, [name], list(fields))
    judge = scores.columns[name]
    labels = labels_of(scores, sources, raters)
    groups = None
    if cluster:
        groups = cluster_by([_hashable(each) for each in scores.fields[cluster]])
    found = estimate(
        judge,
        labels,
        ratings_of(labels, judge, worth),
        rule=rule,
        threshold=threshold,
        clusters=groups,
        level=level,
    )
    return report_of(scores, judge, found)


def _only_grader(run: "StoredRun") -> str:
    from rmg_core import DataError, Problem

    graders = [each.name for each in run.columns if not each.is_aggregator]
    if len(graders) == 1:
        return graders[0]
    said = f"the run has several graders: {', '.join(graders)}"
    raise DataError([Problem(said, "name one with --column")])


def _hashable(value: object) -> str | None:
    return None if value is None else repr(value)
