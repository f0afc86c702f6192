"""The contract of packs: its checks, and what each protects."""

from collections.abc import Iterable

from generator.markdown import table
from rmg_core.testing.contract import GRADER_CHECKS, PACK_CHECKS
from rmg_core.testing.review import QUICK_CHECKS
from rmg_core.testing.subject import GraderCheck, PackCheck

_QUICK = {each.name for each in QUICK_CHECKS}


def _rows(checks: Iterable[PackCheck | GraderCheck]) -> str:
    rows = [
        (f"`{each.name}`", each.protects, "yes" if each.name in _QUICK else "no") for each in checks
    ]
    return table(("check", "protects", "`rmg plugins --check` makes it"), rows)


PARTS = {
    "contract.pack": lambda: _rows(PACK_CHECKS),
    "contract.graders": lambda: _rows(GRADER_CHECKS),
}
