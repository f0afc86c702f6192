"""What the tests of limits share: both event loops, in virtual time."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from rmg_core.limits.virtual import run_virtually


@pytest.fixture(params=["asyncio", "trio"])
def in_time(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Run a coroutine function to its end under each backend."""
    return partial(run_virtually, backend=request.param)
