"""Packs that are not installed, runs that need no file, graders with a script."""

from types import ModuleType

import pytest

from rmg_core import CannotGrade, ConfigError, GradingRunner, hookimpl
from rmg_core.testing import ScriptedAsyncGrader, ScriptedGrader, registry_of, run_toml


def same(response: str, reference: str) -> float:
    """1 when the response is the reference, else 0."""
    return float(response == reference)


CONFIG = """
[graders.same]
use = "mine/same"
"""
ROW = {"response": "a", "reference": "a"}


def test_a_pack_of_graders_is_found_by_its_name():
    registry = registry_of({"mine": {"same": same}})
    assert registry.resolve("grader", "mine/same").value is same
    assert "text" not in registry.pack_names


def test_a_pack_is_a_module_with_hooks():
    module = ModuleType("a_pack_of_a_test")
    vars(module)["rmg_graders"] = hookimpl(lambda: {"same": same})
    import sys

    sys.modules[module.__name__] = module
    registry = registry_of({"mine": module})
    assert [name for name, _ in registry.names("grader")] == ["mine/same"]


def test_a_text_runs_over_rows():
    results = run_toml(CONFIG, [ROW], registry=registry_of({"mine": {"same": same}}))
    assert results["same"][0].score == 1.0


def test_a_text_runs_over_its_own_dataset(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"response": "a", "reference": "b"}\n')
    config = CONFIG + '[dataset]\npath = "rows.jsonl"\n'
    registry = registry_of({"mine": {"same": same}})
    assert run_toml(config, base=tmp_path, registry=registry)["same"][0].score == 0.0
    assert [each.name for each in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_text_that_is_wrong_is_a_config_error():
    registry = registry_of({"mine": {"same": same}})
    with pytest.raises(ConfigError, match="did you mean 'mine/same'"):
        run_toml(CONFIG.replace('"mine/same"', '"mine/sane"'), [ROW], registry=registry)


def test_a_scripted_grader_follows_its_script_and_then_repeats_the_end():
    scripted = ScriptedGrader([0.25, CannotGrade("no"), 1.0])
    rows = [{"response": str(number)} for number in range(5)]
    outcomes = GradingRunner({"it": scripted}, max_concurrency=1).run(rows)["it"]
    assert [each.status for each in outcomes] == ["score", "error", "score", "score", "score"]
    assert scripted.calls == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("kind", [ScriptedGrader, ScriptedAsyncGrader])
def test_a_script_by_response_does_not_depend_on_the_order(kind):
    scripted = kind({"a": 0.25, "b": CannotGrade("no"), "c": TimeoutError})
    rows = [{"response": each} for each in "cabd"]
    outcomes = GradingRunner({"it": scripted}).run(rows)["it"]
    told = [getattr(each, "error", None) or each.score for each in outcomes]
    assert told == ["TimeoutError", 0.25, "no", "the script has nothing for 'd'"]
    assert sorted(scripted.calls) == ["a", "b", "c", "d"]


def test_an_async_script_is_given_out_in_the_order_of_the_calls():
    scripted = ScriptedAsyncGrader([0.25, 0.5])
    rows = [{"response": str(number)} for number in range(3)]
    outcomes = GradingRunner({"it": scripted}, max_concurrency=1).run(rows)["it"]
    assert [each.score for each in outcomes] == [0.25, 0.5, 0.5]
