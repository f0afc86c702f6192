"""Graders that stand in for judges: they look at words instead of asking a model."""

import re

from attrs import frozen

from rmg_core import GraderScore, grader, hookimpl


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


@grader(scale=(1, 5))
@frozen
class HelpfulnessGrader:
    """5 when the response shares a word with the query, else 1."""

    async def grade(self, query: str, response: str) -> GraderScore:
        shared = words(query) & words(response)
        return GraderScore(5.0 if shared else 1.0, reason=f"{len(shared)} words of the query")


@grader(scale=(1, 5))
@frozen
class AccuracyGrader:
    """5 when the response has a capital letter after its first word, else 1."""

    async def grade(self, question: str, response: str) -> GraderScore:
        named = re.search(r"\s[A-Z]", response)
        return GraderScore(5.0 if named else 1.0, reason="a name" if named else "no name")


@grader(scale=(1, 5))
@frozen
class RelevanceGrader:
    """The share of the reference's words that the response has, from 1 to 5."""

    async def grade(self, query: str, response: str, reference: str | None = None) -> GraderScore:
        wanted = words(reference or query)
        share = len(wanted & words(response)) / len(wanted)
        return GraderScore(1.0 + 4.0 * share, reason=f"{share:.0%} of the words")


@hookimpl
def rmg_graders():
    return {
        "helpfulness": HelpfulnessGrader,
        "accuracy": AccuracyGrader,
        "relevance": RelevanceGrader,
    }
