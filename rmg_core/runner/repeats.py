"""What the repeats of a grader come to."""

from math import fsum

from rmg_core.outcomes import GraderError, GraderScore, GraderSkip, Outcome, is_pending
from rmg_core.plan.conditions import for_repeats


def mean_of(repeats: list[Outcome]) -> Outcome:
    """Return the mean of a grader's repeats; the first error, or else skip, if there is one."""
    count = len(repeats)
    if (held_back := for_repeats(repeats[0], count)) is not None:
        return held_back
    for each in repeats:
        if is_pending(each):
            return each
    for number, each in enumerate(repeats, 1):
        if isinstance(each, GraderError):
            said = f"repeat {number} of {count}: {each.error}"
            return GraderError(each.kind, said, each.detail)
    for number, each in enumerate(repeats, 1):
        if isinstance(each, GraderSkip):
            return GraderSkip(f"repeat {number} of {count}: {each.reason}")
    scored = [each for each in repeats if isinstance(each, GraderScore)]
    if len(scored) < count:
        return GraderError("bad_return", "ranks have no mean: name an aggregator with repeats_of")
    scores = [each.score for each in scored]
    try:
        mean = fsum(scores) / count
    except OverflowError:
        mean = fsum(score / count for score in scores)
    metadata = {"repeats": scores}
    return GraderScore(mean, f"mean of {count} repeats", metadata, scored[0].scale)
