"""Operations of OpenJudge and RM-Gallery that run no program, as our graders do them."""

from collections.abc import Mapping
from typing import Any

from rmg_core import CannotGrade, GraderScore
from rmg_plugin_code.patches import patch_similarity
from rmg_plugin_code.style import style
from rmg_plugin_code.syntax import syntax

Row = Mapping[str, Any]


def _parses(response: str) -> float:
    return syntax(response, share=True, fences_only=True).score


def _findings(response: str) -> Any:
    outcome = style(response, select=("E1", "W1", "N"))
    return outcome.score if isinstance(outcome, GraderScore) else outcome.status


def _likeness(response: str, reference: str) -> Any:
    try:
        return patch_similarity(response, reference, compare="text").score
    except CannotGrade as fault:
        return fault.kind


def syntax_check(row: Row, expected: Row) -> tuple[Any, Any]:
    return _parses(row["response"]), expected["score"]


def code_style(row: Row, expected: Row) -> tuple[Any, Any]:
    return _findings(row["response"]), expected["score"]


def patch(row: Row, expected: Row) -> tuple[Any, Any]:
    return _likeness(row["response"], row["reference_response"]), expected["score"]


def syntax_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return _parses(row["output"][0]), expected[0]["score"]


def style_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return _findings(row["output"][0]), expected[0]["score"]


def patch_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return _likeness(row["output"][0], row["labels"][0]["reference"]), expected[0]["score"]
