"""Decision trees: what is asked next, and the score at the end."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Final

from attrs import evolve

from rmg_core import Fault
from rmg_plugin_judge.checklists import joined
from rmg_plugin_judge.values import Level, Node, Verdict, Vote
from rmg_plugin_judge.votes import is_abstention

if TYPE_CHECKING:
    from rmg_plugin_judge.layout import NodeTable

MOST_NODES: Final = 50

Path = tuple[tuple[str, str], ...]
"""The questions on the way to a score, each with its answer."""


def nodes_of(tables: "Mapping[str, NodeTable]") -> tuple[Node, ...]:
    """Return the questions that tables write, in their order."""
    return tuple(Node(name, each.ask, each.answers) for name, each in tables.items())


def leaves(nodes: Sequence[Node]) -> tuple[Level, ...]:
    """Return the scores that a tree can lead to, from the lowest to the highest."""
    values = {float(value) for _, value in paths(nodes)}
    return tuple(Level(f"{value:g}", "", value) for value in sorted(values))


def paths(nodes: Sequence[Node]) -> Iterator[tuple[Path, float]]:
    """Yield every way through a tree that has no circle, with the score at its end."""
    by_id = {each.id: each for each in nodes}

    def below(node: Node, before: Path) -> Iterator[tuple[Path, float]]:
        for label, then in node.answers.items():
            path = (*before, (node.id, label))
            if isinstance(then, str):
                yield from below(by_id[then], path)
            else:
                yield path, float(then)

    yield from below(nodes[0], ())


def score_of(labels: Mapping[str, str], nodes: Sequence[Node]) -> float | None:
    """Return the score that answers lead to; None where they do not lead to one."""
    by_id = {each.id: each for each in nodes}
    then: str | float | None = nodes[0].id
    while isinstance(then, str):
        then = by_id[then].answers.get(labels.get(then, ""))
    return then


def named(vote: Vote, node: str) -> Vote:
    """Put the answer to a question under its id."""
    if vote.verdict is None or vote.verdict.is_abstention:
        return vote
    return evolve(vote, verdict=evolve(vote.verdict, labels={node: vote.verdict.labels[""]}))


def ended(votes: Sequence[Vote]) -> Vote:
    """Return one vote for the answers of one judge on its way; it ends where one is none."""
    whole: Vote = joined(votes)
    if not is_abstention(votes[-1]) or whole.verdict is None:
        return whole
    return evolve(whole, verdict=Verdict(reason=whole.verdict.reason, is_abstention=True))


def tree_faults(nodes: "Mapping[str, NodeTable]") -> Iterator[Fault]:
    """Yield what is wrong with the questions of a tree, each with the keys that lead to it."""
    if len(nodes) > MOST_NODES:
        yield Fault((), f"a tree has at most {MOST_NODES} questions, not {len(nodes)}")
        return
    for name, node in nodes.items():
        yield from _answer_faults(name, node, nodes)
    yield from _shape_faults(nodes)


def _answer_faults(
    name: str, node: "NodeTable", nodes: "Mapping[str, NodeTable]"
) -> Iterator[Fault]:
    at = (name, "answers")
    if len(node.answers) < 2:
        yield Fault(at, f"the question {name!r} needs two answers or more", "", "key")
    for label, then in node.answers.items():
        if isinstance(then, str) and then not in nodes:
            said = f"the answer {label!r} leads to {then!r}, which is no question"
            yield Fault.unknown((*at, label), said, then, nodes)
        elif not isinstance(then, str) and not isfinite(then):
            yield Fault((*at, label), f"the answer {label!r} leads to {then}, which is no score")


def _shape_faults(nodes: "Mapping[str, NodeTable]") -> Iterator[Fault]:
    """Find circles, questions that nothing leads to, and trees of one score."""
    order: list[str] = []
    circle = _circle(next(iter(nodes)), nodes, (), order)
    if circle:
        said = f"the questions lead in a circle: {' → '.join(circle)}"
        yield Fault((circle[0],), said, "let an answer lead to a score", "key")
        return
    for name in nodes:
        if name not in order:
            hint = "the first question is the first one asked"
            yield Fault((name,), f"no answer leads to the question {name!r}", hint, "key")
    scores = {
        then
        for each in nodes.values()
        for then in each.answers.values()
        if not isinstance(then, str)
    }
    if len(scores) < 2:
        yield Fault((), "the answers need to lead to at least two different scores", "", "key")


def _circle(
    name: str, nodes: "Mapping[str, NodeTable]", above: tuple[str, ...], seen: list[str]
) -> tuple[str, ...]:
    """Return the questions of a circle; `seen` is filled with those that were come to."""
    if name in above:
        return (*above[above.index(name) :], name)
    if name in seen or name not in nodes:
        return ()
    seen.append(name)
    for then in nodes[name].answers.values():
        if isinstance(then, str) and (found := _circle(then, nodes, (*above, name), seen)):
            return found
    return ()
