"""Rubrics of packs and of files: found, shown, checked, and told apart by their text alone."""

import zipfile
from pathlib import Path

import pytest

import rmg_plugin_judge
from rmg_core import ConfigError
from rmg_core.cli import rmg
from rmg_core.config import load_config
from rmg_core.plan import plan_of_config
from rmg_core.registry import installed
from rmg_plugin_judge import named, rmg_graders, rubrics_in
from rmg_plugin_judge.shelf import SHELF, grader_of

ONE_LINE = """\
from rmg_core import hookimpl
from rmg_plugin_judge import rubrics_in

@hookimpl
def rmg_graders(): return rubrics_in(__name__)
"""

CONFIG = """\
packs = ["judge"]
[dataset]
path = "rows.jsonl"
[models]
strong = {{ use = "recorded", options = {{ echo = true }} }}
weak = {{ use = "recorded", options = {{ echo = true }} }}
other = {{ use = "recorded", options = {{ echo = true }} }}
[graders.tone]
use = "{use}"
options = {{ {options} }}
"""


@pytest.fixture
def said(capsys):
    """Run `rmg`, and return its exit code and all that it said."""

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        try:
            rmg.main(list(arguments), prog_name="rmg")
            code = 0
        except SystemExit as ended:
            code = ended.code
        return code, "".join(capsys.readouterr())

    return run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install, rubric_text) -> Path:
    """Return a folder with a rubric file, a dataset and a config that uses them."""
    folder = tmp_path / "desk"
    (folder / "rubrics").mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / "rubrics/tone.toml").write_text(rubric_text, "utf-8")
    (folder / "rows.jsonl").write_text('{"query": "Hi", "response": "Hello!"}\n', "utf-8")
    configure(folder)
    return folder


def configure(folder: Path, use: str = "./rubrics/tone.toml", options: str = 'model = "strong"'):
    (folder / "qa.toml").write_text(CONFIG.format(use=use, options=options), "utf-8")


def planned(folder: Path):
    (made,) = plan_of_config(load_config(str(folder / "qa.toml"))).graders
    return made


def identity(folder: Path):
    return planned(folder).identity


def test_a_pack_of_rubrics_has_one_line_of_python(install, rubric_text, said):
    files = {"__init__.py": ONE_LINE, "tone.toml": rubric_text, "rubrics/wit.toml": rubric_text}
    install("manners", "rmg_plugin_manners", files)
    assert sorted(installed().pack("manners").names["grader"]) == ["tone", "wit"]
    code, shown = said("show", "manners/wit")
    assert code == 0
    assert shown.startswith("manners/wit  (grader, from rmg-plugin-manners 1.0)")
    assert "Judge the tone of an answer.\n\n0: Rude.\n1: Neutral.\n2: Kind." in shown
    assert "scale\n  0..2" in shown


def test_a_package_within_another_and_odd_names_of_rubrics_are_found(install, rubric_text):
    install(
        "deep", "rmg_plugin_deep.within", {"__init__.py": ONE_LINE, "a.b-c%2E.toml": rubric_text}
    )
    (text,) = rubrics_in("rmg_plugin_deep.within").values()
    *_, package, rubric = text.split(".")
    assert getattr(getattr(SHELF, package), rubric).__name__ == "a.b-c%2E"


def test_a_package_in_an_archive_has_its_rubrics_too(tmp_path, monkeypatch, rubric_text):
    with zipfile.ZipFile(tmp_path / "packs.zip", "w") as archive:
        archive.writestr("rmg_plugin_zipped/__init__.py", ONE_LINE)
        archive.writestr("rmg_plugin_zipped/rubrics/tone.toml", rubric_text)
    monkeypatch.syspath_prepend(tmp_path / "packs.zip")
    assert list(rubrics_in("rmg_plugin_zipped")) == ["tone"]
    assert SHELF.rmg_plugin_zipped.__getattr__("rubrics/tone").__name__ == "tone"


def test_no_rubric_is_read_before_it_is_named(install):
    files = {"__init__.py": ONE_LINE, "tone.toml": "this is no rubric"}
    install("manners", "rmg_plugin_manners", files)
    assert list(installed().pack("manners").names["grader"]) == ["tone"]


def test_a_broken_rubric_of_a_pack_says_where(install, said, rubric_text):
    files = {"__init__.py": ONE_LINE, "tone.toml": rubric_text.replace("mode", "modes")}
    install("manners", "rmg_plugin_manners", files)
    code, shown = said("show", "manners/tone")
    assert code == 2
    assert "tone.toml:3:1: the rubric has no key 'modes'; did you mean 'mode'?" in shown


def test_one_name_in_both_folders_is_refused(install, rubric_text):
    files = {"__init__.py": ONE_LINE, "tone.toml": rubric_text, "rubrics/tone.toml": rubric_text}
    install("manners", "rmg_plugin_manners", files)
    with pytest.raises(ValueError, match=r"^the package rmg_plugin_manners has two rubrics 'tone'"):
        rubrics_in("rmg_plugin_manners")


def test_a_shelf_has_no_rubric_that_the_package_lacks():
    with pytest.raises(AttributeError, match="the package rmg_plugin_judge has no rubric 'none'"):
        SHELF.rmg_plugin_judge.none  # noqa: B018 - the look is the point


def test_the_hook_offers_the_rubrics_and_the_one_of_a_config():
    assert rmg_graders()["custom"] == "rmg_plugin_judge.inline:Custom"


def test_a_config_uses_a_rubric_by_its_path(desk, said):
    assert said("check", "qa.toml") == (0, "qa.toml: 1 grader, 0 aggregators, 1 sample: ready\n")


def test_a_file_is_shown_as_a_grader_of_a_pack_is(desk, said):
    code, shown = said("show", "./rubrics/tone.toml")
    assert code == 0
    assert shown.startswith("./rubrics/tone.toml  (grader, from ")
    assert '[graders.tone]\n  use = "./rubrics/tone.toml"' in shown


def test_a_broken_file_is_not_shown_but_says_where(desk, said, rubric_text):
    (desk / "rubrics/tone.toml").write_text(rubric_text.replace("mode", "modes"), "utf-8")
    code, shown = said("show", "./rubrics/tone.toml")
    assert code == 2
    assert "tone.toml:3:1: the rubric has no key 'modes'; did you mean 'mode'?" in shown


def test_an_editor_gets_a_schema_of_the_options(desk, said):
    code, shown = said("schema")
    assert code == 0, shown
    assert "opinions of each judge, 1 unless" in shown


def test_criteria_may_stand_in_the_config(desk, said):
    configure(desk, "judge/custom", 'model = "strong", criteria = "Is it kind?"')
    assert said("check", "qa.toml")[0] == 0
    configure(desk, "custom", 'model = "strong", criteria = "Is {respons} kind?"')
    assert said("check", "qa.toml")[1].startswith(
        "qa.toml:10:42: option 'criteria' of grader 'custom' names the input {respons}, which is "
        "none: response, query, context, reference"
    )


def test_a_mistake_in_the_file_is_one_of_the_config(desk, said, rubric_text):
    broken = rubric_text.replace('1 = "Neutral."\n', "").replace("Judge the tone.", "{respons}")
    (desk / "rubrics/tone.toml").write_text(broken, "utf-8")
    code, shown = said("check", "qa.toml")
    file = desk / "rubrics/tone.toml"
    assert code == 2
    assert shown.splitlines() == [
        f'{file}:5:2: the level 1 is not described; add 1 = "what it means" to [levels]',
        (
            f"{file}:9:8: the prompt names the input {{respons}}, which is not declared; "
            "did you mean 'response'?"
        ),
        "2 problems",
    ]


def test_a_wrong_option_has_its_place_in_the_config(desk, said):
    configure(desk, options='model = "strong", sample = 3')
    _, shown = said("check", "qa.toml")
    assert shown.startswith(
        "qa.toml:10:31: grader './rubrics/tone.toml' has no option 'sample'; did you mean 'sam"
    )


def test_a_judge_must_be_named(desk, said):
    configure(desk, options="")
    assert said("check", "qa.toml")[1].splitlines()[0] == (
        "qa.toml:10:11: grader './rubrics/tone.toml': there is no judge: "
        'write model = "NAME", or panel = ["NAME", "NAME"]'
    )


def test_an_option_of_another_mode_is_unknown(desk, said):
    configure(desk, options='model = "strong", orders = "swap"')
    assert "has no option 'orders'" in said("check", "qa.toml")[1]


def test_the_model_of_an_escalation_is_one_of_the_graders_connections(desk):
    configure(desk, options='panel = ["weak", "other"], escalate = { to = "strong" }')
    made = planned(desk)
    assert sorted(each.name for each in made.models) == ["other", "strong", "weak"]


def test_another_text_is_another_grader(desk, rubric_text):
    before = identity(desk)
    (desk / "rubrics/tone.toml").write_text(rubric_text.replace("Rude", "Harsh"), "utf-8")
    after = identity(desk)
    assert before.is_stable
    assert before.digest != after.digest


def test_another_place_is_the_same_grader(desk, rubric_text):
    before = identity(desk)
    (desk / "rubrics").rename(desk / "elsewhere")
    configure(desk, "./elsewhere/tone.toml")
    assert identity(desk).digest == before.digest


def test_of_a_pack_only_the_rubric_that_changed_is_another_grader(install, rubric_text, desk):
    files = {"__init__.py": ONE_LINE, "tone.toml": rubric_text, "wit.toml": rubric_text}
    install("manners", "rmg_plugin_manners", files)
    uses = ("manners/tone", "manners/wit")
    before, after = {}, {}
    for found in (before, after):
        for use in uses:
            configure(desk, use)
            found[use] = identity(desk).digest
        file = Path(__import__("rmg_plugin_manners").__file__).with_name("tone.toml")
        file.write_text(rubric_text.replace("Rude", "Harsh"), "utf-8")
        installed.cache_clear()
    assert [before[use] == after[use] for use in uses] == [False, True]


def test_a_file_that_is_not_there_has_its_near_miss(desk, said):
    configure(desk, "./rubrics/tones.toml")
    assert "did you mean 'tone.toml'?" in said("check", "qa.toml")[1]


def test_a_file_makes_a_grader_in_python_too(desk):
    assert grader_of(desk / "rubrics/tone.toml").__name__ == "tone"


def test_a_file_of_another_kind_is_refused_in_python_too(tmp_path):
    (tmp_path / "odd.toml").write_text("packs = []", "utf-8")
    with pytest.raises(ConfigError, match="the rubric has no key 'packs'"):
        grader_of(tmp_path / "odd.toml")


def test_a_python_name_stands_for_the_rubric_of_the_pack(install, rubric_text, monkeypatch):
    files = {"__init__.py": ONE_LINE, "rubrics/helpfulness.toml": rubric_text}
    install("manners", "rmg_plugin_manners", files)
    monkeypatch.setattr(named, "PACKAGE", "rmg_plugin_manners")
    assert named.HelpfulnessGrader is SHELF.rmg_plugin_manners.__getattr__("rubrics/helpfulness")


def test_a_python_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'rmg_plugin_judge' has no attribute 'ToneGrader'"):
        rmg_plugin_judge.ToneGrader  # noqa: B018 - the look is the point
