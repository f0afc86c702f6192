"""`rmg validate`: how far the graders of a run agree with people."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmg_core.cli import example, opened, show, show_json, show_table, tell

if TYPE_CHECKING:
    from rmg_plugin_stats.reports import Report


@click.command(
    "validate",
    epilog=example(
        "rmg validate runs/qa --labels human",
        "rmg validate runs/qa --labels labels.csv --column helpful -o report.md",
        "rmg validate runs/qa --labels human --slice topic --cluster prompt --json",
        "rmg validate runs/qa --labels human --column helpful --probe repeat --probe attacks",
    ),
)
@click.argument("run", metavar="RUN")
@click.option(
    "--labels",
    metavar="FIELD|FILE",
    multiple=True,
    required=True,
    help="What people said: a dotted path into the rows of the dataset, or a file .csv, .tsv or "
    ".jsonl with id or index and a label; again for more raters. A path to a list has a rater "
    "each element.",
)
@click.option(
    "--rater", "raters", metavar="COLUMN", multiple=True, help="A column of the file with labels."
)
@click.option(
    "--value",
    "values",
    metavar="LABEL=NUMBER",
    multiple=True,
    help="What number a label stands for; again for each label.",
)
@click.option(
    "--column",
    "columns",
    metavar="NAME",
    multiple=True,
    help="A grader or aggregator; without it, all that the labels fit.",
)
@click.option(
    "--kind",
    type=click.Choice(["binary", "nominal", "ordinal", "numeric"]),
    help="What labels are; without it, what they and the scale look like.",
)
@click.option(
    "--threshold",
    type=float,
    metavar="SCORE",
    help="The score from which on it is a yes; without it, the middle of the scale.",
)
@click.option(
    "--label-threshold", type=float, metavar="LABEL", help="The label from which on it is a yes."
)
@click.option("--tie", metavar="LABEL", help="The label that is a tie.")
@click.option(
    "--ties",
    type=click.Choice(["label", "half", "drop", "wrong"]),
    default="label",
    help="A tie is a label like others, half an agreement against a decision, left out, or wrong "
    "unless people say so, when it is left out.",
)
@click.option(
    "--missing",
    type=click.Choice(["drop", "wrong", "tie"]),
    default="drop",
    help="A verdict that is missing is left out, wrong, or a tie.",
)
@click.option(
    "--slice", "slices", metavar="FIELD", multiple=True, help="A field to look at value by value."
)
@click.option(
    "--cluster", metavar="FIELD", help="The field of samples that belong together: prompt, author."
)
@click.option("--system", metavar="FIELD", help="The field that says which system answered.")
@click.option(
    "--text",
    metavar="FIELD",
    help="The field of the responses; without it, what the mapper feeds to `response`.",
)
@click.option("--family", metavar="FIELD", help="The field that says whose response it is.")
@click.option("--own", metavar="FAMILY", help="The judge's family, as that field has it.")
@click.option(
    "--probe",
    "probes",
    metavar="NAME",
    multiple=True,
    help="Ask the graders anew: repeat, swap, length, style, pairs, attacks; may be given again. "
    "What is asked is kept beside the run.",
)
@click.option(
    "--probe-limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many samples each probe takes at most.",
)
@click.option(
    "--probe-calls", type=click.IntRange(min=0), metavar="N", help="Calls that probes may make."
)
@click.option("--offline", is_flag=True, help="Ask no model: probes use stored replies only.")
@click.option(
    "--save-calibration",
    metavar="FILE",
    help="Where to save the curve that a judge's `calibrate` reads.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Write Markdown.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write the report to a file: JSON if it ends in .json, or else Markdown.",
)
def command(  # noqa: PLR0917 - click hands over each option by its name
    run: str,
    labels: tuple[str, ...],
    raters: tuple[str, ...],
    values: tuple[str, ...],
    columns: tuple[str, ...],
    kind: Any,
    threshold: float | None,
    label_threshold: float | None,
    tie: str | None,
    ties: Any,
    missing: Any,
    slices: tuple[str, ...],
    cluster: str | None,
    system: str | None,
    text: str | None,
    family: str | None,
    own: str | None,
    probes: tuple[str, ...],
    probe_limit: int | None,
    probe_calls: int | None,
    offline: bool,
    save_calibration: str | None,
    as_json: bool,
    as_markdown: bool,
    output: str | None,
) -> None:
    """Say how far the graders of a run agree with people.

    RUN is the run directory. Each figure has its interval of 95 %, what it rests on and by which
    rules, or why it is not available. First come the figures that decide, then the rest.
    """
    if bool(family) != bool(own):
        raise click.UsageError("--family and --own go together: a field, and a family in it")
    if not probes and (probe_limit or probe_calls is not None or offline):
        raise click.UsageError("--probe-limit, --probe-calls and --offline are for --probe NAME")
    if as_json and as_markdown:
        raise click.UsageError("--json or --markdown, not both")
    from rmg_core import StoredRun
    from rmg_plugin_stats.validation.matched import Asked
    from rmg_plugin_stats.validation.probed import Probes, probed
    from rmg_plugin_stats.validation.validating import Question, curve, validate

    question = Question(
        labels, raters, _numbers(values), columns, slices, cluster, system, text, family, own,
        probes, Asked(kind, threshold, label_threshold, ties, missing, tie),
    )  # fmt: skip
    with StoredRun.open(run) as stored:
        found = validate(stored, question)
        place = stored.place
        saved = curve(found).as_json() if save_calibration else None
        for each in found.report.warnings:
            tell(each)
        if probes:
            asked = Probes(probes, probe_limit, probe_calls, offline, tell)
            found = probed(stored, found, asked)
    if save_calibration:
        import json

        _write(save_calibration, place, json.dumps(saved) + "\n")
        tell(f"the curve is saved: {save_calibration}")
    if output is not None:
        _write(output, place, _written(found.report, as_json or Path(output).suffix == ".json"))
        tell(f"the report is saved: {output}")
    elif as_json:
        show_json(found.report.as_json())
    elif as_markdown:
        show(found.report.as_markdown())
    else:
        found.report.show(show, show_table)


def _numbers(values: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for each in values:
        label, _, number = each.rpartition("=")
        said = f"--value {each!r}: write LABEL=NUMBER, such as good=1"
        try:
            found[label.strip()] = float(number)
        except ValueError:
            raise click.UsageError(said) from None
        if not label.strip() or not math.isfinite(found[label.strip()]):
            raise click.UsageError(said)
    return found


def _written(report: "Report", is_json: bool) -> str:
    if not is_json:
        return report.as_markdown()
    import json

    return json.dumps(report.as_json(), indent=2, ensure_ascii=False, default=str) + "\n"


def _write(file: str, place: Path, text: str) -> None:
    with opened(file, place) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
