"""`rmg validate`: how far the graders of a run agree with people."""

import math
import sys
from contextlib import redirect_stdout
from typing import Any, Final

import click
from click.core import ParameterSource

from rmg_core.cli import Finite, example, tell
from rmg_plugin_stats.cli.delivering import check_forms, deliver, forms, write

OF_PROBES: Final = frozenset({"probe_limit", "probe_calls", "probe_answer", "offline"})
UNLABELLED: Final = OF_PROBES | {"run", "columns", "probes", "as_json", "as_markdown", "output"}
"""The parameters that make sense without labels."""


@click.command(
    "validate",
    epilog=example(
        "rmg validate runs/qa --labels human",
        "rmg validate runs/qa --labels labels.csv --column helpful -o report.md",
        "rmg validate runs/qa --labels human --slice topic --cluster prompt --json",
        "rmg validate runs/qa --column helpful --probe repeat --probe attacks",
    ),
)
@click.argument("run", metavar="RUN")
@click.option(
    "--labels",
    metavar="FIELD|FILE",
    multiple=True,
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
    type=Finite(),
    metavar="SCORE",
    help="The score from which on it is a yes; without it, the middle of the scale.",
)
@click.option(
    "--label-threshold", type=Finite(), metavar="LABEL", help="The label from which on it is a yes."
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
    multiple=True,
    help="The field of the responses, or two of a grader that compares two; without it, what the "
    "mapper feeds to `response`.",
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
@click.option(
    "--probe-answer",
    metavar="INPUT",
    help="The input of the grader that holds the answer, where its name does not tell.",
)
@click.option("--offline", is_flag=True, help="Ask no model: probes use stored replies only.")
@click.option(
    "--save-calibration",
    metavar="FILE",
    help="Where to save the curve that a judge's `calibrate` reads.",
)
@forms
@click.pass_context
def command(  # noqa: PLR0917 - click hands over each option by its name
    context: click.Context,
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
    text: tuple[str, ...],
    family: str | None,
    own: str | None,
    probes: tuple[str, ...],
    probe_limit: int | None,
    probe_calls: int | None,
    probe_answer: str | None,
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
    _check(text, family, own)
    _check_probes(context, has_labels=bool(labels), has_probes=bool(probes))
    check_forms(as_json=as_json, as_markdown=as_markdown)
    from rmg_core import StoredRun
    from rmg_plugin_stats.validation.matched import Asked
    from rmg_plugin_stats.validation.probed import Probes, probed, probes_alone
    from rmg_plugin_stats.validation.validating import Question, curve, validate

    question = Question(
        labels, raters, _numbers(values), columns, slices, cluster, system, text, family, own,
        probes, Asked(kind, threshold, label_threshold, ties, missing, tie),
    )  # fmt: skip
    asked = Probes(probes, probe_limit, probe_calls, offline, probe_answer, tell)
    # What graders print must not stand among the results.
    with StoredRun.open(run) as stored, redirect_stdout(sys.stderr):
        place = stored.place
        if labels:
            found = validate(stored, question)
            saved = curve(found).as_json() if save_calibration else None
            report = probed(stored, found, asked).report if probes else found.report
        else:
            report = probes_alone(stored, columns, asked)
    if save_calibration:
        import json

        write(save_calibration, place, json.dumps(saved) + "\n")
        tell(f"the curve is saved: {save_calibration}")
    deliver(report, place, as_json=as_json, as_markdown=as_markdown, output=output)


def _check(text: tuple[str, ...], family: str | None, own: str | None) -> None:
    if len(text) > 2:
        raise click.UsageError("--text names one field, or two of a grader that compares two")
    if bool(family) != bool(own):
        raise click.UsageError("--family and --own go together: a field, and a family in it")


def _check_probes(context: click.Context, *, has_labels: bool, has_probes: bool) -> None:
    """Refuse options that say something of labels or probes where there are none."""
    if not has_labels and not has_probes:
        raise click.UsageError("name what people said with --labels, or a probe with --probe")
    for each in context.command.params:
        name = each.name or ""
        if context.get_parameter_source(name) != ParameterSource.COMMANDLINE:
            continue
        if not has_labels and name not in UNLABELLED:
            raise click.UsageError(f"{each.opts[0]} needs labels: name them with --labels")
        if not has_probes and name in OF_PROBES:
            raise click.UsageError(f"{each.opts[0]} is for probes: name one with --probe")


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
