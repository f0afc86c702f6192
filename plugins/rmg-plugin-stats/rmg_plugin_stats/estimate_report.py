"""The report of `rmg estimate`."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from attrs import evolve

from rmg_plugin_stats.correction import Correction
from rmg_plugin_stats.estimating import Estimate, width
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.reading import ColumnScores, RunScores
from rmg_plugin_stats.reports import Grid, Report, Section, number

LARGE_PART = 0.1
"""Of the run: from there on the interval for the run alone is 5 % narrower or more."""


def report_of(run: RunScores, column: ColumnScores, found: Estimate) -> Report:
    """Put an estimate into a report: figures, coverage, strata."""
    labelled = int((~np.isnan(found.truth)).sum())
    scope = f"over all {len(run):,} samples of the run" if found.scored else "over the run"
    sections = [
        Section(
            "estimate",
            f"The {found.target}, {scope}",
            _figures(found.whole),
            notes=_notes(found, labelled / len(run)),
        )
    ]
    if found.scored is not None:
        title = f"The same, over the {column.scored:,} samples that the judge scored"
        sections.append(Section("scored", title, _figures(found.scored)))
    sections += [_rate(found), _coverage(run, column, labelled, found.rules)]
    if len(found.labels.sizes) > 1:
        sections.append(_strata(found))
    facts = {
        "run": run.place,
        "column": column.name,
        "labels": list(found.labels.sources),
        "raters": list(found.labels.raters),
        "samples": len(run),
        "labelled": labelled,
        "scored": column.scored,
        "target": found.target,
        "trust": found.whole.trust,
        "labels_worth": found.worth,
    }
    said = [f"{run.place}: {run.want}"] if run.want else []
    unusual = found.whole.warnings if labelled else ()
    return Report(
        f"What people would say of {run.place}, from {labelled:,} labels",
        facts,
        sections,
        (*said, *found.warnings, *unusual),
    )


def _figures(made: Correction) -> tuple[Figure, ...]:
    return tuple(
        evolve(each, name=name)
        for each, name in (
            (made.corrected, "labels and judge"),
            (made.labels_only, "labels only"),
            (made.judge_only, "judge only"),
        )
    )


def _notes(found: Estimate, part: float) -> tuple[str, ...]:
    """Say how wide the intervals are, what the judge saves, and what they are about.

    `part` is the share of the run that is labelled.
    """
    both, alone = width(found.whole.corrected), width(found.whole.labels_only)
    notes = []
    if both is not None and alone is not None:
        less = 1 - both / alone
        how = f"{abs(less):.0%} {'less' if less > 0 else 'more'} than"
        how = "as much as" if abs(less) < 0.005 else how
        notes.append(f"the interval is {number(both)} wide, {how} of the labels alone")
    if found.whole.trust is not None:
        notes.append(f"λ is {found.whole.trust:.3f}: how far the judge is trusted, 0 not, 1 fully")
    if (worth := found.worth) is not None:
        n = found.whole.corrected.n
        saved = worth - n
        more = (
            f"the judge saves {saved:.0f} ({saved / worth:.0%})" if saved > 0 else "it saves none"
        )
        notes.append(f"{n} labels with the judge are worth {worth:.0f} without: {more}")
    if found.scored is not None and found.whole.corrected.value is not None:
        without = int(np.isnan(found.judged).sum())
        notes.append(
            f"{without} samples without a score take the judge's mean, which leaves the estimate "
            "right and costs width"
        )
    if part > LARGE_PART:
        notes.append(
            "the intervals are about samples such as these: for this run alone, of which "
            f"{part:.0%} is labelled, they would be narrower"
        )
    return tuple(notes)


def _rate(found: Estimate) -> Section:
    title = "The same rate by Rogan and Gladen, from how often the judge is wrong on each side"
    if found.rate is None:
        none = Figure("corrected rate", None, unit="labels", why=found.no_rate)
        return Section("rogan_gladen", title, [none])
    rate = found.rate
    return Section("rogan_gladen", title, [rate.corrected, rate.sensitivity, rate.specificity])


def _coverage(run: RunScores, column: ColumnScores, labelled: int, rules: Sequence[str]) -> Section:
    counts = Counter({f"error: {kind}": count for kind, count in column.errors.items()})
    counts.update(skipped=column.skipped, ranked=column.ranked, absent=column.absent)
    rows = [("samples", "count", "share")]
    for name, count in (("scored by the judge", column.scored), *sorted(counts.items())):
        if count or name == "scored by the judge":
            rows.append((name, f"{count:,}", f"{count / len(run):.1%}"))
    rows.append(("labelled", f"{labelled:,}", f"{labelled / len(run):.1%}"))
    notes = [f"labels as numbers: {each}" for each in rules]
    return Section("coverage", "Coverage", grids=[Grid("counts", rows)], notes=notes)


def _strata(found: Estimate) -> Section:
    """Tell of each stratum how many samples it holds, and what people and judge say of it."""
    known = ~np.isnan(found.truth)
    weights = found.labels.weights(known)
    names = np.array(["" if each is None else each for each in found.labels.strata])
    rows = [("stratum", "samples", "labels", "weight", "mean label", "mean score of these")]
    for name, size in found.labels.sizes.items():
        at = known & (names == name)
        weight = weights[at][0] if weights is not None and at.any() else None
        scores = found.judged[at & ~np.isnan(found.judged)]
        rows.append(
            (
                name,
                f"{size:g}",
                str(int(at.sum())),
                number(weight),
                number(float(found.truth[at].mean()) if at.any() else None),
                number(float(scores.mean()) if len(scores) else None),
            )
        )
    return Section("strata", "Strata", grids=[Grid("strata", rows)])
