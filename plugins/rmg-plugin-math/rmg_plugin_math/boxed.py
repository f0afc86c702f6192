r"""The grader of a response that must give its answer in a `\boxed{}`."""

from typing import Annotated, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import GraderScore, grader
from rmg_plugin_math.places import after as behind
from rmg_plugin_math.places import boxes, quoted

Count: TypeAlias = Literal["one", "some"]
CountOption: TypeAlias = Annotated[
    Count, validators.in_(get_args(Count)), "how many boxes the response may have"
]


@grader
def boxed_present(
    response: str,
    *,
    count: CountOption = "one",
    after: Annotated[str, "only what follows this text is read, such as `</think>`"] = "",
) -> GraderScore:
    r"""1 when the response has an answer in a `\boxed{}` (one, or with `count` some), else 0.

    Every box must be closed and have something in it. A box in a box is a part of it, and
    `\fbox{}` is a box. What stands in the box is not looked at.

    Definition: the answer format of MATH (Hendrycks et al. 2021).

    Example:
        >>> boxed_present(r"So x is \boxed{\frac{1}{2}}.").score
        1.0
        >>> boxed_present(r"\boxed{1} or \boxed{2}").reason
        '2 boxed answers'
    """
    text = behind(response, after)
    if text is None:
        return GraderScore(0.0, f"{quoted(after)} is not in the response")
    found = list(boxes(text))
    if not found:
        return GraderScore(0.0, "no boxed answer")
    if None in found:
        return GraderScore(0.0, "a box has no closing brace, or none at all")
    if not all(each and each.strip() for each in found):
        return GraderScore(0.0, "a box is empty")
    if count == "one" and len(found) > 1:
        return GraderScore(0.0, f"{len(found)} boxed answers")
    return GraderScore(1.0, f"boxed: {quoted(found[-1] or '')}")
