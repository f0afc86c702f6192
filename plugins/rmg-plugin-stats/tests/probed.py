"""Runs of scripted judges to probe: each is swayed by one thing, and by nothing else."""

import json
from contextlib import contextmanager
from pathlib import Path
from shutil import copy

GRADERS = Path(__file__).with_name("probed_graders.py")

KEYS = [
    "The Weser is 452 km long. It does not flow through Bremen alone. Also Hameln lies there.",
    "Water boils at 100 degrees. That is at the level of the sea. On a mountain it is 90.",
    "The opera Norma was written by Bellini. It was first shown in 1831, in Milan before Paris.",
    "A triangle has 3 sides. Its angles add up to 180 degrees. Euclid has shown this in Greece.",
]


def rows(count=12):
    """Rows with an answer that is right, and each third one that is wrong."""
    made = []
    for number in range(count):
        key = f"{KEYS[number % 4]} This is matter {number}."
        answer = key if number % 3 else f"Of matter {number} nobody can say a thing at all today."
        other = f"Nothing is known of the {number}." + (" It is the worst." * (number % 4 == 0))
        made.append({"id": f"s{number}", "response": answer, "key": key, "other": other})
    return made


CONFIG = """
max_errors = 1.0

[dataset]
path = "rows.jsonl"
id = "id"

[graders.GRADER]
use = "./graders.py:GRADER"
"""

PAIRWISE = 'mapper = { response_a = "response", response_b = "other" }\n'

MODEL = """
options = { model = "judge" }
max_concurrency = 1

[models.judge]
use = "./graders.py:Counting"
"""


def write(folder, grader, *, more="", count=12):
    """Write config, graders and rows."""
    copy(GRADERS, folder / "graders.py")
    lines = "".join(json.dumps(each) + "\n" for each in rows(count))
    (folder / "rows.jsonl").write_text(lines)
    (folder / "qa.toml").write_text(CONFIG.replace("GRADER", grader) + more)


@contextmanager
def run_of(folder, grader, *, more="", count=12):
    """Grade rows in a folder that is the working directory, and open the run."""
    from rmg_core import StoredRun
    from rmg_core.cli import rmg

    write(folder, grader, more=more, count=count)
    rmg.main(["run", "qa.toml", "--quiet"], prog_name="rmg", standalone_mode=False)
    with StoredRun.open("runs/qa") as run:
        yield run


def figures(section):
    return {each.name: each for each in section.figures}
