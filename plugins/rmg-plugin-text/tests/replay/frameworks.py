"""Operations of autoevals, OpenAI evals, inspect, lighteval and ragas."""

import re
from typing import Any

from .calls import Row, compare, find, grade, percent

# autoevals


def levenshtein(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("edit_similarity", row["output"], row["expected_value"]), expected


def exact_value(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("exact_match", row["output"], row["expected_value"]), expected


# OpenAI evals

ALIKE = {"ignore_case": True, "ignore_punctuation": True, "ignore_articles": True}


def fuzzy_match(row: Row, expected: Row) -> tuple[Any, Any]:
    texts = row["completion"], row["ideal"]
    got = {
        "accuracy": find("contains", *texts, either_way=True, **ALIKE),
        "f1_score": compare("squad_f1", *texts),
    }
    return got, expected


def includes(row: Row, expected: bool) -> tuple[Any, Any]:
    score = find("contains", row["completion"], row["ideal"], ignore_case=row["ignore_case"])
    return score, expected


def begins(row: Row, expected: bool) -> tuple[Any, Any]:
    return find("starts_with", row["completion"], row["ideal"]), expected


def fuzzy_pair(row: Row, expected: bool) -> tuple[Any, Any]:
    return find("contains", row["s1"], row["s2"], either_way=True, **ALIKE), expected


# inspect

GRADES = {"C": 1.0, "I": 0.0}
ANSWERS = {"letter": r"ANSWER\s*:\s*([A-Za-z])\b", "word": r"ANSWER\s*:\s*(\w+)"}
PLACES = {"end": "last", "begin": "first", "any": "any", "exact": "whole"}


def numeric_match(row: Row, expected: Row) -> tuple[Any, Any]:
    assert row["options"]["numeric"]
    place = row["options"].get("location", "end")
    score = compare("number_match", row["completion"], row["target"], take=PLACES[place])
    return score, GRADES[expected["value"]]


def exact(row: Row, expected: Row) -> tuple[Any, Any]:
    return compare("squad_em", row["completion"], row["target"]), GRADES[expected["value"]]


def max_exact(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("squad_em", row["answer"], row["targets"]), expected


def f1(row: Row, expected: Row) -> tuple[Any, Any]:
    ignored = tuple(row["options"].get("stop_words", ()))
    score = compare("squad_f1", row["completion"], row["target"], ignore_words=ignored)
    return score, expected["value"]


def max_f1(row: Row, expected: float) -> tuple[Any, Any]:
    ignored = tuple(row["stop_words"] or ())
    return compare("squad_f1", row["answer"], row["targets"], ignore_words=ignored), expected


def answer(row: Row, expected: Row) -> tuple[Any, Any]:
    inputs = {"response": row["completion"], "group_equals": row["target"]}
    pattern = ANSWERS[row["options"]["pattern"]]
    score = grade("regex", inputs, pattern=pattern, group=1, take="last")
    return score, GRADES[expected["value"]]


def pattern(row: Row, expected: Row) -> tuple[Any, Any]:
    # Any group may hold the target.
    inputs = {"response": row["completion"], "group_equals": row["target"]}
    wanted = row["options"]["pattern"]
    groups = range(1, re.compile(wanted).groups + 1)
    scores = [grade("regex", inputs, pattern=wanted, group=group) for group in groups]
    return max(scores), GRADES[expected["value"]]


# lighteval


def golds(doc: Row) -> list[str]:
    index = doc["gold_index"]
    return [doc["choices"][each] for each in (index if isinstance(index, list) else [index])]


def corpus(name: str, row: Row, **options: Any) -> Any:
    texts = [response["text"][0] for response in row["model_responses"]]
    return percent(compare(name, texts, [golds(doc) for doc in row["docs"]], **options))


def case(name: str, row: Row, **options: Any) -> Any:
    return compare(name, row["model_response"]["text"][0], golds(row["doc"]), **options)


def light_bleu(row: Row, expected: float) -> tuple[Any, Any]:
    return corpus("bleu", row), expected


def light_bleu_1(row: Row, expected: Row) -> tuple[Any, Any]:
    return {"bleu_1": case("sentence_bleu", row, max_order=1)}, expected


def light_bleu_4(row: Row, expected: Row) -> tuple[Any, Any]:
    return {"bleu_4": case("sentence_bleu", row, max_order=4)}, expected


def light_chrf(row: Row, expected: float) -> tuple[Any, Any]:
    return corpus("chrf", row), expected


def light_chrf_plus(row: Row, expected: float) -> tuple[Any, Any]:
    return corpus("chrf", row, word_order=2), expected


def light_ter(row: Row, expected: float) -> tuple[Any, Any]:
    return corpus("ter", row), expected


def light_copyright(row: Row, expected: Row) -> tuple[Any, Any]:
    return {"edit_similarity": case("edit_similarity", row, unit="words")}, expected


def light_f1(row: Row, expected: Row) -> tuple[Any, Any]:
    return {"f1": case("token_f1", row, ignore_case=False, ignore_punctuation=False)}, expected


def light_rouge(row: Row, expected: Row) -> tuple[Any, Any]:
    return {kind: case(kind, row) for kind in expected}, expected


def light_rouge_t5(row: Row, expected: Row) -> tuple[Any, Any]:
    return {kind: percent(case(kind, row, use_stemmer=True)) for kind in expected}, expected


# ragas


def ragas_similarity(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("edit_similarity", row["response"], row["reference"]), expected


def ragas_exact(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("exact_match", row["response"], row["reference"]), expected


def ragas_presence(row: Row, expected: float) -> tuple[Any, Any]:
    return find("contains", row["response"], row["reference"]), expected


def ragas_rouge(row: Row, expected: float) -> tuple[Any, Any]:
    options = row["options"]
    measure = "f" if options["mode"] == "fmeasure" else options["mode"]
    texts = row["response"], row["reference"]
    return compare(options["rouge_type"], *texts, measure=measure, use_stemmer=True), expected


def ragas_bleu(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("bleu", row["response"], row["reference"]), expected
