from typing import Any

from rmg_core.testing import Golden, contract

ENGLISH = "where is the nearest station, please?"
MANY = {"relation": "at least"}
FEW = {"relation": "less than"}
ASKED = ["punctuation:no_comma", "length_constraints:number_words"]
ARGUMENTS = [{"num_words": None}, {"num_words": 3, "relation": "at least", "keyword": None}]


def of(response: str, expected: Any, **options: Any) -> Golden:
    return Golden({"response": response}, expected, options)


def prompt(response: str, expected: Any, names: Any, given: Any, **options: Any) -> Golden:
    inputs = {"response": response, "instruction_id_list": names, "kwargs": given}
    return Golden(inputs, expected, options)


test_contract = contract(
    "instruct",
    golden={
        "capital_word_frequency": [
            of("WE SHALL see.", 1.0, capital_frequency=2, capital_relation="at least"),
            of("WE SHALL see.", 0.0, capital_frequency=2, capital_relation="less than"),
        ],
        "constrained_response": [of("My answer is no.", 1.0), of("No.", 0.0)],
        "end_checker": [
            of('"The End."\n', 1.0, end_phrase="the end."),
            of("The end. Not.", 0.0, end_phrase="the end."),
        ],
        "english_capital": [of(ENGLISH.upper(), 1.0), of(ENGLISH, 0.0)],
        "english_lowercase": [of(ENGLISH, 1.0), of(ENGLISH.upper(), 0.0)],
        "forbidden_words": [
            of("A catalogue.", 1.0, forbidden_words=("cat",)),
            of("A Cat.", 0.0, forbidden_words=("dog", "cat")),
        ],
        "ifeval_loose": [
            prompt("Sure, here:\nthree short words", 1.0, ASKED, ARGUMENTS),
            prompt("Well, no.", 0.0, ASKED, ARGUMENTS),
        ],
        "ifeval_strict": [
            prompt("Sure, here:\nthree short words", 0.0, ASKED, ARGUMENTS),
            prompt("Sure, here:\nthree short words", 0.5, ASKED, ARGUMENTS, level="instruction"),
            prompt("three short words", 1.0, ASKED, ARGUMENTS),
            prompt("three short words", "bad_input", ASKED, ARGUMENTS[:1]),
            prompt("three short words", "bad_input", ["no_comma"], [{}]),
        ],
        "json_format": [of('```json\n{"a": 1}\n```', 1.0), of("{a: 1}", 0.0)],
        "keyword_existence": [
            of("Two Rivers.", 1.0, keywords=("river",)),
            of("Two Rivers.", 0.0, keywords=("river", "bridge")),
        ],
        "keyword_frequency": [
            of("Sunday sun", 1.0, keyword="sun", frequency=2, **MANY),
            of("Sunday sun", 0.0, keyword="sun", frequency=2, **FEW),
        ],
        "letter_frequency": [
            of("#1 # a", 1.0, letter="#", let_frequency=2, let_relation="at least"),
            of("Aha", 0.0, letter="a", let_frequency=2, let_relation="less than"),
        ],
        "multiple_sections": [
            of("Part 1\nx\nPart 2\ny", 1.0, section_spliter="Part", num_sections=2),
            of("Part 1\nx\npart 2\ny", 0.0, section_spliter="Part", num_sections=2),
        ],
        "no_comma": [of("None here.", 1.0), of("Well, one.", 0.0)],
        "nth_paragraph_first_word": [
            of("One.\n\nThen, two.", 1.0, num_paragraphs=2, nth_paragraph=2, first_word="then"),
            of("Then.\n\nTwo.", 0.0, num_paragraphs=2, nth_paragraph=2, first_word="then"),
        ],
        "number_bullet_lists": [
            of("* a\n  - b\n** c", 1.0, num_bullets=2),
            of("* a\n* b\n* c", 0.0, num_bullets=2),
        ],
        "number_highlighted_sections": [
            of("*a* and **b**", 1.0, num_highlights=2),
            of("*a* and ** **", 0.0, num_highlights=2),
        ],
        "number_paragraphs": [
            of("***\na\n***\nb", 1.0, num_paragraphs=2),
            of("a\n***\n***\nb", 0.0, num_paragraphs=2),
        ],
        "number_placeholders": [
            of("[name], [place]", 1.0, num_placeholders=2),
            of("[name], [place", 0.0, num_placeholders=2),
        ],
        "number_sentences": [
            of("Dr. No is in. Go!", 1.0, num_sentences=3, **FEW),
            of("Dr. No is in. Go!", 0.0, num_sentences=3, **MANY),
        ],
        "number_words": [
            of("don't go", 1.0, num_words=3, **MANY),
            of("don't go", 0.0, num_words=3, **FEW),
        ],
        "postscript": [
            of("Bye.\np. s. Write!", 1.0, postscript_marker="P.S."),
            of("Bye.\nPS Write!", 0.0, postscript_marker="P.S."),
        ],
        "quotation": [of('\n"All."\n', 1.0), of('"All." Not.', 0.0), of('"', 0.0)],
        "repeat_prompt": [
            of("name a river. The Rhine.", 1.0, prompt_to_repeat="Name a river."),
            of("The Rhine.", 0.0, prompt_to_repeat="Name a river."),
        ],
        "response_language": [
            of("Wo ist bitte der nächste Bahnhof?", 1.0, language="de"),
            of("Wo ist bitte der nächste Bahnhof?", 0.0, language="fr"),
        ],
        "title": [of("<<Joy>>\nLa.", 1.0), of("<< >>\nLa.", 0.0)],
        "two_responses": [of("a\n******\nb", 1.0), of("a\n******\na", 0.0)],
    },
)
