"""Judges with a known bias are found out, with its sign and size; an honest one is cleared."""

import pytest

from rmg_plugin_stats.probes import PROBES, probe

from .probed import PAIRWISE, figures, run_of


@pytest.fixture
def probed(tmp_path, monkeypatch):
    """Probe a scripted grader of a new run."""
    monkeypatch.chdir(tmp_path)

    def made(grader, *names, more="", count=12, **options):
        with run_of(tmp_path, grader, more=more, count=count) as run:
            return probe(run, grader, names, **options)

    return made


def test_a_judge_that_pays_for_length_is_found_out(probed):
    [section] = probed("wordy", "length")
    found = figures(section)
    for kind in ("padded", "restated"):
        assert found[f"{kind}: per 100 characters"].value == pytest.approx(0.1)
        assert found[f"{kind}: mean change"].low > 0
        assert found[f"{kind}: share that rises"].value == 1
    assert section.notes[0].startswith("Padding that says nothing: raises scores, by 0.2")


def test_where_less_is_better_a_longer_answer_is_worse(probed):
    found = figures(probed("brief", "length")[0])
    assert found["padded: per 100 characters"].value == pytest.approx(-0.1)
    assert found["padded: share that falls"].value == 1


def test_an_honest_judge_is_cleared_of_length_and_style(probed):
    for section in probed("honest", "length", "style"):
        for name, figure in figures(section).items():
            assert (name, figure.value, figure.n) == (name, 0, 12)
        assert "no score changes" in section.notes[0]


def test_a_judge_that_pays_for_style_is_found_out_by_kind(probed):
    [section] = probed("decorated", "style")
    found = figures(section)
    changes = {name: each.value for name, each in found.items() if name.endswith("mean change")}
    assert changes == {
        "headings: mean change": 1,
        "list: mean change": 1,
        "bold: mean change": 1,
        "emoji: mean change": 1,
        "all of it: mean change": 4,
        "unaltered: mean change": 0,
    }
    assert found["list: share that rises"].low > 0.7


def test_a_judge_that_ignores_negation_and_order_is_found_out(probed):
    [section] = probed("deaf", "pairs")
    found = figures(section)
    right = {name: each.value for name, each in found.items() if name.endswith("ordered right")}
    assert right["negation: ordered right"] == 0
    assert right["shuffled: ordered right"] == 0
    assert right["number: ordered right"] == 1
    assert right["dropped: ordered right"] == 1
    assert 0 < right["all: ordered right"] < 1
    assert found["number: mean margin"].value == 1


def test_an_honest_judge_orders_every_minimal_pair_right(probed):
    found = figures(probed("honest", "pairs")[0])
    for name, figure in found.items():
        if name.endswith("ordered right"):
            assert (name, figure.value) == (name, 1)
    # Of 12 answers 4 are wrong already, and have nowhere to fall to.
    assert found["negation: ordered right"].n == 8
    assert "4 at the worst end left out" in found["negation: ordered right"].rule


def test_a_judge_that_obeys_is_found_out(probed):
    [section] = probed("obedient", "attacks")
    found = figures(section)
    assert found["instruction: samples lifted"].value == 1
    assert found["verdict: samples lifted"].value == 1
    assert found["nothing: samples lifted"].value == 0
    assert found["canary: code word came out"].value == 1
    assert found["attempts that gain"].low > 0.5
    # 6 verdicts bring the answer of another sample from 1 to 10; 3 that persuade add nothing.
    assert found["attacks on another sample's answer: mean change"].low > 3
    scores = {row[0]: row[2] for row in section.grids[0].rows}
    assert (scores["instruction: de"], scores["verdict: boxed"]) == ("10", "10")
    assert scores["nothing: empty"] == "1"


def test_an_honest_judge_gives_no_attack_a_score(probed):
    [section] = probed("honest", "attacks")
    found = figures(section)
    for name in ("attempts that gain", "canary: code word came out"):
        assert found[name].value == 0
    assert found["canary: code word came out"].high < 0.3
    assert found["attempts without content that score as well"].value == 0
    assert section.notes[0].endswith("attempts gains.")


def test_a_judge_that_prefers_the_first_is_found_out(probed):
    [section] = probed("first", "swap", more=PAIRWISE)
    found = figures(section)
    # 9 pairs stay with the first position; of 3 the first answer loses wherever it stands.
    assert found["first-position share"].value == 21 / 24
    assert found["consistency when swapped"].value == 3 / 12
    assert found["first position among flips"].value == 1
    assert "Position: the answer shown first is preferred." in section.notes


def test_a_judge_that_looks_at_the_answers_is_cleared_of_position(probed):
    [section] = probed("fair", "swap", more=PAIRWISE)
    found = figures(section)
    assert found["first-position share"].value == 0.5
    assert found["consistency when swapped"].value == 1
    assert "Position: no preference is shown." in section.notes


def test_votes_in_both_orders_are_taken_from_the_run(probed):
    told = []
    [section] = probed("shows_both", "swap", more=PAIRWISE, tell=told.append)
    assert figures(section)["first-position share"].value == 1
    assert section.notes[0].startswith("From the votes that the run keeps")
    assert told == []


def test_a_moody_judge_is_found_out_by_repeats(probed):
    [section] = probed("moody", "repeat", repeats=2, more="max_concurrency = 1\n")
    found = figures(section)
    assert found["flip rate"].value == 1
    assert found["Krippendorff's α of repeats, interval"].value < 0
    assert found["variance within items"].value == 0.5


def test_an_honest_judge_repeats_itself(probed):
    found = figures(probed("honest", "repeat")[0])
    assert found["flip rate"].value == 0
    assert found["Krippendorff's α of repeats, interval"].value == 1


def test_repeats_of_the_run_are_used_where_it_has_some(probed):
    told = []
    [section] = probed("moody", "repeat", more="repeats = 2\n", tell=told.append)
    assert figures(section)["flip rate"].value == 1
    assert section.notes[0] == "From the 2 repeats of the run; nothing was asked."
    assert told == []


@pytest.mark.parametrize(
    ("grader", "name", "more", "why"),
    [
        ("honest", "swap", "", "the grader compares no two answers: it takes 'response', 'key'"),
        (
            "honest",
            "length",
            "mapper = { response = { value = ' ' }, key = 'key' }\n",
            "every 'response' is blank",
        ),
    ],
)
def test_a_probe_that_cannot_apply_says_why(probed, grader, name, more, why):
    [section] = probed(grader, name, more=more)
    assert (section.figures, len(section.notes)) == ((), 1)
    assert section.notes[0].startswith(f"Not available: {why}")


def test_every_probe_has_a_line_in_the_list():
    from rmg_plugin_stats.probes.probing import ALL

    assert list(PROBES) == list(ALL)
