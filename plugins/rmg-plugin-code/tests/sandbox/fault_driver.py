"""Prints why a level does not hold for the user that this script is started as, or nothing."""
# It prints, and imports what its argument names.
# ruff: noqa: E402, T201

import sys

sys.path[:0] = [sys.argv[1]]

from rmg_plugin_code.sandbox import levels, probe

print(probe.fault(getattr(levels, sys.argv[2])))
