"""Which operation of which project is what of ours.

An operation takes a row's `input` and `expected`, and returns what we get and what was recorded,
both in the form in which they can be compared.
"""

from collections.abc import Mapping
from types import MappingProxyType

from . import frameworks, libraries, predecessors
from .calls import Operation

OPERATIONS: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {
        "rouge": {"rouge": libraries.rouge},
        "sacrebleu": {
            "sacrebleu:test_raw_bleu": libraries.raw_bleu,
            "sacrebleu:test_max_ngram_order": libraries.bleu_of_order,
            "sacrebleu:test_chrf": libraries.corpus_chrf,
            "sacrebleu:test_chrf_eff_order": libraries.corpus_chrf,
            "sacrebleu:test_chrf_sentence_level": libraries.sentence_chrf,
            "sacrebleu:test_ter": libraries.corpus_ter,
            "sacrebleu:test_compat_sentence_bleu": libraries.sentence_bleu,
            "sacrebleu:test_api_sentence_bleu": libraries.sentence_bleu,
            "sacrebleu:test_api_sentence_bleu_zero": libraries.sentence_bleu,
        },
        "autoevals": {
            "levenshtein_similarity": frameworks.levenshtein,
            "exact_match": frameworks.exact_value,
        },
        "openai_evals": {
            "fuzzy_match": frameworks.fuzzy_match,
            "includes": frameworks.includes,
            "match": frameworks.begins,
            "utils:test_fuzzy_match": frameworks.fuzzy_pair,
        },
        "inspect_scorers": {
            "match": frameworks.numeric_match,
            "exact": frameworks.exact,
            "max_exact_score": frameworks.max_exact,
            "f1": frameworks.f1,
            "max_f1_score": frameworks.max_f1,
            "answer": frameworks.answer,
            "pattern": frameworks.pattern,
        },
        "hf_evaluate_docs": {
            "hf:bleu": libraries.hf_bleu,
            "hf:cer": libraries.hf_cer,
            "hf:exact_match": libraries.hf_exact_match,
            "hf:google_bleu": libraries.hf_google_bleu,
            "hf:meteor": libraries.hf_meteor,
            "hf:squad_v2": libraries.hf_squad_v2,
            "hf:ter": libraries.hf_ter,
            "hf:wer": libraries.hf_wer,
            "hf:xtreme_s": libraries.hf_xtreme_s,
        },
        "openjudge": {
            "SimilarityGrader": predecessors.similarity,
            "StringMatchGrader": predecessors.string_match,
        },
        "rm_gallery_rewards": {
            "AccuracyReward": predecessors.accuracy_reward,
            "F1ScoreReward": predecessors.f1_reward,
            "RougeReward": predecessors.rouge_reward,
            "NumberAccuracyReward": predecessors.number_reward,
            "LengthPenaltyReward": predecessors.length_reward,
            "NgramRepetitionPenaltyReward": predecessors.repetition_reward,
            "PrivacyLeakageReward": predecessors.privacy_reward,
        },
        "lighteval_metric_cases": {
            "lighteval:bleu": frameworks.light_bleu,
            "lighteval:bleu_1": frameworks.light_bleu_1,
            "lighteval:bleu_4": frameworks.light_bleu_4,
            "lighteval:chrf": frameworks.light_chrf,
            "lighteval:chrf_plus": frameworks.light_chrf_plus,
            "lighteval:copyright": frameworks.light_copyright,
            "lighteval:f1_score": frameworks.light_f1,
            "lighteval:rouge1": frameworks.light_rouge,
            "lighteval:rouge2": frameworks.light_rouge,
            "lighteval:rougeLsum": frameworks.light_rouge,
            "lighteval:rouge_t5": frameworks.light_rouge_t5,
            "lighteval:ter": frameworks.light_ter,
        },
        "ragas": {
            "NonLLMStringSimilarity": frameworks.ragas_similarity,
            "ExactMatch": frameworks.ragas_exact,
            "StringPresence": frameworks.ragas_presence,
            "RougeScore": frameworks.ragas_rouge,
            "BleuScore": frameworks.ragas_bleu,
        },
        "openevals": {},
        "gsm8k_model_solutions": {"final_number_match": predecessors.final_number},
    }
)
"""Vector file → operation → what our graders make of it."""
