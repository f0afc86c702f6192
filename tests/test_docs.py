"""Every block of the documentation runs, and every generated page is current.

How a block is run depends on its language. The blocks of a page run in order, in a copy of
`docs/examples/quickstart` (README.md: in a copy of the root that holds it).

python    runs; the blocks of a page share their names, and may `await` at the top level
toml      is a config that must be fit to run, unless its file is `wrong.toml`; or the
          `pyproject.toml` of a pack, which is installed; or a rubric, in a folder `rubrics`
bash      has commands, one a line: `rmg …` runs; pip, git, pytest, cd and the making of a venv
          are left to the reader
console   has commands after `$`, with what they print; one may fail only where that is shown
text      right after one of these is what it prints
json      is read, one value a line
yaml      is read; what it would run is not run, but each `rmg …` in it is one that rmg takes

What is indented is shown alone: output, what the reader types, and commands of rmg that it takes.

A first line such as `# my_graders.py` gives a block a file of that name. `…` in what is shown
stands for anything. A fragment of a config is completed by an HTML comment above it, which starts
with `<!-- toml`: the block takes the place of the line `…` in it.

The tutorial is run by test_tutorial.py, in a shell.
"""

import ast
import importlib
import inspect
import json
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_args

import anyio
import attrs
import click
import pytest
import yaml
from attrs import define, field, frozen

from rmg_core.cli import rmg
from rmg_core.config import Config
from rmg_core.config.kinds import options_of, written_type
from rmg_core.errors import ConfigError
from rmg_core.plan import plan_of_config
from rmg_core.registry import installed

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = Path("docs") / "examples" / "quickstart"
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
RUN_HERE = [name for name in NAMES if not name.startswith("docs/tutorial/")]
LANGUAGES = {"python", "toml", "bash", "console", "text", "json", "yaml"}
FOR_THE_READER = ("python -m pip ", "python -m pytest", "python -m venv ", "git ", "cd ", ". ")

_FENCE = re.compile(
    r"(?:<!-- toml\n(?P<around>.*?)-->\n+)?^```(?P<language>\S*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

pytestmark = pytest.mark.skipif(
    not any(point.name == "text" for point in entry_points(group="rmg")),
    reason="the pack `text`, which the pages use, is not installed",
)


@frozen
class Block:
    """A fenced block of a page, and the line on which its text begins."""

    language: str
    text: str
    line: int
    around: str = ""

    @property
    def file(self) -> str:
        """The name that the first line gives the block, if it does."""
        found = re.match(r"# ([\w./-]+\.(?:py|toml|jsonl))\n", self.text)
        return found[1] if found else ""


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(
            found["language"],
            found["text"],
            text.count("\n", 0, found.start("text")) + 1,
            found["around"] or "",
        )
        for found in _FENCE.finditer(text)
    ]


@define
class Reader:
    """Does with the blocks of a page what a reader would."""

    page: Path
    names: dict[str, Any]
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    ran: int = 0
    printed: str | None = field(default=None)

    def read(self, block: Block) -> None:
        getattr(self, f"read_{block.language}")(block)
        self.ran += 1

    def read_python(self, block: Block) -> None:
        self.capsys.readouterr()
        if block.file:
            write(block)
            runpy.run_path(block.file)
        else:
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            # Tracebacks show the line of the page.
            source = "\n" * (block.line - 1) + block.text
            code = compile(source, str(self.page), "exec", flags)
            made = eval(code, self.names)  # noqa: S307 - our own pages
            if inspect.isawaitable(made):
                anyio.run(finish, made)
        self.printed = self.capsys.readouterr().out

    def read_toml(self, block: Block) -> None:
        self.printed = None
        if block.file.endswith("pyproject.toml"):
            install(write(block), self.monkeypatch)
            return
        if "rubrics" in Path(block.file).parts:
            from rmg_plugin_judge.shelf import grader_of

            grader_of(write(block))
            return
        text = block.text
        if block.around:
            assert "…\n" in block.around, "the comment above has no line `…`"
            text = block.around.replace("…\n", text, 1)
        file = Path(block.file or "config.toml")
        file.write_text(text, "utf-8")
        if file.name == "wrong.toml":
            with pytest.raises(ConfigError):
                plan_of_config(file)
            return
        plan = plan_of_config(file)
        assert plan.graders
        if plan.dataset is not None and plan.dataset.path != "-":
            plan.dataset.check()

    def read_bash(self, block: Block) -> None:
        for line in block.text.splitlines():
            self.run(line, may_fail=False)

    def read_console(self, block: Block) -> None:
        first, *commands = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        assert commands, "a console block has a command"
        assert not first, "a command begins with `$ `"
        for command in commands:
            line, _, shown = command.partition("\n")
            self.run(line, may_fail=bool(shown.strip()))
            if shown.strip():
                expect(shown, self.printed)

    def run(self, line: str, *, may_fail: bool) -> None:
        self.printed = None
        for command in line.split(" && "):
            if not command.startswith("rmg "):
                assert command.startswith(FOR_THE_READER), f"who can run {command!r}?"
                continue
            self.capsys.readouterr()
            code = run_rmg(shlex.split(command)[1:])
            said = self.capsys.readouterr()
            assert code == 0 or may_fail, f"{command} ended with {code}: {said.err}"
            self.printed = said.out + (said.err if code else "")

    def read_text(self, block: Block) -> None:
        assert self.printed is not None, "a text block is what the block before prints"
        expect(block.text, self.printed)
        self.printed = None

    def read_json(self, block: Block) -> None:
        for line in block.text.splitlines():
            json.loads(line)

    def read_yaml(self, block: Block) -> None:
        assert isinstance(yaml.safe_load(block.text), dict)
        for line in block.text.splitlines():
            if found := re.search(r"(?:^|run:) *(rmg .*)", line):
                take(found[1])


async def finish(made: Any) -> None:
    await made


def write(block: Block) -> Path:
    file = Path(block.file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, "utf-8")
    return file


def expect(shown: str, printed: str | None) -> None:
    """Compare what a page shows with what was printed, but for spaces at the ends of lines."""

    def plain(text: str) -> str:
        return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())

    pattern = re.escape(plain(shown)).replace("…", ".*?")
    if not re.fullmatch(pattern, plain(printed or ""), re.DOTALL):
        assert plain(printed or "") == plain(shown)


def take(line: str) -> None:
    """See to it that a command of rmg is one that it takes, without running it."""
    _, verb, *words = shlex.split(line.partition(" > ")[0])
    command = rmg.get_command(click.Context(rmg), verb)
    assert command is not None, verb
    command.make_context(verb, words)


def run_rmg(arguments: list[str]) -> int:
    """Run a verb in this process, and return its exit code."""
    from rmg_core.cli import rmg

    try:
        rmg.main(arguments, prog_name="rmg")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def install(pyproject: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what `pip install -e` does for a pack: write its metadata, put it on the import path."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    name, version = project["name"], project["version"]
    info = pyproject.parent / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    lines = [f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {each}" for each in project["dependencies"]]
    (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines, ""]), "utf-8")
    points = [f"{key} = {value}" for key, value in project["entry-points"]["rmg"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[rmg]", *points, ""]), "utf-8")
    monkeypatch.syspath_prepend(pyproject.parent.resolve())
    importlib.invalidate_caches()
    installed.cache_clear()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the root with the example in it; what a page imports is forgotten afterwards."""
    shutil.copytree(ROOT / EXAMPLE, tmp_path / EXAMPLE, ignore=shutil.ignore_patterns("runs"))
    before = set(sys.modules)
    yield tmp_path
    installed.cache_clear()
    for name in set(sys.modules) - before:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("name", RUN_HERE)
def test_every_block_of_the_page_runs(
    name: str,
    desk: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(desk if name == "README.md" else desk / EXAMPLE)
    reader = Reader(ROOT / name, {"__name__": "page"}, capsys, monkeypatch)
    for block in blocks_of(ROOT / name):
        try:
            reader.read(block)
        except BaseException as fault:
            fault.add_note(f"in the block at {name}:{block.line}")
            raise
    fences = re.findall(r"^```", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert reader.ran * 2 == len(fences)


@pytest.mark.parametrize("name", NAMES)
def test_every_block_is_in_a_language_that_runs(name: str):
    assert {block.language for block in blocks_of(ROOT / name)} <= LANGUAGES


def prose_of(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_the_page_leads_somewhere(name: str):
    page = ROOT / name
    astray = []
    for target, anchor in re.findall(r"\]\(([^)\s#]*)#?([^)\s]*)\)", prose_of(page)):
        if "://" in target:
            continue
        leads_to = page.parent / target if target else page
        if not leads_to.exists() or (anchor and anchor not in anchors_of(leads_to)):
            astray.append(f"{target}#{anchor}")
    assert astray == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_of_rmg_outside_of_blocks_is_one_that_it_takes(name: str):
    for line in re.findall(r"^ {4}(rmg [a-z].*)", prose_of(ROOT / name), re.MULTILINE):
        take(line)


def keys_of(cls: type[Any]) -> Iterator[str]:
    """Yield every key of a config, and of the tables in it."""
    for name, option in options_of(cls).items():
        yield name
        for kind in tables_in(written_type(option)):
            yield from keys_of(kind)


def tables_in(kind: Any) -> Iterator[type[Any]]:
    if attrs.has(kind):
        yield kind
    for part in get_args(kind):
        yield from tables_in(part)


def test_every_key_of_a_config_is_in_the_reference():
    page = (ROOT / "docs" / "reference" / "config.md").read_text("utf-8")
    keys = set(keys_of(Config)) - {"value"}  # of a constant in a mapper, which prose explains
    assert {"use", "on_bad_row", "group_by", "dir"} <= keys
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []


def test_generated_pages_are_current():
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")
