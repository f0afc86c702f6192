"""The contract of a pack: every check of it, and what is exempt with a reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from attrs import frozen

from rmg_core.hints import suggestion
from rmg_core.outcomes import NOTHING
from rmg_core.registry import Registry, installed
from rmg_core.testing import declared, graded
from rmg_core.testing.golden import Golden
from rmg_core.testing.subject import Finding, GraderCheck, PackCheck, Subject

PACK_CHECKS: Final[tuple[PackCheck, ...]] = declared.PACK_CHECKS
GRADER_CHECKS: Final[tuple[GraderCheck, ...]] = (*declared.GRADER_CHECKS, *graded.GRADER_CHECKS)

Exempt: TypeAlias = Mapping[str | tuple[str, str], str]
"""What is not asked of a pack (`"trio"`), or of one grader (`("is_polite", "trio")`), and why."""

_NONE: Final[Exempt] = MappingProxyType({})


@frozen
class Case:
    """One check of the pack, or of one of its graders."""

    check: str
    grader: str | None
    look: Callable[[], Iterator[str]]

    @property
    def id(self) -> str:
        return self.check if self.grader is None else f"{self.grader}-{self.check}"


def check_pack(
    pack: str,
    *,
    golden: Mapping[str, Sequence[Golden]] = NOTHING,
    exempt: Exempt = _NONE,
    registry: Registry | None = None,
) -> list[Finding]:
    """Check that a pack keeps the contract; return all that is to be changed.

    Args:
        pack: its name, as configs write it.
        golden: for each grader, samples whose grades are known.
        exempt: for a check, or a grader and a check, the reason why it is not asked.
        registry: where the pack is found; without one, among what is installed.
    """
    subject = Subject(pack, registry or installed(), golden)
    return [
        Finding(case.check, case.grader or pack, message)
        for case in _cases(subject, exempt)
        for message in case.look()
    ]


def contract(
    pack: str,
    *,
    golden: Mapping[str, Sequence[Golden]] = NOTHING,
    exempt: Exempt = _NONE,
    registry: Registry | None = None,
) -> Any:
    """Return a pytest test that a pack keeps the contract, with a case for every check.

        test_contract = contract("tone", golden={"is_polite": [Golden({"response": "…"}, 1.0)]})

    The arguments are those of `check_pack`.
    """
    import pytest

    subject = Subject(pack, registry or installed(), golden)
    cases = [pytest.param(case, id=case.id) for case in _cases(subject, exempt)]

    @pytest.mark.parametrize("case", cases)
    def test(case: Case) -> None:
        if found := list(case.look()):
            who = pack if case.grader is None else f"{pack}/{case.grader}"
            pytest.fail("\n".join(f"{who}: {message}" for message in found), pytrace=False)

    return test


def _cases(subject: Subject, exempt: Exempt) -> Iterator[Case]:
    yield Case("exemptions", None, lambda: _misplaced(subject, exempt))
    for check in PACK_CHECKS:

        def look_at_pack(check: PackCheck = check) -> Iterator[str]:
            return iter(check.look(subject))

        looking = _exempted(check.name, look_at_pack) if check.name in exempt else look_at_pack
        yield Case(check.name, None, looking)
    for name, spec in subject.specs():
        for one in GRADER_CHECKS:

            def look(one: GraderCheck = one, name: str = name, spec: Any = spec) -> Iterator[str]:
                return iter(one.look(subject, name, spec))

            if (name, one.name) in exempt:
                can_be_made = partial(_can_be_made, subject, one, name)
                yield Case(one.name, name, _exempted(one.name, look, can_be_made))
            elif one.name not in exempt:
                yield Case(one.name, name, look)


def _can_be_made(subject: Subject, check: GraderCheck, name: str) -> bool:
    """Tell whether a check that finds nothing has looked at anything."""
    is_of_outcomes = check in graded.GRADER_CHECKS and check.name != "golden"
    return not is_of_outcomes or graded.is_gradable(subject, name)


def _exempted(
    check: str, look: Callable[[], Iterator[str]], can_be_made: Callable[[], bool] = lambda: True
) -> Callable[[], Iterator[str]]:
    """Let a check pass that fails, and find the exemption where it does not."""

    def exempted() -> Iterator[str]:
        if can_be_made() and not list(look()):
            yield f"it needs no exemption from {check!r}; take it out"

    return exempted


def _unneeded(subject: Subject, exempt: Exempt) -> Iterator[str]:
    """Find the checks that no grader needs to be exempt from, of those that all are."""
    specs = list(subject.specs())
    for one in GRADER_CHECKS:
        made = [
            each for each in specs if one.name in exempt and _can_be_made(subject, one, each[0])
        ]
        if made and not any(list(one.look(subject, name, spec)) for name, spec in made):
            yield f"no grader needs the exemption from {one.name!r}; take it out"


def _misplaced(subject: Subject, exempt: Exempt) -> Iterator[str]:
    of_pack = [each.name for each in PACK_CHECKS]
    checks = of_pack + [each.name for each in GRADER_CHECKS]
    graders = subject.names("grader")
    for key, reason in exempt.items():
        grader, check = key if isinstance(key, tuple) else (None, key)
        if check not in checks:
            yield f"there is no check {check!r}; {suggestion(check, checks, 'checks')}"
        if grader is not None and check in of_pack:
            yield f"{check!r} is asked of the whole pack; write {check!r} alone for its exemption"
        elif grader is not None and grader not in graders:
            yield f"there is no grader {grader!r}; {suggestion(grader, graders, 'graders')}"
        if not reason.strip():
            yield f"the exemption from {check!r} has no reason; say why"
    for name in subject.golden if graders else ():  # without any, the cause is another
        if name not in graders:
            yield f"golden names no grader {name!r}; {suggestion(name, graders, 'graders')}"
    yield from _unneeded(subject, exempt)
