"""The graders that check calls against the definitions of the tools."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, TypeAlias

from rmg_core import CannotGrade, GraderScore, GraderSkip, grader
from rmg_plugin_tools.calls import Call
from rmg_plugin_tools.definitions import Tools, tools_of
from rmg_plugin_tools.patterns import OF_DATA, OF_NAMES, UnsearchableError, check_patterns, quick
from rmg_plugin_tools.trajectories import Response, trajectory_of
from rmg_plugin_tools.values import is_list, write_json

NEEDS: Final = ("rmg-plugin-tools[schema]",)
REASONS_SHOWN = 3

AllOrNothing: TypeAlias = Annotated[bool, "1 when all calls are right, else 0, and no share"]
Judge: TypeAlias = Callable[[Call], str]

_TYPES: Final[Mapping[str, str]] = {
    "dict": "object",
    "float": "number",
    "tuple": "array",
}


@grader(needs=NEEDS)
def tool_schema_valid(
    response: Response,
    tools: Tools,
    *,
    strict: Annotated[
        bool, "an argument that the schema does not name is wrong, also where it allows any"
    ] = False,
    python_patterns: Annotated[
        bool,
        "search the patterns of schemas by Python's `re`, which knows lookaround and may never "
        "end: isolate the grader then, with a timeout",
    ] = False,
    all_or_nothing: AllOrNothing = False,
) -> GraderScore | GraderSkip:
    """The share of calls whose arguments are valid by the JSON Schema of their tool.

    A call of a tool that is not defined, or that cannot be read, is not valid. A response without
    calls is skipped. The names of types that the Berkeley leaderboard uses (`dict`, `float`,
    `tuple`, `any`) are understood. References to other documents are not followed, and `format` is
    not checked.

    Definition: JSON Schema, draft 2020-12 unless `$schema` says another, by jsonschema; patterns
    are searched by RE2, which needs no more time for one than for another, and knows no lookaround.

    Raises:
        CannotGrade: the tools or a schema of theirs cannot be read, or RE2 cannot search by a
            pattern of it (`bad_input`).

    Example:
        >>> schema = {"type": "object", "properties": {"city": {"type": "string"}}}
        >>> calls = [{"weather": {"city": "Rome"}}, {"weather": {"city": 3}}]
        >>> tool_schema_valid(calls, [{"name": "weather", "parameters": schema}]).reason
        "1 of 2 calls are valid; call 2, weather: city: 3 is not of type 'string'"
    """
    known = tools_of(tools)
    validators = {
        name: _validator(name, write_json(tool.parameters), not python_patterns)
        for name, tool in known.items()
    }

    def judge(call: Call) -> str:
        if call.name not in known:
            return "there is no such tool"
        for name in call.arguments if strict else ():
            if name not in known[call.name].properties:
                return f"the schema does not name {name!r}"
        return _first_error(validators[call.name], call)

    return _judged(response, judge, "are valid", all_or_nothing=all_or_nothing)


@grader
def tool_hallucinated(
    response: Response,
    tools: Tools,
    *,
    arguments: Annotated[
        bool, "a call with an argument that its tool does not name is made up too"
    ] = False,
    all_or_nothing: AllOrNothing = False,
) -> GraderScore | GraderSkip:
    """The share of calls whose tool exists: 1 when no tool is made up.

    A call without a readable name is one of no tool. A response without calls is skipped.

    Definition: 1 - calls of tools that are not defined / calls.

    Raises:
        CannotGrade: the tools cannot be read (`bad_input`).

    Example:
        >>> calls = [{"weather": {"city": "Rome"}}, {"wether": {}}]
        >>> tool_hallucinated(calls, [{"name": "weather"}]).reason
        '1 of 2 calls are of tools that exist; call 2, wether: there is no such tool'
    """
    known = tools_of(tools)

    def judge(call: Call) -> str:
        if call.name not in known:
            return "there is no such tool"
        tool = known[call.name]
        made_up = (name for name in call.arguments if arguments and not tool.may_have(name))
        name = next(made_up, None)
        return "" if name is None else f"the tool has no argument {name!r}"

    return _judged(response, judge, "are of tools that exist", all_or_nothing=all_or_nothing)


def _judged(
    response: Response, judge: Judge, said: str, *, all_or_nothing: bool
) -> GraderScore | GraderSkip:
    done = trajectory_of(response)
    if done.fault:
        return GraderScore(0.0, f"the response cannot be read: {done.fault}")
    calls = done.calls
    if not calls:
        return GraderSkip("the response has no calls")
    faults = [
        f"call {place}{', ' if call.name else ''}{call.name}: {why}"
        for place, call in enumerate(calls, 1)
        if (why := judge(call))
    ]
    right = len(calls) - len(faults)
    reason = "; ".join([f"{right} of {len(calls)} calls {said}", *faults[:REASONS_SHOWN]])
    if len(faults) > REASONS_SHOWN:
        reason += "; …"
    share = right / len(calls)
    return GraderScore(float(not faults) if all_or_nothing else share, reason)


def _first_error(validator: Any, call: Call) -> str:
    from jsonschema.exceptions import best_match
    from referencing.exceptions import Unresolvable

    if call.fault:
        return call.fault
    try:
        error = best_match(validator.iter_errors(call.arguments))
    except RecursionError as fault:
        raise _unfit(call.name, "it refers to itself without end, or too deep") from fault
    except (Unresolvable, ArithmeticError, UnsearchableError) as fault:
        raise _unfit(call.name, str(fault)) from fault
    if error is None:
        return ""
    where = ".".join(map(str, error.absolute_path))
    return f"{where}: {error.message}" if where else str(error.message)


@lru_cache(maxsize=1024)
def _validator(name: str, parameters: str, is_linear: bool) -> Any:
    """Return what checks arguments by a schema that is written as JSON.

    Samples share their tools, and to check and compile a schema takes a millisecond.
    """
    import jsonschema
    from jsonschema.exceptions import SchemaError
    from referencing import Registry

    schema = _standard(json.loads(parameters))
    draft = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        draft.check_schema(schema)
    except SchemaError as fault:
        raise _unfit(name, fault.message) from fault
    checker = draft.TYPE_CHECKER.redefine("object", lambda _, value: isinstance(value, Mapping))
    checker = checker.redefine("array", lambda _, value: is_list(value))
    if is_linear:
        try:
            check_patterns(schema)
        except UnsearchableError as fault:
            why = f"{fault}; python_patterns = true takes Python's, which may never end"
            raise _unfit(name, why) from fault
    made = quick(draft, is_linear=is_linear, type_checker=checker)
    # A part that named its draft, as the whole does for one that refers to it, would be given to
    # the library's own class, which searches by `re`.
    unnamed = {key: part for key, part in schema.items() if key != "$schema"}
    # An empty registry: without one, references are looked up on the network.
    return made(unnamed, registry=Registry())


def _unfit(name: str, why: str) -> CannotGrade:
    return CannotGrade(f"the schema of {name!r} cannot be used: {why}", "bad_input")


def _standard(schema: Any) -> Any:
    """Write the types of the Berkeley leaderboard in a schema as those of JSON Schema."""
    if isinstance(schema, list):
        return [_standard(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "type" and value == "any":
            continue
        if name == "type" and isinstance(value, str):
            made[name] = _TYPES.get(value, value)
        elif name in OF_NAMES and isinstance(value, dict):
            made[name] = {each: _standard(one) for each, one in value.items()}
        else:
            made[name] = value if name in OF_DATA else _standard(value)
    return made
