"""Decision trees: what is asked next, and the score at the end."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve

from rmg_core import Fault
from rmg_plugin_judge.checklists import joined
from rmg_plugin_judge.values import Level, Node, Verdict, Vote
from rmg_plugin_judge.votes import is_abstention

if TYPE_CHECKING:
    from rmg_plugin_judge.layout import NodeTable

MOST_NODES: Final = 50

Way: TypeAlias = tuple[tuple[str, str], ...]
"""The questions on the way to a score, each with its answer."""


def nodes_of(tables: "Mapping[str, NodeTable]") -> tuple[Node, ...]:
    """Return the questions that tables write, in their order."""
    return tuple(Node(name, each.ask, tuple(each.answers.items())) for name, each in tables.items())


def leaves(nodes: Sequence[Node]) -> tuple[Level, ...]:
    """Return the scores that a tree can lead to, from the lowest to the highest."""
    values = {
        float(then) for each in nodes for _, then in each.answers if not isinstance(then, str)
    }
    return tuple(Level(f"{value:g}", "", value) for value in sorted(values))


def way_to(nodes: Sequence[Node], *, is_best: bool) -> tuple[Way, float]:
    """Return the way to the highest score of a tree, or to the lowest, and that score."""
    found: dict[str, tuple[Way, float]] = {}
    choose = max if is_best else min
    for node in _from_the_ends(nodes):
        ways = [
            (((node.id, label), *found[then][0]), found[then][1])
            if isinstance(then, str)
            else (((node.id, label),), float(then))
            for label, then in node.answers
        ]
        found[node.id] = choose(ways, key=lambda way: way[1])
    return found[nodes[0].id]


def depths(nodes: Sequence[Node]) -> tuple[int, int]:
    """Return how many questions the shortest and the longest way of a tree have."""
    found: dict[str, tuple[int, int]] = {}
    for node in _from_the_ends(nodes):
        below = [found[then] if isinstance(then, str) else (0, 0) for _, then in node.answers]
        found[node.id] = 1 + min(low for low, _ in below), 1 + max(high for _, high in below)
    return found[nodes[0].id]


def _from_the_ends(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the questions, each behind those that its answers lead to."""
    by_id, done = {each.id: each for each in nodes}, dict[str, Node]()

    def visit(node: Node) -> None:
        if node.id not in done:
            for _, then in node.answers:
                if isinstance(then, str):
                    visit(by_id[then])
            done[node.id] = node

    visit(nodes[0])
    return tuple(done.values())


def score_of(labels: Mapping[str, str], nodes: Sequence[Node]) -> float | None:
    """Return the score that answers lead to; None where they do not lead to one."""
    by_id = {each.id: each for each in nodes}
    *_, last = way_of(labels, nodes)
    then = by_id[last].then(labels.get(last, ""))
    return None if isinstance(then, str) else then


def way_of(labels: Mapping[str, str], nodes: Sequence[Node]) -> tuple[str, ...]:
    """Return the questions that answers lead through, as far as they are answered."""
    by_id = {each.id: each for each in nodes}
    way: list[str] = []
    then: str | float | None = nodes[0].id
    while isinstance(then, str):
        way.append(then)
        then = by_id[then].then(labels.get(then, ""))
    return tuple(way)


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


def tree_faults(nodes: Sequence[Node]) -> Iterator[Fault]:
    """Yield what is wrong with the questions of a tree, each with the keys that lead to it."""
    if len(nodes) > MOST_NODES:
        yield Fault((), f"a tree has at most {MOST_NODES} questions, not {len(nodes)}")
        return
    for node in nodes:
        yield from _answer_faults(node, [each.id for each in nodes])
    yield from _shape_faults(nodes)


def _answer_faults(node: Node, names: Sequence[str]) -> Iterator[Fault]:
    at = (node.id, "answers")
    if len(node.answers) < 2:
        yield Fault(at, f"the question {node.id!r} needs two answers or more", "", "key")
    for label, then in node.answers:
        if isinstance(then, str) and then not in names:
            said = f"the answer {label!r} leads to {then!r}, which is no question"
            if _is_number(then):
                yield Fault((*at, label), said, f"a score has no quotes: write {label} = {then}")
            else:
                yield Fault.unknown((*at, label), said, then, names)
        elif not isinstance(then, str) and not isfinite(then):
            yield Fault((*at, label), f"the answer {label!r} leads to {then}, which is no score")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shape_faults(nodes: Sequence[Node]) -> Iterator[Fault]:
    """Find circles, questions that nothing leads to, and trees of one score."""
    order: list[str] = []
    circle = _circle(nodes[0].id, {each.id: each for each in nodes}, (), order)
    if circle:
        said = f"the questions lead in a circle: {' → '.join(circle)}"
        yield Fault((circle[0],), said, "let an answer lead to a score", "key")
        return
    for each in nodes:
        if each.id not in order:
            hint = "the first question is the first one asked"
            yield Fault((each.id,), f"no answer leads to the question {each.id!r}", hint, "key")
    if len(leaves(nodes)) < 2:
        yield Fault((), "the answers need to lead to at least two different scores", "", "key")


def _circle(
    name: str, nodes: Mapping[str, Node], above: tuple[str, ...], seen: list[str]
) -> tuple[str, ...]:
    """Return the questions of a circle; `seen` is filled with those that were come to."""
    if name in above:
        return (*above[above.index(name) :], name)
    if name in seen or name not in nodes:
        return ()
    seen.append(name)
    for _, then in nodes[name].answers:
        if isinstance(then, str) and (found := _circle(then, nodes, (*above, name), seen)):
            return found
    return ()
