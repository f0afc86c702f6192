"""How votes become one outcome: over the samples of each judge, then over the judges.

All of it is computed from votes alone, so that another rule over stored votes asks no model.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from statistics import median, stdev
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from rmg_core import GraderError, GraderScore, GraderSkip, Outcome, Scale
from rmg_plugin_judge.values import Rubric, Vote
from rmg_plugin_judge.votes import (
    is_abstention,
    is_counted,
    is_failed,
    said_of,
    scale_of,
    value_of,
    values_of,
    vote_json,
)

Reduce: TypeAlias = Literal["mean", "median", "mode", "min", "max", "trimmed"]
PanelReduce: TypeAlias = Literal["mean", "majority", "min", "median", "weighted"]

NO_WEIGHTS: Final[Mapping[str, float]] = {}
LEAST_TO_TRIM: Final = 3


@frozen
class Pool:
    """The rules by which votes become one, as `reduced` tells them."""

    reduce: Reduce = "mean"
    panel_reduce: PanelReduce = "mean"
    panel_weights: Mapping[str, float] = NO_WEIGHTS
    min_votes: int | None = None


@frozen
class Counted:
    """A vote that counts: its value, and what it says in a word."""

    vote: Vote
    value: float
    said: str


def reduced(
    votes: Sequence[Vote],
    rubric: Rubric,
    *,
    reduce: Reduce = "mean",
    panel_reduce: PanelReduce = "mean",
    panel_weights: Mapping[str, float] = NO_WEIGHTS,
    min_votes: int | None = None,
) -> Outcome:
    """Return the outcome of votes on one answer: a score on the scale of the rubric's levels.

    First the samples of each judge are reduced, then the judges. `median` of an even number is
    the mean of the middle two; `trimmed` is the mean without a tenth of the votes, and at least
    one, at each end. `mode` and `majority` are the value with most votes, also with less than
    half of them. Of values that tie there is none: the judge has no opinion then, as where at
    least as many of its votes abstain as give a value. Where at least as many judges have no
    opinion as have one, or the judges tie, the outcome is a skip.

    A failed vote is no value. Of each judge more than half of its votes must not have failed, so
    that a single one must be there: the samples of a judge stand for each other, judges do not.
    `min_votes` says instead how many votes of all must count, whosever they are. Where there are
    fewer, the outcome is an error of the commonest kind of the failures, and of the first of
    those that are equally common.

    Raises:
        ValueError: the rules do not fit the votes, or a label is not the rubric's.
    """
    pool = Pool(reduce, panel_reduce, panel_weights, min_votes)

    def read(vote: Vote) -> Counted:
        value = values_of(vote, rubric).get("") if vote.worth is None else vote.worth
        if value is None:
            raise ValueError(f"this is no single verdict: {vote!r:.200}")
        return Counted(vote, value, said_of(vote, rubric))

    return pooled(votes, read, scale_of(rubric), pool)


def pooled(
    votes: Sequence[Vote],
    read: Callable[[Vote], Counted],
    scale: tuple[float, float],
    pool: Pool,
) -> Outcome:
    """Reduce votes by the rules of `reduced`; `read` says what one that counts is worth.

    Raises:
        ValueError: the rules do not fit the votes.
    """
    check(votes, pool)
    least = LEAST_TO_TRIM if pool.reduce == "trimmed" else 1
    if error := shortfall(votes, pool.min_votes, least):
        return error
    counted = [read(vote) for vote in votes if is_counted(vote)]
    about = told(votes, counted)
    if skip := silence(votes, len(counted), pool.min_votes, about):
        return skip
    opinions: dict[str, float | None] = {}
    for model, own in by_judge(votes).items():
        values = [each.value for each in counted if each.vote.model == model]
        abstaining = sum(map(is_abstention, own))
        if values or abstaining:
            opinions[model] = None if abstaining >= len(values) else over(values, pool.reduce)
    outcome = decided(opinions, pool, about)
    if isinstance(outcome, GraderSkip):
        return outcome
    nearest = min(
        counted,
        key=lambda each: (abs(each.value - outcome), each.vote.sample, each.vote.model),
    )
    return GraderScore(outcome, reason_of(nearest.vote), about, Scale(*scale))


def decided(
    opinions: Mapping[str, float | None], pool: Pool, about: dict[str, Any]
) -> float | GraderSkip:
    """Return the value of all judges together, or the skip where they have none.

    What each judge came to is written into `about`; None is a judge without an opinion.
    """
    values = {model: value for model, value in opinions.items() if value is not None}
    about["judges"] = values
    without = len(opinions) - len(values)
    if without >= len(values):
        said = f"{_of(without, len(opinions), 'judge')} without an opinion"
        why = "abstentions, or votes that tie" if about.get("abstained") else "votes that tie"
        return GraderSkip(f"{said}: {why}", about)
    weights = [pool.panel_weights[model] for model in values] if pool.panel_weights else None
    value = over(list(values.values()), pool.panel_reduce, weights)
    if value is None:
        return GraderSkip(f"the votes of {len(values)} judges tie: {_listed(values)}", about)
    return value


def check(votes: Sequence[Vote], pool: Pool) -> None:
    """See that the rules fit the votes that were asked for.

    Raises:
        ValueError: they do not.
    """
    if not votes:
        raise ValueError("there is no vote to reduce")
    if pool.min_votes is not None and not 1 <= pool.min_votes <= len(votes):
        raise ValueError(f"min_votes is {pool.min_votes}, and there are {len(votes)} votes")
    if bool(pool.panel_weights) is not (pool.panel_reduce == "weighted"):
        raise ValueError('panel_weights go with panel_reduce = "weighted", and only with it')
    if not pool.panel_weights:
        return
    judges = {vote.model for vote in votes}
    if differing := sorted(judges ^ set(pool.panel_weights)):
        raise ValueError(f"panel_weights must name each judge once; see {', '.join(differing)}")
    for model, weight in pool.panel_weights.items():
        if not (isfinite(weight) and weight > 0):
            raise ValueError(f"panel_weights.{model} is {weight:g}, and must be more than 0")


def shortfall(
    votes: Sequence[Vote],
    min_votes: int | None = None,
    least: int = 1,
    *,
    by_order: bool = False,
) -> GraderError | None:
    """Return the error of votes of which too many failed, and None where enough did not.

    More than half of each judge's, and at least `least`, must not have failed, and with
    `by_order` so many in each order; or `min_votes` of all.
    """
    groups: Mapping[str, Sequence[Vote]] = {"": votes}
    if min_votes is None:
        groups = by_judge(votes, by_order=by_order)
    short: list[Vote] = []
    said: list[str] = []
    for model, own in groups.items():
        needed = max(len(own) // 2 + 1, least) if min_votes is None else min_votes
        valid = len(own) - sum(map(is_failed, own))
        if valid < needed:
            short += filter(is_failed, own)
            whose = f" of {model}" if model else ""
            said.append(f"{_of(valid, len(own), 'vote')}{whose} can be counted, of {needed} needed")
    if not said:
        return None
    if not short:
        raise ValueError(f"too few votes were asked for: {'; '.join(said)}")
    kinds = Counter(vote.error for vote in short)  # on a tie the first comes first
    first = next((vote.said for vote in short if vote.said), "")
    causes = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    sentence = f"{'; '.join(said)} ({causes})" + (f": {first}" if first else "")
    return GraderError(kinds.most_common(1)[0][0], sentence, metadata=told(votes, ()))


def silence(
    votes: Sequence[Vote], counted: int, min_votes: int | None, about: Mapping[str, Any]
) -> GraderSkip | None:
    """Return the skip of votes of which `min_votes` did not fail, but too many abstain."""
    if min_votes is None or counted >= min_votes:
        return None
    said = f"{_of(counted, len(votes), 'vote')} can be counted, of {min_votes} needed"
    return GraderSkip(f"{said}; {sum(map(is_abstention, votes))} abstain", about)


def by_judge(votes: Sequence[Vote], *, by_order: bool = False) -> dict[str, list[Vote]]:
    """Return the votes of each judge, and with `by_order` of each order that it was shown."""
    groups: dict[str, list[Vote]] = {}
    for vote in votes:
        shown = f" in order {' '.join(map(str, vote.order))}" if by_order and vote.order else ""
        groups.setdefault(vote.model + shown, []).append(vote)
    return groups


def told(votes: Sequence[Vote], counted: Sequence[Counted]) -> dict[str, Any]:
    """Return what an outcome's metadata say of votes.

    `spread` is the standard deviation (n - 1) of the values, of two or more; `agreement` is the
    share of the votes that count which say the commonest.
    """
    about: dict[str, Any] = {"votes": [vote_json(vote) for vote in votes]}
    if counted:
        counts = _counts(each.said for each in counted)
        about |= {"counts": counts, "agreement": max(counts.values()) / len(counted)}
    if len(counted) > 1:
        about["spread"] = stdev(each.value for each in counted)
    if failed := _counts(vote.error for vote in votes if is_failed(vote)):
        about["failed"] = failed
    if abstained := sum(map(is_abstention, votes)):
        about["abstained"] = abstained
    return about


def reason_of(vote: Vote) -> str:
    return vote.verdict.reason if vote.verdict is not None else ""


def over(
    values: Sequence[float],
    rule: Reduce | PanelReduce,
    weights: Sequence[float] | None = None,
) -> float | None:
    """Return what values come to by a rule, and None where they come to nothing.

    That is where the commonest values tie, and where there are too few to trim. Means are exact
    before they are rounded, so that they never leave the range of the values.
    """
    match rule:
        case "mean" | "weighted":
            return exact_mean(values, weights)
        case "median":
            return float(median(map(Fraction, values)))
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "trimmed":
            cut = max(1, len(values) // 10)
            kept = sorted(values)[cut : len(values) - cut]
            return exact_mean(kept) if kept else None
        case "mode" | "majority":
            (value, most), *others = Counter(values).most_common()
            return None if others and others[0][1] == most else value
    raise ValueError(f"there is no rule {rule!r}")


def exact_mean(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """Return Σ w·v / Σ w, rounded once."""
    heavy = [Fraction(1)] * len(values) if weights is None else list(map(Fraction, weights))
    sums = (weight * Fraction(value) for weight, value in zip(heavy, values, strict=True))
    return float(sum(sums, Fraction(0)) / sum(heavy, Fraction(0)))


def is_decided(
    votes: Sequence[Vote],
    rubric: Rubric,
    most: int,
    *,
    reduce: Reduce | PanelReduce = "mode",
    min_votes: int | None = None,
) -> bool | None:
    """Tell whether the votes that are left, of `most` in all, cannot change the result.

    The votes are those of one judge, or one each of the judges of a panel. By the exact rule of
    `mode` and `majority`: the commonest value leads the second by more votes than are left, and
    the values lead the abstentions by more; or else so many abstain that the rest does not
    matter. None for the other rules, which every vote moves.
    """
    if reduce not in ("mode", "majority"):
        return None
    left = most - len(votes)
    counted = [said_of(vote, rubric) for vote in votes if is_counted(vote)]
    if left <= 0:
        return True
    if len(counted) < (min_votes or 1) or shortfall(votes, min_votes):
        return False
    abstaining = sum(map(is_abstention, votes))
    could_abstain = left if rubric.may_abstain else 0
    if abstaining >= len(counted) + left:
        return True
    counts = Counter(_worth(said, rubric) for said in counted).most_common(2)
    lead = counts[0][1] - (counts[1][1] if len(counts) > 1 else 0)
    return lead > left and len(counted) > abstaining + could_abstain


def needs_escalation(
    votes: Sequence[Vote], when: Literal["disagree"] | float, rubric: Rubric
) -> bool:
    """Tell whether a stronger judge should be asked.

    With "disagree": the votes do not all say the same, once orders are undone. With a number in
    0..1: the share of votes for the commonest leads that for the second by less. An abstention
    is a word of its own. Where every vote failed, there is nothing to go by, and it is True; a
    vote that failed beside others that did not says neither.

    Raises:
        ValueError: `when` is neither.
    """
    if when != "disagree" and (isinstance(when, str) or not 0 <= when <= 1):
        raise ValueError(f"when is 'disagree' or a number in 0..1, and not {when!r}")
    counts = Counter(said_of(vote, rubric) for vote in votes if not is_failed(vote)).most_common()
    if not counts:
        return True
    if when == "disagree":
        return len(counts) > 1
    second = counts[1][1] if len(counts) > 1 else 0
    return (counts[0][1] - second) / sum(count for _, count in counts) < when


def expected_value(probabilities: Mapping[str, float], rubric: Rubric) -> float:
    """Return the mean of the labels' values by their probabilities, Σ p·value / Σ p.

    The probabilities need not sum to 1: what other tokens took is left out.

    Raises:
        ValueError: a label is not the rubric's, a probability is below 0 or no number, or all
            are 0.
    """
    for label, share in probabilities.items():
        if not (isfinite(share) and share >= 0):
            raise ValueError(f"the probability of {label!r} is {share}")
    if not any(probabilities.values()):
        raise ValueError("no label has a probability above 0")
    values = [value_of(label, rubric) for label in probabilities]
    return exact_mean(values, list(probabilities.values()))


def _worth(said: str, rubric: Rubric) -> float | str:
    return value_of(said, rubric) if rubric.mode == "pointwise" else said


def _counts(words: Any) -> dict[str, int]:
    """Return how often each word stands there, the commonest first."""
    return dict(sorted(Counter(words).items(), key=lambda each: (-each[1], each[0])))


def _of(count: int, total: int, noun: str) -> str:
    return f"{count} of {total} {noun}{'s' if total != 1 else ''}"


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{model} {value:g}" for model, value in sorted(values.items()))
