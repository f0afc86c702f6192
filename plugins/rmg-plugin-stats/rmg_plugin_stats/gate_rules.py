"""A run held against the gates of its config: a verdict for each rule, and one in all."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from rmg_core import DataError, GateConfig, Problem, StoredRun
from rmg_plugin_stats import gating
from rmg_plugin_stats.alikeness import look_at_rows
from rmg_plugin_stats.clusters import Clusters, cluster_by, each_alone
from rmg_plugin_stats.contrasts import Rule, sensitivity
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.gating import Gate, Verdict
from rmg_plugin_stats.grader_differences import differences_of
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.matching import By, Matched, match
from rmg_plugin_stats.paired import difference, pair
from rmg_plugin_stats.reading import ColumnScores, RunScores, read
from rmg_plugin_stats.samples import Flags, Floats
from rmg_plugin_stats.scores import ends_of
from rmg_plugin_stats.slicing import clusters_by, slices_by, value_text

WHOLE = "complete"
"""The rule that no gate has to ask for."""

THE_RUN = "the run"
"""What has that rule; no gate can have this name."""


@frozen
class RuleVerdict:
    """What became of one rule of a gate; `where` is the slice, empty for all samples."""

    gate: str
    column: str
    rule: str
    bound: float
    made: Gate
    where: str = ""

    @property
    def name(self) -> str:
        """The rule and its slice, by which it is known again where its bound has changed."""
        return f"{self.rule} ({self.where})" if self.where else self.rule


@frozen
class GateReport:
    """What became of all rules, and what they rest on."""

    run: str
    against: str | None
    rules: tuple[RuleVerdict, ...]
    warnings: tuple[str, ...] = ()
    pairs: int | None = None

    @property
    def verdict(self) -> Verdict:
        return gating.overall(each.made for each in self.rules)

    def of(self, verdict: Verdict) -> tuple[RuleVerdict, ...]:
        return tuple(each for each in self.rules if each.made.verdict == verdict)


@frozen(eq=False)
class _Other:
    """The run to compare with, and the places of the samples that both have."""

    scores: RunScores
    matched: Matched


@frozen(eq=False)
class _Part:
    """The samples that a rule is about, at the level of its intervals."""

    where: str
    kept: Flags
    clusters: Clusters
    level: float
    warnings: list[str] = field(factory=list)


def hold(
    run: StoredRun,
    gates: Mapping[str, GateConfig],
    *,
    against: StoredRun | None = None,
    by: By | None = None,
) -> GateReport:
    """Hold a run against gates that are fit for its columns.

    A run that is partial or has failed passes nothing, and neither does one that is compared with
    such a run.

    Raises:
        DataError: a field or slice is not there, or the runs cannot be paired.
        StoreError: a run cannot be read.
    """
    columns = {name: gate.column or name for name, gate in gates.items()}
    scores = read(run, [*dict.fromkeys(columns.values())], [*_fields(gates)])
    rules = [_whole(run, len(scores))]
    warnings: list[str] = []
    other = None
    compared = [columns[name] for name, gate in gates.items() if gate.max_drop is not None]
    if against is not None and compared:
        other, warnings = _other(run, scores, against, [*dict.fromkeys(compared)], by)
        rules.append(_whole(against, len(other.scores), "of the run to compare with"))
    elif against is not None:
        warnings.append(f"no gate has max_drop: nothing is compared with {against.place}")
    for name, gate in gates.items():
        rules += _of_gate(name, gate, scores, other, warnings)
    pairs = None if other is None else len(other.matched)
    place = None if against is None else str(against.place)
    return GateReport(str(run.place), place, tuple(rules), tuple(warnings), pairs)


def _fields(gates: Mapping[str, GateConfig]) -> Sequence[str]:
    paths = [
        path
        for gate in gates.values()
        for path in (gate.cluster, gate.by, *(gate.slice or ()))
        if path is not None
    ]
    return [*dict.fromkeys(paths)]


def _whole(run: StoredRun, samples: int, where: str = "") -> RuleVerdict:
    """Ask that a run has all its results, and has not failed."""
    why = run.want or run.failure or ""
    value = 0.0 if why else 1.0
    figure = Figure(WHOLE, value, value, value, samples, rule="looked up, no estimate")
    made = Gate(WHOLE, "fail" if why else "pass", figure, 1.0, why=why)
    return RuleVerdict(THE_RUN, "", WHOLE, 1.0, made, where)


def _other(
    run: StoredRun,
    scores: RunScores,
    against: StoredRun,
    columns: Sequence[str],
    by: By | None,
) -> tuple[_Other, list[str]]:
    before = read(against, columns)
    problems = []
    for each in columns:
        ours, theirs = scores.columns[each].scale, before.columns[each].scale
        if ours is not None and theirs is not None and ours != theirs:
            problems.append(Problem(f"the scales of {each!r} differ in the runs: {theirs}, {ours}"))
    if problems:
        raise DataError(problems)
    matched = match(before, scores, by)
    rows = look_at_rows(against, run, matched, is_insisted=by == "index")
    names = [(each, each) for each in columns]
    warnings = [*matched.warnings, *rows.warnings, *differences_of(against, run, names)]
    alone = (matched.only_first, against.place), (matched.only_second, run.place)
    warnings += [f"{count:,} samples are only in {place}" for count, place in alone if count]
    return _Other(before, matched), warnings


def _of_gate(
    name: str,
    gate: GateConfig,
    scores: RunScores,
    other: _Other | None,
    warnings: list[str],
) -> Iterator[RuleVerdict]:
    column = scores.columns[gate.column or name]
    rule = Rule(column.scale, "continuous")
    for part in _parts(name, gate, scores):
        for asked, bound in gate.rules.items():
            if asked == "max_drop" and other is not None:
                made = _drop(column, other, part, rule, bound)
                warnings += _left_out(name, column, other, part, rule)
            else:
                made = _of_run(asked, column, part, rule, bound)
            yield RuleVerdict(name, column.name, asked, bound, made, part.where)


def _parts(name: str, gate: GateConfig, scores: RunScores) -> Iterator[_Part]:
    """Yield the samples of a gate, or those of each of its slices.

    The intervals of several slices hold together at the level of the gate (Bonferroni): of twenty
    slices one would else fail by chance.
    """
    count = len(scores)
    clusters = each_alone(count)
    if gate.cluster is not None:
        clusters = clusters_by(scores.fields[gate.cluster])
    if gate.by is None:
        kept, where = _sliced(name, gate.slice or {}, scores)
        yield _Part(where, kept, clusters, gate.level)
        return
    slices = [*slices_by(gate.by, scores.fields[gate.by])]
    # No slice would be no rule, which nothing can fail.
    slices = slices or [("(none)", np.zeros(count, dtype=np.bool_))]
    level = 1 - (1 - gate.level) / len(slices)
    for value, kept in slices:
        yield _Part(f"{gate.by} = {value}", kept, clusters, level)


def _sliced(name: str, wanted: Mapping[str, Any], scores: RunScores) -> tuple[Flags, str]:
    kept = np.ones(len(scores), dtype=np.bool_)
    for path, value in wanted.items():
        texts = [*map(value_text, scores.fields[path])]
        has = np.array([text == value_text(value) for text in texts], dtype=np.bool_)
        if not has.any():
            said = f"gate {name!r}: no sample has {path} = {value_text(value)!r}"
            raise DataError([Problem(said, _values(value_text(value), texts))])
        kept &= has
    where = ", ".join(f"{path} = {value_text(value)}" for path, value in wanted.items())
    if wanted and not kept.any():
        raise DataError([Problem(f"gate {name!r}: no sample has {where}", "loosen the slice")])
    return kept, where


def _values(wanted: str, texts: Sequence[str]) -> str:
    found = [*dict.fromkeys(texts)]
    if near := difflib.get_close_matches(wanted, found, n=1):
        return f"did you mean {near[0]!r}?"
    return f"there are {', '.join(found[:5])}{' …' if len(found) > 5 else ''}"


def _of_run(asked: str, column: ColumnScores, part: _Part, rule: Rule, bound: float) -> Gate:
    total = int(part.kept.sum())
    lacks = [lack for lack, is_kept in zip(column.lacks, part.kept, strict=True) if is_kept]
    if asked == "min_coverage":
        return gating.coverage(lacks.count(""), total, bound)
    if asked == "max_errors":
        failed = sum(1 for lack in lacks if lack in column.errors)
        return gating.errors(failed, total, bound)
    scores = column.scores[part.kept]
    if column.scored and column.scale is None:
        why = "its scores are on several scales, and have no mean"
        return Gate(asked, "inconclusive", Figure("mean", None, why=why), bound, why=why)
    ends, clusters = ends_of(rule.scale), part.clusters.only(part.kept)
    figure = mean(scores, bounds=ends, clusters=clusters, level=part.level)
    judge = gating.minimum if asked == "min" else gating.maximum
    return judge(figure, bound)


def _paired(column: ColumnScores, other: _Other, part: _Part) -> tuple[Floats, Floats, Flags]:
    """Return the scores before and now of the pairs that a rule is about, and which these are."""
    kept = part.kept[other.matched.second]
    before = other.scores.columns[column.name].scores[other.matched.first][kept]
    return before, column.scores[other.matched.second][kept], kept


def _drop(column: ColumnScores, other: _Other, part: _Part, rule: Rule, bound: float) -> Gate:
    before, now, kept = _paired(column, other, part)
    codes = part.clusters.codes[other.matched.second][kept]
    pairs = pair(before, now, cluster_by(codes.tolist()))
    figure = difference(pairs, span=rule.span, level=part.level)
    return gating.no_regression(figure, bound, higher_is_better=rule.higher_is_better)


def _left_out(
    name: str, column: ColumnScores, other: _Other, part: _Part, rule: Rule
) -> Iterator[str]:
    """Say what the pairs with one score could make of a drop, which they are not counted in."""
    before, now, _ = _paired(column, other, part)
    lone = int((np.isnan(before) != np.isnan(now)).sum())
    if not lone:
        return
    where = f" ({part.where})" if part.where else ""
    said = f"gate {name!r}{where}: {lone:,} samples have a score in one run alone"
    found = sensitivity(before, now, rule)
    if found is None:
        yield f"{said}, and are not in its difference"
    else:
        ends = f"{found.lowest:.4g} and {found.highest:.4g}"
        yield f"{said}; with them its difference were between {ends}"
