"""Recorded judgements of PandaLM and HANNA, whose figures are known."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rmg_plugin_stats.agreement import cohen_kappa, raw_agreement
from rmg_plugin_stats.alpha import alpha_of_labels
from rmg_plugin_stats.classification import averages, confusion
from rmg_plugin_stats.labels import Rules, code, pair_up
from rmg_plugin_stats.raters import fleiss_kappa, gwet_ac1_of_raters

JUDGE = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "judge"

pytestmark = pytest.mark.skipif(
    not JUDGE.is_dir(), reason="the recorded judgements (../shared/data) are not there"
)


@cache
def rows(file: str) -> list[dict[str, Any]]:
    lines = (JUDGE / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def humans() -> list[list[int]]:
    return [[row["humans"][at] for row in rows("pandalm_votes")] for at in range(3)]


def majority() -> list[int]:
    return [Counter(each).most_common(1)[0][0] for each in zip(*humans(), strict=True)]


def pandalm():
    return pair_up([int(row["pandalm_raw"]) for row in rows("pandalm_votes")], majority())


def gpt35(missing: str):
    labels = {"1": 1, "2": 2, "Tie": 0}
    told = [labels.get(row["gpt35_raw"]) for row in rows("pandalm_votes")]
    return pair_up(told, majority(), rules=Rules(missing=missing, tie=0))


def test_pandalm_votes_are_counted():
    assert Counter(majority()) == {0: 105, 1: 422, 2: 472}


@pytest.mark.parametrize(("one", "two", "kappa"), [(0, 1, 0.8520), (0, 2, 0.8789), (1, 2, 0.8617)])
def test_pandalm_humans_agree_pair_by_pair(one, two, kappa):
    found = cohen_kappa(pair_up(humans()[one], humans()[two]))
    assert found.value == pytest.approx(kappa, abs=5e-5)


def test_pandalm_humans_agree_in_all():
    ratings = code(humans())
    assert fleiss_kappa(ratings).value == pytest.approx(0.864175, abs=5e-7)
    assert alpha_of_labels(ratings).value == pytest.approx(0.864221, abs=5e-7)


def test_pandalm_7b_agrees_with_the_majority():
    found = raw_agreement(pandalm())
    assert found.value == pytest.approx(0.6677, abs=5e-5)
    assert found.low == pytest.approx(0.637864, abs=5e-7)
    # recorded as 0.696185; statsmodels and scipy give 0.69618650 too
    assert found.high == pytest.approx(0.696185, abs=2e-6)
    assert cohen_kappa(pandalm()).value == pytest.approx(0.435355, abs=5e-7)


def test_pandalm_7b_has_its_averages():
    found = averages(pandalm())
    assert found["macro precision"].value == pytest.approx(0.5738, abs=5e-5)
    assert found["macro recall"].value == pytest.approx(0.5750, abs=5e-5)
    assert found["macro F1"].value == pytest.approx(0.5743, abs=5e-5)
    assert found["MCC"].value == pytest.approx(0.435465, abs=5e-7)


def test_pandalm_7b_has_its_confusion():
    found = confusion(pandalm())
    assert found.labels == (0, 1, 2)
    assert found.counts == ((32, 35, 38), (40, 298, 84), (35, 100, 337))


@pytest.mark.parametrize(
    ("missing", "accuracy", "n", "told"),
    [
        ("tie", 0.7107, 999, "25 missing counted as 0"),
        ("wrong", 0.6977, 999, "25 missing counted as wrong"),
        ("drop", 0.7156, 974, "25 missing left out"),
    ],
)
def test_gpt_35_agrees_by_the_rule_for_its_unreadable_verdicts(missing, accuracy, n, told):
    found = raw_agreement(gpt35(missing))
    assert (found.value, found.n) == (pytest.approx(accuracy, abs=5e-5), n)
    assert told in found.rule


HANNA = {
    "guidelines": (0.90, 0.2317),
    "syntax": (0.97, -0.0169),
    "superfluous": (0.66, 0.0823),
    "incorrectness": (None, None),
    "unsubstantiated": (0.60, 0.2505),
    "incoherence": (0.81, -0.0473),
}


@pytest.mark.parametrize("question", HANNA)
def test_hanna_raters_agree_negatively_or_not_at_all_where_they_do(question):
    answers = rows("hanna_user_study_binary")
    columns = [[row[question] for row in answers if row["rater_slot"] == at] for at in range(3)]
    ratings = code(columns, [0, 1])
    ac1, kappa = HANNA[question]
    found = gwet_ac1_of_raters(ratings), fleiss_kappa(ratings)
    if ac1 is None:
        assert [each.value for each in found] == [None, None]
        assert found[0].why == "one label only: nothing tells agreement from chance"
    else:
        assert found[0].value == pytest.approx(ac1, abs=5e-3)
        assert found[1].value == pytest.approx(kappa, abs=5e-5)
