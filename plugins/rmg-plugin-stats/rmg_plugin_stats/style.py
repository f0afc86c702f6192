"""What sways a judge on the surface of a response: its length, its markdown, its emoji."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import astuple, frozen

from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.regressions import coefficient, logistic
from rmg_plugin_stats.samples import Floats, aligned, clusters_of, floats, t_quantile
from rmg_plugin_stats.shares import share

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]", re.MULTILINE)
LISTED = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)]|[a-z][.)])[ \t]+\S", re.MULTILINE)
BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")
EMOJI = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf]")

COUNTS = ("headings", "list items", "bold", "emoji")


@frozen
class Surface:
    """Counts of a response: characters, and headings, list items, bold spans, emoji.

    Markdown within fenced code is not counted; a fence that is not closed holds the rest.
    """

    characters: int
    headings: int
    list_items: int
    bold: int
    emoji: int


def surface_of(text: str) -> Surface:
    """Count what a reader sees before reading."""
    prose = _without_code(text)
    return Surface(
        len(text),
        len(HEADING.findall(prose)),
        len(LISTED.findall(prose)),
        len(BOLD.findall(prose)),
        len(EMOJI.findall(prose)),
    )


def _without_code(text: str) -> str:
    """Return the text without fenced code, read as CommonMark reads fences."""
    kept, opened = [], ""
    for line in text.split("\n"):
        fence = FENCE.match(line)
        if opened:
            if fence and fence[1].startswith(opened) and not line[fence.end() :].strip():
                opened = ""
        elif fence:
            opened = fence[1]
        else:
            kept.append(line)
    return "\n".join(kept)


def log_ratio(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Return log((first + 1) / (second + 1)) of lengths: 0 where both are as long."""
    return np.log1p(floats(first, "first")) - np.log1p(floats(second, "second"))


def count_gap(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Return (first - second) / (first + second) of counts, -1..1, and 0 where both are 0."""
    one, two = floats(first, "first"), floats(second, "second")
    total = one + two
    return np.where(total == 0, 0.0, (one - two) / np.where(total == 0, 1.0, total))


def surface_columns(texts: Sequence[str | None]) -> dict[str, Floats]:
    """Return the features of responses by name, for `rank_correlation`; nan where there is none.

    `log length` is log(characters + 1); `headings`, `list items`, `bold` and `emoji` are counts.
    """
    table = _table(texts)
    table[:, 0] = np.log1p(table[:, 0])
    return dict(zip(("log length", *COUNTS), table.T, strict=True))


def surface_gaps(first: Sequence[str | None], second: Sequence[str | None]) -> dict[str, Floats]:
    """Return the gaps of pairs by name, for `choice_weight` and the controls; nan where none.

    `log length ratio` is `log_ratio` of characters, the others are `count_gap`.

    Raises:
        ValueError: there are not as many of both.
    """
    one, two = _table(first), _table(second)
    aligned(one[:, 0], two[:, 0])
    gaps = {"log length ratio": log_ratio(one[:, 0], two[:, 0])}
    for at, name in enumerate(COUNTS, 1):
        gaps[name] = count_gap(one[:, at], two[:, at])
    return gaps


def _table(texts: Sequence[str | None]) -> Floats:
    """Return the counts (texts, features), nan for a text that is not there."""
    nothing = (np.nan,) * (1 + len(COUNTS))
    counts = [nothing if text is None else astuple(surface_of(text)) for text in texts]
    return np.array(counts, dtype=np.float64).reshape(len(texts), 1 + len(COUNTS))


@frozen
class Sway:
    """How a judge goes with a feature, and, beside it, how the truth does.

    Long answers may be better ones: only what the judge has above the truth is a bias.
    """

    judge: Figure
    truth: Figure | None = None


def rank_correlation(
    scores: npt.ArrayLike,
    feature: npt.ArrayLike,
    truth: npt.ArrayLike | None = None,
    *,
    name: str = "log length",
    level: float = 0.95,
) -> Sway:
    """Return Spearman's correlation of scores with a feature, and that of the truth; -1..1.

    Mean ranks for ties; samples that lack a value are left out. The interval is that of Fisher's z
    with the variance (1 + r²/2) / (n - 3) (Bonett and Wright 2000), as of independent samples.

    Raises:
        ValueError: lengths differ.
    """
    line = floats(feature, name)
    judge = _spearman(f"judge, {name}", floats(scores, "scores"), line, level)
    if truth is None:
        return Sway(judge)
    return Sway(judge, _spearman(f"truth, {name}", floats(truth, "truth"), line, level))


def _spearman(name: str, values: Floats, feature: Floats, level: float) -> Figure:
    from scipy.stats import rankdata

    aligned(values, feature)
    known = ~np.isnan(values) & ~np.isnan(feature)
    n, rule = int(known.sum()), "Spearman, mean ranks; Bonett-Wright interval"
    one, two = (rankdata(each[known]) if n else np.empty(0) for each in (values, feature))
    if n < 2 or np.ptp(one) == 0 or np.ptp(two) == 0:
        why = "fewer than two samples" if n < 2 else "one of both does not vary"
        return Figure(name, None, n=n, level=level, rule=rule, why=why)
    value = float(np.clip(np.corrcoef(one, two)[0, 1], -1.0, 1.0))
    if n < 4 or abs(value) > 1 - 1e-12:
        why = "no interval: four samples are the least, and it has none at -1 and 1"
        return Figure(name, value, n=n, level=level, rule=rule, why=why)
    half = t_quantile(level, np.inf) * ((1 + value**2 / 2) / (n - 3)) ** 0.5
    low, high = np.tanh(np.arctanh(value) - half), np.tanh(np.arctanh(value) + half)
    return Figure(name, value, float(low), float(high), n, "samples", level, rule)


def prefers_more(
    points: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    least: float = 0.0,
    name: str = "prefers the longer",
    level: float = 0.95,
) -> Figure:
    """Return how often the response with more of a feature is preferred, 0..1.

    `points` are 1, 0.5, 0 or nan for the first response; `first` and `second` the feature of each.
    Ties, and pairs whose feature differs by `least` or less, are left out.

    Raises:
        ValueError: lengths differ.
    """
    won, one, two = floats(points, "points"), floats(first, "first"), floats(second, "second")
    aligned(won, one, two)
    apart = np.abs(one - two) > least
    counted = apart & ((won == 0) | (won == 1))
    hits = int((counted & ((won == 1) == (one > two))).sum())
    return share(
        name,
        hits,
        int(counted.sum()),
        unit="pairs",
        rule=f"ties and pairs that differ by {least:g} or less left out",
        none="no pair differs in it and has a verdict",
        level=level,
    )


def choice_weight(
    points: npt.ArrayLike,
    gap: npt.ArrayLike,
    truth: npt.ArrayLike | None = None,
    *,
    clusters: Clusters | None = None,
    name: str = "log length ratio",
    level: float = 0.95,
) -> Sway:
    """Return the log odds of a choice for each unit of a feature's gap, at equal truth.

    Logistic regression of `points` (1, 0.5, 0, nan for the first response) on a constant, `gap`
    (`log_ratio` or `count_gap`) and `truth` (1, 0.5, 0, nan) as covariate; beside it that of the
    truth on the gap alone. Wald interval, of the information as in statsmodels; of the sandwich
    where there are clusters or ties (a tie is half a choice of each).

    Raises:
        ValueError: lengths differ.
    """
    won, line = floats(points, "points"), floats(gap, "gap")
    label = None if truth is None else floats(truth, "truth")
    aligned(won, line, *(() if label is None else (label,)))
    groups = clusters_of(clusters, len(won))
    covariates = [line] if label is None else [line, label - 0.5]
    judge = _weight(f"judge, {name}", won, covariates, groups, level)
    if label is None:
        return Sway(judge)
    return Sway(judge, _weight(f"truth, {name}", label, [line], groups, level))


def _weight(
    name: str, chosen: Floats, features: list[Floats], clusters: Clusters, level: float
) -> Figure:
    table = np.column_stack(features)
    known = ~np.isnan(chosen) & ~np.isnan(table).any(1)
    n, table, chosen, clusters = int(known.sum()), table[known], chosen[known], clusters.only(known)
    rule = "log odds a unit, logistic" + (", truth as covariate" if len(features) > 1 else "")
    if not n:
        why = "no pair has all values"
        return Figure(name, None, unit="pairs", level=level, rule=rule, why=why)
    is_plain = clusters.alone and np.isin(chosen, (0.0, 1.0)).all()
    fitted = logistic(table, chosen, clusters=None if is_plain else clusters)
    return coefficient(fitted, 1, Figure(name, None, n=n, unit="pairs", level=level, rule=rule))
