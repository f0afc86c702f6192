"""Operations of OpenJudge and RM-Gallery that run no program, as our graders do them."""

from collections.abc import Mapping
from typing import Any

from rmg_core import GraderScore
from rmg_plugin_code.patches import patch_similarity
from rmg_plugin_code.style import style
from rmg_plugin_code.syntax import syntax

Row = Mapping[str, Any]


def _parses(response: str) -> float:
    """Return the share of blocks that parse, less the half that there is taken off for an error."""
    outcome = syntax(response, share=True, fences_only=True)
    if not outcome.metadata:
        return 0.0  # without a block
    return outcome.score - 0.5 * (outcome.score < 1)


def _is_clean(response: str) -> bool:
    outcome = style(response, select=("E1", "W1", "N"))
    return isinstance(outcome, GraderScore) and outcome.score == 0


def syntax_check(row: Row, expected: Row) -> tuple[Any, Any]:
    return _parses(row["response"]), expected["score"]


def code_style(row: Row, expected: Row) -> tuple[Any, Any]:
    # There the shares of names in snake case and of even indentation; here the findings. Clean is
    # clean for both.
    return _is_clean(row["response"]), expected["score"] == 1


def patch(row: Row, expected: Row) -> tuple[Any, Any]:
    outcome = patch_similarity(row["response"], row["reference_response"], compare="text")
    return outcome.score, expected["score"]


def syntax_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return _parses(row["output"][0]), expected[0]["score"]


def style_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return _is_clean(row["output"][0]), expected[0]["score"] == 1


def patch_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    outcome = patch_similarity(row["output"][0], row["labels"][0]["reference"], compare="text")
    return outcome.score, expected[0]["score"]
