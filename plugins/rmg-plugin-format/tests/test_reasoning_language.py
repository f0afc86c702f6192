import pytest

from rmg_core import GraderSkip
from rmg_core.errors import DefinitionError
from rmg_core.graders import spec_of, with_options
from rmg_plugin_format.reasoning_language import reasoning_language

ENGLISH = "First we add the two numbers, and then we divide the sum by two."
GERMAN = "Zuerst addieren wir die beiden Zahlen, und dann teilen wir die Summe."
CHINESE = "首先我们把两个数字相加,然后我们再把得到的结果除以二,这样就可以得到平均数。"
HINDI = "पहले हम दोनों संख्याओं को जोड़ते हैं और फिर योग को दो से भाग देते हैं।"


def thought(text):
    return f"<think>{text}</think>5"


@pytest.mark.parametrize(
    ("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), (CHINESE, "zh"), (HINDI, "hi")]
)
def test_reasoning_in_the_language_is_right(text, language):
    assert reasoning_language(thought(text), language=language).score == 1.0


@pytest.mark.parametrize(
    ("text", "language"), [(ENGLISH, "de"), (ENGLISH, "zh"), (CHINESE, "en"), (CHINESE, "ja")]
)
def test_reasoning_in_another_language_is_wrong(text, language):
    assert reasoning_language(thought(text), language=language).score == 0.0


def test_mixed_reasoning_counts_its_letters():
    outcome = reasoning_language(thought(f"{ENGLISH}\n{GERMAN}"), language="en")
    english, german = (sum(c.isalpha() for c in text) for text in (ENGLISH, GERMAN))
    assert outcome.score == pytest.approx(english / (english + german))
    assert outcome.reason == f"{english} of {english + german} letters are in 'en'"


def test_words_of_another_script_count_against_the_language_also_inside_of_a_sentence():
    mixed = CHINESE.replace("然后", " then we ")
    outcome = reasoning_language(thought(mixed), language="zh")
    # 33 letters are left, "then" has four, and "we" is as short as the letters of formulas.
    assert outcome.reason == "33 of 37 letters are in 'zh'"


def test_code_formulas_and_addresses_do_not_count():
    extra = "\n```python\nдва = 2\n```\n`код` $сумма$ \\(икс\\) https://пример.org/да"
    assert reasoning_language(thought(ENGLISH + extra)).score == 1.0


def test_letters_of_formulas_do_not_count_where_the_script_is_another():
    assert reasoning_language(thought(CHINESE + " x + y = ab"), language="zh").score == 1.0


def test_the_answer_is_not_looked_at():
    assert reasoning_language(f"<think>{ENGLISH}</think>{CHINESE}").score == 1.0


def test_the_whole_response_may_be_the_reasoning():
    assert reasoning_language(ENGLISH, think="").score == 1.0
    assert reasoning_language(f"{ENGLISH}</think>{CHINESE}", prefilled=True).score == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the response is empty"),
        (ENGLISH, "there is no <think>"),
        (f"<think>{ENGLISH}", "<think> is not closed"),
    ],
)
def test_a_response_without_reasoning_is_wrong(text, said):
    outcome = reasoning_language(text)
    assert (outcome.score, outcome.reason) == (0.0, said)


def test_reasoning_without_words_is_skipped():
    assert reasoning_language(thought("1 + 2 = 3")) == GraderSkip("the reasoning has no words")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"language": "english"}, "language must be the ISO 639 code of a language that is known"),
        ({"among": ("xx",)}, "among must be the ISO 639 code of a language that is known"),
        ({"among": ("en",)}, "among must name a language other than 'en'"),
        ({"think": "<think>"}, "think must be the name of a tag without its brackets"),
    ],
)
def test_options_that_cannot_be_are_refused(options, said):
    with pytest.raises(DefinitionError, match=said):
        with_options(spec_of(reasoning_language), options)
