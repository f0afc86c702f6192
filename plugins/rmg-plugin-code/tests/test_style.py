import pytest

from rmg_core import CannotGrade, GraderSkip
from rmg_core.graders import spec_of
from rmg_plugin_code.style import style


def test_the_score_is_the_findings_in_a_thousand_lines_of_code():
    # Blank lines and comments are no code: one finding in four lines.
    assert style("# a comment\nimport os\n\nx = 1\ny = 2\nz = 3\n").score == 250.0


def test_the_rules_that_found_something_are_named():
    outcome = style("import os\nimport sys\n\ndef Foo():\n    return 1\n")
    assert outcome.reason == "3 findings in 4 lines of code: F401 ×2, N802"
    assert outcome.metadata["findings"] == {"F401": 2, "N802": 1}


def test_each_block_is_checked_for_itself():
    block = "```python\nimport os\n```\n"
    assert style(block * 2).metadata["findings"] == {"F401": 2}


def test_a_comment_cannot_switch_findings_off():
    assert style("# ruff: noqa\nimport os  # noqa\n").metadata["findings"] == {"F401": 1}


def test_a_configuration_beside_the_run_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "ruff.toml").write_text('[lint]\nignore = ["F401"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert style("import os\n").metadata["findings"] == {"F401": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["ruff.toml"]


def test_a_response_need_not_end_with_a_line_break():
    assert style("x = 1").score == 0.0


def test_only_the_rules_that_are_selected_count():
    assert style("import os\ndef Foo(): pass\n", select=("N",)).metadata["findings"] == {"N802": 1}


def test_the_length_of_lines_is_an_option():
    text = f"x = '{'a' * 60}'\n"
    assert style(text).score == 0.0
    assert style(text, line_length=60).score == 1000.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("", "the response has no Python"),
        ("```bash\nls\n```", "the response has no Python"),
        ("# only a comment\n", "the response has no Python"),
        ("x = 1\ny = (\n", "the Python does not parse: unexpected EOF while parsing (line 3)"),
        ("x = 1\0", "the Python does not parse: Got unexpected token \\x00 (line 1)"),
    ],
)
def test_what_is_no_python_has_no_style(response, reason):
    assert style(response) == GraderSkip(reason)


def test_code_that_ruff_breaks_off_at_is_an_error():
    with pytest.raises(CannotGrade, match="ruff was ended by signal") as caught:
        style("-" * 200_000 + "1")
    assert caught.value.kind == "crash"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"select": ()}, "select must name at least one rule or family of ruff"),
        ({"select": ("e501",)}, "select must be rules or families of ruff, such as E501 or N"),
        ({"select": ("QQ",)}, "select: Unknown rule selector `QQ`"),
        ({"ignore": ("--fix",)}, "ignore must be rules or families of ruff"),
        ({"line_length": 0}, "line_length"),
    ],
)
def test_options_that_ruff_does_not_know_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        spec_of(style).options(**options)
