"""The version of a rubric: it changes with all that a verdict depends on."""

import functools
import hashlib
import json
from typing import Any, Final

import attrs

from rmg_plugin_judge.values import Rubric

_ASKED: Final = (
    "inputs",
    "mode",
    "prompt",
    "levels",
    "criteria",
    "criteria_from",
    "claims",
    "nodes",
    "may_abstain",
    "translations",
    "examples",
)
"""What of a rubric a verdict depends on; its name, its summary and its tests it does not."""


@attrs.frozen
class _Itself:
    """A rubric that is equal to itself alone: to compare texts takes as long as to digest them."""

    rubric: Rubric = attrs.field(eq=id)


def version_of(rubric: Rubric) -> str:
    """Return the version of the grader: `2+` and a digest of what is asked."""
    return _version_made_once(_Itself(rubric))


# Each cell asks for it, which took a tenth of what the cell of a judge costs.
@functools.lru_cache(maxsize=256)
def _version_made_once(it: _Itself) -> str:
    rubric = it.rubric
    content = attrs.asdict(rubric)
    return f"{rubric.version}+{digest_of({key: content[key] for key in _ASKED})}"


def digest_of(content: Any) -> str:
    """Return 16 hexadecimal digits that follow from the content, which JSON can write."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
