"""What `rmg schema` prints, as editors use it: it holds for good configs, and where bad ones fail.

The packs in plugins/ are looked at as they are installed.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from rmg_core.cli import rmg
from rmg_core.cli.catalogue import Entry, catalogue_of
from rmg_core.cli.paste import toml_of
from rmg_core.config import parse_config
from rmg_core.config.positions import Positions
from rmg_core.errors import ConfigError
from rmg_core.plan import plan_of_config
from rmg_core.registry import installed

from .test_docs import NAMES, ROOT, blocks_of

PACKS = {"code", "format", "instruct", "judge", "math", "text", "tools"}

pytestmark = pytest.mark.skipif(
    not {point.name for point in entry_points(group="rmg")} >= PACKS,
    reason="the packs in plugins/ are not installed",
)

TAPLO = shutil.which("taplo") or shutil.which("taplo", path=str(Path(sys.executable).parent))

needs_taplo = pytest.mark.skipif(TAPLO is None, reason="taplo is not installed: the extra `test`")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    installed.cache_clear()
    made: dict[str, Any] = json.loads(CliRunner().invoke(rmg, ["schema"]).stdout)
    return made


def configs_in(page: str) -> list[str]:
    """Return the configs of a page, but for those that are wrong on purpose."""
    found = []
    for block in blocks_of(ROOT / page):
        file = Path(block.file)
        is_other = file.name in ("wrong.toml", "pyproject.toml") or "rubrics" in file.parts
        if block.language == "toml" and not is_other:
            found.append(block.around.replace("…\n", block.text, 1) or block.text)
    return found


CONFIGS = [
    *(text for page in NAMES for text in configs_in(page)),
    *(path.read_text("utf-8") for path in sorted(ROOT.glob("docs/examples/**/*.toml"))),
]


def test_the_schema_is_one_of_its_dialect(schema):
    Draft202012Validator.check_schema(schema)


def test_every_config_of_the_docs_is_valid(schema):
    validator = Draft202012Validator(schema)
    assert len(CONFIGS) > 60
    for text in CONFIGS:
        assert [*validator.iter_errors(tomllib.loads(text))] == [], text


@frozen
class Broken:
    """A config with one mistake: where a schema finds it, by which keyword, and what rmg says."""

    text: str
    path: tuple[str | int, ...]
    keyword: str
    said: str


GRADER = '[graders.exact]\nuse = "text/exact_match"\n'


def with_options(use: str, options: str) -> str:
    return f'[graders.exact]\nuse = "{use}"\noptions = {{ {options} }}\n'


EXACT = ("graders", "exact")
OPTION = (*EXACT, "options")
BROKEN = [
    Broken(f"max_concurency = 4\n{GRADER}", ("max_concurency",), "not", "has no key"),
    Broken(f"max_concurrency = 0\n{GRADER}", ("max_concurrency",), "minimum", "at least 1"),
    Broken(f"max_errors = 2\n{GRADER}", ("max_errors",), "maximum", "at most 1"),
    Broken(f'packs = "text"\n{GRADER}', ("packs",), "type", "must be a list"),
    Broken(f"packs = [1]\n{GRADER}", ("packs", 0), "type", "must be a text"),
    Broken(
        f"{GRADER}timeout = 0\n", ("graders", "exact", "timeout"), "exclusiveMinimum", "above 0"
    ),
    Broken(f"{GRADER}repeats = true\n", (*EXACT, "repeats"), "type", "an integer"),
    Broken(f"{GRADER}optoins = {{}}\n", (*EXACT, "optoins"), "not", "has no key"),
    Broken("[graders.exact]\ntimeout = 1\n", ("graders", "exact"), "required", "needs key 'use'"),
    Broken(
        '[graders.exact]\nuse = "text/exact_mach"\n',
        ("graders", "exact", "use"),
        "anyOf",
        "there is no grader 'exact_mach'",
    ),
    Broken(
        f'{GRADER}[dataset]\non_bad_row = "drop"\n', ("dataset", "on_bad_row"), "enum", "must be '"
    ),
    Broken(
        f'{GRADER}[dataset]\npath = "a.csv"\noptions = {{ delimeter = ";" }}\n',
        ("dataset", "options", "delimeter"),
        "not",
        "has no option",
    ),
    Broken(f"{GRADER}[budget]\nusd = -1\n", ("budget", "usd"), "minimum", "at least 0"),
    Broken(f"{GRADER}[run]\ndirectory = 'x'\n", ("run", "directory"), "not", "has no key"),
    Broken(
        f'{GRADER}[models.judge]\nuse = "basic/recorded"\noptions = {{ echo = true }}\nrpm = 0\n',
        ("models", "judge", "rpm"),
        "minimum",
        "at least 1",
    ),
    Broken(
        f'{GRADER}[models.judge]\nuse = "basic/recorded"\noptions = {{ ehco = true }}\n',
        ("models", "judge", "options", "ehco"),
        "not",
        "has no option",
    ),
    Broken(
        f'{GRADER}[aggregators.all]\nuse = "mean"\nby = "id"\n',
        ("aggregators", "all", "by"),
        "not",
        "has no key",
    ),
    Broken(
        f'{GRADER}[aggregators.all]\nuse = "trimmed"\noptions = {{ trim = "no" }}\n',
        ("aggregators", "all", "options", "trim"),
        "type",
        "must be a number",
    ),
    Broken(
        f"{GRADER}mapper = {{ response = 3 }}\n",
        ("graders", "exact", "mapper", "response"),
        "anyOf",
        "must be a",
    ),
    Broken(
        with_options("text/exact_match", "ignore_cases = true"),
        (*OPTION, "ignore_cases"),
        "not",
        "has no option",
    ),
    Broken(
        with_options("text/exact_match", 'strip = "yes"'),
        (*OPTION, "strip"),
        "type",
        "must be true or false",
    ),
    Broken(
        with_options("text/length_between", 'minimum = 1, unit = "lines"'),
        (*OPTION, "unit"),
        "enum",
        "must be '",
    ),
    Broken(
        with_options("text/length_between", "minimum = -1"),
        (*OPTION, "minimum"),
        "minimum",
        "at least 0",
    ),
    Broken('[graders.exact]\nuse = "text/regex"\n', ("graders", "exact"), "required", "needs"),
    Broken(with_options("format/tags_once", "tags = []"), (*OPTION, "tags"), "minItems", "empty"),
]


def places(broken: Broken) -> set[tuple[int, int] | None]:
    """Return where rmg may point at what a schema finds: a key that is not known, or a value."""
    positions = Positions(broken.text)
    if broken.keyword == "not":
        return {positions.key(broken.path)}
    return {positions.value(broken.path), positions.key(broken.path)}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: "-".join(map(str, each.path)))
def test_a_broken_config_is_refused_where_and_for_what_rmg_check_refuses_it(schema, broken):
    faults = Draft202012Validator(schema).iter_errors(tomllib.loads(broken.text))
    assert [(tuple(each.absolute_path), each.validator) for each in faults] == [
        (broken.path, broken.keyword)
    ]
    with pytest.raises(ConfigError) as caught:
        plan_of_config(parse_config(broken.text))
    [problem] = caught.value.problems
    assert broken.said in str(problem)
    assert (problem.line, problem.column) in places(broken)


@needs_taplo
def test_taplo_takes_what_is_right_and_marks_what_is_wrong_where_it_stands(schema, tmp_path):
    (tmp_path / "rmg.schema.json").write_text(json.dumps(schema), "utf-8")
    for number, text in enumerate(CONFIGS):
        (tmp_path / f"right-{number}.toml").write_text(
            f"#:schema ./rmg.schema.json\n{text}", "utf-8"
        )
    for number, broken in enumerate(BROKEN):
        text = f"#:schema ./rmg.schema.json\n{broken.text}"
        (tmp_path / f"broken-{number}.toml").write_text(text, "utf-8")
    command = [TAPLO, "lint", "--colors", "never", "*.toml"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "invalid schema" not in ended.stderr
    marked: dict[int, set[int]] = {}
    for name, line in re.findall(r"┌─ \S+?(\w+-\d+)\.toml:(\d+):", ended.stderr):
        kind, _, number = name.partition("-")
        assert kind == "broken", ended.stderr
        marked.setdefault(int(number), set()).add(int(line) - 1)
    for number, broken in enumerate(BROKEN):
        place = Positions(broken.text).value(broken.path)
        assert place is not None
        assert place[0] in marked[number]
        assert len(marked[number]) == 1 or broken.keyword == "required"


PASTED = [
    pytest.param(entry, id=entry.name)
    for noun in ("grader", "model")
    for entry in catalogue_of(installed(), noun).entries
    if entry.origin.pack in PACKS | {"basic"}
]


@pytest.mark.parametrize("entry", PASTED)
def test_what_rmg_show_prints_to_paste_is_ready_to_run(schema, entry: Entry):
    text = toml_of(entry) + ("" if entry.noun == "grader" else f"\n{GRADER}")
    assert [*Draft202012Validator(schema).iter_errors(tomllib.loads(text))] == []
    assert plan_of_config(parse_config(text)).graders


def test_every_option_is_described_by_its_name_alone_where_no_condition_is_followed(schema):
    grader = schema["properties"]["graders"]["additionalProperties"]["properties"]
    told = grader["options"]["properties"]["ignore_articles"]["description"]
    assert told.startswith("text/contains, ")
    [known, _] = grader["use"]["anyOf"]
    about = dict(zip(known["enum"], known["x-taplo"]["docs"]["enumValues"], strict=True))
    assert about["exact_match"] == about["text/exact_match"]
    assert about["text/exact_match"].startswith("1 when ")
