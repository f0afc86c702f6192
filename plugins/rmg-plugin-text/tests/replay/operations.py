"""Operations of other projects, each as what our graders make of it.

An operation takes a row's `input` and `expected`, and returns what we get and what was recorded,
both in the form in which they can be compared.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from statistics import fmean
from types import MappingProxyType
from typing import Any

from rmg_core import CannotGrade
from rmg_core.graders import spec_of, with_options
from rmg_plugin_text import rmg_graders

Row = Mapping[str, Any]
Operation = Callable[[Row, Any], tuple[Any, Any]]


def outcome_of(name: str, /, inputs: Row, **options: Any) -> Any:
    """Grade as a run does; a failure comes back as its kind."""
    module, _, attribute = rmg_graders()[name].partition(":")
    grader = with_options(spec_of(getattr(import_module(module), attribute)), **options)
    for each in grader.spec.inputs:
        if each.accepts and each.name in inputs and not each.accepts(inputs[each.name]):
            return "bad_input"
    try:
        return grader.call(**inputs)
    except CannotGrade as fault:
        return fault.kind


def grade(name: str, /, inputs: Row, **options: Any) -> Any:
    outcome = outcome_of(name, inputs, **options)
    return getattr(outcome, "score", outcome)


def compare(name: str, response: Any, reference: Any, **options: Any) -> Any:
    return grade(name, {"response": response, "reference": reference}, **options)


def find(name: str, response: Any, needles: Any, **options: Any) -> Any:
    return grade(name, {"response": response, "needles": needles}, **options)


def percent(score: Any) -> Any:
    return score if isinstance(score, str) else 100 * score


# rouge-score and sacrebleu


def rouge(row: Row, expected: Row) -> tuple[Any, Any]:
    def figure(measure: str) -> Any:
        return compare(
            row["type"],
            row["candidate"],
            row["reference"],
            measure=measure,
            use_stemmer=row["use_stemmer"],
        )

    measures = {"precision": "precision", "recall": "recall", "fmeasure": "f"}
    return {name: figure(measure) for name, measure in measures.items()}, expected


def by_segment(streams: list[list[str]]) -> list[list[str]]:
    return [list(references) for references in zip(*streams, strict=True)]


def raw_bleu(row: Row, expected: float) -> tuple[Any, Any]:
    texts = row["hypotheses"], by_segment(row["references"])
    return compare("bleu", *texts, smooth="floor", smooth_value=0.01), expected


def bleu_of_order(row: Row, expected: str) -> tuple[Any, Any]:
    score = compare("bleu", row["hyps"], by_segment(row["refs"]), max_order=row["order"])
    return f"{percent(score):.2f}", expected


def corpus_chrf(row: Row, expected: float) -> tuple[Any, Any]:
    smooth = row["definition"].endswith("eps_smoothing on")
    score = compare("chrf", row["hypotheses"], row["references"], beta=3, eps_smoothing=smooth)
    return percent(score), expected


def sentence_chrf(row: Row, expected: float) -> tuple[Any, Any]:
    score = compare("chrf", row["hypothesis"], row["references"], eps_smoothing=True)
    return percent(score), expected


def corpus_ter(row: Row, expected: float) -> tuple[Any, Any]:
    return compare("ter", row["hypotheses"], row["references"]), expected


def sentence_bleu(row: Row, expected: float) -> tuple[Any, Any]:
    score = compare(
        "sentence_bleu",
        row["hypothesis"],
        row["references"],
        tokenize=row["tok"],
        ignore_case=row["lowercase"],
        smooth=row["smooth_method"],
        smooth_value=row["smooth_value"],
    )
    return percent(score), expected


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


# Hugging Face evaluate


def document(name: str, row: Row, **options: Any) -> Any:
    return compare(name, row["predictions"], row["references"], **options)


def hf_bleu(row: Row, expected: float) -> tuple[Any, Any]:
    return document("bleu", row, smooth="none"), expected


def hf_wer(row: Row, expected: float) -> tuple[Any, Any]:
    return document("wer", row), expected


def hf_cer(row: Row, expected: float) -> tuple[Any, Any]:
    return document("cer", row), expected


def hf_ter(row: Row, expected: Row) -> tuple[Any, Any]:
    score = document("ter", row, ignore_case=not row["case_sensitive"])
    return {"score": percent(score)}, expected


def hf_google_bleu(row: Row, expected: float) -> tuple[Any, Any]:
    return round(document("gleu", row), 2), expected


def hf_meteor(row: Row, expected: float) -> tuple[Any, Any]:
    pairs = zip(row["predictions"], row["references"], strict=True)
    return round(fmean(compare("meteor", *pair) for pair in pairs), 4), expected


def hf_exact_match(row: Row, expected: float) -> tuple[Any, Any]:
    options = {key: row.get(key, False) for key in ("ignore_case", "ignore_punctuation")}
    # These patterns are plain texts.
    removed = tuple(row.get("regexes_to_ignore", ()))
    pairs = zip(row["predictions"], row["references"], strict=True)
    scores = [compare("exact_match", *pair, remove=removed, **options) for pair in pairs]
    return round(fmean(scores), 2), expected


def hf_squad_v2(row: Row, expected: Row) -> tuple[Any, Any]:
    golds = {each["id"]: each["answers"]["text"] for each in row["references"]}
    pairs = [(each["prediction_text"], golds[each["id"]]) for each in row["predictions"]]
    names = {"exact": "squad_em", "f1": "squad_f1"}
    got = {key: percent(fmean(compare(n, *p) for p in pairs)) for key, n in names.items()}
    return got, expected


def hf_xtreme_s(row: Row, expected: Row) -> tuple[Any, Any]:
    return {name: round(document(name, row), 2) for name in ("wer", "cer")}, expected


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


# GSM8K


def final_number(row: Row, expected: bool) -> tuple[Any, Any]:
    return compare("number_match", row["solution"], row["gold"], answer_line="required"), expected


OPERATIONS: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {
        "rouge": {"rouge": rouge},
        "sacrebleu": {
            "sacrebleu:test_raw_bleu": raw_bleu,
            "sacrebleu:test_max_ngram_order": bleu_of_order,
            "sacrebleu:test_chrf": corpus_chrf,
            "sacrebleu:test_chrf_eff_order": corpus_chrf,
            "sacrebleu:test_chrf_sentence_level": sentence_chrf,
            "sacrebleu:test_ter": corpus_ter,
            "sacrebleu:test_compat_sentence_bleu": sentence_bleu,
            "sacrebleu:test_api_sentence_bleu": sentence_bleu,
            "sacrebleu:test_api_sentence_bleu_zero": sentence_bleu,
        },
        "autoevals": {"levenshtein_similarity": levenshtein, "exact_match": exact_value},
        "openai_evals": {
            "fuzzy_match": fuzzy_match,
            "includes": includes,
            "match": begins,
            "utils:test_fuzzy_match": fuzzy_pair,
        },
        "inspect_scorers": {
            "match": numeric_match,
            "exact": exact,
            "max_exact_score": max_exact,
            "f1": f1,
            "max_f1_score": max_f1,
            "answer": answer,
            "pattern": pattern,
        },
        "hf_evaluate_docs": {
            "hf:bleu": hf_bleu,
            "hf:cer": hf_cer,
            "hf:exact_match": hf_exact_match,
            "hf:google_bleu": hf_google_bleu,
            "hf:meteor": hf_meteor,
            "hf:squad_v2": hf_squad_v2,
            "hf:ter": hf_ter,
            "hf:wer": hf_wer,
            "hf:xtreme_s": hf_xtreme_s,
        },
        "openjudge": {"SimilarityGrader": similarity, "StringMatchGrader": string_match},
        "rm_gallery_rewards": {
            "AccuracyReward": accuracy_reward,
            "F1ScoreReward": f1_reward,
            "RougeReward": rouge_reward,
            "NumberAccuracyReward": number_reward,
            "LengthPenaltyReward": length_reward,
            "NgramRepetitionPenaltyReward": repetition_reward,
            "PrivacyLeakageReward": privacy_reward,
        },
        "lighteval_metric_cases": {
            "lighteval:bleu": light_bleu,
            "lighteval:bleu_1": light_bleu_1,
            "lighteval:bleu_4": light_bleu_4,
            "lighteval:chrf": light_chrf,
            "lighteval:chrf_plus": light_chrf_plus,
            "lighteval:copyright": light_copyright,
            "lighteval:f1_score": light_f1,
            "lighteval:rouge1": light_rouge,
            "lighteval:rouge2": light_rouge,
            "lighteval:rougeLsum": light_rouge,
            "lighteval:rouge_t5": light_rouge_t5,
            "lighteval:ter": light_ter,
        },
        "ragas": {
            "NonLLMStringSimilarity": ragas_similarity,
            "ExactMatch": ragas_exact,
            "StringPresence": ragas_presence,
            "RougeScore": ragas_rouge,
            "BleuScore": ragas_bleu,
        },
        "openevals": {},
        "gsm8k_model_solutions": {"final_number_match": final_number},
    }
)
"""Vector file → operation → what our graders make of it."""
