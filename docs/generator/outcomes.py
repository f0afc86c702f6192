"""The outcomes: their fields, their JSON, and the kinds of errors."""

import json
from typing import Any

import attrs

from generator.markdown import code, table
from rmg_core.graders import type_name
from rmg_core.outcomes import (
    ERROR_KINDS,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Scale,
    to_json,
)

EXAMPLES: dict[Any, list[Any]] = {
    GraderScore: [
        GraderScore(0.5, "2 of 4 needles"),
        GraderScore(3, "clear, but long", {"votes": [3, 3, 4]}, Scale(1, 5)),
        GraderScore(0.25, "1 error over 4 words", scale=Scale(0, None, higher_is_better=False)),
    ],
    GraderRank: [GraderRank((2, 1, 2), "the second is best, the others tie")],
    GraderSkip: [GraderSkip("the response holds no claim")],
    GraderError: [GraderError("missing_input", "sample 3: input 'response': no field 'answer'")],
}


def outcomes() -> str:
    parts = []
    for cls, examples in EXAMPLES.items():
        lines = [json.dumps(to_json(each), ensure_ascii=False) for each in examples]
        rows = [
            (f"`{each.name}`", code(type_name(each.type)), _default(each))
            for each in attrs.fields(attrs.resolve_types(cls))
        ]
        parts += [
            f"### `{cls.__name__}`",
            attrs_doc(cls),
            table(("field", "type", "default"), rows),
            "```json\n" + "\n".join(lines) + "\n```",
        ]
    return "\n\n".join(parts)


def attrs_doc(cls: type[Any]) -> str:
    return " ".join((cls.__doc__ or "").split())


def _default(each: "attrs.Attribute[Any]") -> str:
    default: Any = each.default
    if default is attrs.NOTHING:
        return "**required**"
    if isinstance(default, Scale):
        return str(default)
    return code(json.dumps(default)) if default in ("", None) else "empty"


def kinds() -> str:
    return table(("kind", "means"), ((f"`{kind}`", said) for kind, said in ERROR_KINDS.items()))


PARTS = {"outcomes.outcomes": outcomes, "outcomes.kinds": kinds}
