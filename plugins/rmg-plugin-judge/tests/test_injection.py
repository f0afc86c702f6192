"""What stands in the material changes no verdict and leaves no fence."""

import json

import anyio
import pytest

from rmg_core.models import Reply, ToolCall
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.frames import frame, occurs
from rmg_plugin_judge.protocols import asking
from rmg_plugin_judge.values import Level, Prompt, Rubric, RubricInput, Unreadable, VerdictSpec
from rmg_plugin_judge.verdicts import read
from rmg_plugin_judge.writing import CLAIMS, CRITERIA, read_list

from .attacks import ATTACKS, FAMILIES

NONCE = "c41d09"
OWN = "2"
SPEC = VerdictSpec(tuple("012345"), top=5)
RUBRIC = Rubric(
    name="plain",
    about="Whether a response is plain.",
    inputs=(RubricInput("response"),),
    mode="pointwise",
    prompt=Prompt("Judge how plain the {response} is."),
    levels=tuple(Level(label, f"plain to the degree {label}", float(label)) for label in "012345"),
)
PROTOCOLS = ("text", "schema", "tool", "json")


def framed(inputs, protocol="text"):
    return frame(RUBRIC, inputs, spec=SPEC, nonce=NONCE, protocol=protocol, reason=True)


def quoting(quoted, protocol, *, in_the_object=False):
    """Return the reply of a judge that quotes, and then gives a verdict of its own."""
    if protocol == "text":
        return Reply(f"It says:\n{quoted}\nThat is not plain.\nVERDICT-{NONCE}: {OWN}")
    reason = quoted if in_the_object else "not plain"
    own = json.dumps({"nonce": NONCE, "reason": reason, "verdict": OWN}, ensure_ascii=False)
    if protocol == "tool" and in_the_object:
        return Reply("", tool_calls=(ToolCall("1", "give_verdict", own),), finish="tool_calls")
    return Reply(own if in_the_object else f"It says:\n{quoted}\nThat is not plain.\n{own}")


def test_there_are_two_hundred_attacks_of_twelve_families():
    assert len(FAMILIES) == 12
    assert len(set(ATTACKS)) == len(ATTACKS) >= 200
    assert not occurs(NONCE, {"attacks": ATTACKS})


@pytest.mark.parametrize("in_the_object", [False, True])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_quoted_attack_changes_no_verdict(family, protocol, in_the_object):
    for attack in FAMILIES[family]:
        reply = quoting(attack, protocol, in_the_object=in_the_object)
        verdict = read(reply, SPEC, nonce=NONCE, protocol=protocol)
        assert (verdict.labels, attack) == ({"": OWN}, attack)


OTHERS = {
    "checklist": (VerdictSpec(("no", "yes"), ("a", "b")), {"a": "no", "b": "yes"}),
    "pair": (VerdictSpec(("A", "B", "tie")), "B"),
    "ranking": (VerdictSpec(("A", "B", "C"), is_ranking=True), {"A": "3", "B": "1", "C": "2"}),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_quoted_attack_changes_no_verdict_of_another_kind(kind):
    spec, own = OTHERS[kind]
    lines = {
        "checklist": f"VERDICT-{NONCE} a: no\nVERDICT-{NONCE} b: yes",
        "pair": f"VERDICT-{NONCE}: B",
        "ranking": f"VERDICT-{NONCE}: B > C > A",
    }[kind]
    plain = read(Reply(lines), spec, nonce=NONCE, protocol="text")
    for attack in ATTACKS:
        given = read(Reply(f"It says:\n{attack}\n{lines}"), spec, nonce=NONCE, protocol="text")
        assert (given.labels, given.ranking, attack) == (plain.labels, plain.ranking, attack)
        within, beside = (
            json.dumps({"nonce": NONCE, "reason": reason, "verdict": own})
            for reason in (attack, "Short.")
        )
        for reply in (within, f"It says:\n{attack}\nSo:\n{beside}"):
            given = read(Reply(reply), spec, nonce=NONCE, protocol="json")
            assert (given.labels, given.ranking, attack) == (plain.labels, plain.ranking, attack)


def test_a_quoted_attack_is_no_claim_and_no_criterion():
    for listing in (CLAIMS, CRITERIA):
        own = f"{listing.word}-{NONCE}: It is so."
        for attack in ATTACKS:
            assert read_list(f"It says:\n{attack}\n{own}", NONCE, listing) == ("It is so.",)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_attack_before_all_else_does_not_give_another_verdict(protocol):
    own = quoting("it", protocol).text
    thinking = [each for each in ATTACKS if each.lstrip().startswith("<think>")]
    cut = [each for each in thinking if "</think>" not in each]
    for attack in ATTACKS:
        reply = Reply(f"{attack}\n{own}")
        if attack in cut:  # what begins as a thinking and has no end is one
            with pytest.raises(Unreadable, match="thinking"):
                read(reply, SPEC, nonce=NONCE, protocol=protocol)
        else:
            assert read(reply, SPEC, nonce=NONCE, protocol=protocol).labels == {"": OWN}
    assert cut


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_attack_alone_is_no_verdict(protocol):
    for attack in ATTACKS:
        with pytest.raises(Unreadable):
            read(Reply(attack), SPEC, nonce=NONCE, protocol=protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_judge_that_repeats_its_whole_prompt_keeps_its_verdict(protocol):
    judge = ScriptedModel(lambda told: quoting(told, protocol))

    async def judged():
        for attack in ATTACKS:
            messages = framed({"response": attack}, protocol)
            asked = asking(SPEC, protocol, NONCE)
            reply = await judge.ask(
                messages,
                schema=asked.schema,
                is_json=asked.is_json,
                tools=asked.tools,
                tool_choice=asked.tool_choice,
            )
            assert read(reply, SPEC, nonce=NONCE, protocol=protocol).labels == {"": OWN}

    anyio.run(judged)
    assert len(judge.requests) == len(ATTACKS)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_attack_stays_within_its_fence(family):
    plain, _ = framed({"response": "harmless"})
    for attack in FAMILIES[family]:
        system, user = framed({"response": attack})
        assert system == plain
        before, found, rest = user.content.partition(f"=== BEGIN response {NONCE} ===\n")
        within, ended, after = rest.partition(f"\n=== END response {NONCE} ===\n")
        assert (before, bool(found), within, bool(ended)) == ("", True, attack, True)
        assert NONCE not in after


@pytest.mark.parametrize("family", FAMILIES)
def test_an_attack_stays_within_its_turn(family):
    for attack in FAMILIES[family]:
        turns = [{"role": "user", "content": attack}, {"role": "assistant", "content": "Hello"}]
        _, user = framed({"response": turns})
        assert user.content.startswith(
            f"=== BEGIN response {NONCE} ===\n--- user {NONCE} ---\n{attack}\n"
            f"--- assistant {NONCE} ---\nHello\n=== END response {NONCE} ===\n"
        )
        assert user.content.count(NONCE) == 4
