"""What one judge said of one sample: as JSON, as numbers, and with its order undone."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from rmg_plugin_judge.values import Level, Mode, Rubric, Verdict, Vote

ABSTAIN: Final = "abstain"

USUAL_LEVELS: Final[Mapping[Mode, tuple[Level, ...]]] = {
    "checklist": (Level("no", "not met", 0.0), Level("yes", "met", 1.0)),
    "pairwise": (
        Level("B", "the second is better", 0.0),
        Level("tie", "neither is better", 0.5),
        Level("A", "the first is better", 1.0),
    ),
}
"""The labels of rubrics that have no levels of their own.

The value of a label of a pair is how far it prefers the first one shown: 1 it, 0 the other.
"""


def vote_json(vote: Vote) -> dict[str, Any]:
    """Return a vote as a small JSON object; what is empty, or as usual, is left out."""
    made: dict[str, Any] = {"model": vote.model}
    if vote.verdict is not None:
        made["verdict"] = _verdict_json(vote.verdict)
    for name in ("error", "said", "sample", "repairs"):
        if held := getattr(vote, name):
            made[name] = held
    if vote.order:
        made["order"] = list(vote.order)
    if vote.protocol != "text":
        made["protocol"] = vote.protocol
    if vote.finish != "stop":
        made["finish"] = vote.finish
    for name in ("input_tokens", "output_tokens", "worth"):
        if (count := getattr(vote, name)) is not None:
            made[name] = count
    return made


def vote_from_json(made: Mapping[str, Any]) -> Vote:
    """Return the vote that `vote_json` wrote.

    Raises:
        ValueError: `made` is not such an object.
    """
    try:
        held = dict(made)
        if "verdict" in held:
            held["verdict"] = _verdict(held["verdict"])
        held["order"] = tuple(held.get("order", ()))
        return Vote(**held)
    except (TypeError, ValueError) as fault:
        raise ValueError(f"not a vote: {made!r:.200}") from fault


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if verdict.labels:
        made["labels"] = dict(verdict.labels)
    if verdict.ranking:
        made["ranking"] = [list(group) for group in verdict.ranking]
    if verdict.reason:
        made["reason"] = verdict.reason
    if verdict.is_abstention:
        made["is_abstention"] = True
    return made


def _verdict(made: Mapping[str, Any]) -> Verdict:
    held = dict(made)
    held["ranking"] = tuple(tuple(group) for group in held.get("ranking", ()))
    return Verdict(**held)


def is_failed(vote: Vote) -> bool:
    return vote.verdict is None


def is_abstention(vote: Vote) -> bool:
    return vote.verdict is not None and vote.verdict.is_abstention


def is_counted(vote: Vote) -> bool:
    """Tell whether a vote says something of the answers: it neither failed nor abstains."""
    return vote.verdict is not None and not vote.verdict.is_abstention


def levels_of(rubric: Rubric) -> tuple[Level, ...]:
    """Return the levels of a rubric: its own, or else the usual ones of its mode."""
    return rubric.levels or USUAL_LEVELS.get(rubric.mode, ())


def scale_of(rubric: Rubric) -> tuple[float, float]:
    """Return the lowest and the highest value of a rubric's levels.

    Raises:
        ValueError: the rubric has no levels.
    """
    values = [level.value for level in levels_of(rubric)]
    if not values:
        raise ValueError(f"the rubric {rubric.name!r} has no levels, and so no scale")
    return min(values), max(values)


def value_of(label: str, rubric: Rubric) -> float:
    """Return the value of a label.

    Raises:
        ValueError: the rubric has no such label.
    """
    levels = levels_of(rubric)
    for level in levels:
        if level.label == label:
            return level.value
    known = ", ".join(level.label for level in levels) or "none"
    raise ValueError(f"the rubric {rubric.name!r} has no label {label!r}; labels: {known}")


def values_of(vote: Vote, rubric: Rubric) -> Mapping[str, float]:
    """Return the value of each label of a vote, under "" where there is one verdict.

    A vote that failed or abstains has none, and so has a criterion that it abstains from. Those
    of a pair are as it was shown: `preference_of` undoes the order.

    Raises:
        ValueError: the rubric has no such label.
    """
    if vote.verdict is None or vote.verdict.is_abstention:
        return {}
    return {
        name: value_of(label, rubric)
        for name, label in vote.verdict.labels.items()
        if not (rubric.may_abstain and label == ABSTAIN)
    }


def preference_of(vote: Vote, rubric: Rubric) -> float:
    """Return how far a vote that counts prefers response A, in 0..1, with its order undone.

    Raises:
        ValueError: it is no vote on two answers, or the value of its label is outside 0..1.
    """
    value = values_of(vote, rubric).get("")
    if value is None or not 0 <= value <= 1 or vote.order not in ((), (0, 1), (1, 0)):
        raise ValueError(f"this is no vote on two answers: {vote!r:.200}")
    return 1.0 - value if vote.order == (1, 0) else value


def position_labels(count: int) -> tuple[str, ...]:
    """Return the names of so many places, in order: A to Z, then AA, AB and on."""
    names = []
    for number in range(count):
        name, rest = "", number + 1
        while rest:
            rest, letter = divmod(rest - 1, 26)
            name = chr(ord("A") + letter) + name
        names.append(name)
    return tuple(names)


def places_of(vote: Vote, labels: Sequence[str]) -> tuple[Fraction, ...]:
    """Return the place of each item in a vote's ranking, 1 for the best, with its order undone.

    Items that tie have the mean of the places that they share. `labels` are those of the
    positions as they were shown.

    Raises:
        ValueError: the vote is no ranking of just these labels.
    """
    ranking = vote.verdict.ranking if vote.verdict is not None else ()
    order = vote.order or tuple(range(len(labels)))
    ranked = sorted(label for group in ranking for label in group)
    if ranked != sorted(labels) or sorted(order) != list(range(len(labels))):
        raise ValueError(f"this is no ranking of {', '.join(labels)}: {vote!r:.200}")
    item_of = dict(zip(labels, order, strict=True))
    places = [Fraction(0)] * len(labels)
    before = 0
    for group in ranking:
        for label in group:
            places[item_of[label]] = before + Fraction(len(group) + 1, 2)
        before += len(group)
    return tuple(places)


def said_of(vote: Vote, rubric: Rubric) -> str:
    """Return in a word what a vote says of the answers; votes that say the same share it.

    The order in which answers were shown is undone. "" is a vote that failed.
    """
    if vote.verdict is None:
        return ""
    if vote.verdict.is_abstention:
        return ABSTAIN
    if rubric.mode == "pairwise":
        return f"{preference_of(vote, rubric):g}"
    if rubric.mode == "listwise":
        labels = position_labels(sum(map(len, vote.verdict.ranking)))
        return " ".join(f"{float(place):g}" for place in places_of(vote, labels))
    if rubric.mode == "tree" and vote.worth is not None:
        return f"{vote.worth:g}"
    said = vote.verdict.labels
    return (
        said[""] if set(said) == {""} else " ".join(f"{name}={said[name]}" for name in sorted(said))
    )
