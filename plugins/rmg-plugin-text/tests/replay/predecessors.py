"""Operations of OpenJudge and RM-Gallery, and the final answer of GSM8K."""

import re
from statistics import fmean
from typing import Any

from .calls import Row, compare, find, grade, outcome_of

# OpenJudge


def similarity(row: Row, expected: Row) -> tuple[Any, Any]:
    options = row["options"]
    texts = row["response"], row["reference_response"]
    alike = {**options["kwargs"], **row.get("kwargs", {})}.get("normalize", options["normalize"])
    stem = options["use_stemmer"]
    match options["algorithm"]:
        case "bleu":
            got = compare("sentence_bleu", *texts, ignore_case=alike)
        case "f1_score" | "token_f1":
            got = compare("token_f1", *texts, ignore_case=alike, ignore_punctuation=alike)
        case "fuzzy_match":
            got = compare("edit_similarity", *texts, distance="indel", ignore_case=alike)
        case "rouge":
            kinds = "rouge1", "rouge2", "rougeL"
            got = fmean(compare(kind, *texts, use_stemmer=stem) for kind in kinds)
        case kind:
            got = compare(kind, *texts, use_stemmer=stem)
    return got, expected["score"]


def string_match(row: Row, expected: Row) -> tuple[Any, Any]:
    options = row["options"]
    texts = row["response"], row["reference_response"]
    ignore_case = not options["case_sensitive"]
    match options["algorithm"]:
        case "suffix_match":
            got = find("ends_with", *texts, ignore_case=ignore_case)
        case name:
            got = compare(name, *texts, ignore_case=ignore_case)
    return got, expected["score"]


# RM-Gallery 0.1


def reward(name: str, row: Row, expected: Any, **options: Any) -> tuple[Any, Any]:
    return (
        compare(name, row["output"][0], row["labels"][0]["reference"], **options),
        expected[0]["score"],
    )


def accuracy_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return reward("exact_match", row, expected)


def f1_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return reward("token_f1", row, expected)


def rouge_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    return reward("rougeL", row, expected)


def number_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    tolerance = row["options"]["tolerance"]
    return reward("number_match", row, expected, take="all", absolute=tolerance)


def length_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    options = row["options"]
    score = grade(
        "length_penalty",
        {"response": row["output"][0]},
        minimum=options["min_length"],
        maximum=options["max_length"],
        rate=options["penalty_rate"],
    )
    return score, expected[0]["score"]


def repetition_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    options, text = row["options"], row["output"][0]
    if options["analyze_scope"] == "thought":
        thought = re.search("<think>(.*?)</think>", text, re.DOTALL)
        text = thought[1] if thought else ""
    score = grade(
        "repetition_penalty",
        {"response": text},
        n=options["n"],
        threshold=options["penalty_threshold"],
        max_penalty=options["penalty_rate"],
    )
    return score, expected[0]["score"]


def privacy_reward(row: Row, expected: Any) -> tuple[Any, Any]:
    outcome = outcome_of("privacy_leak", {"response": row["output"][0]})
    leaks = sum(outcome.metadata.get("found", {}).values())
    return leaks * row["options"]["penalty_per_leak"], expected[0]["score"]


# GSM8K


def final_number(row: Row, expected: bool) -> tuple[Any, Any]:
    return compare("number_match", row["solution"], row["gold"], answer_line="required"), expected
