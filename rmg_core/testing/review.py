"""The quick part of the contract: what shows of an installed pack without grading anything."""

from collections.abc import Collection
from typing import Final, Literal, TypeAlias

from attrs import frozen

from rmg_core.errors import RegistryError
from rmg_core.outcomes import NOTHING
from rmg_core.registry import Registry, installed
from rmg_core.testing import declared, graded
from rmg_core.testing.subject import Finding, GraderCheck, PackCheck, Subject

QUICK_CHECKS: Final[tuple[PackCheck | GraderCheck, ...]] = (
    *declared.PACK_CHECKS,
    *declared.GRADER_CHECKS,
)

SLOW_CHECKS: Final = tuple(each.name for each in graded.GRADER_CHECKS)
"""The checks that need samples whose grades are known, which the tests of a pack make."""

Result: TypeAlias = Literal["ok", "fails", "exempt", "not made"]


@frozen
class Reviewed:
    """What a check of the contract came to.

    `looked_at` are the names of the graders that it looked at, or of the pack. Where there are
    none, since the pack cannot be used or has no graders, it was not made, which is no success.
    `exempt` are those of them of which it is not asked.
    """

    check: str
    protects: str
    looked_at: tuple[str, ...]
    findings: tuple[Finding, ...]
    exempt: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        if self.findings:
            return "fails"
        if self.looked_at:
            return "ok"
        return "exempt" if self.exempt else "not made"


def review_pack(
    pack: str,
    *,
    exempt: Collection[str | tuple[str, str]] = (),
    registry: Registry | None = None,
) -> list[Reviewed]:
    """Make every check of the contract that grades nothing.

    Args:
        pack: its name, as configs write it.
        exempt: a check, or a grader and a check, that is not asked.
        registry: where the pack is found; without one, among what is installed.
    """
    subject = Subject(pack, registry or installed(), NOTHING)
    made: list[Reviewed] = []
    for check in QUICK_CHECKS:
        told = {(each.subject, each.message) for one in made for each in one.findings}
        looked_at, found = _looked(subject, check)
        free = tuple(each for each in looked_at if {check.name, (each, check.name)} & {*exempt})
        asked = [each for each in found if each.subject not in free]
        new = tuple(each for each in asked if (each.subject, each.message) not in told)
        # What an earlier check has told is why this one could not be made.
        kept = tuple(each for each in looked_at if each not in free) if new or not asked else ()
        made.append(Reviewed(check.name, check.protects, kept, new, free))
    return made


def _looked(
    subject: Subject, check: PackCheck | GraderCheck
) -> tuple[tuple[str, ...], list[Finding]]:
    if isinstance(check, PackCheck):
        found = [Finding(check.name, subject.name, each) for each in check.look(subject)]
        # Without names of the pack to look at, finding nothing says nothing.
        is_made = bool(found) or check.name not in ("imports", "others") or _is_usable(subject)
        return ((subject.name,) if is_made else ()), found
    specs = dict(subject.specs())
    return tuple(specs), [
        Finding(check.name, name, each)
        for name, spec in specs.items()
        for each in check.look(subject, name, spec)
    ]


def _is_usable(subject: Subject) -> bool:
    try:
        return bool(subject.pack)
    except RegistryError:
        return False
