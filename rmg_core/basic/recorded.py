"""A model that says again what was recorded: it costs nothing, and needs no provider."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from attrs import Attribute, define, field, frozen

from rmg_core.basic.jsonrows import NotARow, parse_row
from rmg_core.basic.lines import TOO_LONG, lines_of
from rmg_core.errors import DataError, ProviderError
from rmg_core.models import (
    EmbeddingRequest,
    Embeddings,
    Message,
    Price,
    Reply,
    Request,
    as_messages,
    message_json,
)
from rmg_core.outcomes import NOTHING

_NOT_RECORDED: Final = 422
"""The status that says so: the request is refused, and trying again is no use."""

_FORMS: Final = '{"prompt" or "messages": …, "reply": …}, or {"text": …, "vector": […]}'


@frozen
class Recording:
    """The content of a file: replies by messages, one for each sample, and vectors by text."""

    digest: str = ""
    replies: Mapping[str, tuple[Reply, ...]] = NOTHING
    vectors: Mapping[str, tuple[float, ...]] = NOTHING


def _readable(_: object, __: "Attribute[Any]", path: str) -> None:
    if path:  # read before anything is asked: a bad line is a mistake of the config
        recording_of(path)


@define(eq=False)
class Recorded:
    """Replays recorded replies, from a file or from the prompt itself.

    With `path` the reply to the messages of a request is looked up in a file of JSON objects, one
    a line:

        {"prompt": "Is it true that …?", "reply": "yes"}
        {"messages": [{"role": "user", "content": "…"}], "reply": {"text": "…", "finish": "length"}}
        {"text": "something to embed", "vector": [0.25, 0.5]}

    A `prompt` is one message of the user. A `reply` is its text, or the object that a `Reply` is
    as JSON. Lines with the same messages are the replies to their samples 0, 1, 2, …, in the order
    of the file. Nothing else of a request counts. What is not in the file is a `bad_request`.

    With `echo` the reply is the text of the last message of the user. So verdicts that stand in a
    field of the samples are judged anew: by a grader whose prompt is this field and nothing else.
    """

    path: str = field(
        default="",
        converter=str,
        validator=_readable,
        # Which file it is says nothing of its content, which the digest does.
        metadata={"help": "a file of recorded replies", "written": Path, "identity": False},
    )
    echo: bool = field(
        default=False,
        metadata={
            "help": "reply with the text of the last message of the user, without a file",
            "example": True,
        },
    )
    # A file that says something else is another model.
    digest: str = field(init=False, default="", metadata={"identity": True})
    _recording: Recording = field(init=False, repr=False, default=Recording())

    def __attrs_post_init__(self) -> None:
        if self.echo == bool(self.path):
            raise ValueError(
                'write either path = "…", a file of recorded replies, or echo = true, where the '
                "prompt is the reply"
            )
        if self.path:
            self._recording = recording_of(self.path)
            self.digest = self._recording.digest

    @property
    def price(self) -> Price:
        return Price(0.0, 0.0)

    async def chat(self, request: Request, /) -> Reply:
        """Return the recorded reply.

        Raises:
            ProviderError: there is none.
        """
        if self.echo:
            return Reply(request.last_user_text)
        known = self._recording.replies.get(_key(request.messages), ())
        if request.sample < len(known):
            return known[request.sample]
        what = f"reply number {request.sample + 1}" if known else "reply"
        raise self._absent(f"{what} to this request, of {request.characters:,} characters")

    async def embed(self, request: EmbeddingRequest, /) -> Embeddings:
        """Return the recorded vectors.

        Raises:
            ProviderError: a text has none.
        """
        vectors = self._recording.vectors
        for number, text in enumerate(request.texts, 1):
            if text not in vectors:
                raise self._absent(f"vector of text {number} of this request")
        return Embeddings(tuple(vectors[text] for text in request.texts))

    def _absent(self, what: str) -> ProviderError:
        # Without the prompt: what an error says is searched for words such as "quota".
        said = f"{self.path or 'an echo'} has no {what}; record it"
        return ProviderError("status", said, status=_NOT_RECORDED, code="not_recorded")


def recording_of(path: str) -> Recording:
    """Read a file of recorded replies, once for each content that it has.

    Raises:
        ValueError: it cannot be read, or a line is no recorded reply; says which.
    """
    try:
        state = Path(path).stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except OSError as fault:
        raise ValueError(f"the file {path!r} cannot be read: {fault.strerror}") from fault


@lru_cache(maxsize=8)
def _read(path: str, _: int, __: int) -> Recording:
    """Read a file as it is since a moment, at a size."""
    digest = blake2b(digest_size=16)
    replies: dict[str, tuple[Reply, ...]] = {}
    vectors: dict[str, tuple[float, ...]] = {}
    for number, line in _lines(path):
        digest.update(line)
        if not line.strip():
            continue
        try:
            _add(parse_row(line), replies, vectors)
        except NotARow as fault:
            raise ValueError(f"line {number} of {path!r} {fault.message}; {fault.hint}") from None
        except (LookupError, TypeError, ValueError) as fault:
            # A validator of attrs has more arguments, which are for programs.
            why = fault.args[0]
            raise ValueError(f"line {number} of {path!r} is not {_FORMS}: {why}") from fault
    return Recording(digest.hexdigest(), replies, vectors)


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    with Path(path).open("rb") as stream:
        try:
            for number, line in enumerate(lines_of(stream), 1):
                if line is None:
                    raise ValueError(f"line {number} of {path!r} {TOO_LONG}")
                yield number, line
        except DataError as fault:
            raise ValueError(f"the file {path!r} {fault.problems[0].message}") from None


def _add(
    row: Mapping[str, Any],
    replies: dict[str, tuple[Reply, ...]],
    vectors: dict[str, tuple[float, ...]],
) -> None:
    match row:
        case {"text": str(text), "vector": [*numbers], **rest} if not rest:
            if len(next(iter(vectors.values()), numbers)) != len(numbers):
                raise ValueError("its vector has another length than those before")
            vectors[text] = tuple(map(float, numbers))
        case {"prompt": str(said), "reply": reply, **rest} | {
            "messages": [*said],
            "reply": reply,
            **rest,
        } if not rest:
            key = _key(as_messages(said))
            replies[key] = (*replies.get(key, ()), _reply(reply))
        case _:
            raise ValueError(f"it has the keys {', '.join(row)}")


def _reply(given: Any) -> Reply:
    match given:
        case str():
            return Reply(given)
        case {"text": str()}:
            return Reply.from_json({"finish": "stop", **given})
        case _:
            raise ValueError("a reply is a text or an object with a text")


def _key(messages: tuple[Message, ...]) -> str:
    return json.dumps(list(map(message_json, messages)), sort_keys=True)
