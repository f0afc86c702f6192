"""The pack keeps the contract; every grade here follows from its definition by hand."""

from typing import Any

from rmg_core.testing import Golden, contract

WEATHER = {
    "name": "weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"],
    },
}
ROME = {"name": "weather", "arguments": {"city": "Rome"}}
OSLO = {"function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
STOP = {"stop": {}}
BROKEN = {"name": "weather", "arguments": '{"city": '}
ALLOWED = {"weather": {"city": ["Rome", "Roma"], "days": [1, ""]}}


def asked(*calls: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def told(text: str) -> dict[str, Any]:
    return {"role": "tool", "content": text}


def pair(response: Any, reference: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "reference": reference}, expected, options)


def alone(response: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response}, expected, options)


def defined(response: Any, tools: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "tools": tools}, expected, options)


test_contract = contract(
    "tools",
    golden={
        "action_loop": [
            alone([ROME, OSLO, ROME, ROME], 0.5),
            alone([ROME, OSLO, ROME, ROME], 0.5, count="pairs"),
            alone([ROME, OSLO], 0.5, arguments=False),
            alone([asked(ROME, OSLO)], 1.0),
            alone("I do not know.", 1.0),
            alone("[1, 2", "bad_input"),
        ],
        "final_state_equal": [
            pair({"a": [1, 2]}, {"a": [1.0, 2]}, 1.0),
            pair({"a": [2, 1]}, {"a": [1, 2]}, 0.0),
            pair({"a": [2, 1]}, {"a": [1, 2]}, 1.0, unordered=True),
            pair({"a": 1, "at": 5}, {"a": 1, "at": 6}, 1.0, ignore=("at",)),
            pair({"a": 1}, '{"a": ', "bad_input"),
        ],
        "information_gain": [
            alone([asked(ROME), told("sunny and warm"), asked(OSLO), told("sunny and cold")], 0.75),
            alone([asked(ROME), told("sunny and warm"), asked(ROME), told("sunny and warm")], 0.5),
            alone([ROME], "skip"),
        ],
        "step_efficiency": [
            Golden({"response": [ROME, OSLO, ROME, STOP]}, 0.75),
            pair([ROME, OSLO, ROME, STOP], 3, 0.75),
            pair([ROME, OSLO, STOP, ROME], 2, 0.5, reference_weight=1.0),
            pair([ROME], [ROME, OSLO], 1.0),
            pair([ROME], -1, "bad_input"),
            pair([], 2, "skip"),
        ],
        "tool_call_f1": [
            pair([ROME, OSLO, STOP], [ROME], 0.5),
            pair([ROME, OSLO], [OSLO, ROME], 1.0),
            pair([], [], 1.0),
            pair(None, [], 1.0),
            pair([ROME], [], 0.0),
            pair([ROME], None, "bad_input"),
        ],
        "tool_call_match": [
            pair([ROME], [ALLOWED], 1.0),
            pair([{"weather": {"city": "ROMA", "days": 1}}], [ALLOWED], 1.0),
            pair([OSLO], [ALLOWED], 0.0),
            pair([ROME, ROME], [ALLOWED], 0.0),
            pair(BROKEN, [ALLOWED], 0.0),
            pair([ROME], [{"weather": {"city": "Rome"}}], "bad_input"),
            Golden({"response": [ROME], "reference": [ALLOWED], "tools": [WEATHER]}, 1.0),
        ],
        "tool_call_precision": [
            pair([ROME, OSLO, ROME], [ROME, ROME, STOP], 2 / 3),
            pair([ROME, OSLO, BROKEN, STOP], [ROME], 0.25),
            pair([ROME], [BROKEN], "bad_input"),
        ],
        "tool_call_recall": [
            pair([ROME], [ROME, OSLO, STOP, STOP], 0.25),
            pair([ROME], [OSLO], 1.0, arguments="ignore"),
        ],
        "tool_hallucinated": [
            defined([ROME, STOP], [WEATHER], 0.5),
            defined([ROME], [{"type": "function", "function": WEATHER}], 1.0),
            defined("Nothing to do.", [WEATHER], "skip"),
            defined([ROME], [WEATHER, WEATHER], "bad_input"),
        ],
        "tool_schema_valid": [
            defined([ROME, {"weather": {"city": 5}}], [WEATHER], 0.5),
            defined([ROME, BROKEN, STOP, {"weather": {}}], [WEATHER], 0.25),
            defined([ROME, STOP], [WEATHER], 0.0, all_or_nothing=True),
            defined([], [WEATHER], "skip"),
            defined([ROME], [{"name": "weather", "parameters": {"type": "text"}}], "bad_input"),
        ],
        "tool_sequence_match": [
            pair([asked(ROME), told("warm"), asked(OSLO)], [ROME, OSLO], 1.0),
            pair([OSLO, ROME], [ROME, OSLO], 0.0),
            pair([OSLO, ROME], [ROME, OSLO], 1.0, mode="unordered"),
            pair([ROME, STOP, OSLO], [ROME, OSLO], 1.0, mode="ordered"),
            pair([ROME], [ROME, OSLO], 1.0, mode="subset"),
            pair([ROME], [ROME, OSLO], 0.5, mode="superset", score="calls"),
        ],
        "usage_efficiency": [
            # Gains 1 and 0, one call of two repeated, one tool in two calls.
            alone([asked(ROME), told("warm"), asked(ROME), told("warm")], 0.2 + 0.2 + 0.16),
            alone([ROME], "skip"),
        ],
    },
)
