"""A rubric file is read strictly: what is right becomes a rubric, what is wrong has its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import ConfigError
from rmg_plugin_judge.rubric import CHECKLIST_LEVELS, PAIR_LEVELS, read_rubric
from rmg_plugin_judge.values import Criterion, Example, Level, Pair, Prompt, RubricInput

TONE = """\
version = 2
about = "Judge the tone of an answer."
inputs = ["query", "response", "context?"]
mode = "pointwise"
scale = [0, 2]
[levels]
0 = "Rude."
1 = "Neutral."
2 = "Kind."
[prompt]
task = "Judge the tone of {response}; {\\"a\\": 1} and {} stay as they are."
consider = ["warmth"]
[prompt.zh]
task = "判断语气。"
consider = ["温暖"]
[[examples]]
query = "Hi"
response = "What?"
verdict = 0
why = "It is curt."
[tests]
pairs = [
  { query = "Hi", better = { response = "Hello!" }, worse = { response = "What?" }, why = "curt" },
]
"""

CHECKLIST = """\
about = "Go through a list."
inputs = ["response"]
mode = "checklist"
[prompt]
task = "Look at each criterion."
[[criteria]]
id = "polite"
text = "It is polite."
[[criteria]]
id = "wrong"
text = "It has a wrong fact."
weight = -2
[[examples]]
response = "Please, 2 + 2 is 5."
verdict = { polite = "yes", wrong = "yes" }
"""

PAIRWISE = """\
about = "Compare two answers."
inputs = ["query", "response_a", "response_b"]
mode = "pairwise"
[prompt]
task = "Which is better?"
[[examples]]
query = "Hi"
response_a = "Hello!"
response_b = "What?"
verdict = "A"
[tests]
pairs = [{ query = "Hi", better = { response = "Hello!" }, worse = { response = "What?" } }]
"""

LISTWISE = """\
about = "Rank answers."
inputs = ["query", "responses"]
mode = "listwise"
[prompt]
task = "Which is best?"
[[examples]]
query = "Hi"
responses = ["What?", "Hello!", "Hm?"]
verdict = "B > A = C"
"""


@pytest.fixture
def written(tmp_path: Path):
    """Write a text as `tone.toml`, with a few words replaced."""

    def write(text: str, *changes: tuple[str, str]) -> Path:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "tone.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_rubric_is_what_its_file_says(written):
    made = read_rubric(written(TONE))
    assert (made.name, made.version, made.mode) == ("tone", 2, "pointwise")
    assert made.inputs[1:] == (RubricInput("response"), RubricInput("context", False))
    assert made.levels == (
        Level("0", "Rude.", 0),
        Level("1", "Neutral.", 1),
        Level("2", "Kind.", 2),
    )
    assert made.translations == {"zh": Prompt("判断语气。", ("温暖",))}
    assert made.examples == (Example({"query": "Hi", "response": "What?"}, "0", "It is curt."),)


def test_inputs_beside_a_pair_belong_to_both_sides(written):
    better, worse = ({"query": "Hi", "response": each} for each in ("Hello!", "What?"))
    assert read_rubric(written(TONE)).pairs == (Pair(better, worse, "curt"),)


def test_a_checklist_has_yes_and_no_unless_it_has_labels_of_its_own(written):
    made = read_rubric(written(CHECKLIST))
    assert made.levels == CHECKLIST_LEVELS
    assert made.criteria[1] == Criterion("wrong", "It has a wrong fact.", -2.0)
    assert made.examples[0].labels == {"polite": "yes", "wrong": "yes"}


def test_a_comparison_has_fixed_labels_and_its_minimal_pairs_have_one_response_a_side(written):
    made = read_rubric(written(PAIRWISE))
    assert made.levels == PAIR_LEVELS
    assert made.pairs[0].better == {"query": "Hi", "response": "Hello!"}


def test_the_verdict_on_a_list_is_a_ranking(written):
    assert read_rubric(written(LISTWISE)).examples[0].verdict == "B > A = C"


def test_levels_may_have_labels_with_values_and_stand_in_the_order_of_these(written):
    labels = 'good = { value = 1, text = "Good." }\nbad = { value = 0, text = "Bad." }\n'
    numbers = '0 = "Rude."\n1 = "Neutral."\n2 = "Kind."\n'
    path = written(TONE, ("scale = [0, 2]\n", ""), (numbers, labels), ("= 0\nwhy", '= "bad"\nwhy'))
    assert [each.label for each in read_rubric(path).levels] == ["bad", "good"]


def test_a_judge_who_may_abstain_may_do_so_in_an_example(written):
    path = written(TONE, ("version = 2", "may_abstain = true"), ("= 0\nwhy", '= "abstain"\nwhy'))
    assert read_rubric(path).examples[0].verdict == "abstain"


HAS_KEYS = (
    "keys: about, claims, criteria, criteria_from, examples, inputs, levels, may_abstain, mode, "
    "nodes, prompt, scale, tests, version"
)

WRONG = {
    "an unknown key": (
        TONE,
        ("mode", "modes"),
        "4:1: the rubric has no key 'modes'; did you mean 'mode'? " + HAS_KEYS,
    ),
    "another mode": (
        TONE,
        ('"pointwise"', '"pairwize"'),
        (
            "4:8: key 'mode' of the rubric must be 'pointwise', 'checklist', 'pairwise', "
            "'listwise' or 'tree', not the text 'pairwize'; did you mean 'pairwise'?"
        ),
    ),
    "a summary of two lines": (
        TONE,
        ('tone of an answer."', 'tone\\nof."'),
        "2:9: key 'about' of the rubric must be one line, which is the catalogue's entry",
    ),
    "a level that is missing": (
        TONE,
        ('1 = "Neutral."\n', ""),
        '6:2: the level 1 is not described; add 1 = "what it means" to [levels]',
    ),
    "a level off the scale": (
        TONE,
        ('2 = "Kind."', '2 = "Kind."\n3 = "Too kind."'),
        "10:1: the level '3' is not on the scale; it has the levels 0 to 2",
    ),
    "a level with a value on a scale": (
        TONE,
        ('2 = "Kind."', '2 = { value = 2, text = "Kind." }'),
        '9:5: the level 2 stands for itself and has no value of its own; write 2 = "what it means"',
    ),
    "a level of spaces": (TONE, ('"Kind."', '" "'), "9:5: the level 2 is not described"),
    "a scale that goes down": (
        TONE,
        ("[0, 2]", "[2, 0]"),
        "5:9: a scale goes up, and 0 is not above 2",
    ),
    "a scale without end": (
        TONE,
        ("[0, 2]", "[0, 1_000_000]"),
        "5:9: a scale has at most 101 levels, not 1000001; 0 to 5 agrees best with people",
    ),
    "levels without a scale": (
        TONE,
        ("scale = [0, 2]\n", ""),
        "6:5: the level '0' has no value; add scale = [LOWEST, HIGHEST]",
    ),
    "no levels at all": (
        CHECKLIST.partition("[[criteria]]")[0],
        ('"checklist"', '"pointwise"'),
        (
            "3:8: a pointwise rubric needs levels; add scale = [0, 5] and [levels], "
            "or [levels] with labels of your own"
        ),
    ),
    "a label that looks like a number": (
        CHECKLIST,
        ("[prompt]", '[levels]\n1 = { value = 1, text = "Met." }\n[prompt]'),
        (
            "5:1: the label '1' cannot be told apart in a reply; "
            "use one word of letters, digits, '_', '+' and '-' that is no number"
        ),
    ),
    "a label that says nothing": (
        CHECKLIST,
        ("[prompt]", '[levels]\nAbstain = { value = 1, text = "?" }\n[prompt]'),
        "5:1: the label 'Abstain' is that of a judge who will not say; set may_abstain = true",
    ),
    "two labels that differ in capitals": (
        CHECKLIST,
        (
            "[prompt]",
            '[levels]\nyes = { value = 1, text = "?" }\nYes = { value = 0, text = "?" }\n[prompt]',
        ),
        "6:1: the label 'Yes' differs from another in its capitals alone; use another word",
    ),
    "labels of one value": (
        CHECKLIST,
        ("[prompt]", '[levels]\nyes = { value = 1, text = "Met." }\n[prompt]'),
        "4:2: the levels need at least two different values",
    ),
    "a level of a checklist outside 0..1": (
        CHECKLIST,
        (
            "[prompt]",
            '[levels]\nyes = { value = 2, text = "?" }\nno = { value = 0, text = "?" }\n[prompt]',
        ),
        (
            "5:17: the value of the level 'yes' must be of 0..1, not 2; "
            "it is the share of the criterion's weight that the level earns"
        ),
    ),
    "a scale of a checklist": (
        CHECKLIST,
        ("[prompt]", "scale = [0, 5]\n[prompt]"),
        (
            "4:1: a checklist has no scale: its criteria are met or not; "
            "take it out; levels of its own stand in [levels] with their values of 0..1"
        ),
    ),
    "levels of a comparison": (
        PAIRWISE,
        ("[prompt]", "scale = [0, 5]\n[prompt]"),
        "4:1: a pairwise rubric has no scale: its labels are the answers themselves; take it out",
    ),
    "a comparison without its answers": (
        PAIRWISE,
        ('"response_b"]', '"response_b?"]'),
        "2:10: a pairwise rubric needs the input 'response_b'; take the '?' away",
    ),
    "an input without a name": (
        TONE,
        ('"context?"', '"the context"'),
        (
            "3:32: the input 'the context' has no name that can be used; "
            "use letters, digits and '_', and end it with '?' if a sample may lack it"
        ),
    ),
    "an input twice": (
        TONE,
        ('"context?"', '"query?"'),
        "3:32: the input 'query' is declared twice; take one of them out",
    ),
    "criteria of something else": (
        TONE,
        ("[levels]", 'criteria_from = "context"\n[levels]'),
        (
            "6:1: a pointwise rubric has no criteria of its own; "
            'set mode = "checklist", or name them in the prompt'
        ),
    ),
    "a checklist without criteria": (
        CHECKLIST.partition("[[criteria]]")[0],
        ("about", "about"),
        (
            "3:8: a checklist needs criteria; add [[criteria]] with id and text, "
            'or criteria_from = "INPUT"'
        ),
    ),
    "criteria from two places": (
        CHECKLIST,
        ("[prompt]", 'criteria_from = "response"\n[prompt]'),
        (
            "4:1: the criteria stand in the rubric or come with each sample, and not both; "
            "take one of them out"
        ),
    ),
    "criteria from nowhere": (
        CHECKLIST.partition("[[criteria]]")[0],
        ("[prompt]", 'criteria_from = "respons"\n[prompt]'),
        (
            "4:17: criteria_from names the input 'respons', which is not declared; "
            "did you mean 'response'?"
        ),
    ),
    "a criterion twice": (
        CHECKLIST,
        ('id = "wrong"', 'id = "polite"'),
        "10:6: there are two criteria 'polite'; give one another id",
    ),
    "a criterion of two words": (
        CHECKLIST,
        ('id = "wrong"', 'id = "is wrong"'),
        (
            "10:6: the id 'is wrong' cannot be told apart in a reply; "
            "use one word of letters, digits, '_', '+' and '-'"
        ),
    ),
    "a criterion that weighs nothing": (
        CHECKLIST,
        ("weight = -2", "weight = 0"),
        (
            "12:10: the criterion 'wrong' has the weight 0 and changes nothing; "
            "take it out, or give it a weight"
        ),
    ),
    "negative weights alone": (
        CHECKLIST,
        ('"It is polite."', '"It is impolite."\nweight = -1'),
        (
            "6:3: all weights are negative, so that no answer is good; "
            "give what is good a positive weight; negative ones take points away"
        ),
    ),
    "an input in braces that is not declared": (
        TONE,
        ('["warmth"]', '["warmth", "{contxt} too"]'),
        (
            "12:23: the prompt names the input {contxt}, which is not declared; "
            "did you mean 'context'?"
        ),
    ),
    "a prompt without a task": (
        TONE,
        ("task = ", "steps = [] #"),
        "10:2: the prompt needs key 'task'; it says what is judged",
    ),
    "a key of the prompt that is none": (
        TONE,
        ("consider = [", "considr = ["),
        "12:1: the prompt has no key 'considr'; did you mean 'consider'?",
    ),
    "a task that is a list": (
        TONE,
        ('consider = ["warmth"]', 'consider = "warmth"'),
        "12:12: key 'consider' of the prompt must be a list of texts",
    ),
    "a language that is none": (
        TONE,
        ("prompt.zh", "prompt.Chinese"),
        (
            "13:9: the prompt is translated into 'Chinese', which is no language; "
            "write its tag, such as zh, de or pt-BR"
        ),
    ),
    "half a translation": (
        TONE,
        ('consider = ["温暖"]\n', ""),
        (
            "13:9: the translation into 'zh' lacks key 'consider', which the prompt has; "
            "a translation says what the prompt says"
        ),
    ),
    "an example with an unknown input": (
        TONE,
        ('query = "Hi"\nresponse', 'query = "Hi"\ncontxt = ""\nresponse'),
        "18:1: the example has the input 'contxt', which is not declared; did you mean 'context'?",
    ),
    "an example that lacks an input": (
        TONE,
        ('query = "Hi"\nresponse', "response"),
        "16:3: the example lacks the input 'query'",
    ),
    "an example without a verdict": (
        TONE,
        ("verdict = 0\n", ""),
        "16:3: the example needs key 'verdict'; it is the label that the answer deserves",
    ),
    "a verdict off the scale": (
        TONE,
        ("verdict = 0", "verdict = 3"),
        "19:11: the verdict 3 is not a level; levels: 0, 1, 2",
    ),
    "a verdict that is a text on a scale": (
        TONE,
        ("verdict = 0", 'verdict = "0"'),
        "19:11: the verdict must be a number of the scale; there are: 0, 1, 2",
    ),
    "a verdict that is true": (
        TONE,
        ("verdict = 0", "verdict = true"),
        "19:11: the verdict must be a number of the scale; there are: 0, 1, 2",
    ),
    "a verdict with a label that there is not": (
        PAIRWISE,
        ('verdict = "A"', 'verdict = "tied"'),
        "10:11: the verdict 'tied' is not a label; did you mean 'tie'?",
    ),
    "a verdict on a checklist that is no table": (
        CHECKLIST,
        ('{ polite = "yes", wrong = "yes" }', '"yes"'),
        (
            "15:11: the verdict on a checklist is a table with a label for each criterion; "
            'write verdict = { ID = "yes" }'
        ),
    ),
    "a verdict on a criterion that there is not": (
        CHECKLIST,
        ('wrong = "yes" }', 'wrong = "yes", wrongs = "no" }'),
        "15:44: the verdict is on 'wrongs', which is no criterion; did you mean 'wrong'?",
    ),
    "a verdict that lacks a criterion": (
        CHECKLIST,
        (', wrong = "yes" }', " }"),
        "15:1: the verdict lacks the criterion 'wrong'",
    ),
    "a ranking that is none": (
        LISTWISE,
        ("B > A = C", "B, A, C"),
        (
            '9:11: the verdict on a list is a ranking; write verdict = "B > A = C", best first, '
            "where A is the first of the responses"
        ),
    ),
    "a ranking that lacks one": (
        LISTWISE,
        ("B > A = C", "B > A"),
        "9:11: the ranking 'B > A' does not have each of the 3 responses once",
    ),
    "responses that are no list": (
        LISTWISE,
        ('["What?", "Hello!", "Hm?"]', '"ABC"'),
        "8:13: the input 'responses' of the example must be a list",
    ),
    "a pair of one": (
        TONE,
        (', worse = { response = "What?" }', ""),
        "23:3: the pair needs key 'worse'; it is a table of inputs",
    ),
    "a pair of the same": (
        TONE,
        ('worse = { response = "What?" }', 'worse = { response = "Hello!" }'),
        "23:3: both sides of the pair are the same; let them differ in one thing",
    ),
    "a pair that lacks an input": (
        PAIRWISE,
        ("worse = { response =", "worse = { response_b ="),
        (
            "12:70: 'worse' of the pair has the input 'response_b', which is not declared; "
            "did you mean 'response'?"
        ),
    ),
    "a pair with an unknown key": (
        TONE,
        ('why = "curt" }', 'wy = "curt" }'),
        "23:85: the pair has the input 'wy', which is not declared; did you mean 'why'?",
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_mistake_has_its_place_and_what_to_do(case, written):
    text, change, said = case
    path = written(text, change)
    with pytest.raises(ConfigError) as refused:
        read_rubric(path)
    assert f"{path}:{said}" in [str(each) for each in refused.value.problems]


def test_all_mistakes_are_told_at_once(written):
    path = written(TONE, ("verdict = 0", "verdict = 9"), ("{response}", "{respons}"))
    with pytest.raises(ConfigError) as refused:
        read_rubric(path)
    assert [each.line for each in refused.value.problems] == [11, 19]


def test_a_file_that_is_no_toml_has_the_place_too(written):
    with pytest.raises(ConfigError, match=r"tone.toml:6:1: this is not TOML: unclosed array"):
        read_rubric(written(TONE, ("[0, 2]", "[0, 2")))


_values = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", min_size=1), inner),
    max_leaves=4,
)


def _toml(value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return '"' + "".join(f"\\U{ord(each):08X}" for each in value) + '"'
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"


@given(
    st.sampled_from([TONE, CHECKLIST, PAIRWISE, LISTWISE]),
    st.integers(0, 30),
    _values,
)
def test_whatever_stands_at_a_key_it_is_read_or_refused(tmp_path_factory, text, at, value):
    lines = text.splitlines()
    row = at % len(lines)
    key, equals, _ = lines[row].partition(" = ")
    if equals and not lines[row].startswith(" "):
        lines[row] = f"{key} = {_toml(value)}"
    path = tmp_path_factory.mktemp("odd") / "odd.toml"
    path.write_text("\n".join(lines), "utf-8")
    problems: tuple = ()
    try:
        read_rubric(path)
    except ConfigError as refused:
        problems = refused.problems
    assert all(each.file == str(path) for each in problems)
