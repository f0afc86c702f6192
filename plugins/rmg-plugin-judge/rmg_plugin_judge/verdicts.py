"""What a reply says: the verdict read from it, strictly, or why there is none."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rmg_core.models import Reply
from rmg_plugin_judge.labels import label_of, order_of, plain
from rmg_plugin_judge.likelihoods import from_logprobs
from rmg_plugin_judge.objects import JsonObject, last_object
from rmg_plugin_judge.protocols import ABSTAIN
from rmg_plugin_judge.values import Protocol, Unreadable, Verdict, VerdictSpec
from rmg_plugin_judge.verdict_lines import VerdictLine, after_thinking, verdict_lines

LONGEST_REASON: Final = 4_000


def read(reply: Reply, spec: VerdictSpec, *, nonce: str, protocol: Protocol) -> Verdict:
    """Return the verdict of a reply.

    Of lines with the nonce the last one counts, and so does the last object with it. Nothing is
    repaired, clipped or guessed. The reason is what stands before the verdict, of which the last
    4,000 characters are kept. Where every label is "abstain", the verdict is an abstention and
    has none; among criteria, those that are abstained from have the label "abstain".

    Raises:
        Unreadable: there is none; its kind is `refusal`, `truncated`, `out_of_scale` or
            `unparseable`.
    """
    check_finish(reply)
    if protocol == "text":
        return _read_text(reply.text, spec, nonce)
    written, is_call = _written(reply, protocol)
    return _read_object(last_object(written, nonce, may_think=not is_call), spec)


def check_finish(reply: Reply) -> None:
    """See that a reply came to its own end.

    Raises:
        Unreadable: it refuses, or was cut off.
    """
    if reply.refusal:
        raise Unreadable(f"the judge refuses: {reply.refusal!r:.200}", "refusal")
    if reply.finish == "content_filter":
        raise Unreadable("a filter of the provider stopped the reply", "refusal")
    if reply.finish == "length":
        raise Unreadable("the reply is cut off, as its tokens ran out", "truncated")


def _read_text(text: str, spec: VerdictSpec, nonce: str) -> Verdict:
    lines = after_thinking(text).splitlines()
    found = verdict_lines(lines, spec.criteria or ("",), nonce)
    missing = [each for each in spec.criteria or ("",) if each not in found]
    if missing:
        wanted = f" on {missing[0]!r}" if missing[0] else ""
        raise Unreadable(f"the reply has no verdict line{wanted}")
    reason = _reason_before(lines, found, nonce)
    if not spec.is_ranking:
        return _verdict({key: label_of(line.said, spec) for key, line in found.items()}, reason)
    said = found[""].said
    if spec.may_abstain and plain(said) == ABSTAIN:
        return Verdict(reason=reason, is_abstention=True)
    return Verdict(ranking=order_of(said, spec.labels), reason=reason)


def _reason_before(lines: Sequence[str], found: Mapping[str, VerdictLine], nonce: str) -> str:
    """Return what stands before the verdict; between verdicts on criteria reasons may stand too."""
    verdicts = {line.number for line in found.values()}
    said = [line for number, line in enumerate(lines[: max(verdicts)]) if number not in verdicts]
    return _reason("\n".join(line for line in said if f"VERDICT-{nonce}" not in line))


def _reason(text: str) -> str:
    # A lone surrogate, which "\ud800" in JSON stands for, could not be stored.
    kept = text.strip().encode("utf-8", "replace").decode("utf-8")
    return kept if len(kept) <= LONGEST_REASON else f"…{kept[1 - LONGEST_REASON :]}"


def _verdict(labels: Mapping[str, str], reason: str) -> Verdict:
    if all(label == ABSTAIN for label in labels.values()):
        return Verdict(reason=reason, is_abstention=True)
    return Verdict(labels=labels, reason=reason)


def _written(reply: Reply, protocol: Protocol) -> tuple[str, bool]:
    """Return the text that holds the object, and whether it is that of a call.

    Some clients turn a schema into a forced call, whose reply then has no content.
    """
    calls = reply.tool_calls
    if not calls or (protocol != "tool" and reply.text.strip()):
        return reply.text, False
    if len(calls) > 1:
        raise Unreadable(f"the reply gives its verdict in {len(calls)} calls instead of one")
    return calls[0].arguments, True


def _read_object(found: JsonObject, spec: VerdictSpec) -> Verdict:
    given = found.value["verdict"]
    told = found.value.get("reason", "")
    reason = _reason(told if isinstance(told, str) else "") or _reason(found.before)
    if spec.is_ranking:
        return _ranked(_by_key(given, spec.labels), spec, reason)
    if not spec.criteria:
        return _verdict({"": label_of(_string(given), spec)}, reason)
    by_key = _by_key(given, spec.criteria)
    return _verdict({key: label_of(each, spec) for key, each in by_key.items()}, reason)


def _string(given: Any) -> str:
    # Numbers come as they are written; a boolean is no number.
    if not isinstance(given, str):
        raise Unreadable(f"the verdict is {given!r:.80}, which is no label")
    return given


def _by_key(given: Any, keys: Sequence[str]) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise Unreadable(f"the verdict is {given!r:.80} instead of an object")
    missing = [each for each in keys if each not in given]
    if missing:
        raise Unreadable(f"the reply has no verdict on {missing[0]!r}")
    return {each: _string(given[each]) for each in keys}


def _ranked(by_label: Mapping[str, str], spec: VerdictSpec, reason: str) -> Verdict:
    places = {label: plain(said) for label, said in by_label.items()}
    if spec.may_abstain and all(place == ABSTAIN for place in places.values()):
        return Verdict(reason=reason, is_abstention=True)
    known = {str(place): place for place in range(1, len(spec.labels) + 1)}
    for label, place in places.items():
        if place not in known:
            raise Unreadable(f"{by_label[label]!r:.80} of {label!r} is no place")
    groups = [
        tuple(label for label, place in places.items() if known[place] == number)
        for number in sorted(known.values())
    ]
    return Verdict(ranking=tuple(filter(None, groups)), reason=reason)


__all__ = ["LONGEST_REASON", "check_finish", "from_logprobs", "read"]
