"""How a verdict is asked for: the words of a prompt, and the parts of a request, by protocol."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from rmg_core.models import Tool
from rmg_plugin_judge.values import Protocol, VerdictSpec

ABSTAIN: Final = "abstain"
"""The label of a judge that cannot judge, where a spec offers it."""

TOOL: Final = "give_verdict"
"""The name of the tool that the protocol "tool" forces."""

TROUBLES: Final = ("bad_request", "empty", "unparseable")
"""What another protocol may help against: a refused request, no content, two unread replies."""

LADDER: Final[tuple[Protocol, ...]] = ("schema", "tool", "json", "text")
"""The protocols in the order in which one follows the other."""


@frozen
class Asking:
    """What a request says beside its messages, and the instructions that its prompt holds."""

    instructions: str
    schema: Mapping[str, Any] | None = None
    is_json: bool = False
    tools: tuple[Tool, ...] = ()
    tool_choice: str = ""


def offered(spec: VerdictSpec) -> tuple[str, ...]:
    """Return the labels that may be given, "abstain" among them where it is offered."""
    if spec.may_abstain and ABSTAIN not in spec.labels:
        return (*spec.labels, ABSTAIN)
    return spec.labels


def asking(spec: VerdictSpec, protocol: Protocol, nonce: str) -> Asking:
    """Return how a verdict is asked for.

    The nonce stands in the verdict line, or in a field of the object, so that a verdict which the
    material quotes is not the judge's own.
    """
    if protocol == "text":
        return Asking(_lines_asked(spec, nonce))
    schema = verdict_schema(spec, nonce)
    if protocol == "schema":
        return Asking(_object_asked(spec, nonce), schema=schema)
    if protocol == "json":
        return Asking(_object_asked(spec, nonce), is_json=True)
    tool = Tool(TOOL, "Give the verdict on the material.", schema)
    said = f"Call the tool {TOOL} once. {_object_asked(spec, nonce, 'Its arguments are')}"
    return Asking(said, tools=(tool,), tool_choice=TOOL)


def next_protocol(protocol: Protocol, trouble: str) -> Protocol | None:
    """Return the next step of the ladder: schema, tool, json, text.

    `trouble` is one of `TROUBLES`. None says that the protocol is the last one, or that another
    one would not help.
    """
    if trouble not in TROUBLES or protocol == LADDER[-1]:
        return None
    return LADDER[LADDER.index(protocol) + 1]


def verdict_line(spec: VerdictSpec, nonce: str) -> str:
    """Return the line of a verdict, or the lines of all criteria, with a gap for the label."""
    if not spec.criteria:
        return f"VERDICT-{nonce}: {'<order>' if spec.is_ranking else '<label>'}"
    return "\n".join(f"VERDICT-{nonce} {each}: <label>" for each in spec.criteria)


def choice(spec: VerdictSpec) -> str:
    """Say what may stand in the gap."""
    labels = " | ".join(spec.labels if spec.is_ranking else offered(spec))
    if not spec.is_ranking:
        return f"<label> is one of: {labels}."
    said = (
        f"<order> has each of {labels} once, the best first, with > between them; "
        "= joins those that are equally good."
    )
    return f"{said} It may be {ABSTAIN} instead." if spec.may_abstain else said


def verdict_schema(spec: VerdictSpec, nonce: str) -> dict[str, Any]:
    """Return the JSON Schema of a verdict.

    Verdicts are enums of strings: bounds of numbers are not in every provider's part of JSON
    Schema. Of a ranking each label has its place, "1" for the best; ties share one.
    """
    return _closed(
        {
            "nonce": {"type": "string", "enum": [nonce]},
            "reason": {"type": "string"},
            "verdict": _verdict_schema(spec),
        }
    )


def _verdict_schema(spec: VerdictSpec) -> dict[str, Any]:
    if spec.is_ranking:
        places = [str(place) for place in range(1, len(spec.labels) + 1)]
        if spec.may_abstain:
            places.append(ABSTAIN)
        return _closed({label: {"type": "string", "enum": list(places)} for label in spec.labels})
    label = {"type": "string", "enum": list(offered(spec))}
    return _closed({each: dict(label) for each in spec.criteria}) if spec.criteria else label


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _lines_asked(spec: VerdictSpec, nonce: str) -> str:
    count = "this line" if len(spec.criteria) < 2 else "these lines, one for each criterion"
    return (
        f"End your reply with {count}, and write nothing after it:\n\n"
        f"{verdict_line(spec, nonce)}\n\n{choice(spec)}"
    )


def _object_asked(spec: VerdictSpec, nonce: str, beginning: str = "Reply with") -> str:
    return (
        f"{beginning} one JSON object, and nothing beside it. It has these keys, in this order:\n"
        f'- "nonce": the string "{nonce}".\n'
        '- "reason": a string with your reasons.\n'
        f'- "verdict": {_value_asked(spec)}'
    )


def _value_asked(spec: VerdictSpec) -> str:
    labels = " | ".join(f'"{each}"' for each in offered(spec))
    if spec.is_ranking:
        keys = ", ".join(f'"{each}"' for each in spec.labels)
        said = (
            f"an object with the keys {keys}. Each value is the place as a string, "
            '"1" for the best; those that are equally good share a place.'
        )
        abstaining = f' If you cannot rank them, every value is "{ABSTAIN}".'
        return said + abstaining if spec.may_abstain else said
    if spec.criteria:
        keys = ", ".join(f'"{each}"' for each in spec.criteria)
        return f"an object with the keys {keys}. Each value is one of the strings {labels}."
    return f"one of the strings {labels}."
