"""`rmg gate`, over runs that are kept."""

import json
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from rmg_plugin_stats.gate_rules import GateReport, RuleVerdict
from rmg_plugin_stats.gating import coverage
from rmg_plugin_stats.junit import junit_of

from .graded import graded, refused, told_by

UNIT = {"right": "unit"}


def rows(right, **more):
    """Rows with an id, a question, and what the grader is to say."""
    return [
        {"id": f"s{at}", "question": f"what is {at}?", "right": each}
        | {name: values[at] for name, values in more.items()}
        for at, each in enumerate(right)
    ]


def gates(text):
    return f"\n[gates.right]\n{text}\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Grade 100 samples, 80 of which are right; return the run."""
    right = [1.0 if at % 5 else 0.0 for at in range(100)]
    language = ["de" if at < 50 else "en" for at in range(100)]
    hard = [at % 2 == 0 for at in range(100)]

    def make(name="qa", more="", right=right, graders=UNIT, options=()):
        made = rows(right, language=language[: len(right)], hard=hard[: len(right)])
        return str(graded(tmp_path, name, made, graders, more=more, options=options))

    return make


def held(capsys, *words):
    """Hold a run against its gates; return the exit code, the rules by name, and stderr."""
    code, out, error = told_by(capsys, "gate", *words, "--json")
    made = json.loads(out)
    return (
        code,
        {(each["gate"], each["rule"], each["where"]): each for each in made["rules"]},
        error,
    )


def verdict(capsys, *words, rule="min", where=""):
    code, rules, _ = held(capsys, *words)
    return code, rules["right", rule, where]["verdict"]


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("min = 0.7", "min", (0, "pass")),
        ("min = 0.9", "min", (1, "fail")),
        ("min = 0.78", "min", (1, "inconclusive")),
        ("max = 0.9", "max", (0, "pass")),
        ("max = 0.7", "max", (1, "fail")),
        ("min_coverage = 1", "min_coverage", (0, "pass")),
        ("max_errors = 0", "max_errors", (0, "pass")),
    ],
)
def test_a_rule_has_three_verdicts_and_an_exit_code(run, capsys, text, rule, expected):
    assert verdict(capsys, run(more=gates(text)), rule=rule) == expected


def test_what_is_not_decided_says_how_many_samples_would_settle_it(run, capsys):
    _, rules, _ = held(capsys, run(more=gates("min = 0.78")))
    made = rules["right", "min", ""]
    assert made["needed"] > 1000
    assert f"about {made['needed']} samples would settle it" in made["why"]


def test_what_is_not_decided_may_be_let_pass(run, capsys):
    where = run(more=gates("min = 0.78"))
    code, out, error = told_by(capsys, "gate", where, "--inconclusive", "pass")
    assert code == 0
    assert "inconclusive: 1 passed, 1 inconclusive of 2 rules" in out
    assert "inconclusive passes by --inconclusive pass" in error


def test_a_partial_run_never_passes(tmp_path, run, capsys):
    where = run(more=gates("min = 0.1"))
    (tmp_path / "runs/qa/summary.json").unlink()
    code, rules, _ = held(capsys, where, "--inconclusive", "pass")
    assert (code, rules["right", "min", ""]["verdict"]) == (1, "pass")
    assert rules["the run", "complete", ""]["verdict"] == "fail"
    assert "these results are partial" in rules["the run", "complete", ""]["why"]


def test_a_failed_run_never_passes(run, capsys):
    right = [1.0] * 97 + [None] * 3
    where = run(more=gates("min = 0.5"), right=right, options=["--set", "max_errors=0.01"])
    code, rules, _ = held(capsys, where)
    assert code == 1
    assert rules["the run", "complete", ""]["why"] == ("the run failed: too many errors in 'right'")


def test_a_run_that_is_compared_with_a_partial_one_does_not_pass(tmp_path, run, capsys):
    before, now = run("before"), run("now", more=gates("max_drop = 0.5"))
    (tmp_path / "runs/before/summary.json").unlink()
    code, rules, _ = held(capsys, now, "--against", before)
    assert code == 1
    assert rules["the run", "complete", "of the run to compare with"]["verdict"] == "fail"


def flipped(count):
    """Return 100 scores, 80 of which were right before `count` of these were not."""
    right = [1.0 if at % 5 else 0.0 for at in range(100)]
    for at in [at for at in range(100) if right[at]][:count]:
        right[at] = 0.0
    return right


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, (0, "pass")), (1, (0, "pass")), (5, (1, "inconclusive")), (20, (1, "fail"))],
)
def test_a_drop_is_judged_by_the_interval_of_the_paired_difference(run, capsys, count, expected):
    before, now = run("before"), run("now", gates("max_drop = 0.05"), flipped(count))
    assert verdict(capsys, now, "--against", before, rule="max_drop") == expected


def test_where_lower_is_better_a_rise_is_the_drop(tmp_path, capsys):
    low, high = rows([0.0] * 50), rows([0.0, 1.0] * 25)
    harm = {"right": "harm"}
    before = str(graded(tmp_path, "before", low, harm))
    now = str(graded(tmp_path, "now", high, harm, more=gates("max_drop = 0.05")))
    assert verdict(capsys, now, "--against", before, rule="max_drop") == (1, "fail")
    rule = "--set", "gates.right.max_drop=0.05"
    assert verdict(capsys, before, "--against", now, *rule, rule="max_drop") == (0, "pass")


def test_a_drop_without_anything_to_compare_with_is_a_wrong_question(run, capsys):
    said = refused(capsys, "gate", run(more=gates("max_drop = 0.1")))
    assert "config.toml" in said
    assert "there is none to compare; name it: --against RUN" in said


def test_scores_that_one_run_lacks_are_told(run, capsys):
    before = run("before")
    now = run("now", gates("max_drop = 0.5"), [None, None, *flipped(0)[2:]])
    _, rules, error = held(capsys, now, "--against", before)
    assert rules["right", "max_drop", ""]["figure"]["n"] == 98
    assert "gate 'right': 2 samples have a score in one run alone; with them its" in error


def test_errors_and_coverage_are_counted_over_the_samples_of_a_slice(run, capsys):
    right = [None, "skip", *flipped(0)[2:]]
    text = 'min_coverage = 0.97\nmax_errors = 0.01\nslice = { language = "de" }'
    code, rules, _ = held(capsys, run(more=gates(text), right=right))
    found = [rules["right", each, "language = de"] for each in ("min_coverage", "max_errors")]
    assert code == 1
    assert [each["figure"]["value"] for each in found] == [48 / 50, 1 / 50]
    assert [each["verdict"] for each in found] == ["fail", "fail"]


def test_a_slice_may_be_of_several_fields_and_of_any_type(run, capsys):
    text = 'min = 0.1\nslice = { language = "de", hard = true }'
    _, rules, _ = held(capsys, run(more=gates(text)))
    assert rules["right", "min", "language = de, hard = true"]["figure"]["n"] == 25


def test_a_slice_that_no_sample_is_in_is_a_wrong_question(run, capsys):
    said = refused(capsys, "gate", run(more=gates('min = 0.1\nslice = { language = "dee" }')))
    assert "gate 'right': no sample has language = 'dee'; did you mean 'de'?" in said


def test_every_slice_must_pass_and_their_intervals_hold_together(run, capsys):
    right = [1.0] * 50 + [0.0, 1.0] * 25
    code, rules, _ = held(capsys, run(more=gates('min = 0.7\nby = "language"'), right=right))
    de, en = (rules["right", "min", f"language = {each}"] for each in ("de", "en"))
    assert code == 1
    assert (de["verdict"], en["verdict"]) == ("pass", "fail")
    assert de["figure"]["level"] == pytest.approx(0.975)


def test_samples_of_a_cluster_settle_less(tmp_path, capsys):
    made = rows([float(at < 80) for at in range(100)], author=[f"p{at // 20}" for at in range(100)])
    where = str(graded(tmp_path, "qa", made, UNIT, more=gates("min = 0.7")))
    assert verdict(capsys, where) == (0, "pass")
    clustered = "--set", 'gates.right.cluster="author"'
    assert verdict(capsys, where, *clustered) == (1, "inconclusive")


def test_newer_rules_come_from_another_config(tmp_path, run, capsys):
    where = run(more=gates("min = 0.1"))
    new = (tmp_path / "qa.toml").read_text().replace("min = 0.1", "min = 0.95")
    (tmp_path / "new.toml").write_text(new)
    assert verdict(capsys, where, "--config", str(tmp_path / "new.toml")) == (1, "fail")


def test_rules_may_stand_on_the_command_line_alone(run, capsys):
    where = run()
    assert "the config has no gate" in refused(capsys, "gate", where)
    assert verdict(capsys, where, "--set", "gates.right.min=0.5") == (0, "pass")


def test_a_gate_on_a_column_that_the_run_lacks_is_a_wrong_question(run, capsys):
    said = refused(capsys, "gate", run(), "--set", "gates.rigth.min=0.5")
    assert "gate 'rigth' is of 'rigth', which is no grader and no aggregator" in said
    assert "did you mean 'right'?" in said


def test_scales_that_differ_are_no_drop(tmp_path, capsys):
    made = rows([1.0] * 5)
    before = str(graded(tmp_path, "before", made, {"right": "grade"}))
    now = str(graded(tmp_path, "now", made, UNIT, more=gates("max_drop = 0.1")))
    said = refused(capsys, "gate", now, "--against", before)
    assert "the scales of 'right' differ in the runs: 1..5, 0..1" in said


def test_a_column_without_a_score_passes_nothing(run, capsys):
    where = run(more=gates("min = 0"), right=["skip"] * 5)
    code, rules, _ = held(capsys, where)
    made = rules["right", "min", ""]
    assert (code, made["verdict"], made["why"]) == (1, "inconclusive", "no sample has a score")


ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
    "system-err": (set(), set()),
}
"""What junit-10.xsd of the xUnit plugin of Jenkins lets an element have: attributes, children."""

REQUIRED = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name"},
    "property": {"name", "value"},
}


def junit(file):
    """Read JUnit XML that is valid by the schema."""
    root = ET.fromstring(file.read_bytes())  # noqa: S314 - our own file
    assert root.tag == "testsuites"
    for each in root.iter():
        attributes, children = ALLOWED[each.tag]
        assert set(each.attrib) <= attributes, each.tag
        assert REQUIRED.get(each.tag, set()) <= set(each.attrib), each.tag
        assert {child.tag for child in each} <= children, each.tag
    for suite in root:
        cases = Counter(child.tag for case in suite.iter("testcase") for child in case)
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        assert suite.get("failures") == str(cases["failure"])
        assert suite.get("skipped") == str(cases["skipped"])
    return root


def test_junit_has_a_case_for_each_rule_and_its_figures(tmp_path, run, capsys):
    right = [None, *flipped(0)[1:]]
    where = run(more=gates("min = 0.78\nmin_coverage = 0.99\nmax_errors = 0"), right=right)
    file = tmp_path / "gate.xml"
    code, _, _ = told_by(capsys, "gate", where, "--junit", str(file))
    root = junit(file)
    cases = {
        f"{case.get('classname')}.{case.get('name')}": case[0].get("type")
        for case in root.iter("testcase")
    }
    assert code == 1
    assert cases == {
        "gates.the run.complete": None,
        "gates.right.min": "inconclusive",
        "gates.right.min_coverage": None,
        "gates.right.max_errors": "fail",
    }
    figures = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert figures["verdict"] == "fail"
    assert float(figures["right.min.value"]) == 80 / 99
    assert float(figures["right.min.low"]) < 0.78 < float(figures["right.min.high"])
    assert (figures["right.min.bound"], figures["right.min.n"]) == ("0.78", "99")


def test_what_is_let_pass_is_skipped_in_junit(tmp_path, run, capsys):
    file = tmp_path / "gate.xml"
    where = run(more=gates("min = 0.78"))
    told_by(capsys, "gate", where, "--junit", str(file), "--inconclusive", "pass")
    assert [each.get("type") for each in junit(file).iter("skipped")] == ["inconclusive"]


def test_junit_and_markdown_take_any_text(tmp_path, capsys):
    strange = '<a & "b"> ]]> \x00\x1b[31m \ufffe | *x*'
    made = rows([1.0] * 40, kind=[strange, "b"] * 20)
    where = str(graded(tmp_path, "qa", made, UNIT, more=gates('min = 0.1\nby = "kind"')))
    xml, page = tmp_path / "gate.xml", tmp_path / "gate.md"
    files = "--junit", str(xml), "--markdown", str(page)
    code, _, _ = told_by(capsys, "gate", where, *files)
    names = [case.get("name") for case in junit(xml).iter("testcase")]
    assert code == 0
    assert 'min (kind = <a & "b"> ]]> [31m  | *x*)' in names
    assert r"\<a & " in page.read_text()
    assert r"\| \*x\*" in page.read_text()


def test_half_a_character_is_no_part_of_xml():
    rule = RuleVerdict("right", "right", "min_coverage", 1, coverage(3, 3, 1))
    made = junit_of(GateReport("runs/\ud800qa", None, (rule,)))
    assert b'name="runs/qa"' in made


def test_markdown_is_a_summary_for_a_job(tmp_path, run, capsys):
    page = tmp_path / "gate.md"
    told_by(capsys, "gate", run(more=gates("min = 0.9")), "--markdown", str(page))
    text = page.read_text()
    assert text.startswith("# ❌ ")
    assert "| right | min | 0.9 | fail | 0.8 | 0.7112 to 0.8666 | 100 samples | Wilson |" in text
    assert "- fail: 1 passed, 1 failed of 2 rules" in text
