"""Operations of OpenJudge and RM-Gallery that run programs, as our grader does them."""

import re
from collections.abc import Mapping
from typing import Any

import anyio

from rmg_core import CannotGrade
from rmg_plugin_code.runs_tests import RunsTests

Row = Mapping[str, Any]


def _runs(response: str, tests: Any, options: Row) -> Any:
    """Run the first function of the response: the rows do not say which is called."""
    share = "share" if options["continuous"] else "all"
    grader = RunsTests(score=share, strict_types=False, seconds=options["timeout"])
    function = re.search(r"def (\w+)", response)
    assert function is not None
    try:
        return anyio.run(grader.grade, response, tests, function[1]).score
    except CannotGrade as fault:
        return fault.kind


def execution(row: Row, expected: Row) -> tuple[Any, Any]:
    return _runs(row["response"], [], row["options"]), expected["score"]


def execution_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    tests = row["labels"][0]["inputs_outputs"]
    return _runs(row["output"][0], tests, row["options"]), expected[0]["score"]
