"""Each hook: a pack implements it, and what it offers is used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rmg_core import GraderScore, GradingRunner, Results
from rmg_core.cli import rmg

Run = Callable[[str], Results]

GRADERS = '''
from attrs import define, frozen
from rmg_core import GraderScore, grader, hookimpl

@grader
def length(response: str) -> float:
    """A tenth for each character."""
    return len(response) / 10

@hookimpl
def rmg_graders():
    return {"length": length}
'''


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a config over two rows, whose `response` has three characters and then five."""
    rows = '{"response": "abc", "other": "a"}\n{"response": "abcde", "other": "ab"}\n'
    (tmp_path / "rows.jsonl").write_text(rows, "utf-8")

    def run(config: str) -> Results:
        file = tmp_path / "rmg.toml"
        file.write_text(config, "utf-8")
        return GradingRunner.from_config(file).run()

    return run


def scores(results: Results, column: str) -> list[float]:
    assert all(isinstance(each, GraderScore) for each in results[column])
    return [outcome.score for outcome in results[column]]


ROWS = '[dataset]\npath = "rows.jsonl"\n'
LENGTH = '[graders.length]\nuse = "mine/length"\n'


def test_rmg_graders(install_pack, run):
    install_pack("mine", GRADERS)
    assert scores(run(ROWS + LENGTH), "length") == [0.3, 0.5]


def test_rmg_graders_by_module_and_attribute(install_pack, run):
    source = {
        "__init__.py": """
from rmg_core import hookimpl

@hookimpl
def rmg_graders():
    return {"length": f"{__name__}.inside:length"}
""",
        "inside.py": GRADERS.partition("@hookimpl")[0],
    }
    install_pack("mine", source)
    assert scores(run(ROWS + LENGTH), "length") == [0.3, 0.5]


def test_rmg_mappers(install_pack, run):
    install_pack(
        "mine",
        GRADERS
        + """
@hookimpl
def rmg_mappers():
    return {"other": lambda sample: {"response": sample["other"]}}
""",
    )
    assert scores(run(ROWS + LENGTH + 'mapper = "mine/other"'), "length") == [0.1, 0.2]


def test_rmg_aggregators(install_pack, run):
    install_pack(
        "mine",
        GRADERS
        + """
@frozen
class Halved:
    def combine(self, outcomes):
        [only] = outcomes.values()
        return GraderScore(only.score / 2)

@hookimpl
def rmg_aggregators():
    return {"halved": Halved}
""",
    )
    results = run(ROWS + LENGTH + '[aggregators.half]\nuse = "mine/halved"')
    assert scores(results, "half") == [0.15, 0.25]


def test_rmg_documents(install_pack, run, tmp_path):
    install_pack(
        "mine",
        GRADERS
        + """
from rmg_core import read_document

@frozen(kw_only=True)
class Share:
    per: int

def grader_of(path):
    per = read_document(Share, path).per

    @grader
    def share(response: str) -> float:
        return len(response) / per

    return share

@hookimpl
def rmg_documents():
    return {"toml": grader_of}
""",
    )
    (tmp_path / "share.toml").write_text("per = 20\n", "utf-8")
    results = run('packs = ["mine"]\n' + ROWS + '[graders.share]\nuse = "./share.toml"\n')
    assert scores(results, "share") == [0.15, 0.25]


def test_rmg_readers(install_pack, run, tmp_path):
    install_pack(
        "mine",
        GRADERS
        + """
@frozen
class WordReader:
    def read(self, stream):
        for line, text in enumerate(stream, 1):
            yield line, {"response": text.decode().strip()}

@hookimpl
def rmg_readers():
    return {"words": WordReader}
""",
    )
    (tmp_path / "rows.words").write_text("a\nabcd\n", "utf-8")
    results = run('packs = ["mine"]\n[dataset]\npath = "rows.words"\n' + LENGTH)
    assert scores(results, "length") == [0.1, 0.4]


def test_rmg_sinks(install_pack, run, tmp_path):
    install_pack(
        "mine",
        GRADERS
        + """
@define
class Told:
    path: str
    file: object = None

    def open(self, plan):
        self.file = open(self.path, "w")
        self.file.write(f"open {plan.columns}")

    def write(self, cells):
        for cell in sorted(cells):
            self.file.write(f", {cell.grader} {cell.index} {cell.outcome.score}")

    def close(self):
        self.file.write(", close")
        self.file.close()

@hookimpl
def rmg_sinks():
    return {"told": Told}
""",
    )
    told = tmp_path / "told.txt"
    run(ROWS + LENGTH + f'[sinks.told]\nuse = "mine/told"\noptions = {{ path = "{told}" }}')
    assert told.read_text("utf-8") == "open ('length',), length 0 0.3, length 1 0.5, close"


def test_rmg_observers(install_pack, run, tmp_path):
    install_pack(
        "mine",
        GRADERS
        + """
@define
class Told:
    path: str
    seen: int = 0

    def run_started(self, plan):
        self.seen = 0

    def outcomes(self, cells):
        self.seen += len(cells)

    def run_finished(self, summary):
        with open(self.path, "w") as file:
            file.write(f"{self.seen} cells of {summary.samples} samples")

@hookimpl
def rmg_observers():
    return {"told": Told}
""",
    )
    told = tmp_path / "told.txt"
    run(ROWS + LENGTH + f'[observers.told]\nuse = "mine/told"\noptions = {{ path = "{told}" }}')
    assert told.read_text("utf-8") == "2 cells of 2 samples"


MODELS = """
from attrs import frozen
from rmg_core import Model, grader, hookimpl
from rmg_core.models import Reply

@frozen
class Parrot:
    times: int = 1

    async def chat(self, request):
        return Reply(request.messages[-1].content * self.times)

@grader(scale=(0, None))
async def length(response: str, *, model: Model) -> float:
    return len((await model.ask(response)).text)

@hookimpl
def rmg_graders():
    return {"length": length}

@hookimpl
def rmg_models():
    return {"parrot": Parrot}
"""


def test_rmg_models(run: Run, install_pack):
    install_pack("mine", MODELS)
    results = run(
        ROWS
        + '[models.bird]\nuse = "mine/parrot"\noptions = { times = 2 }\n'
        + '[graders.length]\nuse = "mine/length"\noptions = { model = "bird" }\n'
    )
    assert [each.score for each in results["length"]] == [6, 10]


COMMAND = """
import click
from rmg_core import hookimpl

@click.command
@click.argument("name")
def greet(name):
    click.echo(f"Good day, {name}.")

@hookimpl
def rmg_commands():
    return {"greet": greet}
"""


@pytest.mark.parametrize("verb", ["greet", "mine/greet"])
def test_rmg_commands(install_pack, capsys, verb):
    install_pack("mine", COMMAND)
    rmg.main([verb, "Ada"], prog_name="rmg", standalone_mode=False)
    assert capsys.readouterr().out == "Good day, Ada.\n"


STATISTICS = """
from rmg_core import Interval, hookimpl

def interval(spread):
    return Interval(spread.mean - 0.25, spread.mean + 0.25, rule=f"{spread.count} scores")

@hookimpl
def rmg_statistics():
    return {"interval": interval}
"""


def test_rmg_statistics(run: Run, install_pack):
    install_pack("mine", GRADERS)
    install_pack("stats", STATISTICS)
    results = run(ROWS + LENGTH)
    interval = results.summary["length"].interval
    assert (interval.low, interval.high, interval.rule) == (
        pytest.approx(0.15),
        pytest.approx(0.65),
        "2 scores",
    )
    assert results.summary.table()[0][:3] == ("", "mean", "95 % interval")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (STATISTICS.replace("spread.mean - 0.25", "1 / 0"), "the pack stats raised Zero"),
        (STATISTICS.replace("return Interval", "return str"), "the pack stats raised TypeError"),
        (STATISTICS.replace("    return Interval", "    return 1 #"), "gave no Interval"),
    ],
)
def test_statistics_that_fail_cost_the_interval_alone(run: Run, install_pack, source, why):
    install_pack("mine", GRADERS)
    install_pack("stats", source)
    results = run(ROWS + LENGTH)
    column = results.summary["length"]
    assert column.mean == pytest.approx(0.4)
    assert why in column.interval.why
    assert results.summary.table()[0][:3] == ("", "mean", "scale")


@pytest.mark.parametrize("source", ["import no_such_module", COMMAND])
def test_without_statistics_there_is_no_interval(run: Run, install_pack, source):
    install_pack("mine", GRADERS)
    install_pack("stats", source)
    results = run(ROWS + LENGTH)
    assert results.summary["length"].interval is None
