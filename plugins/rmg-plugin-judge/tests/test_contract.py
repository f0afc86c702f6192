"""The pack keeps the contract: its rubrics are graded by a judge that knows the answers."""

import re

from rmg_core.testing import Golden, ScriptedModel, contract


def knowing(text: str) -> str:
    """Say 4 of what is polite, and 1 of all else."""
    nonce = re.findall(r"=== END response (\w+) ===", text)[-1]
    return f"I know.\nVERDICT-{nonce}: {4 if 'please' in text else 1}"


def first(text: str) -> str:
    """Prefer what says please, whatever its letter."""
    nonce = re.findall(r"=== END candidate A (\w+) ===", text)[-1]
    a, b = text.partition("BEGIN candidate B")[::2]
    label = "A" if "please" in a else "B" if "please" in b else "tie"
    order = {"A": "A > B", "B": "B > A", "tie": "A = B"}[label]
    return f"VERDICT-{nonce}: {order if 'RANK' in text else label}"


def checked(text: str) -> str:
    """Say of each criterion, and of each question, whether it says please."""
    nonce = re.findall(r"=== END response (\w+) ===", text)[-1]
    label = "yes" if "please" in text else "no"
    return f"VERDICT-{nonce}: {label}\nVERDICT-{nonce} c1: {label}"


ASKED = {"task": "Look.", "model": ScriptedModel(checked)}
CHECKLIST = {**ASKED, "criteria": ["It says please."]}
TREE = {**ASKED, "nodes": {"polite": {"ask": "Is it?", "answers": {"yes": 1, "no": 0.5}}}}
TWO = {"criteria": "Which is polite?", "model": ScriptedModel(first)}
CUSTOM = {"criteria": "Is it polite?", "model": ScriptedModel(knowing)}

test_contract = contract(
    "judge",
    golden={
        "custom": [
            Golden({"response": "Sit, please."}, 0.8, CUSTOM),
            Golden({"response": "Sit."}, 0.2, CUSTOM),
            Golden({"response": " "}, "empty_input", CUSTOM),
        ],
        "custom_checklist": [
            Golden({"response": "Sit, please."}, 1.0, CHECKLIST),
            Golden({"response": "Sit."}, 0.0, CHECKLIST),
        ],
        "custom_preference": [
            Golden({"response_a": "Sit, please.", "response_b": "Sit."}, 1.0, TWO),
            Golden({"response_a": "Sit.", "response_b": "Sit, please."}, 0.0, TWO),
        ],
        "custom_ranking": [
            Golden({"responses": ["Sit.", "Sit, please."], "query": "RANK"}, (2, 1), TWO),
        ],
        "decision_tree": [
            Golden({"response": "Sit, please."}, 1.0, TREE),
            Golden({"response": "Sit."}, 0.5, TREE),
        ],
    },
)
