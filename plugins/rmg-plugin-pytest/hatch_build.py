"""Leave rmg-core out of the requirements of a pack that pip builds inside the clone of rmg.

`pip install -e '.[test]' ./plugins/*` gives pip both. pip before 23.3, which Python 3.11 brings,
looks rmg-core up for the pack before it sees that `.[test]` is rmg-core, and finds no release.
What `python -m build` makes to be published has the requirement.
"""

import os
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CloneHook(MetadataHookInterface):
    """Takes the requirements from the hook's own table."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in `dependencies`."""
        is_in_clone = Path(self.root).parents[1].joinpath("rmg_core").is_dir()
        is_pip = "PIP_BUILD_TRACKER" in os.environ  # pip sets it for the builds that it starts
        metadata["dependencies"] = [
            requirement
            for requirement in self.config["dependencies"]
            if not (is_in_clone and is_pip and requirement.startswith("rmg-core"))
        ]
