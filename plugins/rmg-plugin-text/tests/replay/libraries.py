"""Operations of rouge-score, sacrebleu and Hugging Face evaluate."""

from statistics import fmean
from typing import Any

from .calls import Row, compare, percent

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
