"""Graders of the pack under the names that Python code imports."""

from collections.abc import Mapping
from typing import Any, Final

from rmg_plugin_judge.shelf import SHELF

NAMES: Final[Mapping[str, str]] = {
    "AccuracyGrader": "accuracy",
    "HelpfulnessGrader": "helpfulness",
    "RelevanceGrader": "relevance",
}

PACKAGE: Final = "rmg_plugin_judge"


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
    return getattr(getattr(SHELF, PACKAGE), f"rubrics/{NAMES[name]}")
