"""YAML, TOML, XML and CSV: what is refused, and in what words."""

import csv
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_format import csv_text
from rmg_plugin_format.csv_text import ValidCsv
from rmg_plugin_format.toml_text import valid_toml
from rmg_plugin_format.xml_text import ValidXml
from rmg_plugin_format.yaml_text import ValidYaml


def bomb(link):
    lines = ["a: &a {x: 1}"]
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{name}: &{name} " + link.format(", ".join([f"*{before}"] * 9)))
    return "\n".join(lines)


@given(st.text(max_size=60))
@pytest.mark.parametrize(
    "grade", [ValidYaml().grade, valid_toml, ValidXml().grade, ValidCsv().grade], ids="ytxc"
)
def test_every_text_gets_a_score(grade, text):
    assert grade(text).score in (0.0, 1.0)


@pytest.mark.parametrize("text", ["", " \n"])
@pytest.mark.parametrize(
    "grade", [ValidYaml().grade, valid_toml, ValidXml().grade, ValidCsv().grade], ids="ytxc"
)
def test_an_empty_response_is_wrong(grade, text):
    assert (grade(text).score, grade(text).reason) == (0.0, "the response is empty")


@pytest.mark.parametrize(
    "grade", [ValidYaml().grade, valid_toml, ValidXml().grade, ValidCsv().grade], ids="ytxc"
)
def test_half_of_a_character_is_wrong(grade):
    assert "stands alone in a text" in grade('a = "\ud800"').reason


# YAML


@pytest.mark.parametrize("text", ["- 1\n- 2", "{a: [1, 2]}", "base: &b {x: 1}\nc: {<<: *b, y: 2}"])
def test_yaml_of_a_mapping_or_a_sequence_is_right(text):
    assert ValidYaml().grade(text).score == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2", "the key 'a' stands twice, again in line 2"),
        ("x: {b: 1, b: 1}", "the key 'b' stands twice, again in line 1"),
        ("a: &a [*a]", "an alias stands inside of what it stands for"),
        ("- " * 200 + "x", "nested more than 100 deep, which is not read"),
        ("# nothing", "the document is empty"),
        ("2001-13-45", "not YAML: a value cannot be read: month must be in 1..12"),
        ("!!bool maybe", "not YAML: a value cannot be read: 'maybe'"),
    ],
)
def test_yaml_that_is_refused_says_why(text, said):
    assert (ValidYaml().grade(text).score, ValidYaml().grade(text).reason) == (0.0, said)


@pytest.mark.parametrize("link", ["[{}]", "{{<<: [{}]}}"], ids=["lists", "merges"])
def test_a_yaml_bomb_is_refused_before_it_goes_off(link):
    assert ValidYaml().grade(bomb(link)).reason.startswith("aliases make ")


def test_many_honest_aliases_are_read():
    text = "a: &a {x: 1}\nall: [" + ", ".join(["*a"] * 500) + "]"
    assert ValidYaml().grade(text).score == 1.0


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.getcwd []", "!!python/name:os.getcwd", "!mine {a: 1}"]
)
def test_tags_beyond_the_specification_are_refused(text):
    assert "could not determine a constructor for the tag" in ValidYaml().grade(text).reason


def test_a_sentence_is_yaml_only_where_scalars_are_asked_for():
    assert ValidYaml().grade("I cannot.").reason == "a scalar, not a mapping or a sequence"
    assert ValidYaml(kinds=("scalar",)).grade("I cannot.").score == 1.0


def test_two_documents_are_not_one():
    assert "expected a single document" in ValidYaml().grade("a: 1\n---\nb: 1").reason


# TOML


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = [" + "[" * 100_000, "nested more than 100 deep, which is not read"),
        ("a = 1\na = 2", "not TOML: Cannot overwrite a value (at end of document)"),
    ],
)
def test_toml_that_is_refused_says_why(text, said):
    assert (valid_toml(text).score, valid_toml(text).reason) == (0.0, said)


DEEP = "nested more than 100 deep, which is not read"


@pytest.mark.parametrize(
    "text",
    [
        "{} = 1",
        "[{}]",
        "[[{}]]",
        "x = {{{} = 1}}",
        "x = [{{{} = 1}}]",
        "# a comment's quote\n{} = 1",
        'x = """ a quote "" in a text """\n{} = 1',
        "x = '''a'''''\n{} = 1",
        'x = "\\""\n{} = 1',
    ],
)
@pytest.mark.parametrize("dot", [".", " . ", '."b".', ".'b'."])
def test_toml_with_a_key_of_very_many_parts_is_refused_before_it_is_read(text, dot, monkeypatch):
    import tomllib

    monkeypatch.setattr(tomllib, "loads", None)
    assert valid_toml(text.format(dot.join(["a"] * 20_000))).reason == DEEP


@pytest.mark.parametrize(("deepest", "score"), [(100, 1.0), (101, 0.0)])
def test_toml_nests_at_most_100_deep_however_it_is_written(deepest, score):
    def dotted(depth):
        return ".".join(["a"] * depth)

    for text in (
        f"{dotted(deepest)} = 1.5",
        f"[{dotted(deepest)}]",
        f"[{dotted(deepest - 60)}]\n{dotted(60)} = 1.5",
        "a = " + "{a = " * (deepest - 1) + "1.5" + "}" * (deepest - 1),
        f"{dotted(40)} = {{{dotted(deepest - 40)} = 1.5}}",
        "a = " + "[" * deepest + "1.5" + "]" * deepest,
    ):
        assert valid_toml(text).score == score, text


@pytest.mark.parametrize(
    "text",
    [
        "a = [" + "1.5, " * 1000 + "]",
        "a = '" + "[" * 1000 + "." * 1000 + "'",
        'a = """' + "[\n" * 1000 + '"""',
        "# " + "[" * 1000 + "\na = 1",
        "\n".join(f"[a.b{n}]\nc.d = {{e.f = [1.5, 2.5]}}" for n in range(200)),
    ],
)
def test_toml_that_is_long_and_not_deep_is_right(text):
    assert valid_toml(text).score == 1.0


def test_toml_of_too_many_keys_that_each_nest_deep_is_refused():
    text = "\n".join(f"k{n}." + ".".join(["a"] * 99) + " = 1" for n in range(501))
    assert valid_toml(text).reason == "too many keys that nest deep, which are not read"
    assert valid_toml(text[: text.rindex("\n")]).score == 1.0


def test_toml_with_a_number_too_long_for_python_is_refused():
    assert valid_toml("a = " + "9" * 5000).reason.startswith("not TOML: Exceeds the limit")


# XML


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>',
            "it declares the entity 'b', and declared entities are not read",
        ),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
            "it declares the entity 'b', and declared entities are not read",
        ),
        (
            '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x"> %b;]><a/>',
            "it declares the entity 'b', and declared entities are not read",
        ),
        (
            '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a>&nbsp;</a>',
            "it uses the entity 'nbsp', which it does not declare",
        ),
        ("<a>&nbsp;</a>", "not XML: undefined entity at line 1 column 4"),
        ("<x:a/>", "not XML: unbound prefix at line 1 column 1"),
        ('<a b="1" b="2"/>', "not XML: duplicate attribute at line 1 column 10"),
        ("<a/>bye", "not XML: junk after document element at line 1 column 5"),
    ],
)
def test_xml_that_is_refused_says_why(text, said):
    assert (ValidXml().grade(text).score, ValidXml().grade(text).reason) == (0.0, said)


def test_the_document_type_is_not_looked_up():
    assert ValidXml().grade('<!DOCTYPE a SYSTEM "file:///nowhere"><a/>').score == 1.0


def test_deep_xml_is_read_without_recursion():
    assert ValidXml().grade("<a>" * 50_000 + "</a>" * 50_000).score == 1.0


def test_white_space_and_a_declared_encoding_do_not_matter():
    assert ValidXml().grade('\n<?xml version="1.0" encoding="utf-16"?>\n<a>é</a>\n').score == 1.0


def test_the_root_is_compared_without_its_namespace():
    grader = ValidXml(root="svg")
    assert grader.grade('<svg xmlns="http://www.w3.org/2000/svg"/>').score == 1.0
    assert grader.grade("<html/>").reason == "the root element is 'html', not 'svg'"


# CSV


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1", "row 2 has 1 column, and the first has 2"),
        ("a,b\n\n1,2", "row 2 has 0 columns, and the first has 2"),
        ('a,b\n"1,2', "not CSV: unexpected end of data in line 2"),
        ('a,b\n"1"x,2', "not CSV: ',' expected after '\"' in line 2"),
        ("Well, no.", "1 row, and at least 2 are asked for"),
        ("a\nb", "1 column, and at least 2 are asked for"),
    ],
)
def test_csv_that_is_refused_says_why(text, said):
    assert (ValidCsv().grade(text).score, ValidCsv().grade(text).reason) == (0.0, said)


@pytest.mark.parametrize("text", ['a,b\r\n"x\ny","1,""2"""\r\n\r\n', "a,b\r1,2", "a,b\n,\n"])
def test_quotes_and_line_breaks_are_read(text):
    assert ValidCsv().grade(text).reason == "valid CSV: 2 rows of 2 columns"


def test_another_delimiter_is_an_option():
    assert ValidCsv(delimiter="\t").grade("a\tb\n1,5\t2").score == 1.0
    assert ValidCsv(delimiter=";", columns=3).grade("a;b\n1;2").reason == (
        "2 columns, and 3 are asked for"
    )


def test_the_header_is_compared_in_its_order():
    grader = ValidCsv(header=("a", "b"))
    assert grader.grade("a,b\n1,2").score == 1.0
    assert grader.grade("b,a\n1,2").reason == "the header is 'b', 'a', not 'a', 'b'"


@pytest.mark.parametrize("sign", ["", ",,", '"', "\n"])
def test_a_delimiter_that_separates_nothing_is_refused(sign):
    with pytest.raises(ValueError, match="delimiter must be one character"):
        ValidCsv(delimiter=sign)


def test_a_header_of_another_number_of_columns_is_refused():
    with pytest.raises(ValueError, match="header must have as many names as columns says"):
        ValidCsv(header=("a",), columns=2)


def test_csv_with_a_very_long_field_is_read():
    assert ValidCsv().grade("a,b\n1," + "x" * 200_000).score == 1.0
    assert ValidCsv().grade('a,b\n1,"' + "x" * 2_000_000 + '"').score == 1.0


def test_csv_with_a_field_longer_than_is_read_is_no_score():
    with pytest.raises(CannotGrade, match="a field has more than 10,000,000 characters") as told:
        ValidCsv().grade("a,b\n1," + "x" * 10_000_001)
    assert told.value.kind == "bad_input"


def test_importing_the_csv_grader_does_not_lower_the_limit_of_the_process():
    before = csv.field_size_limit(20_000_000)
    try:
        importlib.reload(csv_text)
        assert csv.field_size_limit() == 20_000_000
    finally:
        csv.field_size_limit(before)


def test_a_document_type_is_accepted_and_not_opened(tmp_path):
    path = tmp_path / "a.dtd"
    path.write_text('<!ENTITY x "y">')
    assert ValidXml().grade(f'<!DOCTYPE a SYSTEM "{path.as_uri()}"><a/>').score == 1.0
    assert ValidXml().grade(f'<!DOCTYPE a SYSTEM "{path.as_uri()}"><a>&x;</a>').score == 0.0
