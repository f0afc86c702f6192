"""The grader of a response that must match a regular expression."""

import re
import warnings
from typing import Any, Literal

from attrs import Attribute, field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_text.references import alternatives, quoted
from rmg_plugin_text.searching import Search

TAKES = ("first", "last")


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern.

    Raises:
        ValueError: it is not a regular expression, in the words of `re`.
    """
    with warnings.catch_warnings():
        # `re` warns of what it will read in another way one day, as RE2 does today.
        warnings.simplefilter("error", FutureWarning)
        try:
            return re.compile(pattern)
        except (re.error, FutureWarning, OverflowError, RecursionError) as fault:
            raise ValueError(str(fault)) from fault


def _compiles(_: object, attribute: "Attribute[str]", value: str) -> None:
    try:
        _compiled(value)
    except ValueError as fault:
        raise ValueError(
            f"{attribute.name} must be a regular expression, not {quoted(value)}: {fault}"
        ) from fault


def _is_a_group(instance: "Regex", attribute: "Attribute[Any]", value: int | str) -> None:
    try:
        pattern = _compiled(instance.pattern)
    except ValueError:
        return  # The pattern's own validator says so.
    groups = (*range(pattern.groups + 1), *pattern.groupindex)
    if value not in groups or isinstance(value, bool):
        known = ", ".join(map(repr, groups))
        raise ValueError(f"{attribute.name} must be one of the pattern's: {known}; not {value!r}")


@grader
@frozen(kw_only=True)
class Regex:
    r"""1 when the response matches `pattern` anywhere (with `full`: as a whole), else 0.

    The syntax and the meaning are those of Python's `re`. The search is done by RE2 where it is
    installed and means the same, which takes time in proportion to the response; else by `re`, in
    a process that is ended at `deadline`.

    With `group` the group must have taken part in the match. With the optional input
    `group_equals`, which is `reference` or the like by a mapper, what the group took must equal it,
    or any of a list.

    Definition: `re.search`, `re.fullmatch` and `re.finditer` of Python.

    Raises:
        CannotGrade: the search passed its deadline (`timeout`), or a list is empty (`bad_input`).

    Example:
        >>> Regex(pattern=r"\b[A-D]\b").grade("I choose B.").reason
        "matches 'B'"
        >>> answer = Regex(pattern=r"answer: (\w+)", group=1, ignore_case=True, take="last")
        >>> answer.grade("Answer: A. No, answer: B", group_equals="B").score
        1.0
    """

    pattern: str = field(
        validator=[validators.instance_of(str), _compiles],
        metadata={"help": "a regular expression of Python's `re`"},
    )
    group: int | str = field(
        default=0,
        validator=_is_a_group,
        metadata={"help": "the group that counts, by number or name; 0 is the whole match"},
    )
    full: bool = field(default=False, metadata={"help": "the whole response must match"})
    ignore_case: bool = field(default=False, metadata={"help": "match without regard to case"})
    take: Literal["first", "last"] = field(
        default="first",
        validator=validators.in_(TAKES),
        metadata={"help": "which of several matches counts"},
    )
    deadline: float = field(
        default=1.0,
        validator=[validators.gt(0), validators.le(60)],
        metadata={"help": "seconds a response"},
    )

    def grade(self, response: str, group_equals: str | list[str] | None = None) -> GraderScore:
        search = Search(self.pattern, self.group, self.ignore_case, self.full, self.take == "last")
        found = search.run(response, self.deadline)
        if found is None:
            return GraderScore(0.0, "no match")
        whole, part = found
        if part is None:
            return GraderScore(0.0, f"matches {quoted(str(whole))} without group {self.group!r}")
        if group_equals is None:
            return GraderScore(1.0, f"matches {quoted(part)}")
        expected = alternatives(group_equals, "group_equals")
        hit = part in expected
        return GraderScore(
            float(hit), f"{quoted(part)} is {'' if hit else 'not '}what is asked for"
        )
