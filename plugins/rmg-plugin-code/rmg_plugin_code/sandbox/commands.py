"""The command that starts the launcher, by level."""

import os
import shutil
from functools import cache
from pathlib import Path

from rmg_plugin_code.sandbox import landlock, launcher
from rmg_plugin_code.sandbox.levels import Level
from rmg_plugin_code.sandbox.orders import Limits

_FOLDER = Path(launcher.__file__).resolve().parent
_INSIDE = Path("/launcher")


def command(
    level: Level, limits: Limits, answer: int, told: int, paths: tuple[Path, ...] = ()
) -> list[str]:
    """Return the command; `answer` and `told` are descriptors of the answer and of bubblewrap."""
    folder = _INSIDE if level.has_namespaces else _FOLDER
    python = [str(landlock.interpreter()), *("-I", "-S", "-B", "-X", "utf8")]
    start = [*python, str(folder / "launcher.py"), str(answer)]
    if not level.has_namespaces:
        return start
    return [*_bubblewrap(level, limits, told), *_folders(paths), "--remount-ro", "/", "--", *start]


def environment() -> dict[str, str]:
    """Return all of the environment that a program gets."""
    private = str(landlock.PRIVATE)
    return {"HOME": private, "TMPDIR": private, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}


@cache
def bubblewrap() -> str | None:
    """Return where bubblewrap is, if it is anywhere."""
    return shutil.which("bwrap")


def _bubblewrap(level: Level, limits: Limits, told: int) -> list[str]:
    private = str(landlock.PRIVATE)
    apart = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if level.has_user_namespace:
        apart += ["--unshare-user", "--cap-drop", "ALL"]
    elif os.geteuid() == 0:
        apart += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [
        *(bubblewrap() or "bwrap", *apart, "--unshare-cgroup-try"),
        *("--die-with-parent", "--as-pid-1", "--info-fd", str(told)),
        *("--perms", "1777", "--size", str(limits.disk), "--tmpfs", private, "--chdir", private),
        *("--ro-bind", str(_FOLDER), str(_INSIDE)),
    ]


def _folders(paths: tuple[Path, ...]) -> list[str]:
    bound = (landlock.interpreter(), *landlock.readable(), *paths)
    arguments = []
    # bubblewrap makes the folders above for itself alone, and the program may be another user.
    for folder in sorted({above for path in (*bound, *landlock.DEVICES) for above in path.parents}):
        if folder not in (Path("/"), landlock.PRIVATE):
            arguments += ["--perms", "0755", "--dir", str(folder)]
    for path in bound:
        arguments += ["--ro-bind", str(path.resolve()), str(path)]
    for path in landlock.DEVICES:
        arguments += ["--dev-bind", str(path), str(path)]
    return arguments
