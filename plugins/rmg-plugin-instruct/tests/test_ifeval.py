"""All the instructions of a prompt, as a run grades them."""

import pytest

from rmg_core import CannotGrade, ConfigError, GradingRunner
from rmg_core.testing import run_toml
from rmg_plugin_instruct.ifeval import ifeval_loose, ifeval_strict

COMMA, WORDS, TITLE = (
    "punctuation:no_comma",
    "length_constraints:number_words",
    "detectable_format:title",
)
THREE = {"num_words": 3, "relation": "at least"}
ROW = {
    "key": 1000,
    "prompt": "Three words or more, without a comma.",
    "response": "Well, no.",
    "instruction_id_list": [COMMA, WORDS],
    "kwargs": [{}, THREE],
}


def graded(grader, row, **options):
    runner = GradingRunner({"it": {"grader": f"instruct/{grader}", "options": options}})
    return runner.run([row])["it"][0]


def test_the_columns_of_the_data_set_are_the_inputs():
    outcome = graded("ifeval_strict", ROW)
    assert (outcome.score, outcome.reason) == (
        0.0,
        (
            "0 of 2 followed; punctuation:no_comma: 1 comma; "
            "length_constraints:number_words: 2 words, not at least 3"
        ),
    )


def test_arguments_that_are_null_do_not_count():
    nulls = dict.fromkeys(("keywords", "num_words", "relation", "letter"))
    row = {**ROW, "response": "One two three", "kwargs": [nulls, nulls | THREE]}
    assert graded("ifeval_strict", row).score == 1.0


def test_a_table_may_be_null_as_a_whole():
    assert ifeval_strict("Yes", [COMMA], [None]).score == 1.0


def test_the_share_of_instructions_is_a_level():
    row = {**ROW, "response": "One, two, three"}
    assert graded("ifeval_strict", row, level="instruction").score == 0.5
    assert graded("ifeval_strict", row, level="prompt").score == 0.0


def test_each_instruction_may_be_followed_by_a_version_of_its_own():
    response = "Sure, here:\n<<Title>> three words"
    loose = ifeval_loose(response, [COMMA, TITLE, WORDS], [{}, {}, {**THREE, "num_words": 4}])
    assert (loose.score, loose.reason) == (1.0, "3 of 3 followed")
    strict = ifeval_strict(response, [COMMA, TITLE, WORDS], [{}, {}, {**THREE, "num_words": 4}])
    assert strict.reason == "2 of 3 followed; punctuation:no_comma: 1 comma"


def test_an_empty_response_follows_nothing():
    found = ifeval_loose("", [COMMA, COMMA], [{}, {}], level="instruction")
    assert found.score == 0.0
    assert found.reason.startswith("0 of 2 followed; punctuation:no_comma: the response is empty")


def test_the_verdicts_are_kept():
    assert graded("ifeval_strict", {**ROW, "kwargs": [{}, {**THREE, "num_words": 2}]}).metadata == {
        "followed": 1,
        "instructions": 2,
        "verdicts": [
            {"instruction": COMMA, "followed": False, "reason": "1 comma"},
            {"instruction": WORDS, "followed": True, "reason": "2 words, at least 2"},
        ],
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"instruction_id_list": [], "kwargs": []}, "instruction_id_list names no instruction"),
        (
            {"kwargs": [{}]},
            "instruction_id_list has 2 ids, and kwargs 1 table: it needs one for each",
        ),
        (
            {"instruction_id_list": [COMMA, "number_words"]},
            (
                "there is no instruction 'number_words'; "
                "did you mean 'length_constraints:number_words'?"
            ),
        ),
        ({"kwargs": [{}, {}]}, "lacks its arguments 'num_words' and 'relation'"),
        ({"kwargs": [{}, {**THREE, "num_words": "3"}]}, "must be a whole number, not '3'"),
        ({"kwargs": [{}, "num_words"]}, "kwargs"),
        ({"instruction_id_list": COMMA}, "instruction_id_list"),
        ({"response": None}, "response"),
    ],
)
@pytest.mark.parametrize("grader", ["ifeval_strict", "ifeval_loose"])
def test_data_that_ask_wrongly_are_an_error(grader, change, told):
    outcome = graded(grader, {**ROW, **change})
    assert outcome.kind == "bad_input"
    assert told in outcome.error


def test_a_wrong_instruction_is_told_for_an_empty_response_too():
    with pytest.raises(CannotGrade, match="there is no instruction 'x'"):
        ifeval_strict("", [COMMA, "x"], [{}, {}])


def test_a_single_instruction_is_asked_of_any_data_set():
    config = """
        packs = ["instruct"]
        [graders.no_comma]
        use = "no_comma"
        mapper = { response = "answer" }
        [graders.long]
        use = "number_words"
        mapper = { response = "answer" }
        options = { num_words = 3, relation = "at least", loose = true }
    """
    results = run_toml(config, [{"answer": "Well, no."}, {"answer": "One two three"}])
    assert [outcome.score for outcome in results["no_comma"]] == [0.0, 1.0]
    assert [outcome.score for outcome in results["long"]] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("grader", "options", "told"),
    [
        ("number_words", {"num_words": 3}, "'relation'"),
        ("number_words", {"num_word": 3, "relation": "at least"}, "did you mean 'num_words'"),
        ("number_words", {"num_words": "3", "relation": "at least"}, "must be an integer"),
        ("number_words", {"num_words": -1, "relation": "at least"}, "must be at least 0, not -1"),
        ("number_words", {"num_words": 3, "relation": "at most"}, "must be 'at least' or"),
        ("no_comma", {"num_words": 3}, "num_words"),
        ("keyword_existence", {"keywords": "sun"}, "must be a list of texts"),
        ("keyword_existence", {"keywords": []}, "must be a list of texts, at least one"),
        ("letter_frequency", {"letter": "ab"}, "must be one character, not 'ab'"),
        ("response_language", {"language": "german"}, "must be 'af'"),
        (
            "nth_paragraph_first_word",
            {"num_paragraphs": 1, "nth_paragraph": 2, "first_word": "a"},
            "nth_paragraph (2) is above num_paragraphs (1)",
        ),
        ("ifeval_strict", {"level": "prompts"}, "did you mean 'prompt'"),
        ("ifeval_strict", {"loose": True}, "loose"),
    ],
)
def test_a_wrong_option_is_an_error_before_the_run(grader, options, told):
    with pytest.raises(ConfigError) as caught:
        GradingRunner({"it": {"grader": f"instruct/{grader}", "options": options}})
    assert told in str(caught.value)


def test_an_unknown_instruction_is_an_error_before_the_run():
    with pytest.raises(ConfigError, match="did you mean 'instruct/no_comma'"):
        GradingRunner({"it": {"grader": "instruct/no_commas"}})
