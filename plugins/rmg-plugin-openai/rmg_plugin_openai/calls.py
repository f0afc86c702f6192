"""One call: the keys are put in at the last moment, and what comes back is clean of them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import frozen

from rmg_core import ProviderError, Secret
from rmg_plugin_openai.addresses import is_openai
from rmg_plugin_openai.documents import parsed
from rmg_plugin_openai.failures import bad_response, failure_within, hidden, status_failure
from rmg_plugin_openai.options import is_sendable
from rmg_plugin_openai.transport import Answer, Line

Read = TypeVar("Read")


@frozen
class Keys:
    """The headers of a client, some of them secret; no value of them is kept."""

    api_key: Secret | None
    headers: Mapping[str, str | Secret]

    @classmethod
    def to(
        cls, base_url: str, api_key: Secret | None, headers: Mapping[str, str | Secret]
    ) -> "Keys":
        """Take what is written; the key of OpenAI goes to OpenAI without being written."""
        if api_key is None and is_openai(base_url):
            api_key = Secret.from_env("OPENAI_API_KEY")  # which says so where it is not set
        return cls(api_key, headers)

    def reveal(self) -> tuple[dict[str, str], list[str]]:
        """Return the headers to send, and the values that must not be told.

        Raises:
            LookupError: a key is not where it comes from, or cannot be sent.
        """
        made = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        secrets = []
        for name, value in self.headers.items():
            if isinstance(value, Secret):
                secrets.append(made.setdefault(name, _revealed(value)))
            else:
                made[name] = value
        if self.api_key is not None:
            secrets.append(_revealed(self.api_key))
            made["Authorization"] = f"Bearer {secrets[-1]}"
        return made, secrets


async def call(
    line: Line, keys: Keys, body: bytes, shape: Callable[[dict[str, Any]], Read | ProviderError]
) -> Read | ProviderError:
    """Make a call; `shape` makes what is asked for of the JSON that comes.

    `shape` raises a ValueError where it is not what the protocol says. A failure is returned, since
    the traceback of an exception from in here leads to the headers.
    """
    try:
        headers, secrets = keys.reveal()
    except LookupError as fault:
        # To rmg it is as if the provider had refused the key: nobody need be asked for that.
        return ProviderError("status", str(fault), 401, code="no_key")
    answer = await line.post(headers, body)
    made = answer if isinstance(answer, ProviderError) else _read(answer, shape)
    return hidden(made, secrets) if isinstance(made, ProviderError) else made


def _read(
    answer: Answer, shape: Callable[[dict[str, Any]], Read | ProviderError]
) -> Read | ProviderError:
    if not 200 <= answer.status < 300:
        return status_failure(answer)
    try:
        made = parsed(answer.body)
        if made.get("error"):
            return failure_within(made, answer)
        return shape(made)
    except ValueError:
        return bad_response(answer)


def _revealed(secret: Secret) -> str:
    value = secret.reveal().strip()
    if not value or not is_sendable(value):
        raise LookupError(f"the key from {secret.source} is not one line of plain ASCII")
    return value
