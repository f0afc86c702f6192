"""Checklists: the criteria that a sample is judged by, and what it scores by them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, Final

from attrs import evolve

from rmg_core import CannotGrade, GraderScore, Outcome
from rmg_plugin_judge.labels import plain
from rmg_plugin_judge.reductions import (
    NO_WEIGHTS,
    Counted,
    PanelReduce,
    Pool,
    Reduce,
    exact_mean,
    pooled,
)
from rmg_plugin_judge.values import Criterion, Rubric, Verdict, Vote
from rmg_plugin_judge.votes import is_abstention, is_counted, is_failed, said_of, values_of

CRITERION_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
KEYS: Final = ("id", "text", "weight")


def criteria_of(rubric: Rubric, given: Any = None) -> tuple[Criterion, ...]:
    """Return the criteria of a sample: the rubric's, or those `given` in its `criteria_from`.

    Those of a sample are a list of texts, or of tables with `text`, and `id` and `weight` where
    they are to be set. One without an id is named by its place, c1, c2 and on, so that its name
    depends neither on the others' texts nor on batches.

    Raises:
        CannotGrade: what is given is no such list (`bad_input`), or there is none
            (`missing_input`).
    """
    if not rubric.criteria_from:
        return rubric.criteria
    if given is None:
        raise CannotGrade(f"there are no criteria in {rubric.criteria_from!r}", "missing_input")
    try:
        return criteria_in(given, may_be_negative=not rubric.claims)
    except (TypeError, ValueError) as fault:
        raise CannotGrade(f"{rubric.criteria_from}: {fault}", "bad_input") from fault


def criteria_in(given: Any, *, may_be_negative: bool) -> tuple[Criterion, ...]:
    """Return the criteria that a list writes.

    Raises:
        TypeError, ValueError: it is no such list.
    """
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Sequence) or not given:
        raise TypeError(f"criteria are a list with at least one, and not {given!r:.200}")
    criteria = tuple(_criterion(each, number) for number, each in enumerate(given, 1))
    check_criteria(criteria)
    below = [each.id for each in criteria if each.weight < 0]
    if below and not may_be_negative:
        raise ValueError(f"a claim takes no points away, and {below[0]} has a weight below 0")
    return criteria


def _criterion(given: Any, number: int) -> Criterion:
    table = {"text": given} if isinstance(given, str) else given
    if not isinstance(table, Mapping):
        raise TypeError(f"criterion {number} is a text or a table, and not {given!r:.200}")
    if unknown := [key for key in table if key not in KEYS]:
        keys = ", ".join(KEYS)
        raise ValueError(f"criterion {number} has no key {unknown[0]!r}; keys: {keys}")
    name, text, weight = table.get("id", f"c{number}"), table.get("text"), table.get("weight", 1.0)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"criterion {number} needs a text, and has {text!r:.200}")
    if not isinstance(name, str) or not CRITERION_ID.fullmatch(name):
        raise ValueError(
            f"the id of criterion {number} is a word of at most 64 letters, digits and _.-, "
            f"and not {name!r:.200}"
        )
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise TypeError(f"the weight of criterion {number} is a number, and not {weight!r:.200}")
    return Criterion(name, text, _finite(weight, number))


def _finite(weight: float, number: int) -> float:
    try:
        return float(weight)
    except OverflowError as fault:
        raise ValueError(f"the weight of criterion {number} is too large") from fault


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """See that criteria can be told apart, and can come to a score.

    Raises:
        ValueError: two share an id, but for capitals; a weight is 0 or no number; none is
            positive.
    """
    seen: set[str] = set()
    for each in criteria:
        name = plain(each.id).strip(" _")  # as a reply is read
        if name in seen:
            raise ValueError(f"two criteria have the id {each.id!r}, or one that is read as it")
        seen.add(name)
        if not isfinite(each.weight) or not each.weight:
            raise ValueError(f"the weight of {each.id} is {each.weight:g}: give it one, or drop it")
    if not any(each.weight > 0 for each in criteria):
        raise ValueError("no criterion has a weight above 0, so that nothing can be reached")


def checklist_scale(criteria: Sequence[Criterion]) -> tuple[float, float]:
    """Return the lowest and the highest score that criteria allow: Σ w⁻ / Σ w⁺ and 1.

    The low end is 0 where no weight is negative.

    Raises:
        ValueError: as of `check_criteria`.
    """
    check_criteria(criteria)
    return _score({each.id: float(each.weight < 0) for each in criteria}, criteria), 1.0


def checklist_score(met: Mapping[str, float], criteria: Sequence[Criterion]) -> float:
    """Return Σ w·met / Σ w⁺, rounded once; `met` is 1 or 0 for each id, or between.

    A criterion of negative weight takes points away where it is met, as in HealthBench
    (Arora et al. 2025), of which the score is not clipped here.

    Raises:
        CannotGrade: a criterion is missing, or there is one too many (`unparseable`).
        ValueError: a value lies outside 0..1.
    """
    ids = [each.id for each in criteria]
    if missing := [name for name in ids if name not in met]:
        raise CannotGrade(
            f"{len(missing)} of {len(ids)} criteria have no verdict: {', '.join(missing)}",
            "unparseable",
        )
    if foreign := sorted(set(met) - set(ids)):
        raise CannotGrade(f"there is no such criterion: {', '.join(foreign)}", "unparseable")
    if wrong := [name for name in ids if not 0 <= met[name] <= 1]:
        raise ValueError(f"criterion {wrong[0]} is met by {met[wrong[0]]}, and 0..1 is meant")
    return _score(met, criteria)


def _score(met: Mapping[str, float], criteria: Sequence[Criterion]) -> float:
    reached = sum((Fraction(each.weight) * Fraction(met[each.id]) for each in criteria), Fraction())
    return float(reached / sum(Fraction(each.weight) for each in criteria if each.weight > 0))


def batches(criteria: Sequence[Criterion], size: int) -> Iterator[tuple[Criterion, ...]]:
    """Yield the criteria in order, at most `size` at a time; 0 is all at once.

    Raises:
        ValueError: `size` is negative.
    """
    if size < 0:
        raise ValueError(f"a batch cannot have {size} criteria; 0 is all")
    step = size or max(1, len(criteria))
    for start in range(0, len(criteria), step):
        yield tuple(criteria[start : start + step])


def joined(votes: Sequence[Vote]) -> Vote:
    """Return one vote for those of one judge on the batches of one checklist.

    It fails where one of them failed, and abstains where all do; else a criterion of a batch that
    abstains has no verdict. Tokens are summed where all are known.

    Raises:
        ValueError: there is none, they are of different judges or samples, or two are on one
            criterion.
    """
    if not votes or len({(vote.model, vote.sample) for vote in votes}) > 1:
        raise ValueError("batches are joined of one judge and one sample")
    failed = [vote for vote in votes if is_failed(vote)]
    whole = evolve(
        (failed or votes)[0],
        input_tokens=_sum(vote.input_tokens for vote in votes),
        output_tokens=_sum(vote.output_tokens for vote in votes),
        repairs=sum(vote.repairs for vote in votes),
    )
    if failed:
        return whole
    verdicts = [vote.verdict for vote in votes if vote.verdict is not None]
    labels = [pair for verdict in verdicts for pair in verdict.labels.items()]
    if len(dict(labels)) < len(labels):
        raise ValueError("two batches have a verdict on one criterion")
    reasons = "\n".join(verdict.reason for verdict in verdicts if verdict.reason)
    verdict = Verdict(dict(labels), reason=reasons, is_abstention=all(map(is_abstention, votes)))
    return evolve(whole, verdict=verdict)


def _sum(counts: Iterator[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)


def reduced_checklist(
    votes: Sequence[Vote],
    rubric: Rubric,
    criteria: Sequence[Criterion],
    *,
    reduce: Reduce = "mean",
    panel_reduce: PanelReduce = "mean",
    panel_weights: Mapping[str, float] = NO_WEIGHTS,
    min_votes: int | None = None,
) -> Outcome:
    """Return the outcome of votes on a checklist, on `checklist_scale`.

    Each vote is a score, and scores are reduced as by `reduced`. The metadata also say for each
    criterion the mean of what the votes that count gave it. A vote that lacks a criterion is one
    that failed (`unparseable`), and so is one that abstains from it alone.

    Raises:
        ValueError: the rules do not fit the votes, or a label is not the rubric's.
    """
    whole = [_whole(vote, rubric, criteria) for vote in votes]

    def read(vote: Vote) -> Counted:
        met = values_of(vote, rubric)
        return Counted(vote, checklist_score(met, criteria), said_of(vote, rubric))

    pool = Pool(reduce, panel_reduce, panel_weights, min_votes)
    outcome = pooled(whole, read, checklist_scale(criteria), pool)
    if not isinstance(outcome, GraderScore):
        return outcome
    given = [values_of(vote, rubric) for vote in whole if is_counted(vote)]
    shares = {each.id: exact_mean([met[each.id] for met in given]) for each in criteria}
    return evolve(outcome, metadata={**outcome.metadata, "criteria": shares})


def _whole(vote: Vote, rubric: Rubric, criteria: Sequence[Criterion]) -> Vote:
    if not is_counted(vote):
        return vote
    try:
        checklist_score(values_of(vote, rubric), criteria)
    except CannotGrade as fault:
        return evolve(vote, verdict=None, error=fault.kind, said=fault.reason)
    return vote
