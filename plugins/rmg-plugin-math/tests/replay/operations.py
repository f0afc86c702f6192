"""Which operation of which project is what of ours.

An operation takes a row, and returns what we get and what was recorded, both in the form in which
they can be compared.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, comb
from statistics import fmean
from types import MappingProxyType
from typing import Any

from rmg_core import CannotGrade
from rmg_plugin_math.choice import multiple_choice
from rmg_plugin_math.equality import MathEqual
from rmg_plugin_math.number import final_number

Row = Mapping[str, Any]
Operation = Callable[[Row], tuple[Any, Any]]


def grade(call: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """Grade as a run does; a failure comes back as its kind."""
    try:
        return call(*inputs, **options).score
    except CannotGrade as fault:
        return fault.kind


# Math-Verify and MATH


def math_equal(row: Row) -> tuple[Any, Any]:
    values, options = row["input"], row["input"]["options"]
    equal = MathEqual(
        decimals=options.get("precision", 6),
        same_names=options.get("strict", True),
        sets_as_relations=options.get("allow_set_relation_comp", False),
    )
    return grade(equal.grade, values["answer"], values["gold"]), row["expected"]


# lighteval


def extract(row: Row) -> tuple[Any, Any]:
    if "extraction_abc" not in row["source"]:
        return math_equal(row)
    values = row["input"]
    return grade(multiple_choice, values["answer"], values["gold"]), row["expected"]


def gold_of(values: Row) -> str:
    gold: str = values["doc"]["choices"][values["doc"]["gold_index"]]
    return gold


def maths_of(row: Row) -> list[bool]:
    gold, equal = gold_of(row["input"]), MathEqual()
    return [
        grade(equal.grade, text, gold) == 1.0 for text in row["input"]["model_response"]["text"]
    ]


def choices_of(row: Row) -> list[bool]:
    texts = row["input"]["model_response"]["text"]
    return [grade(multiple_choice, text, gold_of(row["input"])) == 1.0 for text in texts]


def gpqa(row: Row) -> tuple[Any, Any]:
    return {"extractive_match": float(all(choices_of(row)))}, row["expected"]


def any_of(right: Sequence[bool], k: int) -> float:
    return 1 - comb(len(right) - sum(right), k) / comb(len(right), k)


def one_figure(reduce: Callable[[Sequence[bool], int], float], right: Any) -> Operation:
    def operation(row: Row) -> tuple[Any, Any]:
        [expected] = row["expected"].values()
        return reduce(right(row), row["input"]["metric_params"]["k"]), expected

    return operation


def at_least(right: Sequence[bool], k: int, share: float) -> float:
    """Return how likely at least `share` of k drawn responses is right, and one."""
    hits, total = sum(right), len(right)
    least = max(ceil(k * share - 1e-9), 1)
    ways = sum(comb(hits, n) * comb(total - hits, k - n) for n in range(least, k + 1))
    return ways / comb(total, k)


def upper_half(right: Sequence[bool], k: int) -> float:
    """Return the mean over the shares above a half, as Liu et al. 2024 define mG-Pass@k."""
    above = range(-(-k // 2) + 1, k + 1)
    return 2 / k * sum(at_least(right, k, count / k) for count in above)


def g_pass(row: Row) -> tuple[Any, Any]:
    right, k = maths_of(row), row["input"]["metric_params"]["k"]
    got = {}
    for key in row["expected"]:
        _, _, share = key.rpartition("_")
        is_mean = key.endswith(f"@{k}")
        got[key] = upper_half(right, k) if is_mean else at_least(right, k, float(share))
    return got, row["expected"]


# RM-Gallery


def math_reward(row: Row) -> tuple[Any, Any]:
    values = row["input"]
    score = grade(MathEqual().grade, values["output"][0], values["labels"][0]["reference"])
    return score, row["expected"][0]["score"]


# GSM8K


def gsm8k(row: Row) -> tuple[Any, Any]:
    values = row["input"]
    score = grade(final_number, values["solution"], values["gold"], place="marked")
    return score, row["expected"]


OPERATIONS: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {
        "math_verify": {"math_equal": math_equal},
        "hendrycks_math_equiv": {"math_equal": math_equal},
        "lighteval_extractive": {"extract_choice_or_math": extract},
        "lighteval_metric_cases": {
            "lighteval:gpqa_instruct_metric": gpqa,
            "lighteval:gpqa_instruct_pass_at_k": one_figure(any_of, choices_of),
            "lighteval:pass_at_k_math": one_figure(any_of, maths_of),
            "lighteval:avg_at_k_math": one_figure(lambda right, _: fmean(right), maths_of),
            "lighteval:g_pass_at_k_math": g_pass,
            "lighteval:g_pass_at_k_latex": g_pass,
        },
        "rm_gallery_rewards": {"MathVerifyReward": math_reward},
        "gsm8k_model_solutions": {"final_number_match": gsm8k},
    }
)
"""Vector file → operation → what our graders make of it."""
