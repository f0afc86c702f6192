"""Configs: what TOML becomes, and every message about what is wrong with it."""

import json
import math
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.config import (
    AggregatorConfig,
    Config,
    DatasetConfig,
    GraderConfig,
    RunConfig,
    UseConfig,
    draft_config,
    load_config,
    name_fault,
    parse_config,
)
from rmg_core.config.reading import MAX_BYTES
from rmg_core.errors import ConfigError, Problem
from rmg_core.mappers import Constant

HEAD = '[graders.polite]\nuse = "text/contains"\n'
"""A grader in two lines; what a test adds begins on the third."""

GRADER_KEYS = "keys: isolate, mapper, max_concurrency, options, repeats, timeout, use, when"
KEYS = (
    "keys: aggregators, budget, choose, dataset, gates, graders, max_concurrency, max_errors, "
    "models, observers, packs, requires, run, sinks"
)
KEEP_OUT = "keep keys out of configs: put it in an environment variable, and name the variable"

WHOLE = """\
requires = ["rmg-core>=0.1"]
packs = ["judge", "text"]
choose = { text = "rmg-plugin-text" }
max_concurrency = 8
max_errors = 0.1

[dataset]
path = "answers.txt"
id = "id"
format = "jsonl"
options = { encoding = "utf-8" }
on_bad_row = "skip"

[graders.helpfulness]
use = "helpfulness"
mapper = { query = "question", response = ["a", "b.c"], rubric = { value = 3 } }
options = { samples = 3 }
timeout = 120
max_concurrency = 4
repeats = 2

[graders.polite]
use = "./my_graders.py:polite"
mapper = "text/flatten"

[graders.short]
use = "text/max_words"
mapper = { use = "my.mappers:mine", options = { depth = 2 } }

[aggregators.overall]
use = "weighted_sum"
options = { weights = { helpfulness = 0.7, polite = 0.3 } }

[aggregators.steady]
use = "mean"
repeats_of = "helpfulness"

[aggregators.best]
use = "rank"
group_by = "question.id"

[sinks.table]
use = "csv"
options = { path = "out.csv" }

[observers.bell]
use = "x/bell"

[run]
dir = "/runs/qa"
"""


def problems(text: str, *overrides: str, file: str | None = "qa.toml") -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse_config(text, file=file, overrides=overrides)
    return [str(problem) for problem in refused.value.problems]


def test_a_whole_config_becomes_values() -> None:
    assert parse_config(WHOLE) == Config(
        requires=("rmg-core>=0.1",),
        packs=("judge", "text"),
        choose={"text": "rmg-plugin-text"},
        max_concurrency=8,
        max_errors=0.1,
        dataset=DatasetConfig("answers.txt", "id", "jsonl", {"encoding": "utf-8"}, "skip"),
        graders={
            "helpfulness": GraderConfig(
                "helpfulness",
                {"query": "question", "response": ["a", "b.c"], "rubric": Constant(3)},
                {"samples": 3},
                120.0,
                4,
                2,
            ),
            "polite": GraderConfig("./my_graders.py:polite", UseConfig("text/flatten")),
            "short": GraderConfig("text/max_words", UseConfig("my.mappers:mine", {"depth": 2})),
        },
        aggregators={
            "overall": AggregatorConfig(
                "weighted_sum", {"weights": {"helpfulness": 0.7, "polite": 0.3}}
            ),
            "steady": AggregatorConfig("mean", repeats_of="helpfulness"),
            "best": AggregatorConfig("rank", group_by="question.id"),
        },
        sinks={"table": UseConfig("csv", {"path": "out.csv"})},
        observers={"bell": UseConfig("x/bell")},
        run=RunConfig("/runs/qa"),
    )


def test_a_grader_alone_is_a_config_and_the_rest_has_defaults() -> None:
    assert parse_config(HEAD) == Config(graders={"polite": GraderConfig("text/contains")})
    assert (Config().max_concurrency, Config().max_errors) == (32, 0.02)


def test_an_input_may_be_called_use_when_its_path_is_a_list() -> None:
    config = parse_config(HEAD + 'mapper = { use = ["field"] }')
    assert config.graders["polite"].mapper == {"use": ["field"]}


def test_an_input_may_be_called_use_beside_others() -> None:
    config = parse_config(HEAD + 'mapper = { use = "a", response = "b" }')
    assert config.graders["polite"].mapper == {"use": "a", "response": "b"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'maper = "x"',
            f"3:1: graders.polite has no key 'maper'; did you mean 'mapper'? {GRADER_KEYS}",
        ),
        ("zzz = 1", f"3:1: graders.polite has no key 'zzz'; {GRADER_KEYS}"),
        ("timeout = 0", "3:11: graders.polite.timeout must be above 0, not 0"),
        (
            "timeout = '60'",
            "3:11: graders.polite.timeout must be a number, not the text '60'",
        ),
        ("timeout = nan", "3:11: graders.polite.timeout must be a finite number, not nan"),
        ("timeout = inf", "3:11: graders.polite.timeout must be a finite number, not inf"),
        ("repeats = 0", "3:11: graders.polite.repeats must be at least 1, not 0"),
        ("repeats = true", "3:11: graders.polite.repeats must be an integer, not true"),
        ("repeats = 1.0", "3:11: graders.polite.repeats must be an integer, not 1.0"),
        (
            "max_concurrency = 0",
            "3:19: graders.polite.max_concurrency must be at least 1, not 0",
        ),
        (
            'max_concurrency = "auto"',
            (
                "3:19: graders.polite.max_concurrency cannot be 'auto'; "
                "leave it out: a grader without a limit follows that of its models"
            ),
        ),
        ("when = 0.5", "3:8: graders.polite.when must be a text, not 0.5"),
        ('when = ""', "3:8: graders.polite.when must not be empty"),
        ("options = 3", "3:11: graders.polite.options must be a table, not 3"),
        (
            "options = { a = [1, { b = nan }] }",
            "3:27: graders.polite.options.a.1.b must be a finite number, not nan",
        ),
        (
            "mapper = 3",
            (
                "3:10: graders.polite.mapper must be a text, a table {use = …} or a table, each "
                "a text, a list of texts or a table {value = …}, not 3"
            ),
        ),
        ('mapper = ""', "3:10: graders.polite.mapper must name something"),
        (
            "mapper = { query = 3 }",
            (
                "3:20: graders.polite.mapper.query must be a text, a list of texts or "
                "a table {value = …}, not 3"
            ),
        ),
        ("mapper = { q = ['a', 1] }", "3:22: graders.polite.mapper.q.1 must be a text, not 1"),
        (
            "mapper = { q = { valeu = 1 } }",
            (
                "3:16: graders.polite.mapper.q needs key 'value'\n"
                "3:18: graders.polite.mapper.q has no key 'valeu'; "
                "did you mean 'value'? keys: value"
            ),
        ),
        (
            'mapper = { use = "x", option = {} }',
            (
                "3:23: graders.polite.mapper has no key 'option'; "
                "did you mean 'options'? keys: options, use"
            ),
        ),
        (
            "[graders.other]",
            (
                "3:10: graders.other needs key 'use'; use: 'pack/name', 'name' in one of the "
                "packs, './file.toml', './file.py:name' or 'module:name'"
            ),
        ),
        ("[graders.other]\nuse = ''", "4:7: graders.other.use must name something"),
        ("[graders.other]\nuse = 3", "4:7: graders.other.use must be a text, not 3"),
        ("[[sinks.x]]", "3:9: sinks.x must be a table {use = …}, not a list"),
        (
            "[aggregators.polite]\nuse = 'mean'",
            (
                "3:14: aggregator 'polite' has the name of a grader (qa.toml:1:10); "
                "rename one of them: both are columns of the results"
            ),
        ),
        (
            "[aggregators.x]\nuse = 'mean'\nrepeat_of = 'y'",
            (
                "5:1: aggregators.x has no key 'repeat_of'; did you mean 'repeats_of'? "
                "keys: group_by, options, repeats_of, use"
            ),
        ),
        (
            "[aggregators.x]\nuse = 'mean'\ngroup_by = ''",
            "5:12: aggregators.x.group_by must not be empty",
        ),
        (
            "[graders.'a b']\nuse = 'x/y'",
            (
                "3:10: grader 'a b' cannot have this name; a name has 1 to 100 of the characters "
                "A-Z a-z 0-9 . _ -, begins with a letter or digit, and does not end with a dot"
            ),
        ),
        (
            "[sinks.COM1]\nuse = 'x/y'",
            (
                "3:8: sink 'COM1' cannot have this name; Windows keeps this name for a device, "
                "so that no file can have it"
            ),
        ),
        (
            "[grader.x]\nuse = 'x'",
            f"3:2: the config has no key 'grader'; did you mean 'graders'? {KEYS}",
        ),
        (
            "[models.judge]\nuse = 'litellm/chat'\nrpm = 0",
            "5:7: models.judge.rpm must be at least 1, not 0",
        ),
        ("[budget]\nusd = -5", "4:7: budget.usd must be at least 0, not -5"),
        (
            "[models.judge]\nuse = 'x'\nmax_concurrency = 'many'",
            "5:19: models.judge.max_concurrency must be an integer or 'auto', not the text 'many'",
        ),
        ("[dataset]\npath = 3", "4:8: dataset.path must be a text, not 3"),
        ("[dataset]\npath = ''", "4:8: dataset.path must be a path, not ''"),
        (
            "[dataset]\npath = '~/a.jsonl'",
            "4:8: dataset.path must be written without '~': write the path in full",
        ),
        (
            "[dataset]\non_bad_row = 'skp'",
            (
                "4:14: dataset.on_bad_row must be 'fail' or 'skip', not the text 'skp'; "
                "did you mean 'skip'?"
            ),
        ),
        ("[dataset]\nid = ''", "4:6: dataset.id must not be empty"),
        (
            "[run]\ndir = '../x'",
            (
                "4:7: run.dir must not lead out of the config's folder by '..': "
                "write an absolute path if you mean it"
            ),
        ),
        (
            "[run]\ndir = 'a\\..\\x'",
            (
                "4:7: run.dir must not lead out of the config's folder by '..': "
                "write an absolute path if you mean it"
            ),
        ),
        ('[run]\ndir = "a\\u0000"', "4:7: run.dir must be a path, not 'a\\x00'"),
    ],
)
def test_each_message_below_the_top(line: str, said: str) -> None:
    assert "\n".join(problems(HEAD + line)) == "\n".join(
        f"qa.toml:{each}" for each in said.split("\n")
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("runn = 1", f"1:1: the config has no key 'runn'; did you mean 'run'? {KEYS}"),
        ("max_concurrency = 0", "1:19: max_concurrency must be at least 1, not 0"),
        ("max_concurrency = -12345678", "1:19: max_concurrency must be at least 1, not -12345678"),
        (
            "max_concurrency = 'all'",
            "1:19: max_concurrency must be an integer or 'auto', not the text 'all'",
        ),
        ("max_errors = 1.5", "1:14: max_errors must be at most 1, not 1.5"),
        ("max_errors = -1", "1:14: max_errors must be at least 0, not -1"),
        ("packs = 'text'", "1:9: packs must be a list of texts, not the text 'text'"),
        ("packs = ['text', 3]", "1:18: packs.1 must be a text, not 3"),
        ("requires = [1]", "1:13: requires.0 must be a text, not 1"),
        ("choose = { a = 1 }", "1:16: choose.a must be a text, not 1"),
        ("run = 'x'", "1:7: run must be a table, not the text 'x'"),
        ("dataset = 'x.jsonl'", "1:11: dataset must be a table, not the text 'x.jsonl'"),
        ("sinks = 1", "1:9: sinks must be a table, each a table {use = …}, not 1"),
    ],
)
def test_each_message_at_the_top(line: str, said: str) -> None:
    assert problems(f"{line}\n{HEAD}") == [f"qa.toml:{said}"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[graders]\n", "packs = []\n"])
def test_a_config_without_graders_is_refused(text: str) -> None:
    [said] = problems(text)
    assert said.removeprefix("qa.toml: ").removeprefix("qa.toml:1:2: ") == (
        "the config names no grader; "
        'add a table such as [graders.exact] with use = "text/exact_match"'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[graders.x]\nuse = polite\n",
            (
                "2:7: this is not TOML: invalid value; "
                "a text stands in quotes, true and false in lower case"
            ),
        ),
        (
            "x = 1\nuse: 'x'\n",
            (
                "2:4: this is not TOML: expected '=' after a key in a key/value pair; "
                "write KEY = VALUE"
            ),
        ),
        (
            "x = 1 y = 2",
            (
                "1:7: this is not TOML: expected newline or end of document after a statement; "
                "each KEY = VALUE has a line of its own"
            ),
        ),
        (
            'x = "C:\\data"',
            (
                "1:10: this is not TOML: unescaped '\\' in a string; "
                "put the text in 'single quotes', or write each backslash twice"
            ),
        ),
        (
            "[a]\n[a]\n",
            "2:3: this is not TOML: cannot declare [a] twice; a key or a table is written twice",
        ),
        (
            "a = 1\na = 2\nb = 3",
            "2:6: this is not TOML: cannot overwrite a value; a key or a table is written twice",
        ),
        ("a = [1,\n 2\n\n", "2:3: this is not TOML: unclosed array"),
        (f"a = 1{'0' * 5000}", " this is not TOML: an integer is too long"),
        (f"a = {'[' * 5000}", "1:69: this nests more than 64 levels deep"),
        (f"\n{'a.' * 5000}a = 1", "2:1: this nests more than 64 levels deep"),
    ],
)
def test_each_message_about_what_is_not_toml(text: str, said: str) -> None:
    assert problems(text) == [f"qa.toml:{said}"]


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
max_concurrency = 0
[graders.a]
use = "x/y"
repeats = "2"
[graders.b]
[aggregators.a]
use = "mean"
opions = {}
"""
    with pytest.raises(ConfigError) as refused:
        parse_config(text, file="qa.toml", overrides=["max_errors=2"])
    assert [(each.file, each.line) for each in refused.value.problems] == [
        ("qa.toml", 1),
        ("qa.toml", 4),
        ("qa.toml", 5),
        ("qa.toml", 6),
        ("qa.toml", 8),
        ("--set max_errors=2", None),
    ]


SECRETS = [
    "sk-abcdEFGH1234567890",
    "sk-proj-Ab3_dEfGhIjKlMnOpQrSt",
    "sk-abcdefghijklmnopqrstuvwxyz",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0123456789abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA-1234567890abcdefghijklmnopqrstu",
    "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "Bearer abc123def456ghi789",
    "-----BEGIN RSA PRIVATE KEY-----MIIEow",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "line", ['options = {{ key = "{}" }}', "# was {}", 'timeout = "{}"', '"{}" = 1']
)
def test_a_key_of_a_service_is_refused_and_never_echoed(secret: str, line: str) -> None:
    said = problems(HEAD + line.format(secret))
    assert [each for each in said if "looks like the key of a service" in each]
    assert all(each.startswith("qa.toml:3:") for each in said)
    assert not [each for each in said if secret in each or secret[-12:] in each]


def test_the_message_about_a_key_says_where_to_put_it() -> None:
    assert problems(HEAD + f'options = {{ api_key = "{SECRETS[0]}" }}') == [
        f"qa.toml:3:24: this looks like the key of a service (sk-…); {KEEP_OUT}"
    ]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("override", ["graders.polite.options.key={}", "{}", '"{}".x=1', "a={}"])
def test_a_key_in_an_override_is_never_echoed(secret: str, override: str) -> None:
    said = problems(HEAD, override.format(secret))
    assert said
    assert not [each for each in said if secret in each or secret[-12:] in each]


def test_a_problem_of_the_plan_does_not_echo_a_key_either() -> None:
    assert "***" in str(parse_config(HEAD).problem(("graders",), f"no {SECRETS[0]}", SECRETS[1]))


@pytest.mark.parametrize(
    "word",
    ["sk-learn", "task-force-2024-in-brief", "hf_transformers", "sk-SK", "the bearer of bad news"],
)
def test_ordinary_words_are_no_keys(word: str) -> None:
    assert parse_config(HEAD + f'options = {{ x = "{word}" }}')


def test_overrides_take_the_place_of_what_the_file_says() -> None:
    config = parse_config(
        WHOLE,
        overrides=[
            "graders.helpfulness.options.samples=5",
            "graders.helpfulness.timeout = 1.5",
            'graders."polite".options.deep.flag=true',
            "dataset.path=other rows.jsonl",
            'packs=["a"]',
            "graders.new={ use = 'x/y' }",
            "run.dir=x=y",
        ],
    )
    assert config.graders["helpfulness"].options == {"samples": 5}
    assert config.graders["helpfulness"].timeout == 1.5
    assert config.graders["polite"].options == {"deep": {"flag": True}}
    assert config.dataset.path == "other rows.jsonl"
    assert config.packs == ("a",)
    assert config.graders["new"] == GraderConfig("x/y")
    assert config.run.dir == "x=y"


def test_the_last_override_of_a_key_counts() -> None:
    assert parse_config(HEAD, overrides=["max_errors=0", "max_errors=1"]).max_errors == 1.0


def test_an_override_cannot_smuggle_in_other_keys() -> None:
    value = '1\n[graders.x]\nuse = "./evil.py:x"'
    config = parse_config(HEAD, overrides=[f"graders.polite.options.a={value}"])
    assert list(config.graders) == ["polite"]
    assert config.graders["polite"].options == {"a": value}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (
            "graders.polite.repeats=x",
            (
                "--set graders.polite.repeats=x: graders.polite.repeats must be an integer, "
                "not the text 'x'"
            ),
        ),
        (
            "graders.polite.repeat=2",
            (
                "--set graders.polite.repeat=2: graders.polite has no key 'repeat'; "
                f"did you mean 'repeats'? {GRADER_KEYS}"
            ),
        ),
        (
            "graders.new.repeats=2",
            (
                "--set graders.new.repeats=2: graders.new needs key 'use'; use: 'pack/name', "
                "'name' in one of the packs, './file.toml', './file.py:name' or 'module:name'"
            ),
        ),
        (
            "graders.polite.use.x=2",
            "--set graders.polite.use.x=2: this leads through what is not a table",
        ),
        (
            "graders.polite.options.a=nan",
            (
                "--set graders.polite.options.a=nan: graders.polite.options.a must be a finite "
                "number, not nan"
            ),
        ),
        (
            "graders.polite",
            (
                "--set graders.polite: there is no `=` after the key; "
                "write it as --set graders.NAME.options.OPTION=VALUE"
            ),
        ),
        (
            "=3",
            ("--set =3: a key is missing; write it as --set graders.NAME.options.OPTION=VALUE"),
        ),
        (
            "a=" + "[" * 5000,
            (
                f"--set a={'[' * 77}…: this nests more than 64 levels deep; "
                "write it as --set graders.NAME.options.OPTION=VALUE"
            ),
        ),
        (
            "graders.polite.repeats=" + "x" * 100,
            (
                f"--set graders.polite.repeats={'x' * 56}…: graders.polite.repeats must be "
                f"an integer, not the text '{'x' * 39}…'"
            ),
        ),
    ],
)
def test_a_problem_of_an_override_names_it_instead_of_the_file(override: str, said: str) -> None:
    assert problems(HEAD, override) == [said]


def test_a_problem_found_later_knows_its_place() -> None:
    config = parse_config(WHOLE, file="qa.toml", overrides=["graders.polite.options.x=1"])
    path = ("graders", "helpfulness", "mapper", "query")
    assert config.problem(path, "no", "yes") == Problem("no", "yes", "qa.toml", 16, 12)
    assert config.problem(path, "no", at="value") == Problem("no", "", "qa.toml", 16, 20)
    assert config.problem(("graders", "polite", "options", "x"), "no") == Problem(
        "no", "", "--set graders.polite.options.x=1"
    )
    assert config.problem(("graders", "polite", "mapper", "use"), "no", at="value") == Problem(
        "no", "", "qa.toml", 24, 10
    )


def test_a_problem_of_a_config_made_in_python_names_the_keys() -> None:
    assert Config().problem(("graders", "x"), "no") == Problem("no", file="graders.x")


def test_paths_start_from_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "qa.v2.toml"
    file.parent.mkdir()
    file.write_text(HEAD + '[dataset]\npath = "../rows.jsonl"', encoding="utf-8")
    config = load_config(file)
    assert config.base == file.parent
    assert config.dataset_path == str(tmp_path / "deep" / ".." / "rows.jsonl")
    assert config.run_dir == file.parent / "runs" / "qa.v2"


def test_absolute_paths_stay_and_a_dash_is_standard_input() -> None:
    config = parse_config(HEAD, base="/a", overrides=["run.dir=/b", "dataset.path=-"])
    assert config.run_dir == Path("/b")
    assert config.dataset_path == "-"
    assert parse_config(HEAD).dataset_path is None


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    file = tmp_path / "qa.toml"
    file.write_text(HEAD + "x = 1", encoding="utf-8-sig", newline="\r\n")
    with pytest.raises(ConfigError, match=r"qa\.toml:3:1: graders\.polite has no key 'x'"):
        load_config(file)


def test_what_is_not_utf8_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "qa.toml"
    file.write_bytes("# ü\nx = 'caf".encode() + b"\xe9'\n")
    with pytest.raises(ConfigError) as refused:
        load_config(file)
    assert str(refused.value) == (
        f"{file}:2:9: this is not UTF-8 text: byte 0xe9; save the file as UTF-8"
    )


def test_a_missing_file_offers_its_near_miss(tmp_path: Path) -> None:
    (tmp_path / "quality.toml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_config(tmp_path / "qualty.toml")
    assert str(refused.value) == (
        f"{tmp_path / 'qualty.toml'}: there is no such file; "
        f"did you mean {str(tmp_path / 'quality.toml')!r}?"
    )


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}: the config cannot be read: is a directory; name a TOML file in it"
    )


def test_a_config_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError) as refused:
        load_config(tmp_path / "qa.toml")
    assert str(refused.value) == (
        f"{tmp_path}/qa.toml: the config cannot be read: permission denied; "
        "give yourself the right to read it (chmod u+r), or run as its owner"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[graders.x]\n[graders.x]\n", "cannot declare [graders.x] twice"),
        ('["a b".c]\n["a b".c]\n', 'cannot declare ["a b".c] twice'),
        ('["it\'s"]\n["it\'s"]\n', 'cannot declare ["it\'s"] twice'),
    ],
)
def test_a_table_written_twice_is_named_as_its_header(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(text)
    [problem] = refused.value.problems
    assert problem.message == f"this is not TOML: {said}"


def test_a_large_file_is_no_config(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ConfigError) as refused:
        load_config(file)
    assert str(refused.value) == (
        f"{file}: this is larger than 4 MiB; a config is a small TOML file"
    )


@pytest.mark.parametrize(
    "name", ["a", "A1", "a.b_c-d", "9", "a" * 100, "console", "com", "com10", "lpt-1", "nul_"]
)
def test_names_that_files_can_have_are_names(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name", ["", ".a", "-a", "_a", "a.", "a b", "a/b", "..", "é", "a\n", "a" * 101, "\0"]
)
def test_names_that_no_file_should_have_are_refused(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize(
    "name", ["con", "CON", "nul.txt", "Aux.tar.gz", "com1", "LPT9", "prn", "com0"]
)
def test_devices_of_windows_are_no_names(name: str) -> None:
    assert "Windows" in str(name_fault(name))


def test_what_is_right_is_read_beside_what_is_not(tmp_path: Path) -> None:
    text = (
        HEAD
        + """
timeot = 3
[graders.broken]
mapper = { use = "x", option = {} }
[graders.fine]
use = "a/b"
repeats = 0
[aggregators.mean]
use = "mean"
[run]
dir = "../x"
"""
    )
    file = tmp_path / "qa.toml"
    file.write_text("packs = ['a', 3]\n" + text, encoding="utf-8")
    draft = draft_config(file)
    assert len(draft.problems) == 6
    assert dict(draft.config.graders) == {
        "polite": GraderConfig("text/contains"),
        "fine": GraderConfig("a/b"),
    }
    assert list(draft.config.aggregators) == ["mean"]
    assert draft.columns == {"polite", "broken", "fine", "mean"}


def test_configs_are_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        parse_config(HEAD).packs = ()  # type: ignore[misc]


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(WHOLE.splitlines()), max_size=30).map("\n".join)
)
def test_any_text_is_a_config_or_a_config_error(text: str) -> None:
    said: Any = None
    try:
        parse_config(text, file="qa.toml")
    except ConfigError as refused:
        said = refused.problems
    assert said is None or (said and all(problem.file == "qa.toml" for problem in said))


@given(st.floats() | st.integers() | st.booleans() | st.text(max_size=5))
def test_an_override_is_read_as_toml_writes_it(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        written = repr(value)
    if isinstance(value, float) and not math.isfinite(value):
        assert len(problems(HEAD, f"graders.polite.options.x={written}")) == 1
    else:
        config = parse_config(HEAD, overrides=[f"graders.polite.options.x={written}"])
        assert config.graders["polite"].options == {"x": value}
