"""What of a response is prose: without code, formulas and addresses, and its paragraphs."""

import re
from collections.abc import Sequence

from rmg_plugin_format.fences import blocks

# Each stops at the next sign that could open it again, so that the search stays linear.
_CODE = re.compile(r"(`+)(?!`)[^`]+\1(?!`)")
_FORMULAS = re.compile(
    r"\$\$[^$]+\$\$|\$[^$\n]+\$|\\\((?:(?!\\[()]).)*\\\)|\\\[(?:(?!\\[\[\]]).)*\\\]", re.DOTALL
)
_ADDRESS = re.compile(r"\bhttps?://\S+")


def lines_without_fences(text: str) -> Sequence[str]:
    """Return the lines of a text, of which those of fenced blocks are empty."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    for block in list(blocks(lines)):
        for row in range(block.first, block.last + 1):
            lines[row] = ""
    return lines


def without_code(text: str) -> str:
    """Leave out fenced blocks and code in a line."""
    return _CODE.sub(" ", "\n".join(lines_without_fences(text)))


def words_only(text: str) -> str:
    """Leave out code, formulas and addresses too."""
    return _ADDRESS.sub(" ", _FORMULAS.sub(" ", without_code(text)))


def paragraphs(text: str) -> Sequence[str]:
    """Return what blank lines separate."""
    return [part.strip() for part in re.split(r"\n[ \t]*\n\s*", text) if part.strip()]
