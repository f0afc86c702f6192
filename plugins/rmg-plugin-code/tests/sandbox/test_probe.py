"""What the probe finds, remembers and forgets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rmg_plugin_code.sandbox import commands, landlock, launcher, levels, orders, probe, supervisor


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(probe, "_known", {})
    return tmp_path / "rmg" / "sandbox.json"


def counted(monkeypatch, *, holds="A"):
    tried = []

    def fault(level):
        tried.append(level)
        return "" if level.name == holds else "it does not hold"

    monkeypatch.setattr(probe, "fault", fault)
    return tried


def test_a_level_that_lets_an_attempt_through_is_not_reached(monkeypatch):
    monkeypatch.setattr(probe, "_lacking", lambda level: None)
    unfenced = levels.Level("B", "x", has_filters=False)
    found = probe.fault(unfenced)
    assert found.startswith(("a program can", "the probe ended by"))


@pytest.mark.parametrize("left_out", ["filter", "restrict"])
def test_a_level_without_one_of_its_fences_is_not_reached(monkeypatch, left_out):
    if probe.fault(levels.FILTERS):
        pytest.skip("the machine does not reach the level")
    whole = orders.orders

    def without(level, limits, paths=()):
        lines = whole(level, limits, paths).decode().splitlines()
        return "\n".join(each for each in lines if not each.startswith(left_out)).encode()

    monkeypatch.setattr(supervisor, "orders", without)
    assert probe.fault(levels.FILTERS) != ""


def test_a_binary_that_is_there_and_does_not_work_reaches_no_level(monkeypatch):
    monkeypatch.setattr(commands, "bubblewrap", lambda: "/bin/false")
    monkeypatch.setattr(probe, "bubblewrap", lambda: "/bin/false")
    assert probe.fault(levels.USER_NAMESPACES).startswith("it could not be put up")


@pytest.mark.parametrize(
    ("what", "value", "level", "said"),
    [
        ("landlock.version", 0, levels.FILTERS, "the kernel has no Landlock"),
        ("bubblewrap", None, levels.USER_NAMESPACES, "bubblewrap is not installed"),
        ("platform.machine", "riscv64", levels.FILTERS, "there are no filters for linux on riscv"),
    ],
)
def test_what_is_lacking_is_said(monkeypatch, what, value, level, said):
    monkeypatch.setattr(f"rmg_plugin_code.sandbox.probe.{what}", lambda: value)
    assert probe.fault(level).startswith(said)


def test_without_any_level_each_says_why_not(monkeypatch):
    monkeypatch.setattr(probe, "fault", lambda level: f"no {level.name}")
    found = probe.probed()
    assert found.level == levels.UNSANDBOXED
    assert set(found.why_not.values()) == {"no A", "no B"}


def test_what_was_found_is_remembered_for_the_next_process(fresh, monkeypatch):
    tried = counted(monkeypatch)
    found = probe.reached()
    assert tried != []
    monkeypatch.setattr(probe, "_known", {})
    tried.clear()
    assert (probe.reached(), tried) == (found, [])
    assert fresh.stat().st_mode & 0o077 in (0, 0o044)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}'])
def test_a_memory_that_cannot_be_read_is_none(fresh, monkeypatch, text):
    tried = counted(monkeypatch)
    fresh.parent.mkdir()
    fresh.write_text(text, "utf-8")
    probe.reached()
    assert tried != []


def test_a_level_that_is_not_the_best_is_not_remembered(fresh, monkeypatch):
    counted(monkeypatch, holds="B")
    assert probe.reached().level == levels.FILTERS
    assert not fresh.exists()


def test_another_kernel_is_probed_again(fresh, monkeypatch):
    tried = counted(monkeypatch)
    probe.reached()
    kept = json.loads(fresh.read_text("utf-8"))
    fresh.write_text(json.dumps({**kept, "key": "another"}), "utf-8")
    monkeypatch.setattr(probe, "_known", {})
    tried.clear()
    probe.reached()
    assert tried != []


def test_what_failed_is_forgotten(fresh, monkeypatch):
    tried = counted(monkeypatch)
    probe.reached()
    tried.clear()
    probe.forget()
    probe.reached()
    assert tried != []


@pytest.mark.parametrize(
    ("version", "size", "rights"), [(1, 8, 13), (2, 8, 14), (3, 8, 15), (4, 16, 15), (6, 24, 16)]
)
def test_all_that_the_kernel_can_refuse_is_refused(monkeypatch, version, size, rights):
    monkeypatch.setattr(landlock, "version", lambda: version)
    made = landlock.attributes()
    assert (len(made), int.from_bytes(made[:8], "little")) == (size, (1 << rights) - 1)


def test_nothing_of_the_launcher_is_worth_reading():
    """What it imports stays with the program: it must be Python's own, and little of it."""
    ran = subprocess.run(
        [
            *(sys.executable, "-I", "-S", "-c"),
            "import sys; sys.path.insert(0, sys.argv[1]); import launcher; print(*sys.modules)",
            str(Path(launcher.__file__).parent),
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    heavy = {"json", "re", "typing", "subprocess", "pathlib", "rmg_core", "rmg_plugin_code"}
    assert heavy & set(ran.stdout.split()) == set()
