"""Public data with known answers, beside the clone; the tests that need them skip without."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the recorded data (../shared/data) are not there"
)


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(map(json.loads, (DATA / name).read_text("utf-8").splitlines()))
