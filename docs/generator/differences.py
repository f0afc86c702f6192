"""Where coded graders differ from what other projects have recorded, in one table."""

import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.markdown import table

ROOT = Path(__file__).resolve().parents[2]
_ELSEWHERE = re.compile(r"belongs to|replayed by|of the pack|of the core|offered by")

TABLES = sorted(ROOT.glob("plugins/*/tests/replay/differences.py"))


def different() -> str:
    """Write every recorded row from which a pack differs, with the reason."""
    alike: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for pack, held in _tables():
        for name, why in held.get("DIFFERENT", {}).items():
            source, _, number = name.rpartition("-")
            alike[pack, source, why].append(number)
    rows = [(*key[:2], ", ".join(sorted(numbers)), key[2]) for key, numbers in alike.items()]
    return table(("pack", "recorded by", "rows", "why we differ"), sorted(rows))


def not_offered() -> str:
    """Write what was recorded and no grader offers, with the reason."""
    rows = {
        (pack, f"`{name}`", why)
        for pack, held in _tables()
        for name, why in _flat(held.get("NOT_OFFERED", {}))
        if not _ELSEWHERE.search(why)
    }
    return table(("pack", "operation", "why"), sorted(rows))


def _flat(held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each operation with its reason; some packs write them by file."""
    for name, why in held.items():
        if isinstance(why, Mapping):
            yield from _flat(why)
        else:
            yield name, why


def _tables() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in TABLES:
        spec = importlib.util.spec_from_file_location("differences", file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} cannot be read")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield file.parents[2].name.removeprefix("rmg-plugin-"), vars(module)


PARTS = {"differences.rows": different, "differences.operations": not_offered}
