"""What the tests share: packs that are installed for one test, and a stand-in of the engine."""

import importlib
import importlib.metadata
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rmg_core import GraderScore
from rmg_core.registry import installed

RUBRIC = """\
about = "Judge the tone of an answer."
inputs = ["query", "response", "context?"]
mode = "pointwise"
scale = [0, 2]
[levels]
0 = "Rude."
1 = "Neutral."
2 = "Kind."
[prompt]
task = "Judge the tone."
[prompt.zh]
task = "判断语气。"
[[examples]]
query = "Hi"
response = "What?"
verdict = 0
"""


@pytest.fixture
def rubric_text() -> str:
    return RUBRIC


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Stand in for the engine: every answer gets the score 1, and what was asked is noted."""
    asked: list[tuple] = []

    async def judge(rubric, options, inputs):
        asked.append((rubric, options, dict(inputs)))
        return GraderScore(1.0)

    made = ModuleType("rmg_plugin_judge.judging")
    made.judge = judge
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return asked


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write packs as pip would: `install(name, module, files)`; the pack `judge` is there."""
    known = set(sys.modules)
    site = tmp_path / "site"

    def write(name: str, module: str, files: dict[str, str]) -> None:
        for file, text in files.items():
            path = site / module.replace(".", "/") / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        info = site / f"rmg_plugin_{name}-1.0.dist-info"
        info.mkdir(parents=True)
        described = f"Metadata-Version: 2.1\nName: rmg-plugin-{name}\nVersion: 1.0\n"
        (info / "METADATA").write_text(described, "utf-8")
        (info / "entry_points.txt").write_text(f"[rmg]\n{name} = {module}\n", "utf-8")
        importlib.invalidate_caches()
        installed.cache_clear()

    monkeypatch.syspath_prepend(site)
    try:
        importlib.metadata.distribution("rmg-plugin-judge")
    except importlib.metadata.PackageNotFoundError:
        write("judge", "rmg_plugin_judge", {})
    yield write
    installed.cache_clear()
    for each in set(sys.modules) - known:
        file = getattr(sys.modules[each], "__file__", None) or ""
        if file.startswith(str(site)):
            del sys.modules[each]
