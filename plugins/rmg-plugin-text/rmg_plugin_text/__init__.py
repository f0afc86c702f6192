"""The pack `text`: coded graders of text, each imported only when a config names it."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "bleu": "rmg_plugin_text.translation:bleu",
        "cer": "rmg_plugin_text.edits:cer",
        "char_overlap": "rmg_plugin_text.overlap:char_overlap",
        "chrf": "rmg_plugin_text.translation:chrf",
        "contains": "rmg_plugin_text.needles:contains",
        "contains_all": "rmg_plugin_text.needles:contains_all",
        "contains_any": "rmg_plugin_text.needles:contains_any",
        "cosine_length": "rmg_plugin_text.length:CosineLength",
        "cosine_tfidf": "rmg_plugin_text.similarity:cosine_tfidf",
        "distinct_n": "rmg_plugin_text.repetition:distinct_n",
        "edit_similarity": "rmg_plugin_text.edits:edit_similarity",
        "embedding_similarity": "rmg_plugin_text.embeddings:embedding_similarity",
        "ends_with": "rmg_plugin_text.needles:ends_with",
        "exact_match": "rmg_plugin_text.exact:exact_match",
        "gleu": "rmg_plugin_text.translation:gleu",
        "jaccard_ngrams": "rmg_plugin_text.similarity:jaccard_ngrams",
        "jaro_winkler": "rmg_plugin_text.edits:jaro_winkler",
        "language_is": "rmg_plugin_text.reading:language_is",
        "length_between": "rmg_plugin_text.length:LengthBetween",
        "length_penalty": "rmg_plugin_text.length:LengthPenalty",
        "list_f1": "rmg_plugin_text.overlap:list_f1",
        "meteor": "rmg_plugin_text.translation:meteor",
        "number_match": "rmg_plugin_text.number:number_match",
        "partial_ratio": "rmg_plugin_text.edits:partial_ratio",
        "privacy_leak": "rmg_plugin_text.privacy:privacy_leak",
        "readability": "rmg_plugin_text.reading:readability",
        "regex": "rmg_plugin_text.pattern:Regex",
        "repetition_penalty": "rmg_plugin_text.repetition:repetition_penalty",
        "rouge1": "rmg_plugin_text.rouge:rouge1",
        "rouge2": "rmg_plugin_text.rouge:rouge2",
        "rouge3": "rmg_plugin_text.rouge:rouge3",
        "rouge4": "rmg_plugin_text.rouge:rouge4",
        "rouge5": "rmg_plugin_text.rouge:rouge5",
        "rougeL": "rmg_plugin_text.rouge:rougeL",
        "rougeLsum": "rmg_plugin_text.rouge:rougeLsum",
        "sentence_bleu": "rmg_plugin_text.translation:sentence_bleu",
        "set_jaccard": "rmg_plugin_text.overlap:set_jaccard",
        "soft_overlong": "rmg_plugin_text.length:SoftOverlong",
        "squad_em": "rmg_plugin_text.overlap:squad_em",
        "squad_f1": "rmg_plugin_text.overlap:squad_f1",
        "starts_with": "rmg_plugin_text.needles:starts_with",
        "ter": "rmg_plugin_text.translation:ter",
        "token_f1": "rmg_plugin_text.overlap:token_f1",
        "token_sort_ratio": "rmg_plugin_text.edits:token_sort_ratio",
        "wer": "rmg_plugin_text.edits:wer",
        "word_overlap": "rmg_plugin_text.overlap:word_overlap",
    }
