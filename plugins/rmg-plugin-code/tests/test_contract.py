"""The pack keeps the contract; every grade follows from its definition by hand."""

from rmg_core.testing import contract

from .golden_running import RUNNING
from .golden_static import STATIC

test_contract = contract("code", golden={**RUNNING, **STATIC})
