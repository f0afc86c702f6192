import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_format.reasoning import ReasoningFormat, ToolCallFormat
from rmg_plugin_format.tags import TagsOnce

RIGHT = "<think>a</think>\n<answer>b</answer>"
CALL = '<tool_call>{"name": "find", "arguments": {"x": [1]}}</tool_call>'
TEXTS = st.lists(
    st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", "<tool_call>", "a", " ", "{}"])
).map("".join)


@given(TEXTS)
@pytest.mark.parametrize(
    "grader", [ReasoningFormat(), ToolCallFormat(), TagsOnce(tags=("think", "answer"))], ids="rct"
)
def test_every_text_gets_a_score_with_a_reason(grader, text):
    outcome = grader.grade(text)
    assert outcome.score in (0.0, 1.0)
    assert outcome.reason


# reasoning_format


@pytest.mark.parametrize("text", [RIGHT, f"\n {RIGHT}\n", RIGHT.replace("b", "1 < 2 <b>x</b>")])
def test_reasoning_and_then_an_answer_is_right(text):
    assert ReasoningFormat().grade(text).score == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the response is empty"),
        ("plain", "the blocks are none, not <think><answer>"),
        ("<think>a</think>", "the blocks are <think>, not <think><answer>"),
        (
            "<answer>b</answer><think>a</think>",
            "the blocks are <answer><think>, not <think><answer>",
        ),
        (RIGHT + RIGHT, "the blocks are <think><answer><think><answer>, not <think><answer>"),
        ("<think>a<answer>b</answer></think>", "<answer> stands inside of <think>"),
        ("<think>a<think>b</think></think>", "<think> stands inside of <think>"),
        ("<think>a", "<think> is not closed"),
        ("a</think><answer>b</answer>", "</think> closes nothing"),
        (f"Well: {RIGHT}", "there is text outside of the tags: 'Well:'"),
        (f"{RIGHT} Bye.", "there is text outside of the tags: 'Bye.'"),
        ("<think> </think><answer>b</answer>", "<think> is empty"),
        ("<THINK>a</THINK><answer>b</answer>", "the blocks are <answer>, not <think><answer>"),
    ],
)
def test_what_is_not_in_form_says_why(text, said):
    assert (ReasoningFormat().grade(text).score, ReasoningFormat().grade(text).reason) == (
        0.0,
        said,
    )


def test_each_option_allows_one_thing_more():
    assert ReasoningFormat(outside=True).grade(f"Well: {RIGHT} Bye.").score == 1.0
    assert ReasoningFormat(empty=True).grade("<think></think><answer>b</answer>").score == 1.0
    assert ReasoningFormat(think="r", answer="a").grade("<r>x</r><a>y</a>").score == 1.0


def test_a_prompt_may_have_opened_the_reasoning():
    grader = ReasoningFormat(prefilled=True)
    assert grader.grade("a</think><answer>b</answer>").score == 1.0
    assert grader.grade(RIGHT).reason == "<think> stands inside of <think>"


def test_all_that_follows_may_be_the_answer():
    grader = ReasoningFormat(answer="")
    assert grader.grade("<think>a</think>b").score == 1.0
    assert grader.grade("<think>a</think> ").reason == "nothing follows </think>"
    assert grader.grade("b<think>a</think>c").reason == "there is text outside of the tags: 'b'"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"think": "<think>"}, "think must be the name of a tag without its brackets"),
        ({"answer": "think"}, "answer must be another tag than think: 'think'"),
        ({"answer": "", "outside": True}, "outside must be false where answer is empty"),
    ],
)
def test_tags_that_contradict_each_other_are_refused(options, said):
    with pytest.raises(ValueError) as caught:
        ReasoningFormat(**options)
    assert str(caught.value).startswith(said)


# tool_call_format


@pytest.mark.parametrize(
    "text", [RIGHT, f"<think>a</think>{CALL}", f"<think>a</think>{CALL}\n{CALL}"]
)
def test_reasoning_and_then_an_answer_or_calls_is_right(text):
    assert ToolCallFormat().grade(text).score == 1.0


def called(body):
    return f"<think>a</think><tool_call>{body}</tool_call>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the response is empty"),
        ("<answer>b</answer>", "it does not begin with <think>"),
        ("<think>a</think>", "there is neither <answer> nor <tool_call>"),
        (f"{RIGHT}{CALL}", "<answer> stands with calls beside it"),
        (f"{RIGHT}<answer>c</answer>", "<answer> stands more than once"),
        (f"<think>a</think>{CALL}<think>b</think>", "<think> stands twice, or not first"),
        (f"<think>a</think>x{CALL}", "there is text outside of the tags: 'x'"),
        (called(""), "<tool_call> is empty"),
        (called("find()"), "call 1: not JSON: expecting value at line 1 column 1"),
        (called("[]"), "call 1: it is no object"),
        (called('{"name": "f"}'), "call 1: it has no 'arguments'"),
        (called('{"arguments": {}}'), "call 1: it has no 'name'"),
        (called('{"name": 1, "arguments": {}}'), "call 1: 'name' is not a text"),
        (called('{"name": " ", "arguments": {}}'), "call 1: 'name' is empty"),
        (called('{"name": "f", "arguments": "{}"}'), "call 1: 'arguments' is not an object"),
        (
            called('{"name": "f", "name": "g", "arguments": {}}'),
            "call 1: not JSON that all readers agree on: 'name' stands twice",
        ),
    ],
)
def test_what_is_not_in_form_for_tools_says_why(text, said):
    assert (ToolCallFormat().grade(text).score, ToolCallFormat().grade(text).reason) == (0.0, said)


def test_tags_in_the_arguments_of_a_call_are_text():
    body = '{"name": "write", "arguments": {"html": "<think>x</think><answer>"}}'
    assert ToolCallFormat().grade(called(body)).score == 1.0


def test_reasoning_may_be_left_out_by_option():
    assert ToolCallFormat(thinks=False).grade(CALL).reason == "1 call"
    assert ToolCallFormat(thinks=False).grade(RIGHT).reason == "reasoning, then an answer"


def test_one_call_at_a_time_is_an_option():
    grader = ToolCallFormat(parallel=False)
    assert grader.grade(f"<think>a</think>{CALL}").score == 1.0
    assert grader.grade(f"<think>a</think>{CALL}{CALL}").reason == "2 calls, and one is allowed"


# tags_once


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a>1</a>", "<b> stands 0 times"),
        ("<a>1</a><b>2</b><a>", "<a> stands 2 times"),
        ("<b>1</b><a>2</a>", "the tags stand in another order than '<a></a><b></b>'"),
        ("<a><b>1</b></a>", "the tags stand in another order than '<a></a><b></b>'"),
    ],
)
def test_tags_that_are_missing_or_too_many_or_mixed_up_are_named(text, said):
    outcome = TagsOnce(tags=("a", "b")).grade(text)
    assert (outcome.score, outcome.reason) == (0.0, said)


def test_without_order_tags_only_open_before_they_close():
    grader = TagsOnce(tags=("a", "b"), in_order=False)
    assert grader.grade("<b><a>1</a></b>").score == 1.0
    assert grader.grade("</a>1<a><b></b>").score == 0.0


def test_the_share_counts_opening_and_closing_tags_apart():
    grader = TagsOnce(tags=("a", "b"), share=True)
    assert grader.grade("<a>1</a><b>2").score == 0.75
    assert grader.grade("").score == 0.0


@pytest.mark.parametrize(
    ("tags", "said"), [((), "Length of 'tags'"), (("a", "a"), "tags must name each tag once")]
)
def test_tags_that_say_nothing_are_refused(tags, said):
    with pytest.raises(ValueError, match=said):
        TagsOnce(tags=tags)
