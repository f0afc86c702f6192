"""The pack keeps the contract; every grade here follows from its definition by hand."""

from typing import Any

from rmg_core.testing import Golden, ScriptedModel, contract

SAT, LAY = "the cat sat on the mat", "the cat lay on the mat"
VECTORS = {"a": (1.0, 0.0), "b": (0.6, 0.8)}
ONE_IN_SIX = "the cat sat on a mat"


def pair(response: Any, reference: Any, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response, "reference": reference}, expected, options)


def alone(response: str, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response}, expected, options)


def needles(response: str, sought: Any, expected: Any) -> Golden:
    return Golden({"response": response, "needles": sought}, expected)


test_contract = contract(
    "text",
    golden={
        "bleu": [pair(SAT, SAT, 1.0), pair(SAT, 3, "bad_input")],
        "cer": [pair("abcd", "abcx", 0.25)],
        "char_overlap": [pair("abc", "abd", 2 / 3)],
        "chrf": [pair(SAT, SAT, 1.0), pair("abc", "xyz", 0.0)],
        "contains": [needles("Rome is big", "Rome", 1.0), needles("Rome", "Paris", 0.0)],
        "contains_all": [needles("red and blue", ["red", "green"], 0.0)],
        "contains_any": [needles("red and blue", ["red", "green"], 1.0)],
        "cosine_length": [
            alone("", 1.0, max_length=4),
            alone("ab", 0.75, max_length=4),
            alone("abcd", 0.5, max_length=4),
        ],
        "cosine_tfidf": [pair(SAT, SAT, 1.0), pair("red", "blue", 0.0)],
        "distinct_n": [alone("a b a b", 2 / 3)],
        "edit_similarity": [pair("kitten", "sitting", 4 / 7)],
        "embedding_similarity": [
            pair("a", "b", 0.6, model=ScriptedModel("", vector=VECTORS.__getitem__)),
        ],
        "ends_with": [needles("Rome", "me", 1.0), needles("Rome", "Ro", 0.0)],
        "exact_match": [pair("Rome", "Rome", 1.0), pair("Rome", ["Paris", "Oslo"], 0.0)],
        "gleu": [pair(SAT, SAT, 1.0), pair("red", "blue", 0.0)],
        "jaccard_ngrams": [pair("a b c", "a b d", 1 / 3)],
        "jaro_winkler": [pair("MARTHA", "MARHTA", 173 / 180)],
        "language_is": [alone("This is plainly a sentence about the weather in England.", 1.0)],
        "length_between": [
            alone("one two", 1.0, minimum=2, maximum=3),
            alone("one", 0.0, minimum=2, maximum=3),
        ],
        "length_penalty": [alone("abcde", -0.02, maximum=3)],
        "list_f1": [pair("a, b", "b, c", 0.5)],
        "meteor": [pair("the cat sat", "the cat sat", 53 / 54)],
        "number_match": [pair("The answer is 42.", "42", 1.0), pair("It is 41.", "42", 0.0)],
        "partial_ratio": [pair("Rome", "Rome is big", 1.0)],
        "privacy_leak": [alone("write to ada@example.org", 0.0), alone("nothing here", 1.0)],
        "readability": [alone("The cat sat.", 206.835 - 1.015 * 3 - 84.6)],
        "regex": [alone("a1", 1.0, pattern=r"\d"), alone("a", 0.0, pattern=r"\d")],
        "repetition_penalty": [alone("a b c a b c", -0.25)],
        "rouge1": [pair(SAT, LAY, 5 / 6)],
        "rouge2": [pair(SAT, LAY, 3 / 5)],
        "rouge3": [pair(SAT, LAY, 1 / 4)],
        "rouge4": [pair(SAT, LAY, 0.0), pair(SAT, SAT, 1.0)],
        "rouge5": [pair(SAT, LAY, 0.0), pair(SAT, SAT, 1.0)],
        "rougeL": [pair(SAT, LAY, 5 / 6)],
        "rougeLsum": [pair(SAT, LAY, 5 / 6)],
        "sentence_bleu": [pair(SAT, SAT, 1.0)],
        "set_jaccard": [pair("a, b", "b, c", 1 / 3)],
        "soft_overlong": [alone("a b c", -0.5, max_length=4, buffer=2, unit="words")],
        "squad_em": [pair("The Cat.", "cat", 1.0), pair("cat", "dog", 0.0)],
        "squad_f1": [pair("the red cat", "red dog", 0.5)],
        "starts_with": [needles("Rome", "Ro", 1.0), needles("Rome", "me", 0.0)],
        "ter": [pair(ONE_IN_SIX, SAT, 1 / 6)],
        "token_f1": [pair("the cat", "the dog", 0.5)],
        "token_sort_ratio": [pair("b a", "a b", 1.0)],
        "wer": [pair("a b c d", "a x c d", 0.25)],
        "word_overlap": [pair("a b", "a c", 0.5)],
    },
    exempt={
        ("rougeL", "name"): "the literature, and every library, writes it so",
        ("rougeLsum", "name"): "the literature, and every library, writes it so",
    },
)
