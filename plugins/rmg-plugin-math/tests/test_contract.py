"""The pack keeps the contract; every grade here follows from its definition by hand."""

from typing import Any

from rmg_core.testing import Golden, contract


def pair(response: Any, reference: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "reference": reference}, expected, options)


test_contract = contract(
    "math",
    golden={
        "boxed_present": [
            Golden({"response": r"\boxed{5}"}, 1.0),
            Golden({"response": "5"}, 0.0),
            Golden({"response": r"\boxed{5} \boxed{6}"}, 1.0, {"count": "some"}),
        ],
        "final_number": [
            pair(r"3 + 4 = \boxed{7} in 2 steps", "7", 1.0),
            pair("#### 1,000", 1000, 1.0),
            pair("The answer is 41.", ["42", "43"], 0.0),
            pair("It is 7.", "7", 0.0, place="marked"),
            pair("7", "seven", "bad_input"),
        ],
        "math_equal": [
            pair(r"It is $\frac{2}{4}$.", "0.5", 1.0),
            pair("(x+1)**2", "x^2 + 2x + 1", 1.0),
            pair(r"\boxed{3}", ["4", "5"], 0.0),
            pair("I do not know.", "5", 0.0),
            pair("5", "???", "bad_input"),
            pair(r"\boxed{5} or \boxed{6}", "5", 0.0, profile="strict"),
            pair("So.\nAnswer: 1/2", 0.5, 1.0, profile="strict", marker="Answer:"),
        ],
        "multiple_choice": [
            pair("The answer is (B).", "B", 1.0),
            pair("B or C", "B", 0.0),
            pair("Answer: A, C", "C, A", 1.0),
            Golden({"response": "Rome", "reference": "B", "choices": ["Paris", "Rome"]}, 1.0),
            pair("B", "E", "bad_input"),
        ],
    },
)
