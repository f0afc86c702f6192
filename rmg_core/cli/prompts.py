"""What the models of a cell were asked, made anew: a store has their replies and no requests."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any, Final

from attrs import frozen

from rmg_core.cli.inputs import Taken
from rmg_core.models import AnyRequest, Request, Text
from rmg_core.models.messages import Message
from rmg_core.outcomes import NOTHING
from rmg_core.runner.archive import Archive
from rmg_core.runner.foresight import look_at
from rmg_core.runner.picking import Picked
from rmg_core.runner.window import OpenSample, Ready
from rmg_core.store import Store, StoredCell

OTHER: Final = "the grader asks something else now: it, its inputs or its model have changed"


@frozen
class Asked:
    """The requests that a grader makes now and that stored replies answer, by their keys.

    `said` is what kept it from making them, or empty.
    """

    requests: Mapping[str, AnyRequest] = NOTHING
    said: str = ""


def asked_of(store: Store, cells: Sequence[StoredCell], taken: Taken) -> Asked:
    """Grade cells offline over their store, and note what the grader asks; no call is made.

    Raises:
        StoreError: the store cannot be read.
    """
    planned = taken.grader
    if planned is None or taken.values is None:
        return Asked(said="it cannot be made anew without the inputs")
    inputs, picked = tuple(taken.values.values()), Picked(planned)
    for each in cells:
        cell = each.cell
        opened = OpenSample(cell.index, cell.id, NOTHING, 0, 1, [])
        picked.add(Ready(opened, cell.repeat, inputs, cell.fingerprint), is_waiting=False)
    answered: dict[str, AnyRequest] = {}
    with redirect_stdout(sys.stderr):  # what the code prints is no result
        [look] = look_at([picked], Archive(store), answered)
    return Asked(answered, look.complaint and f"it cannot be made anew: {look.complaint}")


def prompt_of(asked: Asked, key: str, shown: Any) -> list[tuple[str, str]]:
    """Return labelled texts that say what was asked; `shown` cuts what is too long."""
    request = asked.requests.get(key)
    if request is None:
        return [("prompt", asked.said or OTHER)]
    if not isinstance(request, Request):
        return [("prompt", "\n".join(map(shown, request.texts)))]
    said = "\n\n".join(f"{each.role}:\n{shown(_text_of(each))}" for each in request.messages)
    others = {name: value for name, value in request.to_json().items() if name != "messages"}
    rows = [("prompt", said)]
    return [*rows, ("asked with", shown(json.dumps(others, default=str)))] if others else rows


def _text_of(message: Message) -> str:
    parts = message.content
    text = parts
    if not isinstance(parts, str):
        text = "\n".join(
            each.text if isinstance(each, Text) else f"(image {each.url[:60]})" for each in parts
        )
    calls = [f"(calls {each.name} with {each.arguments})" for each in message.tool_calls]
    return "\n".join([str(text), *calls] if text else calls)
