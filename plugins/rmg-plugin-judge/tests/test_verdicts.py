"""What is read from a reply, and what is not."""

import json
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.models import Logprob, Reply, ToolCall
from rmg_plugin_judge.protocols import ABSTAIN, verdict_schema
from rmg_plugin_judge.values import Unreadable, VerdictSpec
from rmg_plugin_judge.verdicts import LONGEST_REASON, from_logprobs, read

NONCE = "c41d09"
SCALE = VerdictSpec(("0", "1", "2", "3", "4", "5"), top=5)
PAIR = VerdictSpec(("A", "B", "tie"), may_abstain=True)
CHECKLIST = VerdictSpec(("yes", "no"), criteria=("clear", "right: all of it"), may_abstain=True)
RANKING = VerdictSpec(("A", "B", "C"), is_ranking=True, may_abstain=True)
SPECS = (SCALE, PAIR, CHECKLIST, RANKING)
PROTOCOLS = ("text", "schema", "tool", "json")

LINES = (Path(__file__).parent / "malformed.jsonl").read_text("utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


def calls_of(*arguments):
    return tuple(
        ToolCall(str(number), "give_verdict", each) for number, each in enumerate(arguments)
    )


def outcome(reply, spec, protocol):
    """Return a verdict, or the kind of failure and what was said."""
    try:
        return read(reply, spec, nonce=NONCE, protocol=protocol)
    except Unreadable as failure:
        return failure


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_malformed_reply_has_the_outcome_beside_it(case):
    reply = Reply(
        case["text"],
        finish=case.get("finish", "stop"),
        refusal=case.get("refusal", ""),
        tool_calls=calls_of(*case.get("calls", ())),
    )
    spec = VerdictSpec(SCALE.labels, criteria=tuple(case.get("criteria", ())), top=5)
    got = outcome(reply, spec, case["protocol"])
    if "kind" in case:
        assert isinstance(got, Unreadable)
        assert (got.kind, case.get("said", got.said)) == (case["kind"], got.said)
    else:
        assert got.labels == case.get("labels", {"": case.get("label")})


def test_an_abstention_is_read_where_it_is_offered():
    verdict = read(Reply(f"VERDICT-{NONCE}: Abstain."), PAIR, nonce=NONCE, protocol="text")
    assert (verdict.is_abstention, verdict.labels) == (True, {})


def test_a_ranking_may_join_ties():
    verdict = read(Reply(f"VERDICT-{NONCE}: **B > A = C**"), RANKING, nonce=NONCE, protocol="text")
    assert verdict.ranking == (("B",), ("A", "C"))


@pytest.mark.parametrize(
    "said", ["A > B", "A > B > C > A", "A > B > D", "A B C", "A > > B > C", ""]
)
def test_a_ranking_has_each_label_once(said):
    assert outcome(Reply(f"VERDICT-{NONCE}: {said}"), RANKING, "text").kind == "unparseable"


def test_labels_that_differ_in_case_alone_have_to_be_written_exactly():
    spec = VerdictSpec(("a", "A"))
    assert outcome(Reply(f"VERDICT-{NONCE}: A"), spec, "text").labels == {"": "A"}
    assert outcome(Reply(f"VERDICT-{NONCE}: (A)"), spec, "text").kind == "unparseable"


def test_a_number_is_no_level_of_labels_in_words():
    assert outcome(Reply(f"VERDICT-{NONCE}: 4"), PAIR, "text").kind == "unparseable"


def test_the_reason_is_what_stands_before_the_verdict():
    text = f"<think>hm</think>Right.\nVERDICT-{NONCE} clear: yes\nShort.\n"
    text += f"VERDICT-{NONCE} right: all of it: no\nBye."
    verdict = read(Reply(text), CHECKLIST, nonce=NONCE, protocol="text")
    assert verdict.reason == "Right.\nShort."
    assert verdict.labels == {"clear": "yes", "right: all of it": "no"}


def test_of_a_long_reason_the_end_is_kept():
    text = "a" * 9_000 + "b" + f"\nVERDICT-{NONCE}: 4"
    reason = read(Reply(text), SCALE, nonce=NONCE, protocol="text").reason
    assert (len(reason), reason[0], reason[-1]) == (LONGEST_REASON, "…", "b")


def test_a_reason_can_be_stored():
    text = f'{{"nonce": "{NONCE}", "reason": "odd \\ud800", "verdict": "4"}}'
    assert read(Reply(text), SCALE, nonce=NONCE, protocol="json").reason == "odd ?"


def test_a_reply_that_is_made_to_take_long_does_not():
    marks = "a" + "\u0327\u0301" * 100_000
    for text in (
        "{" * 100_000,
        '{"a":' * 50_000,
        "[" * 100_000,
        marks,
        f"VERDICT-{NONCE}: {marks}",
    ):
        for protocol in PROTOCOLS:
            assert isinstance(outcome(Reply(text), SCALE, protocol), Unreadable)


def written(spec, choose, reason, protocol):
    """Return the reply of a judge that does as it is told, and what it means."""
    offered = (*spec.labels, *([ABSTAIN] if spec.may_abstain else []))
    if spec.is_ranking:
        places = {label: choose(range(1, 4)) for label in spec.labels}
        groups = [[k for k, place in places.items() if place == each] for each in range(1, 4)]
        meant = tuple(tuple(group) for group in groups if group)
        value = {label: str(place) for label, place in places.items()}
        lines = [f"VERDICT-{NONCE}: " + " > ".join(map(" = ".join, meant))]
    elif spec.criteria:
        meant = value = {each: choose(offered) for each in spec.criteria}
        lines = [f"VERDICT-{NONCE} {each}: {label}" for each, label in value.items()]
    else:
        value = choose(offered)
        meant = {"": value}
        lines = [f"VERDICT-{NONCE}: {value}"]
    if protocol == "text":
        return Reply("\n".join([reason, *lines])), meant
    told = json.dumps({"nonce": NONCE, "reason": reason, "verdict": value})
    if protocol == "tool":
        return Reply("", finish="tool_calls", tool_calls=calls_of(told)), meant
    return Reply(told), meant


@given(st.data(), st.sampled_from(SPECS), st.sampled_from(PROTOCOLS))
def test_what_a_judge_writes_as_asked_reads_back(data, spec, protocol):
    reason = data.draw(st.text().filter(lambda said: not said.lstrip().startswith("<think>")))
    reply, meant = written(spec, lambda of: data.draw(st.sampled_from(of)), reason, protocol)
    verdict = read(reply, spec, nonce=NONCE, protocol=protocol)
    if spec.is_ranking:
        assert verdict.ranking == meant
    elif set(meant.values()) == {ABSTAIN}:
        assert verdict.is_abstention
    else:
        assert verdict.labels == meant


PIECES = st.sampled_from(
    [
        *(f"VERDICT-{NONCE}", ":", " clear", "\n", "4", "4/5", "A", ">", "=", "yes", "null"),
        *("<think>", "</think>", '{"nonce": "c41d09", "verdict": ', '"A"', "}", "{", '"clear": '),
        *("1e9", "NaN", "```"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=14).map("".join)


@given(
    TEXTS,
    st.lists(TEXTS, max_size=2),
    st.sampled_from(["stop", "length", "content_filter", "tool_calls", "other"]),
    st.sampled_from(SPECS),
    st.sampled_from(PROTOCOLS),
)
def test_any_reply_is_unreadable_or_has_labels_that_were_offered(
    text, calls, finish, spec, protocol
):
    got = outcome(Reply(text, finish=finish, tool_calls=calls_of(*calls)), spec, protocol)
    if isinstance(got, Unreadable):
        assert got.said
        assert got.kind in {"unparseable", "truncated", "refusal", "out_of_scale", "empty"}
    elif not got.is_abstention:
        assert finish not in {"length", "content_filter"}
        assert set(got.labels.values()) <= {*spec.labels, ABSTAIN}
        if spec.is_ranking:
            assert sorted(sum(got.ranking, ())) == sorted(spec.labels)
        else:
            assert set(got.labels) == set(spec.criteria or [""])


def tokens(*said, **likely):
    """Return the tokens of a reply; `likely` are those at the place of the last one."""
    others = tuple(Logprob(token, log(share)) for token, share in likely.items())
    last = Logprob(said[-1], log(likely.get(said[-1], 0.5)), others)
    return Reply("".join(said), logprobs=(*(Logprob(each, -0.1) for each in said[:-1]), last))


def test_likelihoods_are_those_of_the_labels_at_the_verdict():
    reply = tokens("Is it 3? ", "\nVERDICT-", NONCE, ":", " 4", **{" 4": 0.6, "4": 0.1, " 5": 0.2})
    assert from_logprobs(reply, SCALE, NONCE) == pytest.approx({"4": 0.7, "5": 0.2})


@pytest.mark.parametrize(
    ("reply", "spec"),
    [
        (tokens("VERDICT-", NONCE, ": ", "4", **{"4": 0.7, "x": 0.3}), SCALE),
        (tokens("VERDICT-", NONCE, ": ", "ti", "e", e=0.9), PAIR),
        (tokens("VERDICT-", NONCE, ": ", "1", **{"1": 0.9}), VerdictSpec(("1", "10"))),
        (tokens("VERDICT-", NONCE, ": ", "4", **{"4": 0.9, "5": 0.9}), SCALE),
        (tokens("VERDICT-", NONCE, " clear: ", "yes", yes=0.9), CHECKLIST),
        (tokens("VERDICT-0000: ", "4", **{"4": 0.9}), SCALE),
        (Reply(f"VERDICT-{NONCE}: 4"), SCALE),
    ],
)
def test_likelihoods_that_tell_nothing_are_none(reply, spec):
    assert from_logprobs(reply, spec, NONCE) is None


@pytest.mark.parametrize("spec", SPECS)
def test_a_schema_allows_what_reads_back(spec):
    from jsonschema import Draft202012Validator

    reply, _ = written(spec, lambda of: of[0], "good", "schema")
    Draft202012Validator(verdict_schema(spec, NONCE)).validate(json.loads(reply.text))
