"""SQL as it stands in responses: the fences that are tagged so, or else all of it."""

import re

from rmg_plugin_code.blocks import code_in

TAGS = ("sql", "sqlite", "sqlite3", "postgresql", "postgres", "mysql", "tsql", "plsql", "bigquery")
_TOKENS = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\]   # what is quoted
    | --[^\n]* | /\*.*?(?:\*/|\Z)                                # comments
    | [()] | \b order \s+ by \b""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def sql_in(response: str) -> str:
    """Return the SQL of a response, or an empty text."""
    return "\n".join(block.text.strip() for block in code_in(response, TAGS))


def is_ordered(query: str) -> bool:
    """Tell whether a query has an ORDER BY of its own, and not only within parentheses."""
    depth = 0
    ordered = False
    for token in _TOKENS.findall(query):
        match token:
            case "(":
                depth += 1
            case ")":
                depth -= 1
            case _ if depth == 0 and token[:1] in "oO":
                ordered = True
    return ordered
