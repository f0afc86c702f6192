import pytest

from rmg_plugin_format.fences import blocks, unfenced
from rmg_plugin_format.unreadable import Unreadable

JSON = ("json",)
FENCED = "```json\n[1]\n```"


def fault_of(text, fence):
    with pytest.raises(Unreadable) as caught:
        unfenced(text, fence, JSON)
    return str(caught.value)


@pytest.mark.parametrize(
    "text", [FENCED, "```\n[1]\n```", "~~~ JSON\r\n[1]\r\n~~~~", f"\n{FENCED}\n"]
)
@pytest.mark.parametrize("fence", ["allowed", "required", "within"])
def test_one_block_is_opened(text, fence):
    assert unfenced(text, fence, JSON) == "[1]"


def test_without_fences_the_response_is_left_as_it_is():
    assert unfenced(FENCED, "none", JSON) == FENCED
    assert unfenced("[1]", "allowed", JSON) == "[1]"


def test_text_around_the_block_is_left_out_only_within():
    text = f"Here it is:\n\n{FENCED}\nBye."
    assert unfenced(text, "within", JSON) == "[1]"
    assert unfenced(text, "allowed", JSON) == text
    assert fault_of(text, "required") == "the response is not one fenced block and nothing else"
    assert fault_of("[1]", "required") == "the response is not one fenced block and nothing else"


def test_within_a_block_that_names_the_language_goes_before_those_without():
    assert unfenced(f"```\nx\n```\n{FENCED}\n```python\ny\n```", "within", JSON) == "[1]"


def test_two_blocks_leave_open_which_counts():
    assert fault_of(f"{FENCED}\n{FENCED}", "within") == "2 fenced blocks of json or no language"
    assert fault_of("[1]", "within") == "0 fenced blocks of json or no language"


def test_a_block_of_another_language_is_refused():
    assert fault_of("```yaml\na: 1\n```", "allowed") == "the fenced block says that it is 'yaml'"


def test_a_block_that_does_not_end_is_refused():
    assert fault_of("```json\n[1]", "allowed") == "the fenced block does not end"


def test_a_fence_ends_with_as_many_signs_of_its_own():
    [block] = blocks(["````", "```", "~~~~", "````"])
    assert (block.text, block.is_closed) == ("```\n~~~~", True)


def test_signs_within_a_line_are_no_fence():
    assert list(blocks(["a ```", "```x``` y"])) == []
