"""The grader of what bandit finds in Python."""

import functools
import io
import logging
import warnings
from collections import Counter
from typing import Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, GraderSkip, Scale, grader
from rmg_plugin_code.python_source import Source, Unparsable, parsed

COUNT = Scale(0, None, higher_is_better=False)
Level: TypeAlias = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = get_args(Level)


@grader(scale=COUNT, needs=("rmg-plugin-code[security]",), runs_in="process")
def security_findings(
    response: str,
    *,
    severity: Annotated[
        Level, validators.in_(LEVELS), "the least severity of a finding that counts"
    ] = "low",
    confidence: Annotated[
        Level, validators.in_(LEVELS), "the least confidence of a finding that counts"
    ] = "low",
) -> GraderScore | GraderSkip:
    """How many weaknesses bandit finds in the Python of the response; 0 is best.

    Each block of Python is checked for itself; a response without fences is Python as a whole.
    `nosec` comments are not obeyed, nothing is written, and no configuration file is read. A
    response without Python, or with Python that does not parse, is a skip; `syntax` scores that.

    Definition: the tests of bandit with its defaults. Another version of bandit may find something
    else; the metadata say which it was.

    Raises:
        CannotGrade: the code is nested deeper than bandit can follow, or the response has more than
            200,000 characters (`bad_input`).

    Example:
        >>> security_findings("eval(input())").reason
        '1 finding: B307 in line 1 (medium, high confidence)'
        >>> security_findings("eval(input())", severity="high").score
        0.0
    """
    try:
        sources = parsed(response)
    except Unparsable as fault:
        return GraderSkip(f"nothing to look at: {fault}")
    found = [
        (number, each)
        for number, (source, _) in enumerate(sources, 1)
        for each in _issues(source)
        if _reaches(each.severity, severity) and _reaches(each.confidence, confidence)
    ]
    told = [_told(issue, number, several=len(sources) > 1) for number, issue in found]
    head = f"{len(found)} {'finding' if len(found) == 1 else 'findings'}"
    counts = Counter(issue.test_id for _, issue in found)
    return GraderScore(
        float(len(found)),
        f"{head}: {'; '.join(told[:10])}" if told else head,
        {"findings": dict(sorted(counts.items())), "bandit": _version()},
        COUNT,
    )


def _reaches(said: str, least: Level) -> bool:
    """Tell whether a level is at least `least`; bandit has `UNDEFINED` too, which is the lowest."""
    place = {level.upper(): number for number, level in enumerate(LEVELS)}
    return place.get(said, 0) >= place[least.upper()]


def _told(issue: Any, block: int, *, several: bool) -> str:
    place = f"line {issue.lineno}" + (f" of block {block}" if several else "")
    return (
        f"{issue.test_id} in {place} "
        f"({issue.severity.lower()}, {issue.confidence.lower()} confidence)"
    )


def _issues(source: Source) -> list[Any]:
    tests = _tests()
    from bandit.core import meta_ast, metrics, node_visitor

    data = source.text.encode("utf-8")
    counted = metrics.Metrics()
    counted.begin(_NAME)
    visitor = node_visitor.BanditNodeVisitor(
        _NAME, io.BytesIO(data), meta_ast.BanditMetaAst(), tests, False, {}, counted
    )
    try:
        visitor.process(data)
    except RecursionError as fault:
        raise CannotGrade(
            "the code is nested deeper than bandit can follow", "bad_input"
        ) from fault
    found: list[Any] = visitor.tester.results
    return found


_NAME = "response.py"


@functools.lru_cache
def _tests() -> Any:
    from stevedore import _cache

    # bandit finds its tests by stevedore, which would write what it finds under ~/.cache.
    _cache._c._disable_caching = True  # noqa: SLF001 - there is no other switch
    # A test of bandit that fails says so in a log that nobody here reads.
    logging.getLogger("bandit").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        # Of what bandit asks of stevedore.
        warnings.simplefilter("ignore", DeprecationWarning)
        from bandit.core import config, test_set

        return test_set.BanditTestSet(config.BanditConfig(), profile={})


@functools.lru_cache
def _version() -> str:
    from importlib.metadata import version

    return version("bandit")
