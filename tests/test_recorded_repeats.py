"""Recorded attempts of agents and models, reduced by the aggregators over repeats."""

import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from rmg_core import GraderScore, GradingRunner, Scale
from rmg_core.basic.order import Maximum
from rmg_core.basic.repeats import PassAtK, PassHatK
from rmg_core.basic.voting import Majority, Mode

JUDGED = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "judge"
TAU = JUDGED / "tau_airline_gpt4o_rewards.jsonl"
QWEN = JUDGED / "qwen_math_best_of_8.jsonl"

pytestmark = pytest.mark.skipif(
    not JUDGED.is_dir(), reason="the recorded attempts (../shared/data) are not there"
)

# τ-bench airline, gpt-4o, 50 tasks with 4 trials each.
AT_LEAST_ONE = {1: 0.42, 2: 0.566667, 3: 0.66, 4: 0.72}
ALL = {1: 0.42, 2: 0.273333, 3: 0.22, 4: 0.2}

# Qwen2.5-Math on MATH, 100 problems with 8 answers each: right answers of the first k.
BY_VOTE = {1: 90, 2: 90, 4: 93, 8: 93}
BY_REWARD = {1: 90, 2: 93, 4: 93, 8: 94}

REWARD = '''
def reward(reward: float) -> float:
    """Give the recorded reward."""
    return reward
'''

OPEN = Scale(None, None)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def repeats(values: list[float], scale: Scale) -> dict[str, GraderScore]:
    return {str(number): GraderScore(each, scale=scale) for number, each in enumerate(values)}


def mean_over_tasks(aggregator: PassAtK | PassHatK) -> float:
    unit = Scale(0, 1)
    made = [aggregator.combine(repeats(row["rewards"], unit)) for row in rows_of(TAU)]
    return fmean(each.score for each in made if isinstance(each, GraderScore))


@pytest.mark.parametrize("k", AT_LEAST_ONE)
def test_pass_at_k_is_that_of_the_recorded_trials(k: int):
    assert mean_over_tasks(PassAtK(k=k)) == pytest.approx(AT_LEAST_ONE[k], abs=1e-6)


@pytest.mark.parametrize("k", ALL)
def test_pass_hat_k_is_that_of_the_recorded_trials(k: int):
    assert mean_over_tasks(PassHatK(k=k)) == pytest.approx(ALL[k], abs=1e-6)


def test_a_config_reduces_the_recorded_trials_alike(tmp_path: Path):
    (tmp_path / "reward.py").write_text(
        'def reward(reward: float) -> float:\n    """It."""\n    return reward\n'
    )
    config = f'[dataset]\npath = "{TAU.resolve()}"\nid = "task_id"\n'
    for trial in range(4):
        config += (
            f'[graders.trial{trial}]\nuse = "./reward.py:reward"\n'
            f'mapper = {{ reward = "rewards.{trial}" }}\n'
        )
    for name in ("pass_at_k", "pass_hat_k"):
        for k in ALL:
            config += f'[aggregators.{name}_{k}]\nuse = "{name}"\noptions = {{ k = {k} }}\n'
    (tmp_path / "rmg.toml").write_text(config)

    summary = GradingRunner.from_config(tmp_path / "rmg.toml").run().summary

    wanted = {f"pass_at_k_{k}": share for k, share in AT_LEAST_ONE.items()}
    wanted |= {f"pass_hat_k_{k}": share for k, share in ALL.items()}
    assert {name: summary[name].mean for name in wanted} == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("aggregator", [Majority, Mode])
@pytest.mark.parametrize("k", BY_VOTE)
def test_the_answer_with_most_votes_is_right_as_often_as_recorded(k: int, aggregator: Any):
    right = 0
    for row in rows_of(QWEN):
        answers = row["preds"][:k]
        # An answer votes by where it was first seen, so that the lowest of a tie is the first.
        votes = repeats([float(answers.index(each)) for each in answers], Scale(0, None))
        chosen = aggregator(tie="lowest").combine(votes)
        right += row["correct"][int(chosen.score)]
    assert right == BY_VOTE[k]


@pytest.mark.parametrize("k", BY_REWARD)
def test_the_answer_with_the_best_reward_is_right_as_often_as_recorded(k: int):
    right = 0
    for row in rows_of(QWEN):
        rewards = row["rm_scores"][:k]
        best = Maximum().combine(repeats(rewards, OPEN))
        right += row["correct"][rewards.index(best.score)]
    assert right == BY_REWARD[k]
