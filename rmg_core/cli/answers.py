"""What is known of a sample in one column, as text and as JSON."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import asdict, frozen

from rmg_core.cli.inputs import Taken
from rmg_core.cli.metadata import plain_part, tables_in
from rmg_core.cli.prompts import Asked, prompt_of
from rmg_core.cli.screen import escaped, in_columns, one_line, show, show_json
from rmg_core.models import Call
from rmg_core.outcomes import GraderError, GraderRank, GraderScore, Outcome, to_json
from rmg_core.redaction import redacted, redacted_values
from rmg_core.store import Column, StoredCell, StoredGrader

_SHOWN: Final = 2_000
"""So many characters of an input are shown; it may be a book."""

_CLASS: Final = re.compile(r"class\((?:[^()]*[\s:.])?(\w+)\)")
"""A class as it is compared, of which a reader wants the name."""


@frozen
class Answer:
    """The cells of a sample in one column, and what they were made of.

    `parts` are the cells in other columns; of an aggregator alone. `taken` are the inputs of a
    grader, if somebody has looked. `calls` are the calls of models that each of the cells made,
    and `asked` what they asked, if somebody has looked.
    """

    file: Path
    column: Column
    cells: Sequence[StoredCell]
    parts: Sequence[StoredCell] = ()
    taken: Taken | None = None
    calls: Sequence[Sequence[Call]] = ()
    asked: Asked | None = None

    @property
    def cells_with_calls(self) -> Iterator[tuple[StoredCell, Sequence[Call]]]:
        """The cells, each with the calls of models that it made."""
        return zip(self.cells, self.calls or [()] * len(self.cells), strict=True)


def _json(answer: Answer) -> dict[str, Any]:
    first, grader = answer.cells[0].cell, answer.column.grader
    made: dict[str, Any] = {
        "store": str(answer.file),
        "sample": first.index,
        "id": first.id,
        "column": answer.column.name,
        "noun": "aggregator" if grader is None else "grader",
        "cells": [
            {**_json_of(cell), "calls": [_json_of_call(call, answer.asked) for call in calls]}
            for cell, calls in answer.cells_with_calls
        ],
    }
    if grader is None:
        made["others"] = [{"column": e.cell.grader, **_json_of(e)} for e in answer.parts]
    else:
        made["grader"] = _json_of_grader(grader)
    if (taken := answer.taken) is not None:
        made["inputs"] = {
            "values": _plain(taken.values),
            "are_those_graded": taken.are_those_graded,
            "said": list(taken.said),
        }
    return made


def _json_of(stored: StoredCell) -> dict[str, Any]:
    cell, attempts = stored
    return {
        "repeat": cell.repeat,
        **to_json(cell.outcome),
        "seconds": cell.seconds,
        "attempts": attempts,
        "fingerprint": cell.fingerprint or None,
    }


def _json_of_call(call: Call, asked: Asked | None) -> dict[str, Any]:
    made = asdict(call)
    if asked is not None:
        request = asked.requests.get(call.key)
        made["request"] = None if request is None else _plain(request.to_json())
    return made


def _json_of_grader(grader: StoredGrader) -> dict[str, Any]:
    return {
        "name": grader.name,
        "distribution": grader.distribution or None,
        "release": grader.release or None,
        "version": grader.version or None,
        "source": grader.source or None,
        "options": json.loads(grader.options),
        "scale": str(grader.scale),
        "fingerprint": grader.digest.hex(),
    }


def _plain(value: Any) -> Any:
    """Return a value of a mapper with nothing in it that JSON has not."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def show_as_json(answer: Answer) -> None:
    value = _json(answer)
    try:
        show_json(value)
    except TypeError:  # an integer of more than 64 bits, or a lone surrogate
        show(escaped(json.dumps(redacted_values(value), indent=2)))


def text_of(answer: Answer) -> str:
    first, grader = answer.cells[0].cell, answer.column.grader
    named = "" if first.id is None else f" ({first.id!r})"
    noun = "aggregator" if grader is None else "grader"
    parts = [one_line(f"sample {first.index}{named}, {noun} {answer.column.name}")]
    for each, calls in answer.cells_with_calls:
        head = f"repeat {each.cell.repeat}\n" if len(answer.cells) > 1 else ""
        parts.append(head + _labelled(_rows_of(each), "  " if head else ""))
        parts += [
            f"{title}\n" + _labelled([(label, _shown(text)) for label, text in rows], "  ")
            for title, rows in tables_in(each.cell.outcome.metadata)
        ]
        parts += [_text_of_call(number, call, answer.asked) for number, call in enumerate(calls)]
    if grader is not None:
        parts.append("graded by\n" + _labelled(_rows_of_grader(grader), "  "))
    if answer.parts:
        rows = [("column", "repeat", "outcome", "reason"), *map(_row_of_part, answer.parts)]
        parts.append("other columns of the sample\n" + in_columns(rows, "  "))
    if answer.taken is not None:
        parts.append("\n".join(["inputs", *_inputs(answer.taken)]))
    return "\n\n".join(parts)


def _rows_of(stored: StoredCell) -> list[tuple[str, str]]:
    cell, attempts = stored
    outcome = cell.outcome
    rows = [("outcome", _said_by(outcome))]
    rows += [
        (label, str(value))
        for label, name in (("reason", "reason"), ("error", "error"), ("traceback", "detail"))
        if (value := getattr(outcome, name, ""))
    ]
    if metadata := plain_part(outcome.metadata):
        rows.append(("metadata", json.dumps(metadata, ensure_ascii=False)))
    rows += [("seconds", f"{cell.seconds:.3g}"), ("attempts", str(attempts))]
    return [*rows, ("fingerprint", cell.fingerprint or "none")]


def _text_of_call(number: int, call: Call, asked: Asked | None) -> str:
    model = json.loads(call.model)
    reply = call.reply
    used = [f"{call.input_tokens or 0:,} tokens read, {call.output_tokens or 0:,} written"]
    used += [] if call.usd is None else [f"${call.usd:.6f}"]
    vectors = reply.get("vectors")
    said = f"{len(vectors)} vectors" if vectors is not None else _shown(reply.get("text", ""))
    rows = [
        ("model", f"{model['use']} {json.dumps(model['options'], ensure_ascii=False)}"),
        *(prompt_of(asked, call.key, _shown) if asked is not None else ()),
        ("reply", said),
        *((name, str(reply[name])) for name in ("refusal", "reasoning") if reply.get(name)),
        ("finish", reply.get("finish", "")),
        ("used", ", ".join(used)),
        ("attempts", str(call.attempts)),
        ("seconds", f"{call.served:.3g}, after {call.queued:.3g} in the queue"),
    ]
    return f"call {number}\n" + _labelled([row for row in rows if row[1]], "  ")


def _rows_of_grader(grader: StoredGrader) -> list[tuple[str, str]]:
    rows = [
        ("name", grader.name),
        ("from", f"{grader.distribution} {grader.release}".strip()),
        ("version", grader.version),
        ("source", grader.source),
        ("options", _options_said(json.loads(grader.options))),
        ("scale", str(grader.scale)),
        ("fingerprint", grader.digest.hex()),
    ]
    return [(label, value) for label, value in rows if value]


def _options_said(options: Any) -> str:
    """Write options a line each; of a value that is no JSON, the text that it is compared by."""
    if not isinstance(options, Mapping):
        return json.dumps(options, ensure_ascii=False)
    return "\n".join(f"{name} = {_option_said(value)}" for name, value in options.items())


def _option_said(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"form"}:
        return _CLASS.sub(r"\1", str(value["form"]))
    return json.dumps(value, ensure_ascii=False)


def _row_of_part(stored: StoredCell) -> tuple[str, str, str, str]:
    outcome = stored.cell.outcome
    said = getattr(outcome, "error", "") or getattr(outcome, "reason", "")
    return stored.cell.grader, str(stored.cell.repeat), _said_by(outcome), said


def _said_by(outcome: Outcome) -> str:
    match outcome:
        case GraderScore(score=score, scale=scale):
            return f"score {score:.6g} on {scale}"
        case GraderRank(rank=rank):
            return f"rank {', '.join(map(str, rank))}"
        case GraderError(kind=kind):
            return f"error of kind {kind}"
        case _:
            return "skip"


def _inputs(taken: Taken) -> list[str]:
    lines = [] if taken.values is not None else ["  they cannot be taken:"]
    if taken.values:
        rows = [(name, _shown(value)) for name, value in taken.values.items()]
        lines.append(_labelled(rows, "  "))
    if taken.are_those_graded:
        lines.append("  these are the ones that were graded")
    return [*lines, *(f"  {one_line(said, 2000)}" for said in taken.said)]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)
    text = redacted(text)  # before it is cut
    if len(text) > _SHOWN:
        return f"{text[:_SHOWN]}… ({len(text):,} characters, which --json has)"
    return text


def _labelled(rows: Sequence[tuple[str, str]], indent: str) -> str:
    """Lay out texts beside their labels; the lines of a text stand below each other."""
    width = max(len(label) for label, _ in rows) + 2
    below = "\n" + indent + " " * width
    whole = [(label, redacted(text)) for label, text in rows]  # a key may have several lines
    laid = (indent + label.ljust(width) + below.join(text.splitlines()) for label, text in whole)
    return "\n".join(line.rstrip() for row in laid for line in row.split("\n"))
