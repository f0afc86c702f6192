"""The pack keeps the contract; every grade here follows from its definition by hand."""

from typing import Any

from rmg_core.testing import Golden, contract

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"
THINKS = "<think>First we add the two numbers, and then we divide the sum by two.</think>"
CALL = '<tool_call>{"name": "find", "arguments": {}}</tool_call>'


def pair(response: Any, reference: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "reference": reference}, expected, options)


def alone(response: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response}, expected, options)


test_contract = contract(
    "format",
    golden={
        "citations_present": [
            alone("It is so [1].", 1.0),
            alone("It is so.", 0.0),
            Golden({"response": "It is so [3].", "sources": ["a", "b"]}, 0.0),
            alone("It is so [1].\n\nAnd so.", 0.5, per="paragraph"),
        ],
        "json_match": [
            pair('{"a": [1, 2]}', {"a": [1, 2]}, 1.0),
            pair({"a": [1, 2]}, '{"a": [2, 1]}', 0.0),
            pair({"a": [1, 2]}, {"a": [2, 1]}, 1.0, order=False),
            pair("[1]", "[true]", 0.0),
            pair("no", "[true]", 0.0),
            pair("[true]", "no", "bad_input"),
        ],
        "json_similarity": [
            pair('{"a": "abcd", "b": 1}', {"a": "abcx", "b": 1}, 0.875),
            pair([1, 2, 3], [3, 1], 2 / 3, order=False),
        ],
        "markdown_structure": [
            alone("# A\n\n## B", 1.0),
            alone("# A\n\n### B", 0.0),
            alone("# A\n\n### B", 0.8, share=True),
        ],
        "reasoning_format": [
            alone("<think>a</think><answer>b</answer>", 1.0),
            alone("<think>a</think>b", 0.0),
        ],
        "reasoning_language": [
            alone(THINKS, 1.0),
            alone(THINKS, 0.0, language="zh"),
            alone("<think>1 + 2</think>", "skip"),
        ],
        "table_shape": [alone(TABLE, 1.0, columns=2), alone(TABLE, 0.0, columns=3)],
        "tags_once": [
            alone("<a>x</a>", 1.0, tags=("a",)),
            alone("<a>x", 0.5, tags=("a",), share=True),
        ],
        "tool_call_format": [
            alone(f"<think>a</think>{CALL}{CALL}", 1.0),
            alone(f"<think>a</think>{CALL}<answer>b</answer>", 0.0),
        ],
        "valid_csv": [alone("a,b\n1,2", 1.0), alone("a,b\n1", 0.0)],
        "valid_json": [
            alone('{"a": 1}', 1.0),
            alone("{'a': 1}", 0.0),
            alone({"a": "1"}, 0.0, schema={"properties": {"a": {"type": "integer"}}}),
            alone({"a": {1, 2}}, "bad_input"),
        ],
        "valid_toml": [alone("a = 1", 1.0), alone("a: 1", 0.0)],
        "valid_xml": [alone("<a/>", 1.0), alone("<a>", 0.0)],
        "valid_yaml": [alone("a: 1", 1.0), alone("a: [1", 0.0), alone("a", 0.0)],
    },
)
