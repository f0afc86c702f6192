"""The grader of a response that must be JSON, and keep a schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import Attribute, field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence, unfenced
from rmg_plugin_format.json_text import KINDS, Kind, given_json, kind_of, read_json
from rmg_plugin_format.schemas import as_schema, check_schema_patterns, faults_of
from rmg_plugin_format.unreadable import Unreadable

LANGUAGES = ("json",)


def _has_linear_patterns(
    instance: Any, _: "Attribute[Any]", value: Mapping[str, Any] | None
) -> None:
    if value is not None and not instance.python_patterns:
        check_schema_patterns(value)


@grader
@frozen(kw_only=True)
class ValidJson:
    """1 when the response is one JSON value, of the kinds and the schema asked for, else 0.

    Strict: no NaN and Infinity, no name twice in an object, no half characters, no number that
    only some readers can hold, nothing nested more than 100 deep. A response that is a table or a
    list is data already; its kind and schema are looked at.

    Definition: RFC 8259, with the musts of RFC 7493 (I-JSON) on names and characters; JSON Schema,
    draft 2020-12 unless `$schema` says another. References lead to the schema itself and to the
    drafts: nothing is fetched. Patterns are searched by RE2, which needs no more time for one than
    for another; it knows no lookaround, which the draft advises against. `format` is a note in
    that draft, and not checked.

    Raises:
        CannotGrade: the response holds what JSON has not, or the schema cannot be applied.

    Example:
        >>> ValidJson().grade('{"a": 1, "a": 2}').reason
        "not JSON that all readers agree on: 'a' stands twice"
        >>> ValidJson(schema={"required": ["a"]}).grade('{"b": 1}').reason
        "against the schema, at the top: 'a' is a required property"
    """

    schema: Mapping[str, Any] | None = field(
        default=None,
        converter=as_schema,
        validator=_has_linear_patterns,
        metadata={
            "written": dict[str, Any] | Path | None,
            "help": "a JSON Schema, or the path of its file from the folder of the config",
        },
    )
    python_patterns: bool = field(
        default=False,
        metadata={
            "help": "search the schema's patterns by Python's `re`, which knows lookaround and may "
            "never end: isolate the grader then, with a timeout"
        },
    )
    kinds: tuple[Kind, ...] = field(
        default=(),
        validator=validators.deep_iterable(validators.in_(KINDS)),
        metadata={"help": "what the value may be; without any, all of them"},
    )
    fence: Fence = field(default="none", validator=validators.in_(FENCES), metadata=FENCE)

    def grade(self, response: str | Mapping[str, Any] | Sequence[Any]) -> GraderScore:
        try:
            value = as_json(response, self.fence)
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        kind = kind_of(value)
        if self.kinds and kind not in self.kinds:
            return GraderScore(0.0, f"the value is of kind {kind}, not {' or '.join(self.kinds)}")
        faults = [] if self.schema is None else self._faults(value, self.schema)
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            return GraderScore(0.0, f"against the schema, {faults[0]}{more}")
        return GraderScore(1.0, f"valid JSON of kind {kind}")

    def _faults(self, value: Any, schema: Mapping[str, Any]) -> list[str]:
        return faults_of(value, schema, is_linear=not self.python_patterns)


def as_json(response: str | Mapping[str, Any] | Sequence[Any], fence: Fence) -> Any:
    """Read a response as JSON, or take it as it is where it is data already.

    Raises:
        Unreadable: it is a text that is not JSON.
        CannotGrade: it is data that holds what JSON has not.
    """
    if isinstance(response, str):
        return read_json(unfenced(response, fence, LANGUAGES))
    return given_json(response, "response")
