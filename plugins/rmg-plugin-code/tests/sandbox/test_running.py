"""A program is run by one who waits for it, and ends with that one."""

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path
from time import monotonic

import anyio
import pytest

from rmg_plugin_code.sandbox import (
    Limits,
    Program,
    SandboxError,
    levels,
    orders,
    probe,
    run_program,
)
from rmg_plugin_code.sandbox import supervisor as supervisors
from rmg_plugin_code.sandbox.supervisor import Cut, run

SLEEP = "print('begun', flush=True)\nimport time\ntime.sleep(60)"


def children():
    """Return the processes that this one has started and that are there, or not buried."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = each.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == os.getpid():
            found.append(int(each.parent.name))
    return set(found)


def descriptors():
    return {each.name for each in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancellation_ends_the_program_and_is_let_out(level, backend):
    before = children()

    async def cancelled():
        with anyio.move_on_after(0.3) as scope:
            await run_program(level, Program(SLEEP), Limits(5, 50))
        return scope.cancelled_caught

    assert anyio.run(cancelled, backend=backend)
    assert children() <= before


def test_a_task_that_is_cancelled_by_asyncio_ends_the_program(level):
    import asyncio

    before = children()

    async def cancelled():
        task = asyncio.ensure_future(run_program(level, Program(SLEEP), Limits(5, 50)))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while children() - before:  # noqa: ASYNC110 - a thread buries it, which nobody waits for
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(cancelled(), 20))


def test_a_cut_that_comes_first_is_heard_too(level):
    cut = Cut()
    cut.now()
    assert run(level, Program(SLEEP), Limits(), cut).ended == "cut"


def test_a_run_leaves_no_descriptor_and_no_process_behind(level):
    run(level, Program("print(1)"), Limits())
    before = descriptors(), children()
    for source in ("print(1)", "import os; os.abort()", "while True: print('x' * 10000)"):
        run(level, Program(source), Limits(cpu_seconds=1.0))
    assert (descriptors(), children()) == before


@pytest.mark.parametrize(
    ("source", "ended", "code"),
    [
        ("pass", "exit", 0),
        ("raise SystemExit(3)", "exit", 3),
        ("raise ValueError", "exit", 1),
        ("import os; os._exit(130)", "signal", 2),
        ("import os; os.abort()", "signal", 6),
        ("import os; os.kill(os.getpid(), 15)", "signal", 15),
        ("import signal; signal.raise_signal(signal.SIGSEGV)", "signal", 11),
        ("import os; os.close(0); os.close(1); os.close(2)", "exit", 0),
    ],
)
def test_how_a_program_ends_is_told_alike_at_each_level(level, source, ended, code):
    ran = run(level, Program(source), Limits())
    assert (ran.ended, ran.code) == (ended, code)


@pytest.mark.parametrize(
    ("source", "ended"), [("print(1)", "exit"), ("while True: print('x' * 10000)", "output")]
)
def test_a_system_that_knows_no_descriptors_of_processes_runs_programs_too(
    monkeypatch, source, ended
):
    monkeypatch.delattr(os, "pidfd_open")
    assert run(levels.UNSANDBOXED, Program(source), Limits()).ended == ended


def test_a_program_that_does_not_read_is_not_waited_for(level):
    ran = run(level, Program("print(1)", stdin="x" * (4 << 20)), Limits())
    assert (ran.ended, ran.stdout) == ("exit", b"1\n")


def test_a_program_has_only_its_own_environment(level, monkeypatch):
    monkeypatch.setenv("A_KEY_OF_THE_USER", "sk-1234")
    ran = run(level, Program("import os; print(sorted(os.environ))"), Limits())
    assert ran.stdout == b"['HOME', 'LANG', 'PATH', 'TMPDIR']\n"


def test_a_program_with_namespaces_may_write_in_its_own_folder(level):
    source = "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')\nprint('written')"
    ran = run(level, Program(source), Limits())
    assert (ran.stdout == b"written\n") is level.has_namespaces


def test_a_program_imports_from_the_folders_that_it_is_given(level, tmp_path):
    folder = tmp_path / "a name with spaces"
    folder.mkdir()
    (folder / "given.py").write_text("VALUE = 7\n", "utf-8")
    for mode in (0o700, 0o755):  # under root the program is another user where that one can read
        folder.chmod(mode)
        orders._are_open.cache_clear()
        ran = run(level, Program("import given; print(given.VALUE)", paths=(folder,)), Limits())
        assert ran.stdout == b"7\n"


def test_a_fence_that_cannot_be_put_up_is_no_verdict_on_the_program(level, monkeypatch):
    monkeypatch.setattr(supervisors, "orders", lambda *_: b"ruleset 00")
    with pytest.raises(SandboxError, match=r"it could not be put up: OSError: \[Errno 22\]"):
        run(level, Program("print('seen')"), Limits())


def test_a_limit_that_passes_before_the_fences_are_up_is_no_verdict_on_the_program(
    level, monkeypatch
):
    monkeypatch.setattr(supervisors, "command", lambda *_: [sys.executable, "-c", "input(input())"])
    monkeypatch.setattr(supervisors._Watched, "_feed", lambda self: None)
    with pytest.raises(SandboxError, match="it could not be put up: its limit: wall"):
        run(level, Program("print('seen')"), Limits(wall_seconds=0.01))


def test_a_bubblewrap_that_does_not_start_is_no_verdict_on_the_program(monkeypatch):
    monkeypatch.setattr(supervisors, "command", lambda *_: ["/nowhere/bwrap"])
    with pytest.raises(SandboxError, match="no process can be started"):
        run(levels.FILTERS, Program("print('seen')"), Limits())


def grandchildren(pid):
    """Return all processes that descend from one."""
    parents = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            told = each.read_text("utf-8", "replace").rpartition(")")[2].split()
            parents[int(each.parent.name)] = int(told[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.mark.parametrize("name", ["NAMESPACES", "USER_NAMESPACES", "FILTERS"])
def test_a_program_dies_with_a_supervisor_that_is_killed(name):
    if fault := probe.fault(getattr(levels, name)):
        pytest.skip(f"the machine does not reach the level: {fault}")
    here = Path(__file__).parent
    started = subprocess.Popen(
        [sys.executable, here / "orphan_driver.py", here, name],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    many = 1 if name == "FILTERS" else 3
    wait_until(lambda: len(grandchildren(started.pid)) >= many)
    left = {pid: os.pidfd_open(pid) for pid in grandchildren(started.pid)}
    started.kill()
    started.wait()
    for descriptor in left.values():
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        assert poller.poll(10_000) != []
        os.close(descriptor)


def wait_until(is_so):
    deadline = monotonic() + 20
    while not is_so():
        assert monotonic() < deadline
        os.sched_yield()
