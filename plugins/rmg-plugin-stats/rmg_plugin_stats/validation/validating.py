"""A run's graders beside people, as one report."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import ConfigError, DataError, Problem, StoredRun
from rmg_plugin_stats.clusters import Clusters, cluster_by, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.labelling import fields_among, labels_of
from rmg_plugin_stats.panels import effective_size
from rmg_plugin_stats.reading import RunScores, read
from rmg_plugin_stats.reports import Grid, Report, Section
from rmg_plugin_stats.samples import Places
from rmg_plugin_stats.validation.agreeing import agreement, classes
from rmg_plugin_stats.validation.baselines import baselines
from rmg_plugin_stats.validation.costs import cost
from rmg_plugin_stats.validation.covering import coverage, covered
from rmg_plugin_stats.validation.matched import Asked, Match, match, unclustered, unweighted
from rmg_plugin_stats.validation.measuring import (
    association,
    calibration,
    curve_of,
    differences,
    discrimination,
)
from rmg_plugin_stats.validation.pairing import surface_of_pairs
from rmg_plugin_stats.validation.people import FEW, People, people_of
from rmg_plugin_stats.validation.raters import CEILING, among_people, ends, stand_in
from rmg_plugin_stats.validation.slicing import slices
from rmg_plugin_stats.validation.swaying import (
    Responses,
    own_family,
    positions,
    repeats,
    responses_of,
    surface,
)

OPTIONS: Final = {
    "slices": "slices: name the fields with --slice",
    "cluster": "samples that belong together, correlation within prompts: --cluster FIELD",
    "system": "ranks of systems: name the field that says which system answered with --system",
    "probes": "what sways a grader that is asked anew: --probe repeat, swap, length, style, pairs, "
    "attacks",
    "family": "self-preference: --family FIELD, which says whose response it is, and --own FAMILY",
}


@frozen
class Question:
    """What is asked of a run: its labels, and the fields that say more of its samples."""

    labels: Sequence[str]
    raters: Sequence[str] = ()
    values: Mapping[str, float] = field(factory=dict)
    columns: Sequence[str] = ()
    slices: Sequence[str] = ()
    cluster: str | None = None
    system: str | None = None
    text: Sequence[str] = ()
    family: str | None = None
    own: str | None = None
    probes: Sequence[str] = ()
    asked: Asked = field(factory=Asked)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the dataset's rows that are needed."""
        named = (self.cluster, self.system, *self.text, self.family)
        paths = (*fields_among(self.labels), *self.slices, *(each for each in named if each))
        return tuple(dict.fromkeys(paths))


@frozen(eq=False)
class Validation:
    """The report, and what it is made of: the matches of the columns that the labels fit."""

    report: Report
    matches: tuple[Match, ...]


def validate(run: StoredRun, question: Question) -> Validation:
    """Compare the graders of a run with people.

    Raises:
        ConfigError: the dataset of the run cannot be found any more.
        DataError: the labels cannot be read, or fit no grader.
        StoreError: the run cannot be read.
    """
    texts = _text_fields(run, question)
    held, notes = _read(run, question, texts)
    people = people_of(labels_of(held, question.labels, question.raters), question.values)
    clusters = each_alone(len(held))
    if question.cluster is not None:
        clusters = cluster_by([_key(each) for each in held.fields[question.cluster]])
    matches, unfit = _matches(held, people, clusters, question)
    responses = _responses(held, texts, np.flatnonzero(people.labelled))
    about = _About(held, clusters, question, responses)
    parts = [section for each in matches for section in about.sections(each)]
    shared = [_summary(matches, parts, held), *_of_people(matches)]
    more = [*_panel(matches), cost(run, held.columns.values()), _unasked(question, about, matches)]
    report = Report(
        f"{held.place}: {len(matches)} {'grader' if len(matches) == 1 else 'graders'} "
        f"beside {_counted(len(people.raters), 'rater')} of {int(people.labelled.sum()):,} samples",
        _facts(held, people, matches, question),
        [*shared, *parts, *more],
        [*_warnings(run, held, people, matches), *notes, *unfit],
    )
    return Validation(report, tuple(matches))


def _text_fields(run: StoredRun, question: Question) -> dict[str, str]:
    """Return for each grader the field of its responses: the one given, or what is mapped there.

    Without a mapper that is the field `response`, if rows have one.
    """
    names = question.columns or [each.name for each in run.columns]
    if question.text:
        return {} if len(question.text) > 1 else dict.fromkeys(names, question.text[0])
    try:
        graders = run.config.graders
    except ConfigError:
        return {}
    row: Mapping[str, Any] | None = None
    with suppress(ConfigError, DataError):  # that the dataset is gone is told where it is read
        _, row = next(run.rows(), (None, None))
    found = {}
    for name in names:
        mapper = graders[name].mapper if name in graders else {}
        mapped = {"response": "response"} if mapper is None and "response" in (row or ()) else {}
        path = (mapper if isinstance(mapper, Mapping) else mapped).get("response")
        if isinstance(path, str):
            found[name] = path
    return found


def _read(
    run: StoredRun, question: Question, texts: Mapping[str, str]
) -> tuple[RunScores, list[str]]:
    """Read the run; the fields that nobody named are left out where they cannot be read."""
    columns = question.columns or None
    wanted = tuple(dict.fromkeys([*question.fields, *texts.values()]))
    try:
        return read(run, columns, wanted), []
    except (ConfigError, DataError) as fault:
        if set(wanted) == set(question.fields):
            raise
        said = f"length and style: not available, {fault.problems[0].message}"
    return read(run, columns, question.fields), [said]


def _responses(held: RunScores, texts: Mapping[str, str], rows: Places) -> dict[str, Responses]:
    """Return what is seen of the labelled responses by grader, counted once for each field."""
    counted = {
        path: responses_of([held.fields[path][at] for at in rows])
        for path in set(texts.values()) & set(held.fields)
    }
    return {name: counted[path] for name, path in texts.items() if path in counted}


def _matches(
    held: RunScores, people: People, clusters: Clusters, question: Question
) -> tuple[list[Match], list[str]]:
    """Return the columns that the labels fit, and why others do not.

    Raises:
        DataError: they fit none, or not one that was named.
    """
    found: list[Match] = []
    unfit: dict[str, str] = {}
    for name, column in held.columns.items():
        made = match(column, people, clusters, question.asked)
        if isinstance(made, str):
            unfit[name] = made
        else:
            found.append(made)
    if unfit and (question.columns or not found):
        grouped: dict[str, list[str]] = {}
        for name, why in unfit.items():
            grouped.setdefault(why, []).append(repr(name))
        said = "; ".join(f"{', '.join(names)}: {why}" for why, names in grouped.items())
        raise DataError([Problem(f"the labels do not fit {said}")])
    return found, [f"{name} is left out: {why}" for name, why in unfit.items()]


@frozen(eq=False)
class _About:
    """What the sections of a match need beside it."""

    held: RunScores
    clusters: Clusters
    question: Question
    responses: Mapping[str, Responses]

    def sections(self, found: Match) -> Iterator[Section]:
        """Yield the sections of one grader, in the order in which they are read."""
        seen = self.responses.get(found.name)
        made = (
            coverage(found, self.held, self.clusters),
            agreement(found),
            classes(found),
            discrimination(found),
            association(found, self._prompts(found), self._systems(found)),
            differences(found),
            calibration(found),
            stand_in(found),
            baselines(found, None if seen is None else seen.log_lengths),
            slices(found, {name: self.held.fields[name] for name in self.question.slices}),
            positions(found),
            repeats(found),
            surface(found, seen) if seen is not None else self._pairs(found),
            self._family(found),
        )
        yield from (each for each in made if each is not None)

    def _prompts(self, found: Match) -> Clusters | None:
        return None if self.question.cluster is None else found.clusters

    def _systems(self, found: Match) -> Clusters | None:
        if self.question.system is None:
            return None
        values = self.held.fields[self.question.system]
        return cluster_by([_key(values[at]) for at in found.rows])

    def _pairs(self, found: Match) -> Section | None:
        if len(self.question.text) < 2:
            return None
        first, second = (self.held.fields[each] for each in self.question.text)
        return surface_of_pairs(found, first, second)

    def _family(self, found: Match) -> Section | None:
        if self.question.family is None or self.question.own is None:
            return None
        return own_family(found, self.held.fields[self.question.family], self.question.own)


def _of_people(matches: Sequence[Match]) -> Iterator[Section]:
    """Yield how people agree, once for each kind that their labels are taken for."""
    seen: set[str] = set()
    for each in matches:
        if each.kind not in seen:
            key = "people" if not seen else f"people.{each.kind}"
            seen.add(each.kind)
            section = among_people(each, key)
            if section is not None:
                yield section


def _summary(matches: Sequence[Match], parts: Sequence[Section], held: RunScores) -> Section:
    """Return the figures that decide, a row a grader."""
    figures = {(part.key, each.name): each for part in parts for each in part.figures}
    head = (
        "grader", "labels", "n", "coverage", "agreement", "Cohen's κ", "Spearman's ρ",
        "human ceiling", "always the commonest",
    )  # fmt: skip
    rows = []
    for each in matches:
        base = next(
            (f for (key, name), f in figures.items()
             if key == f"{each.name}.baselines" and name.startswith("always")),
            None,
        )  # fmt: skip
        cells = (
            covered(each.column, len(held)),
            figures.get((f"{each.name}.agreement", "agreement")),
            figures.get((f"{each.name}.agreement", "Cohen's κ")),
            figures.get((f"{each.name}.correlation", "Spearman's ρ")),
            figures.get((f"{each.name}.stand_in", CEILING)),
            base,
        )
        counted = figures.get((f"{each.name}.agreement", "agreement")) or cells[3]
        n = 0 if counted is None else counted.n
        told = ["–" if cell is None else ends(cell) for cell in cells]  # noqa: RUF001 - a dash
        rows.append((each.name, each.kind, f"{n:,}", *told))
    notes = [
        "agreement and κ are of judge and people on the same samples",
        "the ceiling is one person against the others",
        "a judge is worth what it has above always saying the commonest label",
        "intervals are of 95 %",
    ]
    return Section("summary", "What decides", grids=[Grid("", [head, *rows])], notes=notes)


def _panel(matches: Sequence[Match]) -> Iterator[Section]:
    """Yield what several graders are worth together."""
    graders = [each for each in matches if not each.column.column.is_aggregator]
    binary = [each for each in graders if each.kind == "binary"]
    if len(binary) >= 2:
        judged = np.column_stack([each.codes([each.judge])[:, 0] for each in binary])
        yield _worth(binary, effective_size(judged, binary[0].target))
        return
    numbers = [x for x in graders if x.kind in ("ordinal", "numeric") and x.same_units]
    if len(numbers) >= 2:
        judged = np.column_stack([each.scores for each in numbers])
        yield _worth(numbers, effective_size(judged, numbers[0].target, measure="distance"))


def _worth(graders: Sequence[Match], found: Figure) -> Section:
    names = ", ".join(each.name for each in graders)
    title = f"The graders together ({names})"
    told = unclustered(unweighted(found, graders[0]), graders[0])
    named = evolve(told, name=f"n_eff: what {len(graders)} graders are worth")
    return Section("panel", title, [named])


def _unasked(question: Question, about: _About, matches: Sequence[Match]) -> Section:
    """Say which figures were not made, and what they need."""
    notes = [
        said
        for name, said in OPTIONS.items()
        if not (question.own if name == "family" else getattr(question, name))
    ]
    without = [each.name for each in matches if each.name not in about.responses]
    if without and len(question.text) < 2:
        names = ", ".join(without)
        notes.append(f"length and style of {names}: name the field of the responses with --text")
    once = [each.name for each in matches if each.column.repeats is None]
    if once:
        notes.append(f"the judge against itself: {', '.join(once)} ran once; set repeats = 3")
    notes.append("what people would say of the whole run, corrected by their labels: rmg estimate")
    return Section("not_looked_at", "Not looked at, and what it needs", notes=notes)


def _warnings(
    run: StoredRun, held: RunScores, people: People, matches: Sequence[Match]
) -> Iterator[str]:
    if run.want:
        yield run.want
    if held.lost:
        yield f"{held.lost:,} samples have no row in the dataset any more: their fields are missing"
    yield from people.notes
    if people.yes is not None and any(each.kind != "nominal" for each in matches):
        yield f"the label {people.yes!r} counts as 1, the other as 0"
    count = int(people.labelled.sum())
    if count < FEW:
        yield f"{_counted(count, 'labelled sample')}: figures of so few tell next to nothing"
    for each in matches:
        found = {x for x in each.truth if x is not None}
        if each.has_labels and len(found) == 1:
            only = next(iter(found))
            yield f"{each.name}: people say {only!r} of every sample: no κ or AUC can be had"
        if not each.same_units and each.kind in ("ordinal", "numeric"):
            yield (
                f"{each.name}: its scale is {each.column.scale}, and labels lie elsewhere: "
                "nothing in units of the scale is available"
            )
    if people.weights is not None:
        yield "labels have weights: figures stand for the whole run, unless they say otherwise"


def _facts(
    held: RunScores, people: People, matches: Sequence[Match], question: Question
) -> dict[str, Any]:
    asked = question.asked
    return {
        "run": held.place,
        "samples": len(held),
        "labels": list(question.labels),
        "raters": list(people.raters),
        "labelled": int(people.labelled.sum()),
        "weighted": people.weights is not None,
        "missing": asked.missing,
        "ties": asked.ties,
        "graders": {
            each.name: {"kind": each.kind, "labels": list(each.labels), "rules": list(each.told)}
            for each in matches
        },
    }


def curve(found: Validation) -> Any:
    """Return the curve of the one grader that was validated, to be saved.

    Raises:
        DataError: there are several, or it has none.
    """
    if len(found.matches) != 1:
        names = ", ".join(repr(each.name) for each in found.matches)
        said = f"a curve is of one grader, and there are {len(found.matches)}"
        raise DataError([Problem(said, f"name one with --column: {names}")])
    made = curve_of(found.matches[0])
    if isinstance(made, str):
        raise DataError([Problem(f"there is no curve to save: {made}")])
    return made


def _key(value: Any) -> Any:
    """Return a value that can name a cluster."""
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
