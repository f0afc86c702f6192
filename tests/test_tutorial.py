"""The tutorial, followed to the letter by a shell, from a fresh virtual environment on.

What a reader has from a package index is here what is installed already, rmg and its packs not
counted; pip builds with it too. Nothing else is lent to the environments that the page makes.
"""

import faulthandler
import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest
from attrs import define, field

from .test_docs import ROOT, Block, blocks_of, expect

FAILURES = ("1 failed", "0 of 2")
"""What the page shows of a command that ends with 1."""

LONGEST_SECONDS = 100
"""So long a command may take; the page as a whole may take longer than other tests."""

PAGE = ROOT / "docs" / "tutorial" / "first-pack.md"

pytest.importorskip("editables", reason="pip builds what is installed by -e with it")
pytest.importorskip("hatchling", reason="pip builds packs with it")


@define
class Shell:
    """A shell that keeps its folder and its PATH from one command to the next."""

    home: Path
    lent: Path
    folder: Path = ROOT
    path: str = field(factory=lambda: os.environ["PATH"])

    def run(self, command: str) -> tuple[int, str]:
        """Run a command of the page; return its exit code, and what it says on both streams."""
        made = re.fullmatch(r"python -m venv (\S+)", command)
        if made:
            command = f"python -m venv --without-pip {made[1]}"
        state = self.home / "state"
        keep = f'code=$?; pwd > {state}; printf %s "$PATH" >> {state}; exit $code'
        ended = subprocess.run(
            ["/bin/sh", "-c", f"{command}\n{keep}"],
            cwd=self.folder,
            env={
                "HOME": str(self.home),
                "PATH": self.path,
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PIP_NO_BUILD_ISOLATION": "0",  # so pip reads that there is to be none
                "PIP_NO_INDEX": "1",
                "TMPDIR": str(self.home),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
        folder, _, self.path = state.read_text("utf-8").partition("\n")
        self.folder = Path(folder)
        if made:
            place = self.folder / made[1].replace("~", str(self.home))
            [packages] = place.glob("lib/python*/site-packages")
            (packages / "lent.pth").write_text(f"{self.lent}\n", "utf-8")
        return ended.returncode, ended.stdout

    def write(self, block: Block) -> None:
        (self.folder / block.file).write_text(block.text, "utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Lend all that is installed but rmg and its packs."""
    lent = tmp_path / "lent"
    lent.mkdir()
    for kind in ("purelib", "platlib"):
        for each in Path(sysconfig.get_path(kind)).iterdir():
            target = lent / each.name
            if "rmg" not in each.name and each.suffix != ".pth" and not target.exists():
                target.symlink_to(each)
    return Shell(tmp_path, lent)


@pytest.mark.fresh_venv
def test_what_the_tutorial_says_is_what_happens(shell: Shell):
    faulthandler.cancel_dump_traceback_later()
    for block in blocks_of(PAGE):
        if block.language != "console":
            shell.write(block)
            continue
        for command in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, shown = command.partition("\n")
            code, said = shell.run(line)
            assert code == any(each in shown for each in FAILURES), f"{line}\n{said}"
            if shown.strip():
                expect(shown, said)
