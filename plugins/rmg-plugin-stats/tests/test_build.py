"""What is published requires rmg-core, also though pip must not see that inside the clone."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

PACK = Path(__file__).resolve().parents[1]
REQUIREMENTS = ["attrs>=24.2", "numpy>=2.0", "rmg-core>=0.1", "scipy>=1.14"]


def requirements_of(root: Path) -> list[str]:
    spec = importlib.util.spec_from_file_location("hatch_build", PACK / "hatch_build.py")
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    metadata: dict[str, Any] = {}
    module.CloneHook(str(root), {"dependencies": REQUIREMENTS}).update(metadata)
    made: list[str] = metadata["dependencies"]
    return made


def test_a_build_to_publish_requires_the_core(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_BUILD_TRACKER", raising=False)
    assert requirements_of(PACK) == REQUIREMENTS


def test_pip_inside_the_clone_gets_the_core_from_the_clone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_BUILD_TRACKER", "somewhere")
    assert requirements_of(PACK) == ["attrs>=24.2", "numpy>=2.0", "scipy>=1.14"]


def test_pip_elsewhere_is_told_to_get_the_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PIP_BUILD_TRACKER", "somewhere")
    assert requirements_of(tmp_path / "a" / "b") == REQUIREMENTS
