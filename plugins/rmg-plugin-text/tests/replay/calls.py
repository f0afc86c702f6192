"""Calls of our graders by name, as a run makes them."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from rmg_core import CannotGrade
from rmg_core.graders import spec_of, with_options
from rmg_plugin_text import rmg_graders

Row = Mapping[str, Any]
Operation = Callable[[Row, Any], tuple[Any, Any]]


def outcome_of(name: str, /, inputs: Row, **options: Any) -> Any:
    """Grade as a run does; a failure comes back as its kind."""
    module, _, attribute = rmg_graders()[name].partition(":")
    grader = with_options(spec_of(getattr(import_module(module), attribute)), options)
    for each in grader.spec.inputs:
        if each.accepts and each.name in inputs and not each.accepts(inputs[each.name]):
            return "bad_input"
    try:
        return grader.call(**inputs)
    except CannotGrade as fault:
        return fault.kind


def grade(name: str, /, inputs: Row, **options: Any) -> Any:
    outcome = outcome_of(name, inputs, **options)
    return getattr(outcome, "score", outcome)


def compare(name: str, response: Any, reference: Any, **options: Any) -> Any:
    return grade(name, {"response": response, "reference": reference}, **options)


def find(name: str, response: Any, needles: Any, **options: Any) -> Any:
    return grade(name, {"response": response, "needles": needles}, **options)


def percent(score: Any) -> Any:
    return score if isinstance(score, str) else 100 * score
