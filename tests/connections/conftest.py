"""What the tests of connections share: both event loops."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest

GIVE_UP = 20.0
"""Seconds after which a test that waits for what never happens fails instead of hanging."""


@pytest.fixture(params=["asyncio", "trio"])
def in_loop(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Run a coroutine function to its end under each backend."""

    def run(function: Callable[..., Any], *arguments: Any) -> Any:
        async def in_time() -> Any:
            with anyio.fail_after(GIVE_UP):
                return await function(*arguments)

        return anyio.run(in_time, backend=request.param)

    return run
