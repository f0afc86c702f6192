"""How a judge is asked for a vote: the ladder of protocols, and what is asked once more."""

import anyio
import pytest
from attrs import evolve

from rmg_core import ModelFailed, ModelStopped
from rmg_core.models import Reply, ToolCall, Usage

from .scripted import ABSTAINING, ANSWER, TONE, Judge, Points, Tone, outcome_of, says, shown

OBJECT = '{"nonce": "<nonce>", "reason": "Good.", "verdict": "4"}'
REFUSED = ModelFailed("response_format is not supported", "bad_request")


def way(request) -> str:
    """Return the protocol of a request."""
    if request.schema is not None:
        return "schema"
    if request.tools:
        return "tool"
    return "json" if request.is_json else "text"


def refusing(*ways: str):
    def reply(request, nonce):
        if way(request) in ways:
            return REFUSED
        calls = (ToolCall("1", "give_verdict", OBJECT.replace("<nonce>", nonce)),)
        if way(request) == "tool":
            return Reply("", tool_calls=calls)
        return (says("4") if way(request) == "text" else OBJECT).replace("<nonce>", nonce)

    return reply


@pytest.mark.parametrize(
    ("ways", "asked"),
    [
        ((), ["schema"]),
        (("schema",), ["schema", "tool"]),
        (("schema", "tool"), ["schema", "tool", "json"]),
        (("schema", "tool", "json"), ["schema", "tool", "json", "text"]),
    ],
)
def test_a_protocol_that_is_refused_is_left_for_the_next(ways, asked):
    judge = Judge(refusing(*ways))
    outcome = outcome_of(Tone(model=judge, protocol="schema"), **ANSWER)
    assert (outcome.score, list(map(way, judge.requests))) == (4, asked)
    assert outcome.metadata["votes"][0].get("protocol", "text") == asked[-1]


def test_what_a_model_refuses_is_remembered_for_it():
    judge = Judge(refusing("schema", "tool"))
    grader = Tone(model=judge, protocol="schema")
    outcome_of(grader, **ANSWER)
    outcome_of(grader, query="Ho?", response="Hello.")
    assert list(map(way, judge.requests)) == ["schema", "tool", "json", "json"]
    other = Judge(refusing())
    outcome_of(Tone(model=other, protocol="schema"), **ANSWER)
    assert list(map(way, other.requests)) == ["schema"]


def test_a_sample_that_is_refused_in_every_way_teaches_nothing():
    def reply(request, nonce):
        if "bad sample" in shown(request):
            return ModelFailed("the image cannot be read", "bad_request")
        return OBJECT.replace("<nonce>", nonce)

    judge = Judge(reply)
    grader = Tone(model=judge, protocol="schema")
    assert outcome_of(grader, query="bad sample", response="Hello.").kind == "bad_request"
    del judge.requests[:]
    assert outcome_of(grader, **ANSWER).score == 4
    assert list(map(way, judge.requests)) == ["schema"]


def test_two_replies_that_cannot_be_read_lead_to_the_next_protocol():
    def reply(request, nonce):
        return "Well." if way(request) != "text" else says("4").replace("<nonce>", nonce)

    judge = Judge(reply)
    outcome = outcome_of(Tone(model=judge, protocol="json"), **ANSWER)
    assert list(map(way, judge.requests)) == ["json", "json", "text"]
    assert (outcome.score, outcome.metadata["votes"][0]["repairs"]) == (4, 2)


def test_an_empty_reply_leads_to_the_next_protocol():
    def reply(request, nonce):
        if way(request) == "json":
            return ModelFailed("the reply has nothing in it", "empty", Reply(""))
        return says("4").replace("<nonce>", nonce)

    judge = Judge(reply)
    assert outcome_of(Tone(model=judge, protocol="json"), **ANSWER).score == 4


def test_the_last_protocol_is_followed_by_none():
    judge = Judge(refusing("text"))
    outcome = outcome_of(Tone(model=judge), **ANSWER)
    assert (outcome.kind, len(judge.requests)) == ("bad_request", 1)


def test_all_replies_of_a_ladder_count_as_tokens():
    def reply(request, nonce):
        text = "Well." if way(request) != "text" else says("4").replace("<nonce>", nonce)
        return Reply(text, usage=Usage(10, 1))

    [vote] = outcome_of(Tone(model=Judge(reply), protocol="json"), **ANSWER).metadata["votes"]
    assert (vote["input_tokens"], vote["output_tokens"]) == (30, 3)


def test_tokens_that_a_reply_does_not_tell_are_not_known():
    judge = Judge([Reply("Hm."), Reply(says("4"), usage=Usage(10, 1))])
    [vote] = outcome_of(Tone(model=judge), **ANSWER).metadata["votes"]
    assert "input_tokens" not in vote


def test_a_reply_is_asked_for_once_more_and_no_more():
    judge = Judge("Hm.")
    assert outcome_of(Tone(model=judge, protocol="text"), **ANSWER).kind == "unparseable"
    assert len(judge.requests) == 2


def test_auto_follows_two_texts_without_a_verdict_by_a_schema_and_nothing_more():
    judge = Judge(lambda request, nonce: "Hm." if way(request) == "text" else OBJECT)
    outcome = outcome_of(Tone(model=judge), **ANSWER)
    assert (outcome.score, outcome.metadata["votes"][0]["protocol"]) == (4, "schema")
    assert list(map(way, judge.requests)) == ["text", "text", "schema"]
    hopeless = Judge("Hm.")
    assert outcome_of(Tone(model=hopeless), **ANSWER).kind == "unparseable"
    assert list(map(way, hopeless.requests)) == ["text", "text", "schema", "schema"]


def test_auto_takes_the_next_protocol_where_a_schema_is_refused():
    def reply(request, nonce):
        return REFUSED if way(request) == "schema" else refusing()(request, nonce)

    judge = Judge(lambda request, nonce: "Hm." if way(request) == "text" else reply(request, nonce))
    assert outcome_of(Tone(model=judge), **ANSWER).score == 4
    assert list(map(way, judge.requests)) == ["text", "text", "schema", "tool"]


def test_auto_asks_a_model_that_thinks_by_a_schema():
    judge = Judge(refusing(), name="openai/gpt-5-mini")
    assert outcome_of(Tone(model=judge), **ANSWER).score == 4
    assert list(map(way, judge.requests)) == ["schema"]
    stubborn = Judge(refusing("schema", "tool", "json"), name="o3")
    assert outcome_of(Tone(model=stubborn), **ANSWER).score == 4
    assert list(map(way, stubborn.requests)) == ["schema", "tool", "json", "text"]


def test_no_reply_is_asked_for_again_without_repairs():
    judge = Judge("Hm.")
    assert outcome_of(Tone(model=judge, repairs=0), **ANSWER).kind == "unparseable"
    assert len(judge.requests) == 1


def test_a_repair_does_not_tell_what_was_read():
    judge = Judge([says("9"), says("4")])
    assert outcome_of(Tone(model=judge), **ANSWER).score == 4
    again = judge.requests[1].messages[-1].content
    assert "0 | 1 | 2 | 3 | 4 | 5" in again
    assert "9" not in again.replace(again.split("VERDICT-")[1][:8], "")


def test_a_call_of_a_tool_has_its_answer_before_it_is_asked_for_again():
    bad = Reply("", tool_calls=(ToolCall("call-1", "give_verdict", "{}"),))

    def reply(request, nonce):
        if len(request.messages) == 2:
            return bad
        return Reply(
            "", tool_calls=(ToolCall("2", "give_verdict", OBJECT.replace("<nonce>", nonce)),)
        )

    judge = Judge(reply)
    assert outcome_of(Tone(model=judge, protocol="tool"), **ANSWER).score == 4
    said, told, _ = judge.requests[1].messages[2:]
    assert said.tool_calls == bad.tool_calls
    assert (told.role, told.tool_call_id) == ("tool", "call-1")


@pytest.mark.parametrize("text", ["<think>Well", "<think>VERDICT-<nonce>: 4"])
def test_a_reply_that_is_cut_is_not_asked_for_again(text):
    judge = Judge(text)
    assert outcome_of(Tone(model=judge), **ANSWER).kind == "truncated"
    assert len(judge.requests) == 1


def test_a_repair_that_the_provider_refuses_leaves_what_was_wrong():
    judge = Judge(["Hm.", ModelFailed("too many roles", "bad_request")])
    outcome = outcome_of(Tone(model=judge), **ANSWER)
    assert (outcome.kind, "too many roles" in outcome.error) == ("unparseable", True)


def test_a_repair_that_the_provider_fails_at_is_its_failure():
    judge = Judge(["Hm.", ModelFailed("gone", "provider")])
    assert outcome_of(Tone(model=judge), **ANSWER).kind == "provider"


def test_an_abstention_has_no_score_and_its_reason_is_kept():
    outcome = outcome_of(ABSTAINING(model=Judge(says("abstain", "Too little."))), **ANSWER)
    [vote] = outcome.metadata["votes"]
    assert vote["verdict"] == {"is_abstention": True, "reason": "Too little."}


def test_a_model_that_is_stopped_stops_the_vote():
    judge = Judge(ModelStopped("scripted", "the budget is spent"))
    with pytest.raises(ModelStopped):
        anyio.run(Tone(model=judge).grade, "q", "r")


def test_a_model_that_is_stopped_is_raised_bare_out_of_several_votes():
    late = []

    def reply(request, nonce):
        if request.sample == 0:
            return ModelStopped("scripted", "the budget is spent")
        late.append(request.sample)
        return says("4").replace("<nonce>", nonce)

    with pytest.raises(ModelStopped):
        anyio.run(Tone(model=Judge(reply), samples=3).grade, "q", "r")
    assert sorted(late) == [1, 2]


def test_reasons_are_asked_for_before_the_verdict_unless_the_model_thinks():
    plain, thinking, silent = Judge(says("4")), Judge(says("4"), name="o3-mini"), Judge(says("4"))
    outcome_of(Tone(model=plain, reason="auto"), **ANSWER)
    outcome_of(Tone(model=thinking, reason="auto"), **ANSWER)
    outcome_of(Tone(model=silent, reason="none"), **ANSWER)
    asked = ["reasons first" in shown(each.requests[0]) for each in (plain, thinking, silent)]
    assert asked == [True, False, False]


def test_a_nonce_is_the_same_for_the_same_question_alone():
    def nonces(grader, **inputs) -> list[str]:
        outcome_of(grader, **inputs)
        judge = grader.judges[0]
        found = [each.messages[1].content.split(" ===")[0].split()[-1] for each in judge.requests]
        del judge.requests[:]
        return found

    grader = Tone(model=Judge(says("4")), samples=2)
    first = nonces(grader, **ANSWER)
    assert first == nonces(grader, **ANSWER)
    assert first[0] != first[1]
    assert not {*first} & {*nonces(grader, query="Ho?", response="Hello.")}
    from rmg_plugin_judge.graders import grader_class

    other = grader_class(evolve(TONE, version=2))(model=Judge(says("4")), samples=2)
    assert not {*first} & {*nonces(other, **ANSWER)}


def test_batches_of_criteria_are_asked_by_themselves():
    def reply(request, nonce):
        asked = [each for each in ("a", "b", "rude") if f"\n- {each}: " in shown(request)]
        return "\n".join(f"VERDICT-{nonce} {each}: yes" for each in asked)

    judge = Judge(reply)
    outcome = outcome_of(Points(model=judge, batch=2), **ANSWER)
    assert (len(judge.requests), outcome.score) == (2, 0.5)
