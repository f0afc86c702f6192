"""A line to providers: litellm, and the connections of one event loop."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Final, TypeVar

import aiohttp
import anyio
from attrs import define, field

from rmg_core import ProviderError
from rmg_plugin_litellm.faults import fault_of, fault_without_reply
from rmg_plugin_litellm.options import is_link_local
from rmg_plugin_litellm.replies import NoReply
from rmg_plugin_litellm.wire import CURRENT, Exchange

PREPARING: Final = 0.1
"""Seconds that an attempt may prepare its request before it can be cancelled."""

_NEVER: Final = 1e8
"""Seconds; litellm takes 600 where it is told nothing. The requests themselves have no limit."""

_LONGEST_FIELD: Final = 16_384  # bytes, of one header; aiohttp takes 8,190

_WITHOUT_RETRIES: Final = ("gradient_ai/",)
"""Providers for which litellm refuses `max_retries`, and has none."""

_Made = TypeVar("_Made")


class _Resolver(aiohttp.ThreadedResolver):
    """A resolver for which link-local addresses are not there."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
        found = await super().resolve(host, port, family)
        allowed = [each for each in found if not is_link_local(each["host"])]
        if not allowed:
            raise OSError(None, "the name leads to a link-local address")
        return allowed


def _session() -> aiohttp.ClientSession:
    """Return a session with the TLS settings of litellm, and without cookies and deadlines."""
    settings = import_module("litellm.llms.custom_httpx.http_handler").get_ssl_configuration()
    return aiohttp.ClientSession(
        # How many calls run at once is decided above.
        connector=aiohttp.TCPConnector(limit=0, ssl=settings, resolver=_Resolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        auto_decompress=False,
        max_line_size=_LONGEST_FIELD,
        max_field_size=_LONGEST_FIELD,
    )


@define(eq=False)
class Line:
    """Makes attempts; the connections are its own, and are closed with it."""

    _litellm: Any = field(init=False, factory=lambda: import_module("litellm"), repr=False)
    _is_internal: Any = field(
        init=False,
        factory=lambda: import_module("litellm._internal_context").is_internal_call,
        repr=False,
    )
    _session: aiohttp.ClientSession = field(init=False, factory=_session, repr=False)

    async def attempt(
        self,
        function: str,
        arguments: Mapping[str, Any],
        made_of: Callable[[Any, Any], _Made],
    ) -> _Made | ProviderError:
        """Let a function of litellm make one attempt, and make of its response what is wanted.

        A failure is returned: raised here, its traceback would lead to the key.
        """
        once = {"timeout": _NEVER, "num_retries": 0, "max_retries": 0}
        if arguments["model"].startswith(_WITHOUT_RETRIES):
            del once["max_retries"]
        with self._exchange(arguments.get("api_key")) as exchange:
            try:
                response = await getattr(self._litellm, function)(**arguments, **once)
            except Exception as raised:  # noqa: BLE001 - litellm raises whatever it meets
                return fault_of(exchange, raised)
        try:
            return made_of(response, exchange.made)
        except NoReply as why:
            return fault_without_reply(exchange, str(why))

    @contextlib.contextmanager
    def _exchange(self, key: str | None) -> Iterator[Exchange]:
        """Give the block an exchange, and hold back a cancellation until its request is made.

        litellm prepares a request in a thread, and what is cancelled meanwhile leaves a coroutine
        that nobody awaits.
        """
        with anyio.CancelScope(shield=True) as scope:

            def lift() -> None:
                scope.shield = False

            exchange = Exchange(self._session, lift, secrets={key} if key else set())
            # A provider that litellm asks from that thread is waited for no longer than that.
            lifting = asyncio.get_running_loop().call_later(PREPARING, lift)
            token, internal = CURRENT.set(exchange), self._is_internal.set(True)
            try:
                yield exchange
            finally:
                self._is_internal.reset(internal)
                CURRENT.reset(token)
                lifting.cancel()

    async def aclose(self) -> None:
        await self._session.close()
