"""`rmg sample`: samples of a run, drawn for people to label."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmg_core.cli import csv_line, example, one_line, opened, show, show_json, show_table, tell

if TYPE_CHECKING:
    from rmg_core import StoredRun
    from rmg_plugin_stats.drawing import Draw
    from rmg_plugin_stats.label_sheets import LabelSheet
    from rmg_plugin_stats.reading import ColumnScores, RunScores
    from rmg_plugin_stats.strata import Strata


@click.command(
    "sample",
    epilog=example(
        "rmg sample runs/qa --for-labels 150",
        "rmg sample runs/qa --for-labels 150 --stratify judge --show question --show answer",
        "rmg sample runs/qa --for-labels 50 --exclude labels.csv -o more.csv",
    ),
)
@click.argument("run_dir", metavar="RUN")
@click.option(
    "--for-labels",
    "count",
    metavar="N",
    type=click.IntRange(min=1),
    required=True,
    help="How many samples to draw.",
)
@click.option("--column", metavar="NAME", help="The grader whose inputs are shown.")
@click.option(
    "--stratify",
    metavar="NAME",
    help="Draw from strata: those of a column's scores, or of a field of the dataset.",
)
@click.option(
    "--strata",
    "most",
    metavar="K",
    type=click.IntRange(2, 26),
    default=5,
    help="How many strata at most.",
)
@click.option(
    "--allocation",
    type=click.Choice(["proportional", "equal"]),
    default="proportional",
    help="Whether a stratum gives as its size is, or each as many.",
)
@click.option(
    "--show",
    "shown",
    metavar="FIELD",
    multiple=True,
    help="A field of the dataset to show; may be given again. Without, the grader's inputs.",
)
@click.option(
    "--raters",
    metavar="N",
    type=click.IntRange(1, 50),
    default=1,
    help="How many people label each sample, a column each.",
)
@click.option("--unblind", is_flag=True, help="Show the judge's score to who labels.")
@click.option(
    "--exclude",
    metavar="FILE",
    multiple=True,
    help="Draw none of the samples that this file has; may be given again.",
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), default=0, help="Of the draw.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="labels.csv",
    help="The file to label in, .csv or .jsonl.",
)
@click.option("--force", is_flag=True, help="Write over a file with labels in it.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(
    *,
    run_dir: str,
    count: int,
    column: str | None,
    stratify: str | None,
    most: int,
    allocation: Any,
    shown: tuple[str, ...],
    raters: int,
    unblind: bool,
    exclude: tuple[str, ...],
    seed: int,
    output: str,
    force: bool,
    as_json: bool,
) -> None:
    """Draw samples of a run at random, and write a file for people to label them in.

    Every sample of the run can be drawn, also one that the judge gave no score. The rows are in an
    order that says nothing, without the judge's score: who stops early has labelled a random
    part. Fill in the column label, and save; `rmg estimate` and `rmg validate` read it. Leave the
    columns index, id, weight, stratum and stratum_size as they are. The same seed draws the same
    samples again.
    """
    from rmg_core import StoredRun
    from rmg_plugin_stats.drawing import draw, taken_of
    from rmg_plugin_stats.label_sheets import LONGEST_CELL, check_free, sheet_of
    from rmg_plugin_stats.labelling import sheets_of

    is_csv = Path(output).suffix.lower() != ".jsonl"
    if not force:
        check_free(output)
    with StoredRun.open(run_dir) as run:
        if want := run.want:
            tell(one_line(f"{run.place}: {want}", 4000))
        scores, judged = _scores(run, column, stratify)
        strata = _strata(scores, stratify, most)
        taken = taken_of(sheets_of(scores, exclude), strata) if exclude else None
        drawn = draw(strata, count, seed=seed, allocation=allocation, taken=taken)
        sheet = sheet_of(
            run, scores, drawn, column=judged, show=shown, raters=raters, unblind=unblind
        )
        with opened(output, run.place) as file:
            if is_csv:
                file.write(b"\xef\xbb\xbf")  # without it Excel takes UTF-8 for another encoding
                file.writelines(csv_line(row) for row in (sheet.head, *sheet.rows))
            else:
                file.writelines(sheet.json_lines())
    if is_csv and sheet.longest > LONGEST_CELL:
        said = f"a text has {sheet.longest:,} characters, and Excel keeps {LONGEST_CELL:,} a cell"
        tell(f"{output}: {said}: label in another program, or write -o FILE.jsonl")
    if sheet.lost:
        tell(f"{sheet.lost} samples have no row in the dataset any more: nothing is shown of them")
    if as_json:
        show_json(_as_json(output, drawn, scores, judged, seed))
    else:
        _show(output, drawn, sheet, judged)


def _scores(
    run: "StoredRun", column: str | None, stratify: str | None
) -> "tuple[RunScores, ColumnScores | None]":
    """Read what is needed of the run, and find the column that is meant."""
    from rmg_plugin_stats.reading import read

    names = [each.name for each in run.columns]
    graders = [each.name for each in run.columns if not each.is_aggregator]
    is_column = stratify in names
    fields = [stratify] if stratify and not is_column else []
    if column is None and is_column:
        column = stratify
    elif column is None and len(graders) == 1:
        column = graders[0]
    needed = dict.fromkeys(each for each in (column, stratify if is_column else None) if each)
    scores = read(run, list(needed), fields)
    if not len(scores):
        from rmg_core import DataError, Problem

        raise DataError([Problem(f"the run {str(run.place)!r} has no sample yet")])
    return scores, None if column is None else scores.columns[column]


def _strata(scores: "RunScores", stratify: str | None, most: int) -> "Strata":
    from rmg_plugin_stats.strata import one_stratum, strata_of_scores, strata_of_values

    if stratify is None:
        return one_stratum(len(scores))
    if stratify in scores.columns:
        return strata_of_scores(scores.columns[stratify].scores, stratify, most)
    return strata_of_values(scores.fields[stratify], stratify, most)


def _as_json(
    output: str, drawn: "Draw", scores: "RunScores", judged: "ColumnScores | None", seed: int
) -> dict[str, Any]:
    strata, counts = drawn.strata, drawn.counts
    return {
        "file": output,
        "run": scores.place,
        "column": judged and judged.name,
        "samples": len(scores),
        "drawn": len(drawn.places),
        "seed": seed,
        "strata": [
            {
                "name": name,
                "holds": meant,
                "samples": size,
                "drawn": counts.get(name, 0),
                "weight": drawn.weight(name) if name in counts else None,
            }
            for (name, size), meant in zip(strata.sizes.items(), strata.meant, strict=True)
        ],
    }


def _show(output: str, drawn: "Draw", sheet: "LabelSheet", judged: "ColumnScores | None") -> None:
    strata = drawn.strata
    show(f"{len(sheet.rows)} of {len(strata.codes):,} samples are in {output}: fill in the labels")
    rows = [("stratum", "samples", "drawn", "weight", "holds")]
    for (name, size), meant in zip(strata.sizes.items(), strata.meant, strict=True):
        weight = f"{drawn.weight(name):.4g}" if name in drawn.counts else "–"  # noqa: RUF001 - no figure
        rows.append((name, f"{size:,}", str(drawn.counts.get(name, 0)), weight, meant))
    if len(strata.names) > 1:
        show_table(rows)
    if (half := _half_width(len(sheet.rows), judged)) is not None:
        show(f"where labels vary as the scores do, they alone tell the mean to ±{half:.3f}")


def _half_width(count: int, judged: "ColumnScores | None") -> float | None:
    import numpy as np

    from rmg_plugin_stats.planning import half_width

    if judged is None or judged.scored < 2:
        return None
    deviation = float(np.nanstd(judged.scores, ddof=1))
    return half_width(count, deviation=deviation) if deviation > 0 else None
