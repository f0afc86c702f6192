import os
import subprocess
import sys

import pytest

from rmg_core import CannotGrade, GraderSkip
from rmg_core.graders import spec_of
from rmg_plugin_code.security import security_findings

# By bandit: B307 is medium with high confidence, B105 low with medium, B602 high with high.
EVAL = "eval(input())\n"
PASSWORD = "password = 'hunter2'\n"  # noqa: S105 - what bandit shall find
SHELL = "import subprocess\nsubprocess.run(input(), shell=True)\n"


def test_every_finding_counts_and_is_named_with_its_place():
    outcome = security_findings(f"x = 1\n{EVAL}")
    assert (outcome.score, outcome.reason) == (
        1.0,
        "1 finding: B307 in line 2 (medium, high confidence)",
    )


def test_findings_below_the_severity_do_not_count():
    code = f"{EVAL}{PASSWORD}{SHELL}"
    counts = [security_findings(code, severity=each).score for each in ("low", "medium", "high")]
    assert counts == [4.0, 2.0, 1.0]


def test_findings_below_the_confidence_do_not_count():
    # B105 has a medium confidence, whatever its severity.
    assert security_findings(PASSWORD, confidence="medium").score == 1.0
    assert security_findings(PASSWORD, confidence="high").score == 0.0


def test_severity_and_confidence_are_asked_apart():
    assert security_findings(EVAL, severity="medium", confidence="high").score == 1.0
    assert security_findings(PASSWORD, severity="medium", confidence="low").score == 0.0


def test_a_comment_cannot_switch_findings_off():
    assert security_findings("eval(input())  # nosec\n").score == 1.0


def test_the_block_of_a_finding_is_told_where_there_are_several():
    block = f"```python\n{EVAL}```\n"
    assert "B307 in line 1 of block 2" in security_findings(block * 2).reason


def test_code_that_does_not_parse_is_not_looked_at():
    assert security_findings("eval(") == GraderSkip(
        "nothing to look at: '(' was never closed (line 1)"
    )


def test_code_nested_deeper_than_bandit_can_follow_is_an_error():
    with pytest.raises(CannotGrade, match="nested deeper than bandit can follow"):
        security_findings("1" + "+1" * 1500)


def test_nothing_is_written_not_even_a_cache(tmp_path):
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        # stevedore writes its cache unless the Python is under /tmp.
        "sys.executable = '/usr/bin/python'\n"
        "from rmg_plugin_code.security import security_findings\n"
        "print(security_findings('eval(input())').score)\n"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, **home},
        text=True,
    )
    assert ran.stdout == "1.0\n"
    assert list(tmp_path.iterdir()) == []


def test_a_level_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="'severity' must be in"):
        spec_of(security_findings).options(severity="grave")


def test_code_that_would_take_long_is_refused():
    with pytest.raises(CannotGrade, match="at most 200000 are read") as caught:
        security_findings("x = 1\n" * 40_000)
    assert caught.value.kind == "bad_input"
