"""Which operation of which project is what of ours.

An operation takes a row's `input` and `expected`, and returns what we get and what was recorded.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from rmg_core import CannotGrade
from rmg_core.graders import spec_of, with_options
from rmg_plugin_tools import rmg_graders

Row = Mapping[str, Any]
Operation = Callable[[Row, Any], tuple[Any, Any]]


def grade(name: str, /, inputs: Row, **options: Any) -> Any:
    """Grade as a run does; a failure comes back as its kind, a skip as `skip`."""
    module, _, attribute = rmg_graders()[name].partition(":")
    grader = with_options(spec_of(getattr(import_module(module), attribute)), options)
    try:
        return getattr(grader.call(**inputs), "score", "skip")
    except CannotGrade as fault:
        return fault.kind


def compare(name: str, response: Any, reference: Any, **options: Any) -> Any:
    return grade(name, {"response": response, "reference": reference}, **options)


def berkeley(row: Row, expected: bool) -> tuple[Any, Any]:
    inputs = {
        "response": row["calls"],
        "reference": row["possible_answer"],
        "tools": row["functions"],
    }
    return grade("tool_call_match", inputs), expected


def precision_recall(row: Row, expected: Row) -> tuple[Any, Any]:
    options = row["options"]
    arguments = "equal" if options["match_arguments"] else "ignore"
    name = f"tool_call_{options['metric_type']}"
    texts = row["tool_calls"], row["reference_tool_calls"]
    return compare(name, *texts, arguments=arguments), expected["score"]


def step_sequence(row: Row, expected: Row) -> tuple[Any, Any]:
    options = row["options"]
    together = options["use_jaccard_similarity"]
    by_metric = {"recall": "superset", "precision": "subset"}
    got = compare(
        "tool_sequence_match",
        row["messages"],
        row["reference_tool_calls"],
        mode="unordered" if together else by_metric[options["metric_type"]],
        per_step=not together,
        score="steps" if options["strict_mode"] and not together else "calls",
        arguments="equal" if options["strict_mode"] else "ignore",
    )
    return got, expected["score"]


def usage(row: Row, expected: Row) -> tuple[Any, Any]:
    return grade("usage_efficiency", {"response": row["messages"]}), expected["score"]


def accuracy(row: Row, expected: float) -> tuple[Any, Any]:
    mode = "exact" if row["options"]["strict_order"] else "unordered"
    texts = row["user_input"], row["reference_tool_calls"]
    return compare("tool_sequence_match", *texts, mode=mode), expected


def trajectory(row: Row, expected: Row) -> tuple[Any, Any]:
    options = row["options"]
    mode = options["trajectory_match_mode"]
    overrides = options.get("tool_args_match_overrides", {})
    got = compare(
        "tool_sequence_match",
        row["outputs"],
        row["reference_outputs"],
        # Calls of one message have no order there.
        mode="unordered" if mode == "strict" else mode,
        per_step=mode == "strict",
        fields={name: tuple(paths) for name, paths in overrides.items()},
    )
    return got, expected["score"]


OPERATIONS: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {
        "bfcl_tool_calls": {"tool_call_match": berkeley},
        "openjudge": {
            "ToolCallPrecisionRecallMatchGrader": precision_recall,
            "ToolCallStepSequenceMatchGrader": step_sequence,
            "ToolUsageEfficiencyGrader": usage,
        },
        "ragas": {"ToolCallAccuracy": accuracy},
        "openevals": {"trajectory_match": trajectory},
        "rm_gallery_rewards": {},
    }
)
"""Vector file → operation → what our graders make of it."""
