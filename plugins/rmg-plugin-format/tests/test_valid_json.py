import json

import pytest

from rmg_core import CannotGrade
from rmg_core.config.strict import structure_options
from rmg_core.errors import RmgError
from rmg_plugin_format.schemas import LATEST
from rmg_plugin_format.valid_json import ValidJson

AGE = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}


def refusal(schema):
    with pytest.raises(ValueError) as caught:
        ValidJson(schema=schema)
    return str(caught.value)


def test_a_value_that_keeps_the_schema_scores_one():
    outcome = ValidJson(schema=AGE).grade('{"age": 3}')
    assert (outcome.score, outcome.reason) == (1.0, "valid JSON of kind object")


def test_the_most_telling_fault_is_named_with_its_place_and_the_others_counted():
    schema = {"items": AGE}
    outcome = ValidJson(schema=schema).grade('[{"age": 1}, {"age": true}, {}]')
    assert outcome.score == 0.0
    assert outcome.reason == ("against the schema, at 2: 'age' is a required property (and 1 more)")


@pytest.mark.parametrize(
    ("text", "score"), [("1.0", 1.0), ("1", 1.0), ("true", 0.0), ("1.5", 0.0), ('"1"', 0.0)]
)
def test_an_integer_is_a_number_without_a_fraction(text, score):
    assert ValidJson(schema={"type": "integer"}).grade(text).score == score


def test_a_schema_may_be_in_a_file(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(AGE), "utf-8")
    grader = ValidJson(schema=str(path))
    assert grader == ValidJson(schema=AGE)
    assert grader.grade('{"age": "3"}').score == 0.0


def test_the_content_of_the_file_stands_in_the_option(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text("{}", "utf-8")
    before = ValidJson(schema=str(path))
    path.write_text(json.dumps(AGE), "utf-8")
    assert before.grade("1").score == 1.0
    assert ValidJson(schema=str(path)) != before


def test_a_config_writes_the_schema_as_a_table_or_a_path(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(AGE), "utf-8")
    made = [structure_options(ValidJson, {"schema": s}, owner="x") for s in (AGE, str(path))]
    assert made[0] == made[1]
    with pytest.raises(RmgError, match="schema"):
        structure_options(ValidJson, {"schema": 3}, owner="x")


def test_a_schema_that_is_none_is_refused_before_a_run():
    assert refusal({"type": "objekt"}).startswith("schema must be JSON Schema, and at ")
    assert refusal({"pattern": "("}).startswith("schema must be JSON Schema, and at ")
    assert refusal({"$schema": "http://nowhere.example"}) == (
        "schema must name a draft of JSON Schema that is known, not 'http://nowhere.example'"
    )


def test_a_file_that_holds_no_schema_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "schema.json"
    monkeypatch.chdir(tmp_path)
    assert refusal("schema.json") == (
        "schema must be a table or the path of a file, and there is no file 'schema.json'"
    )
    path.write_text("[1]", "utf-8")
    assert refusal(str(path)) == f"schema must be an object, and {str(path)!r} holds none"
    path.write_text('{"a": 1, "a": 2}', "utf-8")
    assert "'a' stands twice" in refusal(str(path))


def test_nothing_is_fetched_for_a_reference():
    said = "schema must not refer to what is not in it: 'http://127.0.0.1:9/x'"
    assert refusal({"properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}}) == said
    assert (
        refusal({"$ref": "#/$defs/a"}) == "schema must not refer to what is not in it: '/$defs/a'"
    )


def test_references_to_the_schema_itself_are_followed():
    tree = {"properties": {"kids": {"type": "array", "items": {"$ref": "#"}}}}
    assert ValidJson(schema=tree).grade('{"kids": [{"kids": []}]}').score == 1.0
    assert ValidJson(schema=tree).grade('{"kids": [{"kids": 1}]}').score == 0.0


def test_a_schema_without_end_is_refused():
    assert refusal({"$ref": "#"}) == "schema must not refer to itself without end"


def test_the_draft_that_a_schema_names_is_the_one_that_counts():
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer"}
    assert ValidJson(schema=schema).grade("1.0").score == 0.0


def test_a_schema_that_cannot_be_applied_is_no_score():
    with pytest.raises(CannotGrade, match="the schema cannot be applied"):
        ValidJson(schema={"multipleOf": 0.1}).grade("1" + "0" * 400)


def test_the_deepest_value_that_is_read_can_be_held_against_a_schema():
    tree = {"items": {"$ref": "#"}}
    assert ValidJson(schema=tree).grade("[" * 100 + "]" * 100).score == 1.0


def test_kinds_say_what_the_value_may_be():
    grader = ValidJson(kinds=("object", "array"))
    assert grader.grade("{}").score == 1.0
    assert grader.grade("1").reason == "the value is of kind number, not object or array"
    with pytest.raises(ValueError, match="must be in"):
        ValidJson(kinds=("table",))


def test_data_is_held_against_the_schema_too():
    assert ValidJson(schema=AGE).grade({"age": 3}).score == 1.0
    assert ValidJson(schema=AGE).grade({"age": "3"}).score == 0.0


def test_a_fenced_block_is_read_where_it_is_allowed():
    text = '```json\n{"a": 1}\n```'
    assert ValidJson().grade(text).score == 0.0
    assert ValidJson(fence="allowed").grade(text).score == 1.0


EVIL = "(a+)+$"


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": EVIL},
        {"patternProperties": {EVIL: {}}, "additionalProperties": False},
        {"propertyNames": {"pattern": EVIL}},
        {"$schema": LATEST, "items": {"$ref": "#"}, "pattern": EVIL},
    ],
)
def test_an_evil_pattern_ends(schema):
    text = "a" * 5000 + "!"
    for response in (json.dumps(text), json.dumps({text: 1}), json.dumps([[text]])):
        assert ValidJson(schema=schema).grade(response).score in (0.0, 1.0)


def test_patterns_say_what_is_right():
    schema = {"properties": {"a": {"pattern": "^x"}}, "patternProperties": {"^b": {"type": "null"}}}
    strict = ValidJson(schema={**schema, "additionalProperties": False})
    assert strict.grade({"a": "xy", "b1": None}).score == 1.0
    assert strict.grade({"a": "yx"}).reason == (
        "against the schema, at a: 'yx' does not match '^x'"
    )
    assert strict.grade({"b1": 2}).reason == "against the schema, at b1: 2 is not of type 'null'"
    assert strict.grade({"c": 2, "d": 3}).reason == (
        "against the schema, at the top: the schema does not know 'c', 'd'"
    )
    typed = ValidJson(schema={**schema, "additionalProperties": {"type": "string"}})
    assert typed.grade({"c": "x"}).score == 1.0
    assert typed.grade({"c": 2}).score == 0.0


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"items": {"pattern": "^(?!a)"}}, "schema must have patterns that RE2 can search by"),
        ({"patternProperties": {"(?=a)": {}}}, "schema must have patterns that RE2 can search by"),
        (
            {"patternProperties": {"a": {}}, "unevaluatedProperties": False},
            "schema must not have patternProperties and unevaluatedProperties both",
        ),
        (
            {"allOf": [{"patternProperties": {"^(a+)+$": {}}}], "unevaluatedProperties": False},
            "schema must not have patternProperties and unevaluatedProperties both",
        ),
        (
            {"items": {"$schema": LATEST, "$id": "http://x.example/y", "pattern": "a"}},
            "schema must not name a draft again in a part that has patterns",
        ),
    ],
)
def test_patterns_that_could_not_end_are_refused_unless_asked_for(schema, said):
    assert refusal(schema).startswith(said)
    assert ValidJson(schema=schema, python_patterns=True).grade("[]").score == 1.0


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('[1, true, "1", null, [], {}, [[]], ["word", null]]', 1.0),
        ('[["word", 1], true, ["plain", 1], 1]', 1.0),
        ("[1, 1.0]", 0.0),
        ('[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]', 0.0),
        ('[{"a": 1}, {"a": true}]', 1.0),
    ],
)
def test_items_are_unique_as_json_schema_means_it(text, score):
    assert ValidJson(schema={"uniqueItems": True}).grade(text).score == score
    assert ValidJson(schema={"uniqueItems": False}).grade(text).score == 1.0


def test_equal_items_are_named_and_many_different_ones_looked_through():
    grader = ValidJson(schema={"uniqueItems": True})
    assert grader.grade("[1, 2, 1]").reason == (
        "against the schema, at the top: items 0 and 2 are the same"
    )
    assert grader.grade([{"a": place} for place in range(50_000)]).score == 1.0
