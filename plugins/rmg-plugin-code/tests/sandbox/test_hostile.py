"""Many hostile programs at once leave nothing behind, and the supervisor does not grow.

`RMG_HOSTILE` is how many programs run; 500 is the whole.
"""

import json
import os

import pytest

from .users import PLACES

MANY = int(os.environ.get("RMG_HOSTILE", "24"))


@pytest.mark.parametrize("place", [each for each in PLACES if not each.open_python], ids=str)
def test_hostile_programs_leave_nothing_behind(place):
    place.skip_without()
    made = json.loads(place.run("hostile_driver.py", place.level, str(MANY), timeout=2000))
    assert made.pop("grown_by_mb") <= 30
    assert made == {"through": [], "mounts": 0, "descriptors": 0, "survivors": [], "files": []}
