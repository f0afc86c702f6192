"""The form of a response."""

import pytest

from rmg_plugin_instruct.formats import (
    ConstrainedResponse,
    JsonFormat,
    MultipleSections,
    NumberBulletLists,
    NumberHighlightedSections,
    NumberPlaceholders,
    Title,
)


@pytest.mark.parametrize(
    ("response", "count"),
    [("[a] [b]", 2), ("[[a]]", 1), ("[]", 1), ("[a\nb]", 0), ("a] [", 0), ("[a [b]\n[c", 1)],
)
def test_a_placeholder_opens_and_closes_on_one_line(response, count):
    assert NumberPlaceholders(num_placeholders=count).grade(response).score == 1.0
    assert NumberPlaceholders(num_placeholders=count + 1).grade(response).score == 0.0


@pytest.mark.parametrize(
    ("response", "count"),
    [
        ("* a\n* b", 2),
        ("  * a\n\t- b", 2),
        ("*a*", 1),
        ("** a", 0),
        ("---", 1),
        ("\n\n\n- a\n\n\n* b", 2),
        ("1. a\n+ b", 0),
        ("a * b - c", 0),
    ],
)
def test_a_bullet_is_a_line_with_a_star_or_a_dash_first(response, count):
    assert NumberBulletLists(num_bullets=count).grade(response).score == 1.0
    assert NumberBulletLists(num_bullets=count + 1).grade(response).score == 0.0


@pytest.mark.parametrize("answer", ["yes", "no", "maybe"])
def test_one_of_three_answers_is_there_among_other_text(answer):
    assert ConstrainedResponse().grade(f"Well. My answer is {answer}. Sorry.").score == 1.0


@pytest.mark.parametrize("response", ["my answer is yes.", "My answer is yes", "Yes."])
def test_an_answer_in_other_words_is_none(response):
    assert ConstrainedResponse().grade(response).score == 0.0


@pytest.mark.parametrize(
    ("response", "count"),
    [
        ("*a*", 1),
        ("**a**", 1),
        ("*a* *b*", 2),
        ("**", 0),
        ("* *", 0),
        ("*a\nb*", 0),
    ],
)
def test_a_highlight_is_not_blank_and_on_one_line(response, count):
    assert NumberHighlightedSections(num_highlights=count).grade(response).score == 1.0
    assert NumberHighlightedSections(num_highlights=count + 1).grade(response).score == 0.0


def test_three_stars_highlight_twice_as_in_ifeval():
    assert NumberHighlightedSections(num_highlights=2).grade("***a***").score == 1.0


@pytest.mark.parametrize(
    ("splitter", "response", "count"),
    [
        ("Section", "Section 1 Section2", 2),
        (" Section ", "Section 1", 1),
        ("Section", "SECTION 1", 0),
        ("Section", "Section one", 0),
        ("$(", "$( 1", 1),
    ],
)
def test_a_section_begins_with_the_splitter_and_a_number(splitter, response, count):
    for wanted, score in ((count, 1.0), (count + 1, 0.0)):
        sections = MultipleSections(section_spliter=splitter, num_sections=wanted)
        assert sections.grade(response).score == score


@pytest.mark.parametrize(
    "response", ['{"a": [1, null]}', "```json\n[]\n```", "```JSON\n1```", "```\ntrue\n```", " 7 "]
)
def test_json_may_stand_in_a_fence(response):
    assert JsonFormat().grade(response).score == 1.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("{'a': 1}", "is no JSON: Expecting property name enclosed in double quotes (line 1)"),
        ("Here:\n{}", "is no JSON: Expecting value (line 1)"),
        ("{}\n{}", "is no JSON: Extra data (line 2)"),
        ("[" * 100_000 + "]" * 100_000, "is nested too deeply to be read as JSON"),
    ],
)
def test_what_is_no_json_is_told_why(response, reason):
    found = JsonFormat().grade(response)
    assert (found.score, found.reason) == (0.0, reason)


def test_a_number_of_many_digits_is_json():
    assert JsonFormat().grade("9" * 5000).score == 1.0


@pytest.mark.parametrize("response", ["<<a>>", "x <<a b>> y", "a\n<<b>>", "<<<a>>>", "<<>> <<a>>"])
def test_a_title_stands_in_double_angular_brackets(response):
    assert Title().grade(response).score == 1.0


@pytest.mark.parametrize("response", ["<a>", "<< >>", "<<>>", "<<a\nb>>", ">>a<<", "<<a", "a>>"])
def test_a_title_is_not_blank_and_on_one_line(response):
    assert Title().grade(response).score == 0.0
