"""The ways into the command line, and the files that it is told to read."""

import subprocess
import sys

from .conftest import ENVIRONMENT


def test_the_package_itself_runs_as_the_command_line(desk):
    said = subprocess.run(
        [sys.executable, "-m", "rmg_core", "check", "qa.toml"],
        cwd=desk.folder, env=ENVIRONMENT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "qa.toml: 2 graders, 1 aggregator, 3 samples: ready\n"


def test_a_config_of_another_name_is_not_offered_for_its_suffix(desk):
    (desk.folder / "qa.toml").rename(desk.folder / "opt_type.toml")
    assert desk.rmg("check", "nope.toml").err.splitlines()[0] == "nope.toml: there is no such file"
    assert desk.rmg("check", "opt_typ.toml").err.splitlines()[0] == (
        "opt_typ.toml: there is no such file; did you mean 'opt_type.toml'?"
    )


def test_the_config_is_offered_to_who_leaves_out_its_ending(desk):
    assert desk.rmg("run", "qa").err == "qa: there is no such file; did you mean 'qa.toml'?\n"
