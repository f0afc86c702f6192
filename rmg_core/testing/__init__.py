"""For the tests of packs: the contract that a pack keeps, and what stands in for the world.

from rmg_core.testing import Golden, contract

test_contract = contract("tone", golden={"is_polite": [Golden({"response": "Thanks"}, 1.0)]})
"""

from rmg_core.testing.contract import check_pack, contract
from rmg_core.testing.fault_server import CASES, FaultServer
from rmg_core.testing.fault_wire import Call, Case
from rmg_core.testing.golden import Golden
from rmg_core.testing.memory import registry_of, run_toml
from rmg_core.testing.review import Reviewed, review_pack
from rmg_core.testing.scripted import ScriptedAsyncGrader, ScriptedGrader
from rmg_core.testing.scripted_model import ScriptedModel
from rmg_core.testing.subject import Finding

__all__ = [
    "CASES",
    "Call",
    "Case",
    "FaultServer",
    "Finding",
    "Golden",
    "Reviewed",
    "ScriptedAsyncGrader",
    "ScriptedGrader",
    "ScriptedModel",
    "check_pack",
    "contract",
    "registry_of",
    "review_pack",
    "run_toml",
]
