"""The process in which the stdlib's `re` searches: run as a script, it can be killed at a deadline.

It reads a request per line from stdin and writes a reply per line to stdout, both JSON. It imports
nothing but the stdlib, so that it starts in milliseconds.
"""

import functools
import json
import re
import sys
from collections import deque
from typing import Any


def search(
    pattern: str, text: str, group: int | str, *, ignore_case: bool, full: bool, last: bool
) -> list[str | None] | None:
    """Return what the whole match and `group` took, or None where nothing matches."""
    compiled = _compiled(pattern, ignore_case=ignore_case)
    if full:
        found = compiled.fullmatch(text)
    elif last:
        found = next(iter(deque(compiled.finditer(text), maxlen=1)), None)
    else:
        found = compiled.search(text)
    return None if found is None else [found.group(), found.group(group)]


@functools.lru_cache(maxsize=64)
def _compiled(pattern: str, *, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE if ignore_case else 0)


def main() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        sys.stdout.write(json.dumps(search(**request)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
