"""A grader of one's own, in a file beside the config that uses it."""

from rmg_core import GraderScore, grader


@grader(scale=(0, 1))
def answers_briefly(response: str, *, words: int = 8) -> GraderScore:
    """1 for an answer of at most `words` words, less the longer it is, 0 when it is empty."""
    count = len(response.split())
    score = min(1.0, words / count) if count else 0.0
    return GraderScore(score, reason=f"{count} words")
