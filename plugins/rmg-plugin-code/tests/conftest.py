"""The levels of the sandbox, each of which the graders are tried at."""

import pytest

from rmg_plugin_code.sandbox import levels, probe


@pytest.fixture(params=["best", "FILTERS"])
def level(request, monkeypatch):
    """The best level of this machine, and then the one without namespaces."""
    if request.param == "best":
        found = probe.reached().level
    else:
        found = levels.FILTERS
        if probe.fault(found):
            pytest.skip(f"the machine does not reach the level: {probe.fault(found)}")
    monkeypatch.setattr(probe, "reached", lambda: probe.Reached(found, {}))
    return found
