"""The simulation of docs/benchmarks/coverage.py in short: 300 runs have an error of 1.3 %."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "benchmarks" / "coverage.py"

pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="the clone with docs/ is not there")


@cache
def report():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--runs", "300"], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def test_intervals_hold_the_true_value_as_often_as_they_say():
    found = report()["covered"]
    assert {name: share for name, share in found.items() if not 0.91 <= share <= 0.99} == {}
    assert len(found) >= 19


def test_cautious_intervals_hold_it_no_less_often():
    assert min(report()["cautious"].values()) >= 0.93


def test_the_interval_of_the_judge_alone_does_not_hold_it():
    assert report()["wrong"]["judge alone, lenient"] < 0.05
    assert report()["wrong"]["judge alone, slightly lenient"] < 0.7


def test_the_interval_of_clusters_taken_as_independent_does_not_hold_it():
    assert report()["wrong"]["clusters taken as independent, 100 clusters"] < 0.85
