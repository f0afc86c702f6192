import pytest

from rmg_plugin_code.blocks import Block, code_in, fenced


@pytest.mark.parametrize(
    "info", ["python", "Python", " python ", "{.python .numberLines}", 'python title="x.py"']
)
def test_the_tag_is_the_first_word_of_the_fence_in_lower_case(info):
    assert fenced(f"```{info}\nx\n```") == (Block("python", "x\n"),)


def test_a_fence_ends_at_one_of_its_sign_that_is_as_long():
    assert [each.text for each in fenced("````\n```\n~~~~\nx\n`````\ny")] == ["```\n~~~~\nx\n"]


def test_a_fence_that_is_not_closed_goes_on_to_the_end():
    assert fenced("Here:\n~~~py\nx = 1") == (Block("py", "x = 1\n"),)


def test_a_fence_in_a_list_loses_its_own_margin_only():
    text = "1. so:\n   ```python\n   if x:\n       y\n   ```\n"
    assert fenced(text) == (Block("python", "if x:\n    y\n"),)


def test_code_between_ticks_on_one_line_is_no_fence():
    assert fenced("```x = 1```") == ()


def test_lines_may_end_as_on_windows():
    assert fenced("```py\r\nx\r\n```\r\n") == (Block("py", "x\n"),)


def test_a_response_without_fences_is_one_block():
    assert code_in("x = 1", ("python",)) == (Block("", "x = 1"),)


def test_a_response_without_fences_has_no_code_where_fences_are_asked_for():
    assert code_in("x = 1", ("python",), fences_only=True) == ()


def test_blocks_of_other_tags_and_of_white_space_are_left_out():
    text = "```bash\nls\n```\n```python\n\n```\n```\nx\n```"
    assert code_in(text, ("python",)) == (Block("", "x\n"),)


def test_a_response_of_nothing_but_fences_is_read_in_one_pass():
    assert len(fenced("```\n" * 20_000)) == 10_000
