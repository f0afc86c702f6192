"""`rmg validate` over recorded judgements of PandaLM and HANNA, whose figures are known."""

import pytest

from .recorded import needs_data, rows
from .validated import run_of, validated

pytestmark = needs_data

NAMED = {"1": 1, "2": 2, "Tie": 0}


@pytest.fixture(scope="module")
def pandalm(tmp_path_factory):
    """A run whose columns are the verdicts that two judges are recorded to have given."""
    votes = rows("judge/pandalm_votes.jsonl")
    made = [
        {
            "id": row["idx"],
            "humans": row["humans"],
            "panda": int(row["pandalm_raw"]),
            "gpt": NAMED.get(row["gpt35_raw"], row["gpt35_raw"] or None),
        }
        for row in votes
    ]
    columns = {"panda": "verdict:panda", "gpt": "verdict:gpt"}
    return run_of(tmp_path_factory.mktemp("pandalm"), made, columns)


@pytest.fixture(scope="module")
def hanna(tmp_path_factory):
    """A run of the 100 items, with the answers of three people to each question."""
    answers = rows("judge/hanna_user_study_binary.jsonl")
    items: dict[int, dict] = {}
    for row in answers:
        item = items.setdefault(row["item"], {"id": row["item"], "judge": 0})
        for question in HANNA:
            item.setdefault(question, [None] * 3)[row["rater_slot"]] = row[question]
    return run_of(tmp_path_factory.mktemp("hanna"), list(items.values()), {"judge": "share:judge"})


def test_pandalm_7b_is_told_as_it_is_recorded(pandalm, capsys):
    answer = validated(
        capsys, pandalm, "--labels", "humans", "--kind", "nominal", "--column", "panda"
    )
    people = "Cohen's κ, humans.{} and humans.{}"
    wanted = {
        ("panda.agreement", "agreement"): 0.6677,
        ("panda.agreement", "Cohen's κ"): 0.435355,
        ("panda.confusion", "macro precision"): 0.5738,
        ("panda.confusion", "macro recall"): 0.5750,
        ("panda.confusion", "macro F1"): 0.5743,
        ("panda.confusion", "MCC"): 0.435465,
        ("people", people.format(0, 1)): 0.8520,
        ("people", people.format(0, 2)): 0.8789,
        ("people", people.format(1, 2)): 0.8617,
        ("people", "Fleiss' κ"): 0.864175,
        ("people", "Krippendorff's α, nominal"): 0.864221,
    }
    found = {key: answer.value(*key) for key in wanted}
    assert found == pytest.approx(wanted, abs=5e-5)
    accuracy = answer.figure("panda.agreement", "agreement")
    assert (accuracy["low"], accuracy["high"]) == pytest.approx((0.637864, 0.696185), abs=2e-6)
    matrix = answer.table("panda.confusion", "confusion matrix")
    assert [[int(row[label]) for label in "012"] for row in matrix] == [
        [32, 35, 38],
        [40, 298, 84],
        [35, 100, 337],
    ]


@pytest.mark.parametrize(
    ("missing", "accuracy", "told"),
    [
        ("tie", 0.7107, "25 missing counted as 0"),
        ("wrong", 0.6977, "25 missing counted as wrong"),
        ("drop", 0.7156, "25 missing left out"),
    ],
)
def test_each_rule_for_the_25_unreadable_verdicts_is_told(pandalm, capsys, missing, accuracy, told):
    answer = validated(
        capsys, pandalm, "--labels", "humans", "--kind", "nominal", "--column", "gpt",
        "--tie", "0", "--missing", missing,
    )  # fmt: skip
    found = answer.figure("gpt.agreement", "agreement")
    assert found["value"] == pytest.approx(accuracy, abs=5e-5)
    assert told in found["rule"]
    failed = answer.table("gpt.coverage", "samples with an error")
    assert len(failed) == 25
    assert all("no verdict can be read: 'garbage'" in each["error"] for each in failed)


HANNA = {
    "guidelines": (0.90, 0.2317),
    "syntax": (0.97, -0.0169),
    "superfluous": (0.66, 0.0823),
    "incorrectness": (None, None),
    "unsubstantiated": (0.60, 0.2505),
    "incoherence": (0.81, -0.0473),
}


@pytest.mark.parametrize("question", HANNA)
def test_agreement_below_chance_or_undefined_is_told_as_it_is(hanna, capsys, question):
    answer = validated(capsys, hanna, "--labels", question)
    ac1, kappa = HANNA[question]
    found = [answer.figure("people", name) for name in ("Gwet's AC1", "Fleiss' κ")]
    if ac1 is None:
        assert [each["value"] for each in found] == [None, None]
        assert found[0]["why"] == "one label only: nothing tells agreement from chance"
        assert "no κ or AUC can be had" in answer.told
    else:
        assert found[0]["value"] == pytest.approx(ac1, abs=5e-3)
        assert found[1]["value"] == pytest.approx(kappa, abs=5e-5)
