"""A call as it is kept: what was asked of which model, and what came back."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen


@frozen
class Call:
    """A call that was answered.

    `key` tells the request, the model and the sample number: 32 hexadecimal digits. `model` is a
    JSON text that says which model it was. `reply` is what `to_json` of a reply or of embeddings
    gives. `usd` is None where no price is known. `queued` are the seconds before and between its
    `attempts`, and `served` those that the last one took. `number` is that of the store, larger
    for calls that were kept later; 0 before that.
    """

    key: str
    model: str
    reply: Mapping[str, Any] = field(repr=False)
    input_tokens: int | None = None
    output_tokens: int | None = None
    usd: float | None = None
    queued: float = 0.0
    served: float = 0.0
    attempts: int = 1
    number: int = field(default=0, eq=False)
