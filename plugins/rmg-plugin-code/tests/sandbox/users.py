"""Who runs a sandbox in the tests: root, and an ordinary user, whom only root can become."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

from rmg_plugin_code.sandbox import landlock

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "rmg_plugin_code"
NOBODY = 65534
LIBRARIES = ("anyio", "attr", "attrs", "idna", "sniffio", "typing_extensions")


@frozen
class Place:
    """A user and a level; `open_python`: with a Python that every user can reach."""

    user: str
    level: str
    open_python: bool = False

    def __str__(self) -> str:
        return f"{self.user}-{self.level.lower()}{'-open' if self.open_python else ''}"

    def run(self, script: str, *arguments: str, timeout: float = 100) -> str:
        """Run a script of this folder as the user; return what it printed."""
        with tempfile.TemporaryDirectory(prefix="rmg-place-") as temporary:
            Path(temporary).chmod(0o777)
            return self._run(script, arguments, temporary, timeout)

    def _run(self, script: str, arguments: tuple[str, ...], temporary: str, timeout: float) -> str:
        ran = subprocess.run(
            [self._python(), "-B", self._folder() / script, self._folder(), *arguments],
            capture_output=True,
            check=False,
            text=True,
            timeout=timeout,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join(self._path()),
                "TMPDIR": temporary,
            },
            **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if self._becomes else {}),
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    @property
    def _becomes(self) -> bool:
        return self.user == "user" and os.geteuid() == 0

    def _python(self) -> str:
        return open_python() if self._becomes or self.open_python else sys.executable

    def _folder(self) -> Path:
        return open_folder() if self._becomes or self.open_python else HERE

    def _path(self) -> list[str]:
        if self._becomes or self.open_python:
            return [str(open_folder())]
        return [str(PACKAGE.parent), *sys.path]

    @property
    def is_possible(self) -> bool:
        return self.user == "user" or os.geteuid() == 0

    def skip_without(self) -> None:
        """Skip where this cannot be tried, and say why."""
        if not self.is_possible:
            pytest.skip("only root can run it as root")
        found = self.run("fault_driver.py", self.level).strip()
        if found and "a program can" not in found:
            pytest.skip(f"the machine does not reach the level: {found}")


PLACES = [
    Place("root", "NAMESPACES"),
    Place("root", "USER_NAMESPACES"),
    Place("root", "FILTERS"),
    Place("root", "FILTERS", open_python=True),
    Place("user", "USER_NAMESPACES"),
    Place("user", "FILTERS"),
]


@cache
def open_python() -> str:
    """Return a Python that an ordinary user can run as well; skip without one."""
    for each in (str(landlock.interpreter()), "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            subprocess.run(
                [each, "-c", "import sys; assert sys.version_info >= (3, 11)"],
                check=True,
                capture_output=True,
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return each
    pytest.skip("no Python of 3.11 or later here can be run by another user")


@cache
def open_folder() -> Path:
    """Return a copy of what the scripts need that everybody can read."""
    made = Path(tempfile.mkdtemp(prefix="rmg-open-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    package = made / PACKAGE.name
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(PACKAGE / "sandbox", package / "sandbox")
    for each in HERE.glob("*.py"):
        shutil.copy(each, made)
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, made / name)
        else:
            shutil.copy(origin, made)
    for each in (made, *made.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)
    return made
