"""Which operation of which project is what of ours.

An operation takes a row's `input` and `expected`, and returns what we get and what was recorded,
both in the form in which they can be compared.
"""

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from rmg_core import CannotGrade
from rmg_core.graders import spec_of, with_options
from rmg_plugin_format import rmg_graders

Row = Mapping[str, Any]
Operation = Callable[[Row, Any], tuple[Any, Any]]


def grade(name: str, /, inputs: Row, **options: Any) -> Any:
    """Return the score that a run would give; a failure comes back as its kind."""
    module, _, attribute = rmg_graders()[name].partition(":")
    grader = with_options(spec_of(getattr(import_module(module), attribute)), options)
    for each in grader.spec.inputs:
        if each.accepts and each.name in inputs and not each.accepts(inputs[each.name]):
            return "bad_input"
    try:
        outcome = grader.call(**inputs)
    except CannotGrade as fault:
        return fault.kind
    return outcome.score


def compare(name: str, response: Any, reference: Any, **options: Any) -> Any:
    return grade(name, {"response": response, "reference": reference}, **options)


def as_json(value: Any) -> str:
    """Write a value as JSON, but for a text that is JSON already: there any text is a value."""
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return json.dumps(value)
        return value
    return json.dumps(value)


# autoevals


def json_diff(row: Row, expected: float) -> tuple[Any, Any]:
    texts = as_json(row["output"]), as_json(row["expected_value"])
    return compare("json_similarity", *texts), expected


def valid_json(row: Row, expected: float) -> tuple[Any, Any]:
    options = {"kinds": ("object", "array"), "schema": row["schema"]}
    return grade("valid_json", {"response": row["output"]}, **options), expected


# OpenAI evals


def evals_match(row: Row, expected: Row) -> tuple[Any, Any]:
    ideal = row["ideal"]
    any_of = isinstance(ideal, list)
    return compare("json_match", row["completion"], ideal, any_of=any_of), expected["accuracy"]


def evals_validator(row: Row, expected: bool) -> tuple[Any, Any]:
    return grade("valid_json", {"response": row["completion"]}), expected


# openevals


def openevals_match(row: Row, expected: Any) -> tuple[Any, Any]:
    """Grade the whole, or each key in a column of its own where nothing averages over keys."""
    options = row["options"]
    ours, theirs = row["outputs"], row["reference_outputs"]
    ignored = tuple(f"*.{key}" for key in options.get("exclude_keys", ()))
    settings = {"order": options.get("list_match_mode") == "ordered", "ignore": ignored}
    if options.get("aggregator") == "average":
        alike = {"strings": "equal", "numbers": "equal", **settings}
        return compare("json_similarity", ours, theirs, **alike), expected[0]["score"]
    got = {}
    for result in expected:
        key = result["key"].partition(":")[2]
        columns = [
            [{k: v for k, v in each.items() if k == key} for each in x] for x in (ours, theirs)
        ]
        if options.get("list_aggregator") == "average":
            got[key] = compare("json_similarity", *columns, strings="equal", numbers="equal")
        else:
            got[key] = compare("json_match", *columns)
    return got, {each["key"].partition(":")[2]: each["score"] for each in expected}


# OpenJudge and RM-Gallery


def openjudge_match(row: Row, expected: Row) -> tuple[Any, Any]:
    options = row["options"]
    settings = {"order": options["strict_order"], "extra_keys": options["ignore_extra_keys"]}
    got = compare("json_match", row["response"], row["reference_response"], **settings)
    return got, expected["score"]


def openjudge_validator(row: Row, expected: Row) -> tuple[Any, Any]:
    return grade("valid_json", {"response": row["response"]}), expected["score"]


def reasoning(row: Row, expected: Any) -> tuple[Any, Any]:
    options = row["options"]
    tags = {"think": options["think_token"], "answer": options["answer_token"]}
    got = grade("reasoning_format", {"response": row["output"][0]}, **tags)
    return got, expected[0]["score"]


def tool_calls(row: Row, expected: Any) -> tuple[Any, Any]:
    return grade("tool_call_format", {"response": row["output"][0]}), expected[0]["score"]


OPERATIONS: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {
        "autoevals": {
            "json_diff": json_diff,
            "json_diff(NumericDiff)": json_diff,
            "valid_json": valid_json,
        },
        "openai_evals": {"json_match": evals_match, "json_validator": evals_validator},
        "openevals": {"json_match": openevals_match},
        "openjudge": {
            "JsonMatchGrader": openjudge_match,
            "JsonValidatorGrader": openjudge_validator,
        },
        "rm_gallery_rewards": {
            "ReasoningFormatReward": reasoning,
            "ReasoningToolCallFormatReward": tool_calls,
        },
    }
)
"""Vector file → operation → what our graders make of it."""
