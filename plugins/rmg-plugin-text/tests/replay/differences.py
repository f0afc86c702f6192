"""Where we differ from what was recorded, and what this pack does not offer, with the reasons."""

from collections.abc import Mapping
from types import MappingProxyType

NOT_TEXT = (
    "the values are not texts: ours asks for texts and says so (bad_input) instead of writing "
    "values as JSON first; JSON values are compared by the pack format, where 1 is not '1'"
)

DIFFERENT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((f"autoevals-{number:05d}" for number in range(24, 37)), NOT_TEXT),
        "rm_gallery_rewards-00035": (
            "1234 5678 9012 3456 fails the Luhn check, so that it is no card number; there every "
            "group of sixteen digits counts"
        ),
        "lighteval_metric_cases-00026": (
            "there the references of the segments are handed to sacrebleu as alternatives of the "
            "first one, so that only the first segment is compared: 100 although the second lacks "
            "a word; ours compares all three"
        ),
    }
)
"""Row → why we differ."""

UNCOMPARED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "hf:squad_v2": dict.fromkeys(
            (
                "total",
                "HasAns_exact",
                "HasAns_f1",
                "HasAns_total",
                "best_exact",
                "best_exact_thresh",
                "best_f1",
                "best_f1_thresh",
            ),
            "counts, slices and best thresholds of a data set, which no grader of one sample has",
        ),
        "hf:ter": dict.fromkeys(
            ("num_edits", "ref_length"), "the parts of the rate, which ours does not report"
        ),
        "lighteval:copyright": {
            "longest_common_prefix_length": "a length in words, on no scale",
            "edit_distance": "a number of words; ours is the similarity made of it",
        },
    }
)
"""Operation → figure of its result → why it is not compared."""

AGGREGATORS = "reduces the scores of one sample: an aggregator of the core"
CODE = "belongs to the pack code"
JSON = "compares or checks JSON: belongs to the pack format"
LIKELIHOODS = "needs the log-likelihoods that a model gives to choices"
MAPPERS = "a mapper of the core, replayed by the tests of the core"
MATHS = "compares mathematical expressions: belongs to the pack math"
STATISTICS = "a figure of a data set: belongs to the pack stats"
TOOLS = "compares calls of tools: belongs to the pack tools"
CHOICE = "reads the letter of a choice: multiple_choice of the pack math"
RANKING = "ranks retrieved items: belongs to the pack rag"

NOT_OFFERED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "autoevals": {
            "numeric_diff": ("1 - |a - b| / (|a| + |b|); number_match says whether two are equal"),
            "list_contains(levenshtein pairwise)": (
                "pairs the items of two lists by edit similarity; list_f1 compares items whole"
            ),
            **dict.fromkeys(("json_diff", "json_diff(NumericDiff)", "valid_json"), JSON),
        },
        "openai_evals": {
            **dict.fromkeys(("json_match", "json_validator"), JSON),
            "utils:test_normalize": "returns a text, not a score",
            "test_get_accuracy": STATISTICS,
        },
        "inspect_scorers": {
            "krippendorff_alpha": STATISTICS,
            **dict.fromkeys(("mean", "accuracy", "var", "std"), STATISTICS),
            **dict.fromkeys(
                (
                    "median_score",
                    "max_score",
                    "pass_at",
                    "pass_k",
                    "mode_score",
                    "mean_score",
                    "at_least",
                    "collect_score",
                ),
                AGGREGATORS,
            ),
        },
        "hf_evaluate_docs": {
            **dict.fromkeys(
                (
                    "hf:accuracy",
                    "hf:fever",
                    "hf:glue",
                    "hf:indic_glue",
                    "hf:mae",
                    "hf:matthews_correlation",
                    "hf:pearsonr",
                    "hf:poseval",
                    "hf:precision",
                    "hf:recall",
                    "hf:roc_auc",
                    "hf:seqeval",
                    "hf:super_glue",
                ),
                STATISTICS,
            ),
            "hf:character": "CharacTER, edits of characters with shifts; cer and ter are offered",
            "hf:charcut_mt": "CharCut, a match of long common substrings; chrf and cer are offered",
        },
        "openjudge": {
            **dict.fromkeys(("JsonMatchGrader", "JsonValidatorGrader"), JSON),
            **dict.fromkeys(
                (
                    "CodeExecutionGrader",
                    "CodeStyleGrader",
                    "PatchSimilarityGrader",
                    "SyntaxCheckGrader",
                ),
                CODE,
            ),
            **dict.fromkeys(
                (
                    "ToolCallPrecisionRecallMatchGrader",
                    "ToolCallStepSequenceMatchGrader",
                    "ToolUsageEfficiencyGrader",
                ),
                TOOLS,
            ),
            **dict.fromkeys(
                (
                    "AccuracyAnalyzer.analyze",
                    "ConsistencyAnalyzer.analyze",
                    "CorrelationAnalyzer.analyze",
                    "DistributionAnalyzer.analyze",
                    "F1ScoreAnalyzer.analyze",
                    "FalseNegativeAnalyzer.analyze",
                    "FalsePositiveAnalyzer.analyze",
                    "PrecisionAnalyzer.analyze",
                    "RecallAnalyzer.analyze",
                ),
                STATISTICS,
            ),
            **dict.fromkeys(
                (
                    "mapping.get_value_by_path",
                    "mapping.get_value_by_mapping",
                    "mapping.parse_data_with_mapper",
                ),
                MAPPERS,
            ),
            "WeightedSumAggregator": AGGREGATORS,
        },
        "rm_gallery_rewards": {
            "MathVerifyReward": MATHS,
            **dict.fromkeys(
                ("ReasoningFormatReward", "ReasoningToolCallFormatReward"),
                "checks the tags of a response: belongs to the pack format",
            ),
            **dict.fromkeys(
                (
                    "CodeExecutionReward",
                    "CodeStyleReward",
                    "PatchSimilarityReward",
                    "SyntaxCheckReward",
                ),
                CODE,
            ),
        },
        "lighteval_metric_cases": {
            **dict.fromkeys(
                (
                    "lighteval:acc_golds_likelihood",
                    "lighteval:loglikelihood_acc",
                    "lighteval:loglikelihood_f1",
                    "lighteval:multi_f1_numeric",
                    "lighteval:target_perplexity",
                    "lighteval:truthfulqa_mc_metrics",
                    "lighteval:word_perplexity",
                ),
                LIKELIHOODS,
            ),
            **dict.fromkeys(("lighteval:mrr", "lighteval:recall_at_k"), RANKING),
            **dict.fromkeys(
                ("lighteval:avg_at_k", "lighteval:g_pass_at_k", "lighteval:pass_at_k"), AGGREGATORS
            ),
            **dict.fromkeys(
                (
                    "lighteval:avg_at_k_math",
                    "lighteval:g_pass_at_k_latex",
                    "lighteval:g_pass_at_k_math",
                    "lighteval:pass_at_k_math",
                ),
                MATHS,
            ),
            **dict.fromkeys(
                ("lighteval:gpqa_instruct_metric", "lighteval:gpqa_instruct_pass_at_k"), CHOICE
            ),
            **dict.fromkeys(("lighteval:f1_score_macro", "lighteval:f1_score_micro"), STATISTICS),
            "lighteval:drop": "DROP's F1 pairs spans whose numbers agree; squad_f1 is offered",
        },
        "ragas": {"ToolCallAccuracy": TOOLS},
        "openevals": {
            **dict.fromkeys(("exact_match", "json_match"), JSON),
            "trajectory_match": TOOLS,
        },
    }
)
"""Vector file → operation → what it is, and where it belongs."""
