"""The engine by mode: whom it asks how often, and what it makes of the votes."""

from itertools import product

import anyio
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import GraderSkip, GradingRunner, ModelFailed, ModelStopped
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.preferences import is_pair_decided, reduced_pairs
from rmg_plugin_judge.tables import Escalation, Sampling
from rmg_plugin_judge.values import RubricInput, Unreadable, Verdict, Vote
from rmg_plugin_judge.writing import CRITERIA, read_list

from .scripted import (
    ABSTAINING,
    ANSWER,
    LIST,
    PAIR,
    POINTS,
    Judge,
    Pair,
    Points,
    Rank,
    Tone,
    nonce_in,
    outcome_of,
    says,
    shown,
    votes_of,
)

TWO = {"query": "q", "response_a": "one", "response_b": "two"}


def levels(*labels, name="scripted") -> Judge:
    """Return a judge that gives these labels as its samples."""
    return Judge(
        lambda request, nonce: says(str(labels[request.sample])).replace("<nonce>", nonce),
        name=name,
    )


def candidates(request) -> list[str]:
    """Return the answers that a judge was shown, in their order."""
    lines = str(request.messages[1].content).splitlines()
    return [
        lines[at + 1] for at, line in enumerate(lines) if line.startswith("=== BEGIN candidate")
    ]


def preferring(better: str, name: str = "scripted") -> Judge:
    """Return a judge that prefers an answer wherever it stands."""

    def reply(request, nonce):
        label = "AB"[candidates(request).index(better)] if better in candidates(request) else "tie"
        return says(label).replace("<nonce>", nonce)

    return Judge(reply, name=name)


@pytest.mark.parametrize(
    ("reduce", "score"),
    [("mean", 2.4), ("median", 2), ("mode", 1), ("min", 1), ("max", 5), ("trimmed", 2)],
)
def test_samples_become_one_score(reduce, score):
    outcome = outcome_of(Tone(model=levels(1, 1, 2, 3, 5), samples=5, reduce=reduce), **ANSWER)
    assert outcome.score == score


def test_samples_end_when_the_rest_could_change_nothing():
    judge = levels(3, 3, 3, 1, 1)
    grader = Tone(model=judge, samples=Sampling(min=1, max=5), reduce="mode")
    assert (outcome_of(grader, **ANSWER).score, len(judge.requests)) == (3, 3)


def test_samples_go_on_for_as_long_as_they_could_change_something():
    judge = levels(3, 1, 3, 1, 1)
    grader = Tone(model=judge, samples=Sampling(min=2, max=5), reduce="mode")
    assert (outcome_of(grader, **ANSWER).score, len(judge.requests)) == (1, 5)


@pytest.mark.parametrize("options", [{}, {"reduce": "median"}, {"samples": 3}])
def test_samples_that_could_never_end_early_are_refused(options):
    given = {"samples": Sampling(min=2, max=5), **options}
    if options.get("samples"):
        assert Tone(model=Judge(""), **given).most_samples == 3
    else:
        with pytest.raises(ValueError, match="reduce = 'mode'"):
            Tone(model=Judge(""), **given)


@pytest.mark.parametrize(
    ("options", "score"),
    [
        ({}, 3.0),
        ({"panel_reduce": "majority"}, 2.0),
        ({"panel_reduce": "median"}, 2.0),
        ({"panel_reduce": "min"}, 2.0),
        ({"panel_reduce": "weighted", "panel_weights": (1.0, 1.0, 2.0)}, 3.5),
    ],
)
def test_a_panel_becomes_one_score(options, score):
    panel = (levels(2, name="a"), levels(2, name="b"), levels(5, name="c"))
    outcome = outcome_of(Tone(panel=panel, **options), **ANSWER)
    assert outcome.score == score
    assert outcome.metadata["judges"] == {"a": 2, "b": 2, "c": 5}


def test_a_judge_of_a_panel_that_fails_leaves_no_score():
    panel = (levels(2, name="a"), Judge(ModelFailed("gone", "provider"), name="b"))
    assert outcome_of(Tone(panel=panel), **ANSWER).kind == "provider"


def test_a_panel_may_do_without_a_judge_that_fails():
    panel = (levels(2, name="a"), Judge(ModelFailed("gone", "provider"), name="b"))
    outcome = outcome_of(Tone(panel=panel, min_votes=1), **ANSWER)
    assert (outcome.score, outcome.metadata["failed"]) == (2, {"provider": 1})


def test_two_judges_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two judges with the name 'scripted'"):
        Tone(panel=(levels(1), levels(2)))


def test_a_stronger_judge_is_asked_where_opinions_differ():
    strong = levels(5, name="strong")
    panel = (levels(2, name="a"), levels(3, name="b"))
    grader = Tone(panel=panel, escalate=Escalation(to=strong), min_votes=2)
    outcome = outcome_of(grader, **ANSWER)
    assert (outcome.score, [each["model"] for each in outcome.metadata["votes"]]) == (5, ["strong"])
    assert [each["model"] for each in outcome.metadata["escalated"]["votes"]] == ["a", "b"]


@pytest.mark.parametrize(("when", "score"), [(0.5, 5), (0.3, pytest.approx(7 / 3))])
def test_a_stronger_judge_is_asked_where_the_lead_is_small(when, score):
    panel = (levels(2, name="a"), levels(2, name="b"), levels(3, name="c"))
    strong = Escalation(to=levels(5, name="strong"), when=when)
    assert outcome_of(Tone(panel=panel, escalate=strong), **ANSWER).score == score


def test_a_lead_is_a_share():
    with pytest.raises(ValueError, match=r"when must be 'disagree' or a number in 0..1, not 2"):
        Escalation(to=levels(5), when=2)


def test_a_stronger_judge_is_not_weighted_as_the_panel_is():
    panel = (levels(2, name="a"), levels(3, name="b"))
    grader = Tone(
        panel=panel,
        panel_reduce="weighted",
        panel_weights=(1.0, 3.0),
        escalate=Escalation(to=levels(5, name="strong")),
    )
    assert outcome_of(grader, **ANSWER).score == 5


def test_a_stronger_judge_is_not_asked_where_opinions_agree():
    strong = levels(5, name="strong")
    panel = (levels(2, name="a"), levels(2, name="b"))
    assert outcome_of(Tone(panel=panel, escalate=Escalation(to=strong)), **ANSWER).score == 2
    assert strong.requests == []


def test_a_stronger_judge_sees_both_orders_and_all_batches():
    strong = preferring("two", name="strong")
    grader = Pair(model=Judge(says("A")), escalate=Escalation(to=strong))
    assert (outcome_of(grader, **TWO).score, len(strong.requests)) == (0, 2)
    met = "VERDICT-<nonce> a: yes\nVERDICT-<nonce> b: yes\nVERDICT-<nonce> rude: no"
    strong = Judge(met, name="strong")
    panel = (Judge(met, name="a"), Judge(met.replace("b: yes", "b: no"), name="b"))
    grader = Points(panel=panel, batch=1, escalate=Escalation(to=strong))
    assert (outcome_of(grader, **ANSWER).score, len(strong.requests)) == (1, 3)


def test_abstentions_of_half_the_votes_are_no_score():
    outcome = outcome_of(ABSTAINING(model=levels("abstain", 4), samples=2), **ANSWER)
    assert isinstance(outcome, GraderSkip)


def test_a_translation_is_what_a_judge_reads():
    judge = Judge(says("4"))
    assert outcome_of(Tone(model=judge, language="zh"), **ANSWER).score == 4
    assert "判断语气。" in shown(judge.requests[0])
    assert "评审" in shown(judge.requests[0])


@pytest.mark.parametrize(
    ("met", "score"),
    [
        ({"a": "yes", "b": "yes", "rude": "no"}, 1.0),
        ({"a": "yes", "b": "no", "rude": "no"}, 0.75),
        ({"a": "no", "b": "no", "rude": "yes"}, -0.5),
    ],
)
def test_a_checklist_is_the_share_of_the_weights_with_penalties(met, score):
    said = "\n".join(f"VERDICT-<nonce> {name}: {label}" for name, label in met.items())
    outcome = outcome_of(Points(model=Judge(said)), **ANSWER)
    assert (outcome.score, outcome.metadata["criteria"]["a"]) == (score, float(met["a"] == "yes"))


OWN = grader_class(
    evolve(
        POINTS,
        inputs=(*POINTS.inputs, RubricInput("points", False)),
        criteria=(),
        criteria_from="points",
    )
)


def test_the_criteria_of_a_sample_are_fenced_and_may_lead_below_0():
    judge = Judge("VERDICT-<nonce> c1: no\nVERDICT-<nonce> bad: yes")
    points = ["Says hi.", {"id": "bad", "text": "Lies.", "weight": -2}]
    outcome = outcome_of(OWN(model=judge), **ANSWER, points=points)
    assert (outcome.score, outcome.scale.low) == (-2.0, None)
    system, user = judge.requests[0].messages
    assert "Says hi." in user.content
    assert "Says hi." not in system.content


def test_a_sample_without_its_criteria_is_an_error():
    assert outcome_of(OWN(model=Judge("")), **ANSWER).kind == "missing_input"


WRITER = "Let me see.\nCRITERION-<nonce>: Says hello.\n* CRITERION-<nonce>: **Is short.**"


def test_a_model_may_write_the_criteria_once_for_each_prompt():
    writer = Judge(WRITER, name="writer")
    judge = Judge("VERDICT-<nonce> c1: yes\nVERDICT-<nonce> c2: no")
    grader = OWN(model=judge, checklist_model=writer)
    outcomes = GradingRunner({"judge": {"grader": grader}}).run(
        [ANSWER, {"query": "Hi?", "response": "Go away."}]
    )["judge"]
    assert [each.score for each in outcomes] == [0.5, 0.5]
    assert outcomes[0].metadata["checklist"][1]["text"] == "Is short."
    assert len({shown(each) for each in writer.requests}) == 1
    assert "Hello." not in shown(writer.requests[0])
    assert "- c1: Says hello." in judge.requests[0].messages[1].content


def test_a_sample_that_has_criteria_needs_no_model_to_write_them():
    writer = Judge(WRITER, name="writer")
    judge = Judge("VERDICT-<nonce> c1: yes")
    grader = OWN(model=judge, checklist_model=writer)
    assert outcome_of(grader, **ANSWER, points=["Is it?"]).score == 1
    assert outcome_of(grader, **ANSWER).kind == "unparseable"  # there are two then
    assert len(writer.requests) == 1


def test_a_checklist_that_cannot_be_read_is_asked_for_once_more():
    writer = Judge(["None.", WRITER], name="writer")
    judge = Judge("VERDICT-<nonce> c1: yes\nVERDICT-<nonce> c2: yes")
    assert outcome_of(OWN(model=judge, checklist_model=writer), **ANSWER).score == 1
    outcome = outcome_of(OWN(model=judge, checklist_model=Judge("None.", name="w")), **ANSWER)
    assert (outcome.kind, "criteria that the model lists" in outcome.error) == ("unparseable", True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CRITERION-00000000: Other.",
        "CRITERION-12345678:",
        "CRITERION-12345678: Same.\nCRITERION-12345678: same.",
        f"CRITERION-12345678: {'x' * 501}",
        "\n".join(f"CRITERION-12345678: c{at}" for at in range(21)),
        "<think>CRITERION-12345678: Is it?",
    ],
)
def test_what_is_no_checklist_is_not_read_as_one(text):
    with pytest.raises(Unreadable):
        read_list(text, "12345678", CRITERIA)


@pytest.mark.parametrize(
    ("judge", "options", "score"),
    [
        (preferring("one"), {}, 1.0),
        (preferring("two"), {}, 0.0),
        (preferring("none"), {"tie_value": 0.25}, 0.25),
        (Judge(says("A")), {}, 0.5),
        (Judge(says("A")), {"orders": "one"}, 1.0),
    ],
)
def test_a_pair_is_how_far_the_first_is_preferred(judge, options, score):
    assert outcome_of(Pair(model=judge, **options), **TWO).score == score


def test_verdicts_that_contradict_each_other_may_be_an_error():
    outcome = outcome_of(Pair(model=Judge(says("A")), inconsistent="error"), **TWO)
    assert (outcome.kind, outcome.metadata["inconsistent"]) == ("conflict", ["scripted"])


def test_verdicts_that_contradict_each_other_may_be_asked_for_once_more():
    def reply(request, nonce):
        is_first = candidates(request)[0] == "one"
        label = "A" if is_first or request.sample == 0 else "B"
        return says(label).replace("<nonce>", nonce)

    judge = Judge(reply)
    outcome = outcome_of(Pair(model=judge, inconsistent="rejudge"), **TWO)
    assert (outcome.score, len(judge.requests)) == (1.0, 4)


def test_a_tie_may_be_forbidden():
    outcome = outcome_of(Pair(model=preferring("none"), ties="forbid"), **TWO)
    assert (outcome.kind, "ties are forbidden" in outcome.error) == ("unparseable", True)


def test_samples_of_a_pair_end_when_the_rest_could_change_nothing():
    judge = preferring("one")
    grader = Pair(model=judge, samples=Sampling(min=1, max=5))
    assert (outcome_of(grader, **TWO).score, len(judge.requests)) == (1.0, 6)


def test_a_panel_of_a_pair_votes():
    panel = tuple(preferring(each, name=f"{at}") for at, each in enumerate(("one", "two", "one")))
    assert outcome_of(Pair(panel=panel, panel_reduce="majority"), **TWO).score == 1.0


def by_length(request, nonce):
    """Rank the longest first; those of one length tie."""
    shown_ones = candidates(request)
    if "is better" in shown(request) or len(shown_ones) == 2:
        first, second = map(len, shown_ones)
        label = "tie" if first == second else "A" if first > second else "B"
        if "<order>" not in shown(request):
            return says(label).replace("<nonce>", nonce)
    letters = "ABCDEFGH"[: len(shown_ones)]
    groups: dict[int, list[str]] = {}
    for letter, answer in zip(letters, shown_ones, strict=True):
        groups.setdefault(len(answer), []).append(letter)
    order = " > ".join(" = ".join(groups[each]) for each in sorted(groups, reverse=True))
    return says(order).replace("<nonce>", nonce)


FOUR = {"query": "q", "responses": ["aa", "aaaa", "a", "aaa"]}


@pytest.mark.parametrize(
    ("orders", "calls"), [("one", 1), ("swap", 2), ("rotate", 4), ("random", 1)]
)
def test_a_list_is_ranked_in_each_order(orders, calls):
    judge = Judge(by_length)
    outcome = outcome_of(Rank(model=judge, orders=orders), **FOUR)
    assert (list(outcome.rank), len(judge.requests)) == ([3, 1, 4, 2], calls)
    assert len({tuple(candidates(each)) for each in judge.requests}) == calls


def test_of_three_answers_rotation_shows_every_order():
    judge = Judge(by_length)
    three = {"query": "q", "responses": ["aa", "aaaa", "a"]}
    assert list(outcome_of(Rank(model=judge, orders="rotate"), **three).rank) == [2, 1, 3]
    assert len({tuple(candidates(each)) for each in judge.requests}) == 6


def test_a_list_may_have_ties_unless_they_are_forbidden():
    same = {"query": "q", "responses": ["aa", "bb", "a"]}
    assert list(outcome_of(Rank(model=Judge(by_length)), **same).rank) == [1, 1, 3]
    outcome = outcome_of(Rank(model=Judge(by_length), ties="forbid"), **same)
    assert (outcome.kind, "ties are forbidden" in outcome.error) == ("unparseable", True)


@pytest.mark.parametrize(("kind", "pairs"), [("all", 6), ("swiss", None), ("knockout", 3)])
def test_a_tournament_ranks_by_pairs(kind, pairs):
    judge = Judge(by_length)
    outcome = outcome_of(Rank(model=judge, tournament=kind, orders="one"), **FOUR)
    assert outcome.rank[1] == 1
    assert kind != "all" or list(outcome.rank) == [3, 1, 4, 2]
    played = outcome.metadata["pairs"]
    assert len(played) == len(judge.requests)
    assert pairs in (None, len(played))
    assert all(len(each["votes"]) == 1 for each in played)


def test_a_pair_without_a_score_leaves_a_tournament_without_a_rank():
    def reply(request, nonce):
        if set(candidates(request)) == {"a", "aaaa"}:
            return ModelFailed("gone", "provider")
        return by_length(request, nonce)

    outcome = outcome_of(Rank(model=Judge(reply), tournament="all"), **FOUR)
    assert (outcome.kind, outcome.metadata["without_score"]) == ("provider", [1, 2])


def test_the_answers_of_a_pair_are_never_told_by_their_names_in_a_tournament():
    judge = Judge(by_length)
    outcome_of(Rank(model=judge, tournament="all"), **FOUR)
    assert not any("responses" in each.messages[1].content for each in judge.requests)


@pytest.mark.parametrize("rubric", [PAIR, LIST])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_judge_that_is_cancelled_leaves_nothing_behind(rubric, backend):
    begun, ended = [], []

    class Slow(Judge):
        async def chat(self, request):
            begun.append(1)
            try:
                await anyio.sleep_forever()
            finally:
                ended.append(1)

    made = grader_class(rubric)(model=Slow(""), samples=3, orders="swap")
    inputs = TWO if rubric is PAIR else FOUR

    async def run() -> bool:
        with anyio.move_on_after(0.01) as scope:
            await made.grade(**inputs)
        return scope.cancelled_caught

    assert anyio.run(run, backend=backend)
    assert len(begun) == len(ended) == 6


def test_a_cell_that_takes_too_long_ends_with_all_that_it_asked():
    begun, ended = [], []

    class Slow(Judge):
        async def chat(self, request):
            begun.append(1)
            try:
                await anyio.sleep_forever()
            finally:
                ended.append(1)

    grader = Rank(model=Slow(""), tournament="all")
    runner = GradingRunner({"judge": {"grader": grader, "timeout": 0.05}})
    assert runner.run([FOUR])["judge"][0].kind == "timeout"
    assert len(begun) == len(ended) == 12


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_stop_in_one_of_many_pairs_is_a_stop_of_the_whole(backend):
    judge = Judge(ModelStopped("scripted", "the budget is spent"))

    async def run() -> None:
        await Rank(model=judge, tournament="all").grade(**FOUR)

    with pytest.raises(ModelStopped):
        anyio.run(run, backend=backend)


def test_a_nonce_is_of_one_order_and_one_sample():
    judge = preferring("one")
    votes = votes_of(Pair(model=judge, samples=2), **TWO)
    assert len(votes) == 4
    assert len({nonce_in(each.messages[1].content) for each in judge.requests}) == 4


WORDS = ("A", "B", "tie", "abstain", "failed")


def vote(word: str, order: tuple[int, int], sample: int) -> Vote:
    if word == "failed":
        return Vote("m", error="provider", order=order, sample=sample)
    if word == "abstain":
        return Vote("m", Verdict(is_abstention=True), order=order, sample=sample)
    return Vote("m", Verdict({"": word}), order=order, sample=sample)


def come_to(words: tuple[str, ...], rubric, ties) -> tuple[str, float | None]:
    """Return what votes come to, of which every second one was shown the other order."""
    orders = ((0, 1), (1, 0))
    made = reduced_pairs(
        [vote(word, orders[at % 2], at // 2) for at, word in enumerate(words)], rubric, ties=ties
    )
    return made.status, getattr(made, "score", None)


@pytest.mark.parametrize("may_abstain", [False, True])
@pytest.mark.parametrize("ties", ["allow", "forbid"])
@given(words=st.lists(st.sampled_from(WORDS), min_size=2, max_size=4), most=st.integers(2, 3))
def test_what_is_decided_of_a_pair_cannot_be_changed_by_the_votes_that_are_left(
    words, most, ties, may_abstain
):
    rubric = evolve(PAIR, may_abstain=may_abstain, levels=())
    known = WORDS if may_abstain else [each for each in WORDS if each != "abstain"]
    begun = tuple(each for each in words if each in known)[: len(words) // 2 * 2]
    begun = begun[: len(begun) // 2 * 2]
    orders = ((0, 1), (1, 0))
    votes = [vote(word, orders[at % 2], at // 2) for at, word in enumerate(begun)]
    if votes and len(votes) < 2 * most and is_pair_decided(votes, rubric, most, ties=ties):
        ends = product(known, repeat=2 * most - len(begun))
        assert len({come_to((*begun, *end), rubric, ties) for end in ends}) == 1


def test_a_rotation_that_has_too_few_votes_is_bad_input():
    grader = Rank(model=Judge(by_length), orders="rotate", min_votes=7)
    outcome = outcome_of(grader, query="q", responses=["aa", "aaaa", "a"])
    assert (outcome.kind, outcome.error) == (
        "bad_input", "min_votes is 7, and a list of 3 has 6 votes"
    )  # fmt: skip


def test_as_many_rounds_are_played_as_fit():
    grader = Rank(model=Judge(by_length), tournament="swiss", rounds=9, orders="one")
    outcome = outcome_of(grader, query="q", responses=["aa", "aaaa", "a"])
    assert list(outcome.rank) == [2, 1, 3]


def test_what_a_model_raises_is_told_as_it_is_in_a_panel_too():
    panel = (Judge(KeyError("my bug"), name="one"), Judge(says("4"), name="two"))
    outcome = outcome_of(Tone(model=None, panel=panel), **ANSWER)
    assert (outcome.kind, "KeyError" in outcome.error) == ("grader_error", True)
    assert "ExceptionGroup" not in outcome.error
