"""The aggregator that turns comparisons within a group into strengths: Bradley-Terry."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from rmg_core.aggregators import Parts
from rmg_core.basic.groups import ALONE, Group
from rmg_core.basic.options import (
    GRADERS,
    MIN_COVERAGE,
    Attribute,
    as_names,
    finite,
    min_coverage,
    one_of,
)
from rmg_core.basic.parts import score_parts
from rmg_core.outcomes import GraderError, GraderScore, Outcome, Scale

STRENGTHS: Final = Scale(None, None)
TOLERANCE: Final = 1e-10
MOST_STEPS: Final = 10_000

Wins: TypeAlias = list[list[float]]


def _positive(_: Any, attribute: Attribute, value: Any) -> None:
    if not finite(value, attribute.name) > 0:
        raise ValueError(f"{attribute.name} must be above 0, not {value:g}")


@frozen(kw_only=True)
class BradleyTerry:
    """Strength of a sample in its group, from which member each grader prefers.

    For every two members each grader is a voter: the better score wins, a tie is half a win for
    either. `prior` votes are added to either side of every pair, so that a member that never loses
    has a finite strength. With w the votes, n their sum over both sides, the strengths are those
    with P(i beats j) = πᵢ / (πᵢ + πⱼ) most likely: the fixed point of
    πᵢ ← Σⱼ wᵢⱼ / Σⱼ nᵢⱼ / (πᵢ + πⱼ), the MM algorithm of Hunter 2004 (Annals of Statistics 32,
    384-406). The score is ln πᵢ, centred on 0 over the group, on an open scale. A member with a
    missing part stays out; one that is alone is skipped.
    """

    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    prior: float = field(
        default=0.1,
        validator=_positive,
        metadata={"help": "votes added to either side of every pair; above 0"},
    )
    on_missing: Literal["error", "renormalise", "abstain"] = field(
        default="error",
        validator=one_of("error", "renormalise", "abstain"),
        metadata={
            "help": "when a part has no score: error, renormalise (that grader does not vote on "
            "the member), or abstain (skip)"
        },
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, _: Mapping[str, Scale], /) -> Scale:
        return STRENGTHS

    def combine_group(self, group: Group, /) -> Sequence[Outcome]:
        members = [
            score_parts(outcomes, self.graders, self.on_missing, self.min_coverage)
            for outcomes in group
        ]
        rivals = [number for number, each in enumerate(members) if isinstance(each, Parts)]
        made: dict[int, Outcome] = dict.fromkeys(rivals, ALONE)
        if len(rivals) > 1:
            parts = [each.scores for each in members if isinstance(each, Parts)]
            made |= zip(rivals, _outcomes(_votes(parts), self.prior), strict=True)
        return [
            made[number] if isinstance(each, Parts) else each for number, each in enumerate(members)
        ]


def _votes(members: list[Mapping[str, GraderScore]]) -> Wins:
    wins = [[0.0] * len(members) for _ in members]
    for one, other in combinations(range(len(members)), 2):
        for grader, part in members[one].items():
            rival = members[other].get(grader)
            if rival is None:
                continue
            if part.score == rival.score:
                wins[one][other] += 0.5
                wins[other][one] += 0.5
            elif (part.score > rival.score) is part.scale.higher_is_better:
                wins[one][other] += 1
            else:
                wins[other][one] += 1
    return wins


def _outcomes(votes: Wins, prior: float) -> list[Outcome]:
    size = len(votes)
    found = strengths(
        [
            [votes[one][other] + (prior if other != one else 0.0) for other in range(size)]
            for one in range(size)
        ]
    )
    if found is None:
        error = GraderError(
            "aggregator_error", f"no strengths found in {MOST_STEPS} steps: raise prior"
        )
        return [error] * size
    made: list[Outcome] = []
    for one, strength in enumerate(found):
        won, lost = sum(votes[one]), sum(votes[other][one] for other in range(size))
        metadata = {"rule": "bradley_terry", "won": won, "lost": lost, "size": size}
        made.append(
            GraderScore(strength, f"wins {won:g} of {won + lost:g} votes", metadata, STRENGTHS)
        )
    return made


def strengths(wins: Wins) -> list[float] | None:
    """Return the log-strengths, centred on 0, that make `wins` most likely.

    `wins[i][j]` are the votes for i against j, every one above 0 for i ≠ j. None when 10,000 steps
    bring no convergence to 1e-10.
    """
    everyone = range(len(wins))
    won = [math.fsum(row) for row in wins]
    met = [[wins[one][other] + wins[other][one] for other in everyone] for one in everyone]
    logs = [0.0] * len(wins)
    for _ in range(MOST_STEPS):
        powers = [math.exp(each) for each in logs]
        steps = [
            math.log(won[one])
            - math.log(
                math.fsum(
                    met[one][other] / (powers[one] + powers[other])
                    for other in everyone
                    if other != one
                )
            )
            for one in everyone
        ]
        centre = math.fsum(steps) / len(steps)
        moved = [each - centre for each in steps]
        if max(abs(new - old) for new, old in zip(moved, logs, strict=True)) < TOLERANCE:
            return moved
        logs = moved
    return None
