import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_format.markdown_structure import MarkdownStructure
from rmg_plugin_format.table_shape import TableShape

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"
PIECES = st.lists(
    st.sampled_from(
        ["# ", "```", "\n", "|", "a", "-|-", "> ", "- ", "\r", "`", "*", "[", "](", "!"]
    )
).map("".join)


def reason(text, **options):
    return MarkdownStructure(**options).grade(text).reason


@given(PIECES)
@pytest.mark.parametrize("grader", [MarkdownStructure(), TableShape(take="any")], ids="mt")
def test_every_text_gets_a_score(grader, text):
    assert grader.grade(text).score in (0.0, 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "# A\n\n## B\n\n### C\n\n## D",
        "## Begins low",
        "````\n```\n````",
        "> ```\n> x\n> ```",
        "1. a\n\n   ```\n   x\n   ```",
        "```\n# no heading\n# nor this\n```",
        f"{TABLE}\n| x \\| y | `c\\|d` |",
    ],
)
def test_markdown_in_order_is_right(text):
    assert MarkdownStructure().grade(text).score == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the response is empty"),
        ("```python\nx = 1", "a code fence is not closed"),
        ("#\n", "a heading is empty"),
        ("# A\n### **B**", "heading 'B' is of level 3 after level 1"),
        ("# A\n# B", "2 headings are of level 1"),
        ("| a | b |\n|---|---|\n| 1 |", "row 1 of a table has 1 cells for 2 columns"),
        ("| a |\n|---|\n| 1 | 2 |", "row 1 of a table has 2 cells for 1 columns"),
    ],
)
def test_markdown_out_of_order_says_why(text, said):
    assert (MarkdownStructure().grade(text).score, reason(text)) == (0.0, said)


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("bold", "**a**"),
        ("bullet_list", "- a"),
        ("code", "`a`"),
        ("code_block", "```\na\n```"),
        ("code_block", "    a"),
        ("heading", "a\n==="),
        ("html", "a <br> b"),
        ("image", "![a](b)"),
        ("italic", "*a*"),
        ("link", "[a](b)"),
        ("ordered_list", "1. a"),
        ("paragraph", "a"),
        ("quote", "> a"),
        ("rule", "---"),
        ("strikethrough", "~~a~~"),
        ("table", TABLE),
    ],
)
def test_an_element_is_found_and_can_be_forbidden(element, text):
    assert MarkdownStructure(elements=(element,)).grade(text).score == 1.0
    assert MarkdownStructure(forbidden=(element,)).grade(text).score == 0.0


def test_headings_must_be_there_in_their_order():
    wanted = {"headings": ("Intro", "The  result")}
    assert MarkdownStructure(**wanted).grade("# intro:\n## Other\n## THE *result*").score == 1.0
    assert reason("# The result\n## Intro", **wanted) == (
        "there is no heading 'The  result' in its place"
    )


def test_the_share_counts_rules_and_wishes():
    grader = MarkdownStructure(elements=("table", "link"), forbidden=("html",), share=True)
    assert grader.grade("# A\n\n### B").score == pytest.approx(1 - 3 / 8)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"elements": ("tables",)}, "must be in"),
        (
            {"elements": ("table",), "forbidden": ("table",)},
            "forbidden must not name what elements asks for: 'table'",
        ),
        (
            {"headings": ("A",), "forbidden": ("heading",)},
            "headings must be empty where forbidden names 'heading'",
        ),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        MarkdownStructure(**options)


# table_shape


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        f"See:\n\n{TABLE}\n\nBye.",
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        "a|b\n-|-\n1|2",
        "> | a | b |\n> |---|---|\n> | 1 | 2 |",
        "- | a | b |\n  |---|---|\n  | 1 | 2 |",
    ],
)
def test_a_table_is_found_however_it_is_written(text):
    assert TableShape().grade(text).reason == "a table of 1 row and 2 columns"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", {}, "the response is empty"),
        ("a, b", {}, "there is no table"),
        (f"```\n{TABLE}\n```", {}, "there is no table"),
        (f"{TABLE}\n\n{TABLE}", {}, "there are 2 tables, and one is asked for"),
        (f"{TABLE}\n| 3 |", {}, "row 2 has 1 cell, and the header has 2"),
        (TABLE, {"columns": 3}, "2 columns, and 3 are asked for"),
        (TABLE, {"min_rows": 2}, "1 row, and at least 2 are asked for"),
        (TABLE, {"min_rows": 0, "max_rows": 0}, "1 row, and at most 0 are asked for"),
        (TABLE, {"header": ("b", "a")}, "the header is 'a', 'b', not 'b', 'a'"),
    ],
)
def test_a_table_of_another_shape_says_why(text, options, said):
    outcome = TableShape(**options).grade(text)
    assert (outcome.score, outcome.reason) == (0.0, said)


def test_which_table_counts_is_an_option():
    small = "| x |\n|---|\n| 1 |"
    two = f"{small}\n\n{TABLE}"
    scores = [
        TableShape(columns=2, take=take).grade(two).score for take in ("first", "last", "any")
    ]
    assert scores == [0.0, 1.0, 1.0]


def test_names_of_columns_are_compared_without_case():
    assert TableShape(header=("A ", "b")).grade(TABLE).score == 1.0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"header": ("a",), "columns": 2}, "columns must be left out where header names 1 column"),
        ({"min_rows": 3, "max_rows": 2}, "max_rows must be at least min_rows, which is 3, not 2"),
    ],
)
def test_shapes_that_contradict_themselves_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        TableShape(**options)


@pytest.mark.parametrize("grader", [MarkdownStructure(), TableShape()], ids="mt")
def test_a_response_that_would_take_seconds_is_not_read(grader):
    with pytest.raises(CannotGrade, match="200,001 characters, and Markdown is read up to"):
        grader.grade("[" * 200_001)
