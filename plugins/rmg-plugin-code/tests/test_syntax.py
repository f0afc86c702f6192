import warnings

import pytest

from rmg_core import CannotGrade
from rmg_core.graders import spec_of
from rmg_plugin_code.syntax import syntax

MIXED = "```python\nx = 1\n```\nand\n```python\ndef f(\n```"


def test_each_block_is_checked_for_itself():
    outcome = syntax(MIXED)
    assert (outcome.score, outcome.reason) == (0.0, "block 2: '(' was never closed (line 1)")


def test_the_counts_of_blocks_are_in_the_metadata():
    assert syntax(MIXED, share=True).metadata == {"blocks": 2, "valid": 1}


def test_the_language_of_a_block_is_what_its_fence_says():
    text = '```json\n{"a": 1}\n```\n```toml\na = 1\n```\n```python\na = 1\n```'
    assert syntax(text, languages=("python", "json", "toml")).score == 1.0
    assert syntax(text.replace("a = 1\n```\n```python", "a = \n```\n```python"),
                  languages=("python", "json", "toml")).score == 0.0  # fmt: skip


def test_a_block_without_a_tag_is_of_the_first_language():
    assert syntax("```\n[1, null]\n```", languages=("json", "python")).score == 1.0
    assert syntax("```\n[1,, 2]\n```", languages=("json", "python")).score == 0.0


def test_blocks_of_other_languages_are_passed_over():
    assert syntax("```bash\nls (\n```\n```python\nx = 1\n```").score == 1.0


def test_a_response_without_code_of_the_language_says_what_it_has():
    outcome = syntax("```rust\nfn main() {}\n```")
    assert (outcome.score, outcome.reason) == (
        0.0,
        "the response has no python; its blocks are rust",
    )


@pytest.mark.parametrize("response", ["", " \n", "```python\n```"])
def test_nothing_is_no_code(response):
    assert syntax(response).reason == "the response has no python"


def test_prose_without_a_fence_is_no_code_where_fences_are_asked_for():
    assert syntax("x = 1", fences_only=True).score == 0.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("x = 1\0", "null bytes"),
        ("if 1:\n\tx = 1\n        y = 2", "inconsistent use of tabs"),
        ("x = '\ud800'", "surrogates not allowed"),
        ("(" * 5000 + ")" * 5000, "too many nested parentheses"),
        ("-" * 100_000 + "1", "nested deeper than Python can parse"),
        ("a" + ".b" * 100_000, "nested deeper than Python can parse"),
    ],
)
def test_what_python_cannot_read_is_wrong_with_a_reason(response, reason):
    outcome = syntax(response)
    assert outcome.score == 0.0
    assert reason in outcome.reason


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_json_that_is_nested_too_deeply_is_wrong_with_a_reason(text):
    assert "nested deeper" in syntax(text, languages=("json",)).reason


def test_a_mark_of_the_byte_order_is_no_mistake():
    assert syntax("\ufeffx = 1").score == 1.0


def test_what_python_only_warns_of_is_no_mistake():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert syntax(r"x = '\d'").score == 1.0


def test_a_response_that_is_too_long_is_an_error():
    with pytest.raises(CannotGrade, match="1000001 characters, and at most 1000000") as caught:
        syntax("x" * 1_000_001)
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (("pyton",), "languages cannot have 'pyton': it knows python, json, toml"),
        ((), "languages must name at least one of python, json, toml"),
    ],
)
def test_a_language_that_is_not_known_is_refused(languages, message):
    with pytest.raises(ValueError, match=message):
        spec_of(syntax).options(languages=languages)
