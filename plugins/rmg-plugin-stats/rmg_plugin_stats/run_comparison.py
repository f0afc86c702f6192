"""Two runs of the same samples, or two columns of one, compared column by column."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import (
    DataError,
    GraderError,
    GraderRank,
    GraderScore,
    Outcome,
    Problem,
    Scale,
    StoredRun,
)
from rmg_plugin_stats.alikeness import look_at_rows
from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.contrasts import (
    Contrast,
    Missing,
    Rule,
    Sensitivity,
    contrast,
    kind_of,
    missing_of,
    sensitivity,
)
from rmg_plugin_stats.grader_differences import differences_of
from rmg_plugin_stats.matching import By, Matched, all_of, match
from rmg_plugin_stats.paired import Kind, most_changed
from rmg_plugin_stats.reading import ColumnScores, RunScores, read
from rmg_plugin_stats.samples import Flags, Floats
from rmg_plugin_stats.significance import benjamini_hochberg, benjamini_yekutieli
from rmg_plugin_stats.slicing import clusters_by, slices_by

Correction = Literal["bh", "by", "none"]


@frozen
class Question:
    """What is to be compared, and how.

    `couple` are the column of the first run and that of the second; without it `columns` are
    compared with those of the same name, all that both runs have by default.
    """

    columns: tuple[str, ...] = ()
    couple: tuple[str, str] | None = None
    cluster: str | None = None
    slices: tuple[str, ...] = ()
    kind: Kind | None = None
    margin: float | None = None
    correction: Correction = "bh"
    level: float = 0.95
    changes: int = 10
    by: By | None = None


@frozen
class Changed:
    """A sample that changed, with what was said of it in each run."""

    index: int
    id: str | int | None
    first: float
    second: float
    first_said: str = ""
    second_said: str = ""


@frozen
class SliceContrast:
    """A contrast of the samples whose field `path` has a value; of all where there is no path."""

    made: Contrast
    missing: Missing
    path: str = ""
    value: str = ""
    adjusted: float | None = None


@frozen
class ColumnComparison:
    """A column of the first run against one of the second."""

    first: ColumnScores
    second: ColumnScores
    rule: Rule
    kind_why: str
    whole: SliceContrast
    slices: tuple[SliceContrast, ...] = ()
    sensitivity: Sensitivity | None = None
    changed: tuple[Changed, ...] = ()

    @property
    def name(self) -> str:
        one, other = self.first.name, self.second.name
        return one if one == other else f"{one} / {other}"


@frozen
class RunComparison:
    """What two runs came to on the samples that both have."""

    first: str
    second: str
    question: Question
    matched: Matched
    columns: tuple[ColumnComparison, ...]
    refused: Mapping[str, str] = field(factory=dict)
    rows_said: str = ""
    clusters: int | None = None
    warnings: tuple[str, ...] = ()


@frozen(eq=False)
class _Sides:
    """Both runs as they are read, and what pairs their samples."""

    first: RunScores
    second: RunScores
    matched: Matched
    clusters: Clusters


def compare_runs(first: StoredRun, second: StoredRun, question: Question) -> RunComparison:
    """Compare two runs, or two columns of one, sample by sample.

    Raises:
        DataError: they cannot be paired, a column or field is not there, or scales differ.
        StoreError: a run cannot be read.
    """
    is_one = first.place.resolve() == second.place.resolve()
    if is_one and question.couple is None:
        hint = "name another run, or two columns of this one: --columns NAME NAME"
        raise DataError([Problem("a run was to be compared with itself", hint)])
    names, warnings = _names(first, second, question)
    fields = [*([question.cluster] if question.cluster else []), *question.slices]
    ours = read(first, [*dict.fromkeys(one for one, _ in names)], fields)
    theirs = read(second, [*dict.fromkeys(other for _, other in names)])
    matched = all_of(ours) if is_one else match(ours, theirs, question.by)
    warnings += matched.warnings
    warnings += [f"{run.place}: {run.want}" for run in _each(first, second) if run.want]
    warnings += [f"{run.place}: {run.failure}" for run in _each(first, second) if run.failure]
    said = "both columns are of the same samples"
    if not is_one:
        rows = look_at_rows(first, second, matched, is_insisted=question.by == "index")
        said = rows.note
        warnings += rows.warnings
        warnings += differences_of(first, second, names)
    clusters = _clusters(ours, matched, question.cluster)
    warnings += _nameless(clusters, question.cluster)
    sides = _Sides(ours, theirs, matched, clusters)
    made, refused = _compared(sides, names, question)
    made = _with_changes(_adjusted(made, question), sides, first, second, question.changes)
    return RunComparison(
        str(first.place),
        str(second.place),
        question,
        matched,
        made,
        refused,
        said,
        sides.clusters.count if question.cluster else None,
        tuple(warnings),
    )


def _each(first: StoredRun, second: StoredRun) -> tuple[StoredRun, ...]:
    return (first,) if first.place.resolve() == second.place.resolve() else (first, second)


def _names(
    first: StoredRun, second: StoredRun, question: Question
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return which columns are compared, and what is to be told of the others."""
    if question.couple is not None:
        one, other = question.couple
        return [(first.column(one).name, second.column(other).name)], []
    if question.columns:
        names = [first.column(each).name for each in question.columns]
        return [(each, second.column(each).name) for each in names], []
    ours, theirs = ([each.name for each in run.columns] for run in (first, second))
    shared = [(each, each) for each in ours if each in theirs]
    if not shared:
        said = f"the runs have no column in common: {', '.join(ours)}; {', '.join(theirs)}"
        raise DataError([Problem(said, "name one of each: --columns NAME NAME")])
    alone = [each for each in (*ours, *theirs) if (each, each) not in shared]
    return shared, [f"only one run has {', '.join(alone)}"] if alone else []


def _clusters(run: RunScores, matched: Matched, path: str | None) -> Clusters:
    if path is None:
        return each_alone(len(matched))
    values = run.fields[path]
    return clusters_by([values[place] for place in matched.first])


def _nameless(clusters: Clusters, path: str | None) -> list[str]:
    nulls = 0 if clusters.nameless is None else int(clusters.nameless.sum())
    return [f"{nulls:,} samples have no {path!r}: each is a cluster of its own"] if nulls else []


def _compared(
    sides: _Sides, names: Sequence[tuple[str, str]], question: Question
) -> tuple[tuple[ColumnComparison, ...], dict[str, str]]:
    made, refused = [], {}
    for one, other in names:
        ours, theirs = sides.first.columns[one], sides.second.columns[other]
        try:
            made.append(_column(sides, ours, theirs, question))
        except ValueError as fault:
            refused[one if one == other else f"{one} / {other}"] = str(fault)
    if refused and (not made or question.columns):
        problems = [Problem(f"{name} cannot be compared: {why}") for name, why in refused.items()]
        raise DataError(problems)
    return tuple(made), refused


def _column(
    sides: _Sides, ours: ColumnScores, theirs: ColumnScores, question: Question
) -> ColumnComparison:
    scale = _scale_of(ours, theirs)
    first, second = ours.scores[sides.matched.first], theirs.scores[sides.matched.second]
    kind, why = kind_of(first, second, scale)
    if question.kind is not None:
        why = "as you say" if question.kind == kind else f"as you say, though {why}"
        if question.kind == "binary" and kind != "binary":
            raise ValueError(f"its scores are not all 0 or 1 on the scale 0..1: {kind}")
        kind = question.kind
    rule = Rule(scale, kind, question.level, question.margin)
    everything = np.ones(len(first), dtype=np.bool_)
    parts = [
        evolve(_part(sides, ours, theirs, rule, kept), path=path, value=value)
        for path, value, kept in [("", "", everything), *_slices(sides, question.slices)]
    ]
    places = most_changed(first, second, question.changes)
    changed = tuple(
        Changed(
            sides.first.index[sides.matched.first[place]],
            sides.first.ids[sides.matched.first[place]],
            float(first[place]),
            float(second[place]),
        )
        for place in places
    )
    return ColumnComparison(
        ours,
        theirs,
        rule,
        why,
        parts[0],
        tuple(parts[1:]),
        sensitivity(first, second, rule),
        changed,
    )


def _scale_of(ours: ColumnScores, theirs: ColumnScores) -> Scale | None:
    for each in (ours, theirs):
        if each.scored and each.scale is None:
            raise ValueError(f"the scores of {each.name!r} are on several scales in one run")
    if ours.scale is not None and theirs.scale is not None and ours.scale != theirs.scale:
        raise ValueError(f"its scales differ: {ours.scale} and {theirs.scale}")
    return ours.scale or theirs.scale


def _slices(sides: _Sides, paths: Sequence[str]) -> Iterator[tuple[str, str, Flags]]:
    for path in paths:
        values = sides.first.fields[path]
        for value, kept in slices_by(path, [values[place] for place in sides.matched.first]):
            yield path, value, kept


def _part(
    sides: _Sides, ours: ColumnScores, theirs: ColumnScores, rule: Rule, kept: Flags
) -> SliceContrast:
    left, right = sides.matched.first[kept], sides.matched.second[kept]
    return SliceContrast(
        contrast(ours.scores[left], theirs.scores[right], rule, sides.clusters.only(kept)),
        missing_of([ours.lacks[at] for at in left], [theirs.lacks[at] for at in right]),
    )


def _adjusted(
    columns: Sequence[ColumnComparison], question: Question
) -> tuple[ColumnComparison, ...]:
    """Correct the p values of all columns and slices together."""
    parts = [part for each in columns for part in (each.whole, *each.slices)]
    found = [part.made.comparison.test.p_value for part in parts]
    given: Floats = np.array([np.nan if p is None else p for p in found], dtype=np.float64)
    corrected = {"bh": benjamini_hochberg, "by": benjamini_yekutieli}.get(question.correction)
    told = given if corrected is None else corrected(given)
    adjusted = iter([None if np.isnan(p) else float(p) for p in told])
    return tuple(
        evolve(
            each,
            whole=evolve(each.whole, adjusted=next(adjusted)),
            slices=tuple(evolve(part, adjusted=next(adjusted)) for part in each.slices),
        )
        for each in columns
    )


def _with_changes(
    columns: tuple[ColumnComparison, ...],
    sides: _Sides,
    first: StoredRun,
    second: StoredRun,
    most: int,
) -> tuple[ColumnComparison, ...]:
    """Add to the samples that changed what was said of them, which is read again for them."""
    if not most or not any(each.changed for each in columns):
        return columns
    other = dict(zip(sides.matched.first, sides.matched.second, strict=True))
    place_of = {index: place for place, index in enumerate(sides.first.index)}
    theirs = {
        index: sides.second.index[other[place_of[index]]]
        for each in columns
        for index in (changed.index for changed in each.changed)
    }
    ours_said = _said(first, set(theirs), [each.first.name for each in columns])
    theirs_said = _said(second, {*theirs.values()}, [each.second.name for each in columns])
    return tuple(
        evolve(
            each,
            changed=tuple(
                evolve(
                    changed,
                    first_said=ours_said.get((changed.index, each.first.name), ""),
                    second_said=theirs_said.get((theirs[changed.index], each.second.name), ""),
                )
                for changed in each.changed
            ),
        )
        for each in columns
    )


def _said(run: StoredRun, wanted: set[int], names: Sequence[str]) -> dict[tuple[int, str], str]:
    found = {}
    for sample in run.samples():
        if sample.index in wanted:
            for name in names:
                found[sample.index, name] = _reason(sample.outcomes.get(name))
    return found


def _reason(outcome: Outcome | None) -> str:
    match outcome:
        case GraderScore(reason=reason) | GraderRank(reason=reason):
            return reason or ""
        case GraderError(error=error):
            return error
    return ""
