"""The pack keeps the contract: its rubrics are graded by a judge that knows the answers."""

import re

from rmg_core.testing import Golden, ScriptedModel, contract


def knowing(text: str) -> str:
    """Say 4 of what is polite, and 1 of all else."""
    nonce = re.findall(r"=== END response (\w+) ===", text)[-1]
    return f"I know.\nVERDICT-{nonce}: {4 if 'please' in text else 1}"


CUSTOM = {"criteria": "Is it polite?", "model": ScriptedModel(knowing)}

test_contract = contract(
    "judge",
    golden={
        "custom": [
            Golden({"response": "Sit, please."}, 0.8, CUSTOM),
            Golden({"response": "Sit."}, 0.2, CUSTOM),
            Golden({"response": " "}, "empty_input", CUSTOM),
        ]
    },
)
