"""How a verdict is asked for."""

import pytest

from rmg_plugin_judge.protocols import TOOL, asking, next_protocol, verdict_schema
from rmg_plugin_judge.values import VerdictSpec

NONCE = "c41d09"
SCALE = VerdictSpec(("0", "1"), top=1, may_abstain=True)
CHECKLIST = VerdictSpec(("yes", "no"), criteria=("clear", "right"))
RANKING = VerdictSpec(("A", "B"), is_ranking=True)


def objects(schema):
    if schema["type"] == "object":
        yield schema
        for each in schema["properties"].values():
            yield from objects(each)


@pytest.mark.parametrize("spec", [SCALE, CHECKLIST, RANKING])
def test_a_schema_is_strict(spec):
    schema = verdict_schema(spec, NONCE)
    assert list(schema["properties"]) == ["nonce", "reason", "verdict"]
    for each in objects(schema):
        assert each["required"] == list(each["properties"])
        assert each["additionalProperties"] is False


def test_a_verdict_is_an_enum_of_strings_and_the_nonce_is_one_of_one():
    properties = verdict_schema(SCALE, NONCE)["properties"]
    assert properties["verdict"] == {"type": "string", "enum": ["0", "1", "abstain"]}
    assert properties["nonce"] == {"type": "string", "enum": [NONCE]}


def test_every_criterion_has_a_line():
    said = asking(CHECKLIST, "text", NONCE).instructions
    assert f"VERDICT-{NONCE} clear: <label>\nVERDICT-{NONCE} right: <label>\n" in said


def test_a_ranking_is_asked_for_in_a_line():
    said = asking(RANKING, "text", NONCE).instructions
    assert f"VERDICT-{NONCE}: <order>" in said
    assert "each of A | B once" in said


def test_each_protocol_asks_in_its_own_part_of_the_request():
    text, schema, tool, by_json = (
        asking(SCALE, each, NONCE) for each in ("text", "schema", "tool", "json")
    )
    assert (text.schema, text.is_json, text.tools, text.tool_choice) == (None, False, (), "")
    assert schema.schema == verdict_schema(SCALE, NONCE)
    assert [each.parameters for each in tool.tools] == [schema.schema]
    assert (tool.tool_choice, tool.tools[0].name, tool.schema) == (TOOL, TOOL, None)
    assert (by_json.is_json, by_json.schema) == (True, None)
    assert "one JSON object" in by_json.instructions


@pytest.mark.parametrize("trouble", ["bad_request", "empty", "unparseable"])
def test_the_ladder_leads_from_schema_to_text(trouble):
    steps = ["schema"]
    while step := next_protocol(steps[-1], trouble):
        steps.append(step)
    assert steps == ["schema", "tool", "json", "text"]


def test_a_trouble_that_another_protocol_does_not_help_leads_nowhere():
    assert next_protocol("schema", "timeout") is None
