"""`rmg compare` over recorded runs: two trials of tau-bench, and two judges of PandaLM."""

import json
from collections import Counter

import pytest
from scipy.stats import binomtest

from .graded import graded, told_by
from .recorded import needs_data, rows

pytestmark = needs_data


def compared(capsys, *words):
    code, out, error = told_by(capsys, "compare", *words, "--json")
    assert (code, error) == (0, "")
    return json.loads(out)["columns"]


def test_two_trials_of_tau_bench_are_compared_task_by_task(tmp_path, capsys):
    tasks = rows("judge/tau_airline_gpt4o_rewards.jsonl")
    runs = [
        str(
            graded(
                tmp_path,
                f"trial{at}",
                [{"id": each["task_id"], "reward": each["rewards"][at]} for each in tasks],
                {"reward": "unit"},
            )
        )
        for at in (0, 3)
    ]
    found = compared(capsys, *runs)["reward"]
    won = sum(each["rewards"][0] < each["rewards"][3] for each in tasks)
    lost = sum(each["rewards"][0] > each["rewards"][3] for each in tasks)
    assert (found["higher"], found["lower"], found["difference"]["n"]) == (won, lost, 50)
    assert found["difference"]["value"] == pytest.approx((won - lost) / 50)
    assert found["test"]["p_value"] == pytest.approx(binomtest(won, won + lost).pvalue)


def test_two_judges_of_pandalm_are_compared_by_the_majority_of_people(tmp_path, capsys):
    made, told = [], {"1": 1, "2": 2, "Tie": 0}
    for each in rows("judge/pandalm_votes.jsonl"):
        [(truth, _)] = Counter(each["humans"]).most_common(1)
        other = told.get(each["gpt35_raw"])
        right = None if other is None else int(other == truth)
        row = {"id": each["idx"], "pandalm": int(int(each["pandalm_raw"]) == truth), "gpt": right}
        made.append(row)
    run = graded(tmp_path, "judges", made, {"pandalm": "unit", "gpt": "unit"})
    found = compared(capsys, str(run), "--columns", "pandalm", "gpt")["pandalm / gpt"]
    both = [each for each in made if each["gpt"] is not None]
    won = sum(each["gpt"] > each["pandalm"] for each in both)
    lost = sum(each["gpt"] < each["pandalm"] for each in both)
    assert found["missing"] == {"in_second": {"grader_error": 25}, "in_first": {}, "in_both": 0}
    assert found["difference"]["n"] == 974
    assert found["second"]["value"] == pytest.approx(0.7156, abs=5e-5)
    assert found["test"]["name"] == "McNemar"
    assert found["test"]["p_value"] == pytest.approx(binomtest(won, won + lost).pvalue)
    # With the 25 verdicts that cannot be read as wrong: .6977 less .6677.
    assert found["sensitivity"]["worst"] == pytest.approx(0.6977 - 0.6677, abs=1e-4)
