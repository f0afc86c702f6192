import os
import re
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.errors import DefinitionError
from rmg_core.graders import as_grader, spec_of, with_options
from rmg_plugin_text import searching
from rmg_plugin_text.pattern import Regex
from rmg_plugin_text.search_child import search

EVIL = [
    (r"(a+)+$", "a" * 40 + "!"),
    (r"^([a-zA-Z]+)*$", "a" * 40 + "!"),
    (r"(a|aa)+$", "a" * 50 + "!"),
    (r"^(a|a?)+$", "a" * 40 + "!"),
    (r"(.*a){20}$", "a" * 40 + "!"),
    (r"^(\w+\s?)*$", "aaa " * 15 + "!"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 40),
    (r"(x+x+)+y", "x" * 40),
    (r"^(?=(a+)+$)", "a" * 40 + "!"),
    (r"(a+)+\1$", "a" * 40 + "!"),
]


@pytest.fixture(params=["re2", "re"])
def engine(request, monkeypatch):
    if request.param == "re":
        monkeypatch.setitem(sys.modules, "re2", None)
    else:
        pytest.importorskip("re2", reason="google-re2 is not installed")
    searching._re2.cache_clear()
    yield request.param
    searching._re2.cache_clear()


def outcome(grader, text):
    try:
        return grader.grade(text).score
    except CannotGrade as refused:
        return refused.kind


@pytest.mark.parametrize(("pattern", "text"), EVIL)
def test_an_evil_pattern_ends_in_time_on_either_engine(engine, pattern, text):
    is_beyond_re2 = "(?=" in pattern or r"\1" in pattern
    wanted = "timeout" if engine == "re" or is_beyond_re2 else 0.0
    assert outcome(Regex(pattern=pattern, deadline=0.2), text) == wanted


def test_a_deadline_that_passes_is_an_error_that_says_how_long_the_response_is():
    with pytest.raises(CannotGrade) as caught:
        Regex(pattern=r"(a+)+\1$", deadline=0.2).grade("a" * 40 + "!")
    assert caught.value.kind == "timeout"
    assert str(caught.value) == "the pattern took longer than 0.2 s on a response of 41 characters"


def test_a_search_works_after_one_that_was_ended(engine):
    with pytest.raises(CannotGrade):
        Regex(pattern=r"(a+)+\1$", deadline=0.2).grade("a" * 40 + "!")
    assert Regex(pattern=r"(\w)\1").grade("hello").score == 1.0


@pytest.mark.parametrize(
    ("options", "text", "score", "reason"),
    [
        ({"pattern": r"l+"}, "hello", 1, "matches 'll'"),
        ({"pattern": r"z"}, "hello", 0, "no match"),
        ({"pattern": r""}, "", 1, "matches ''"),
        ({"pattern": r"h.*o", "full": True}, "hello", 1, "matches 'hello'"),
        ({"pattern": r"h.*l", "full": True}, "hello", 0, "no match"),
        ({"pattern": r"HELLO", "ignore_case": True}, "hello", 1, "matches 'hello'"),
        ({"pattern": r"(\w)\1"}, "hello", 1, "matches 'll'"),
        ({"pattern": r"l(?=o)"}, "hello", 1, "matches 'l'"),
        ({"pattern": r"(a)|(b)", "group": 1}, "a", 1, "matches 'a'"),
        ({"pattern": r"(a)|(b)", "group": 1}, "b", 0, "matches 'b' without group 1"),
        ({"pattern": r"(?P<n>\d+)", "group": "n"}, "is 42.", 1, "matches '42'"),
        ({"pattern": r"\d+", "take": "last"}, "1 of 42", 1, "matches '42'"),
        ({"pattern": r"é\w"}, "l'été", 1, "matches 'ét'"),
        ({"pattern": r"\w+$"}, "été\n", 1, "matches 'été'"),
        ({"pattern": r"\d"}, "\u0663", 1, "matches '\u0663'"),
        ({"pattern": r"a{,2}b"}, "aab", 1, "matches 'aab'"),
        ({"pattern": r"\sx"}, "\x0bx", 1, "matches '\\x0bx'"),
        ({"pattern": r"x"}, "\ud800x", 1, "matches 'x'"),
        ({"pattern": r"."}, "\ud800", 1, "matches '\\ud800'"),
    ],
)
def test_the_result_is_that_of_re_whoever_searches(engine, options, text, score, reason):
    result = Regex(**options).grade(text)
    assert (result.score, result.reason) == (score, reason)


ATOMS = st.sampled_from(
    ["a", "b", "é", ".", r"\w", r"\d", r"\s", r"\b", "^", "$", "[ab]", "[^a]", "x{,2}", "(?i:A)"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "*?"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.text(alphabet="ab1 éA\n\x0b", max_size=8), st.booleans(), st.booleans())
def test_re2_says_what_re_says(pattern, text, full, ignore_case):
    pytest.importorskip("re2", reason="google-re2 is not installed")
    wanted = search(pattern, text, 0, full=full, ignore_case=ignore_case, last=False)
    found = searching.Search(pattern, 0, ignore_case, full).run(text, 5.0)
    assert found == wanted


def test_the_group_must_equal_what_is_asked_for(engine):
    grader = Regex(pattern=r"answer: (\w+)", group=1, ignore_case=True, take="last")
    assert grader.grade("Answer: A\nAnswer: B", group_equals="B").score == 1.0
    assert (
        grader.grade("Answer: A", group_equals=["B", "C"]).reason == "'A' is not what is asked for"
    )
    assert grader.grade("none", group_equals="B").reason == "no match"


def test_an_empty_list_to_equal_cannot_be_graded():
    with pytest.raises(CannotGrade, match="group_equals is an empty list"):
        Regex(pattern="a").grade("a", group_equals=[])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"pattern": "(a"},
            r"pattern must be a regular expression, not '\(a': missing \), unterminated",
        ),
        ({"pattern": "[[:alpha:]]"}, "Possible nested set at position"),
        ({"pattern": "a{99999999999}"}, "the repetition number is too large"),
        (
            {"pattern": r"(?P<x>a)", "group": 2},
            "group must be one of the pattern's: 0, 1, 'x'; not 2",
        ),
        ({"pattern": "a", "group": "n"}, "group must be one of the pattern's: 0; not 'n'"),
        ({"pattern": "a", "group": True}, "group must be one of the pattern's: 0; not True"),
        ({"pattern": "a", "take": "second"}, "take"),
        ({"pattern": "a", "deadline": 0}, "deadline"),
        ({}, "pattern"),
    ],
)
def test_a_bad_option_is_refused_before_anything_runs(options, message):
    with pytest.raises(DefinitionError, match=message):
        with_options(spec_of(Regex), options)


def test_more_searches_than_processes_wait_for_their_turn():
    grader = as_grader(Regex(pattern=r"(\w)\1", deadline=20))
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(grader.call(response="hello").score))
        for _ in range(20)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert results == [1.0] * 20
    assert len(searching._idle) <= (os.cpu_count() or 1)


def test_a_script_without_a_main_guard_is_not_run_again_by_a_search(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from rmg_plugin_text.pattern import Regex\n"
        "print(Regex(pattern=r'(\\w)\\1').grade('hello').score)\n",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (ran.stdout, ran.stderr) == ("1.0\n", "")


@settings(deadline=None)  # the first search may start a process
@given(st.text())
def test_a_text_matches_itself_escaped(text):
    assert Regex(pattern=re.escape(text), full=True).grade(text).score == 1.0
