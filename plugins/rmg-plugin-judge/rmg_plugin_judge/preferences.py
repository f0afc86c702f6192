"""How votes that compare answers become one outcome: of two answers, and of a list of them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from attrs import evolve, frozen

from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, Outcome
from rmg_plugin_judge.reductions import (
    NO_WEIGHTS,
    Counted,
    PanelReduce,
    Pool,
    by_judge,
    check,
    decided,
    reason_of,
    shortfall,
    silence,
    told,
)
from rmg_plugin_judge.values import Rubric, Vote
from rmg_plugin_judge.votes import (
    is_abstention,
    is_counted,
    places_of,
    position_labels,
    preference_of,
    said_of,
)

Ties: TypeAlias = Literal["allow", "forbid"]
Inconsistent: TypeAlias = Literal["tie", "error", "rejudge"]

EVEN = 0.5


@frozen
class Rejudge:
    """No outcome yet: these judges contradict themselves, and shall be asked once more.

    What they say then may contradict itself again: reduce all votes by another rule after that.
    """

    models: tuple[str, ...]


def reduced_pairs(  # noqa: PLR0911 - one for each way to come to no score
    votes: Sequence[Vote],
    rubric: Rubric,
    *,
    ties: Ties = "allow",
    tie_value: float = 0.5,
    inconsistent: Inconsistent = "tie",
    panel_reduce: PanelReduce = "mean",
    panel_weights: Mapping[str, float] = NO_WEIGHTS,
    min_votes: int | None = None,
) -> Outcome | Rejudge:
    """Return the outcome of votes on two answers: 1 where A wins, 0 where B wins, on 0..1.

    The orders are undone first. A judge's opinion is the sign of its net vote over all orders
    and samples; even is `tie_value`. It contradicts itself where one order on balance prefers A
    and another B, or where its votes cancel each other out. Then it says `tie_value` too, or the
    outcome is an error, or a `Rejudge` that names it, by `inconsistent`. With `ties` forbidden, a
    vote for a tie is one that failed. The judges are reduced as by `reduced`, and so are failures
    and abstentions, but that more than half of the votes must count in each order that a judge
    was shown; one with an order of which none counts has no say in any case.

    Raises:
        ValueError: the rules do not fit the votes, or a label is not the rubric's.
    """
    pool = Pool("mean", panel_reduce, panel_weights, min_votes)
    check(votes, pool)
    if not 0 <= tie_value <= 1:
        raise ValueError(f"tie_value is {tie_value:g}, and must be in 0..1")
    if ties == "forbid":
        votes = [_without_tie(vote, rubric) for vote in votes]
    if error := shortfall(votes, min_votes, by_order=True):
        return error
    nets = {model: _nets(own, rubric) for model, own in by_judge(votes).items()}
    nets = {model: net for model, net in nets.items() if net != ()}
    if not nets:  # by min_votes alone, where each judge lacks an order
        return shortfall(votes, by_order=True) or GraderSkip("no judge has both orders")
    about = _pairs_told(votes, rubric, nets)
    if skip := silence(votes, sum(map(is_counted, votes)), min_votes, about):
        return skip
    if about["inconsistent"] and inconsistent == "rejudge":
        return Rejudge(tuple(about["inconsistent"]))
    if about["inconsistent"] and inconsistent == "error":
        judges = ", ".join(about["inconsistent"])
        return GraderError("conflict", f"verdicts contradict each other: {judges}", "", about)
    opinions = {
        model: None if net is None else _opinion(net, tie_value) for model, net in nets.items()
    }
    outcome = decided(opinions, pool, about)
    if isinstance(outcome, GraderSkip):
        return outcome
    nearest = min(
        filter(is_counted, votes),
        key=lambda vote: (
            abs(preference_of(vote, rubric) - outcome), vote.sample, vote.model, vote.order
        ),
    )  # fmt: skip
    return GraderScore(outcome, reason_of(nearest), about)


def is_pair_decided(
    votes: Sequence[Vote], rubric: Rubric, most: int, *, ties: Ties = "allow"
) -> bool:
    """Tell whether the votes that are left cannot change the word of one judge on two answers.

    `most` counts its votes in each order. In each order that it was shown, one side leads by more
    than are left, more than half of all votes did not fail, and those that abstain, with what
    could still abstain, are fewer than those that count.
    """
    if ties == "forbid":
        votes = [_without_tie(vote, rubric) for vote in votes]
    for own in by_judge(votes, by_order=True).values():
        left = most - len(own)
        preferences = [preference_of(vote, rubric) for vote in own if is_counted(vote)]
        abstaining = sum(map(is_abstention, own))
        could_abstain = left if rubric.may_abstain else 0
        lead = abs(2 * sum(map(Fraction, preferences), Fraction(0)) - len(preferences))
        if left > 0 and (
            lead <= left
            or 2 * (len(preferences) + abstaining) <= most
            or abstaining + could_abstain >= len(preferences)
        ):
            return False
    return True


def _without_tie(vote: Vote, rubric: Rubric) -> Vote:
    if not is_counted(vote) or preference_of(vote, rubric) != EVEN:
        return vote
    said = "it says that neither is better, and ties are forbidden"
    return evolve(vote, verdict=None, error="unparseable", said=said)


def _nets(votes: Sequence[Vote], rubric: Rubric) -> tuple[Fraction, ...] | None:
    """Return a judge's net vote for A in each order; None for an abstention.

    It is () where the votes of an order all failed. A judge of which every vote is a tie has
    zeros; one whose votes cancel each other out has a win for each side instead.
    """
    orders = by_judge(votes, by_order=True).values()
    counted = [vote for vote in votes if is_counted(vote)]
    if any(all(vote.verdict is None for vote in own) for own in orders):
        return ()
    if sum(map(is_abstention, votes)) >= len(counted):
        return None
    nets: list[Fraction] = []
    for own in orders:
        preferences = [preference_of(vote, rubric) for vote in own if is_counted(vote)]
        if not preferences:
            return None
        nets.append(2 * sum(map(Fraction, preferences), Fraction(0)) / len(preferences) - 1)
    is_cancelled = not any(nets) and any(preference_of(vote, rubric) != EVEN for vote in counted)
    return (Fraction(1), Fraction(-1)) if is_cancelled else tuple(nets)


def _is_contradiction(nets: Sequence[Fraction] | None) -> bool:
    return nets is not None and any(net > 0 for net in nets) and any(net < 0 for net in nets)


def _opinion(nets: Sequence[Fraction], tie_value: float) -> float:
    if _is_contradiction(nets) or not any(nets):
        return tie_value
    return 1.0 if sum(nets) > 0 else 0.0


def _pairs_told(
    votes: Sequence[Vote], rubric: Rubric, nets: Mapping[str, tuple[Fraction, ...] | None]
) -> dict[str, Any]:
    """Return metadata: beside those of all votes, `net` in -1..1 by judge, and who contradicts."""
    counted = [
        Counted(vote, preference_of(vote, rubric), said_of(vote, rubric))
        for vote in votes
        if is_counted(vote)
    ]
    net = {model: float(sum(each) / len(each)) for model, each in nets.items() if each is not None}
    contradicting = [model for model, each in nets.items() if _is_contradiction(each)]
    return {**told(votes, counted), "net": net, "inconsistent": contradicting}


def reduced_rankings(
    votes: Sequence[Vote],
    items: int,
    *,
    labels: Sequence[str] | None = None,
    min_votes: int | None = None,
) -> Outcome:
    """Return the rank of so many items by votes that each rank all of them.

    The orders are undone; items that tie in a vote have the mean of the places that they share.
    Items are ranked by their mean place, first over the votes of each judge and then over the
    judges, which is also what Borda's count gives. Items of equal mean share a place, and the
    next one has the place that it would have without the tie: 1, 1, 3. `labels` are those of the
    positions as they were shown, A, B and on by default. Failures and abstentions count as in
    `reduced`.

    Raises:
        ValueError: the rules do not fit the votes, or a vote ranks other items.
    """
    pool = Pool(min_votes=min_votes)
    check(votes, pool)
    if error := shortfall(votes, min_votes):
        return error
    names = position_labels(items) if labels is None else labels
    places = {
        number: places_of(vote, names) for number, vote in enumerate(votes) if is_counted(vote)
    }
    about = _rankings_told(votes, places)
    if skip := silence(votes, len(places), min_votes, about):
        return skip
    opinions = []
    judges = {vote.model for vote in votes if vote.verdict is not None}
    for model in judges:
        mine = [places[number] for number in places if votes[number].model == model]
        abstaining = sum(vote.model == model and is_abstention(vote) for vote in votes)
        if len(mine) > abstaining:
            opinions.append(_means(mine))
    if len(opinions) * 2 <= len(judges):
        said = f"{len(judges) - len(opinions)} of {len(judges)} judges abstain"
        return GraderSkip(said, about)
    means = _means(opinions)
    about["mean_places"] = list(map(float, means))
    nearest = min(places, key=lambda number: (_apart(places[number], means), votes[number].sample))
    rank = tuple(1 + sum(other < mean for other in means) for mean in means)
    return GraderRank(rank, reason_of(votes[nearest]), about)


def _rankings_told(
    votes: Sequence[Vote], places: Mapping[int, tuple[Fraction, ...]]
) -> dict[str, Any]:
    """Return metadata; the spread of rankings is not that of a number, and is left out."""
    counted = [
        Counted(votes[number], 0.0, " ".join(f"{float(place):g}" for place in each))
        for number, each in places.items()
    ]
    about = told(votes, counted)
    about.pop("spread", None)
    return about


def _means(rows: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...]:
    return tuple(sum(column, Fraction(0)) / len(rows) for column in zip(*rows, strict=True))


def _apart(places: Sequence[Fraction], means: Sequence[Fraction]) -> Fraction:
    return sum((abs(a - b) for a, b in zip(places, means, strict=True)), Fraction(0))
