"""Write the generated parts of the reference, or with `--check` tell which are out of date.

A page says what is put where: what stands between `<!-- generated: NAME -->` and the next
`<!-- end -->` is replaced by what `PARTS[NAME]` returns. Needs rmg and the packs in plugins/
installed.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from generator import (
    catalogue,
    commands,
    config,
    contract,
    data,
    differences,
    errors,
    judges,
    outcomes,
    packs,
)

PAGES = [
    *(Path(__file__).parent / "reference").glob("*.md"),
    Path(__file__).parents[1] / "README.md",
]
PARTS: dict[str, Callable[[], str]] = {
    **catalogue.PARTS,
    **commands.PARTS,
    **config.PARTS,
    **contract.PARTS,
    **data.PARTS,
    **differences.PARTS,
    **errors.PARTS,
    **judges.PARTS,
    **outcomes.PARTS,
    **packs.PARTS,
}

_PART = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def generated(page: str) -> str:
    """Return a page with its generated parts made anew."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]().strip()}\n\n{found[3]}", page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on a change")
    is_check = parser.parse_args().check
    stale = []
    named = set()
    for path in sorted(PAGES):
        before = path.read_text("utf-8")
        named |= {found[2] for found in _PART.finditer(before)}
        after = generated(before)
        if after != before:
            stale.append(path.name)
            if not is_check:
                path.write_text(after, "utf-8")
    for name in stale:
        print(
            f"{name} {'is out of date: run `python docs/generate.py`' if is_check else 'written'}"
        )
    for name in sorted(PARTS.keys() - named):
        print(f"no page has the part {name!r}")
    return int(is_check and bool(stale)) or int(PARTS.keys() != named)


if __name__ == "__main__":
    sys.exit(main())
