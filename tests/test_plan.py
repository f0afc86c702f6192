"""The plan: every mistake of a config at once, and identities that only what matters changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from rmg_core import ConfigError, GradingRunner, NamedAggregator, grader
from rmg_core.errors import DefinitionError
from rmg_core.plan import Plan, plan_of_config, plan_of_objects
from rmg_core.plan.feeding import Unfed, unfed_inputs

GRADERS = '''
from rmg_core import grader

@grader
def short(response: str, context: str | None = None, *, limit: int = 3) -> float:
    """1 when the response is short."""
    return float(len(response) <= limit)

@grader(scale=(1, 5))
def stars(response: str) -> int:
    """Stars."""
    return 3

@grader(scale=(0, None))
def count(response: str) -> int:
    """Characters."""
    return len(response)

def upper(sample):
    return {"response": sample["a"].upper()}

three = 3
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "graders.py").write_text(GRADERS)
    (tmp_path / "rows.jsonl").write_text('{"response": "a", "a": {"b": "x"}}\n')
    return tmp_path


def plan_of(folder: Path, config: str) -> Plan:
    (folder / "rmg.toml").write_text(config)
    return plan_of_config(folder / "rmg.toml")


def problems_of(folder: Path, config: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        plan_of(folder, config)
    return [str(each).removeprefix(f"{folder}/") for each in caught.value.problems]


def test_ten_mistakes_are_told_at_once_where_they_stand(folder: Path):
    config = """
max_concurency = 8
max_errors = 2
packs = ["quux"]

[dataset]
path = "rows.jsonl"

[graders.a]
use = "./graders.py:shrt"

[graders.b]
use = "./graders.py:short"
options = { limt = 3 }

[graders.c]
use = "./graders.py:short"
options = { limit = "3" }

[graders.d]
use = "./graders.py:short"
mapper = { respnse = "response", response = "a..b" }

[graders.e]
use = "./graders.py:short"
mapper = { context = "a.b" }

[aggregators.all_of_it]
use = "weighted_sum"
options = { weights = { b = 1, f = 2 } }
"""
    assert problems_of(folder, config) == [
        (
            "rmg.toml:2:1: the config has no key 'max_concurency'; did you mean 'max_concurrency'? "
            "keys: aggregators, budget, choose, dataset, gates, graders, max_concurrency, "
            "max_errors, models, observers, packs, requires, run, sinks"
        ),
        "rmg.toml:3:14: max_errors must be at most 1, not 2",
        "rmg.toml:4:10: pack 'quux' is not installed; run `pip install rmg-plugin-quux`",
        "rmg.toml:10:7: there is no grader 'shrt' in './graders.py'; did you mean 'short'?",
        (
            "rmg.toml:14:13: grader './graders.py:short' has no option 'limt'; "
            "did you mean 'limit'? options: limit"
        ),
        (
            "rmg.toml:18:21: option 'limit' of grader './graders.py:short' must be an integer, not "
            "the text '3'"
        ),
        "rmg.toml:22:12: 'short' takes no input 'respnse'; did you mean 'response'?",
        "rmg.toml:22:45: 'a..b' is not a path: it cannot go on with '.b'",
        (
            "rmg.toml:26:1: no field feeds the input 'response' of 'short'; "
            'add response = "PATH" to the mapper'
        ),
        (
            "rmg.toml:30:32: there is no grader, nor an aggregator before this one, named 'f'; "
            "columns: a, b, c, d, e"
        ),
    ]


@pytest.mark.parametrize(
    ("aggregator", "problem"),
    [
        (
            'use = "mean"\nrepeats_of = "shrt"',
            "rmg.toml:10:14: there is no grader 'shrt'; did you mean 'short'?",
        ),
        (
            'use = "mean"\ngroup_by = "a"',
            "rmg.toml:10:12: it combines the outcomes of one sample, not of a group",
        ),
        (
            'use = "rank"\noptions = { grader = "short" }',
            'rmg.toml:8:14: it sets samples against each other; add group_by = "FIELD"',
        ),
        (
            'use = "rank"\noptions = { grader = "short" }\ngroup_by = "a..b"',
            "rmg.toml:11:12: 'a..b' is not a path: it cannot go on with '.b'",
        ),
        (
            'use = "./graders.py:three"',
            "rmg.toml:9:7: './graders.py:three' is not an aggregator: it must be an attrs class",
        ),
        (
            'use = "rank"\noptions = { grader = "short" }\ngroup_by = "a"\nrepeats_of = "short"',
            "rmg.toml:12:14: it cannot combine repeats and samples at once",
        ),
    ],
)
def test_mistakes_of_an_aggregator(folder: Path, aggregator: str, problem: str):
    config = f"""
[dataset]
path = "rows.jsonl"

[graders.short]
use = "./graders.py:short"

[aggregators.x]
{aggregator}
"""
    assert problems_of(folder, config) == [problem]


def test_an_aggregator_reads_graders_and_what_stands_before_it(folder: Path):
    config = """
[graders.short]
use = "./graders.py:short"
[graders.stars]
use = "./graders.py:stars"
[aggregators.both]
use = "weighted_sum"
options = { weights = { short = 1, stars = 1 } }
[aggregators.last]
use = "max"
options = { graders = ["both", "short"] }
"""
    plan = plan_of(folder, config)
    assert [each.reads for each in plan.aggregators] == [("short", "stars"), ("both", "short")]
    assert plan.columns == ("short", "stars", "both", "last")


def test_scales_that_cannot_be_combined_are_told_before_the_run(folder: Path):
    config = """
[graders.stars]
use = "./graders.py:stars"
[graders.count]
use = "./graders.py:count"
[aggregators.both]
use = "weighted_sum"
options = { weights = { stars = 1, count = 1 } }
"""
    [problem] = problems_of(folder, config)
    assert problem.startswith("rmg.toml:6:14: ")
    assert "count" in problem


@pytest.mark.parametrize(
    ("mapper", "problem"),
    [
        (
            '"./graders.py:uper"',
            "there is no mapper 'uper' in './graders.py'; did you mean 'upper'?",
        ),
        (
            '"./graders.py:three"',
            (
                "'./graders.py:three' is not a mapper: write a function `(sample) -> mapping`, "
                "or an attrs class with `map`"
            ),
        ),
        (
            '{ use = "./graders.py:upper", options = { x = 1 } }',
            "'./graders.py:upper' is a function and has no options",
        ),
    ],
)
def test_mistakes_of_a_mapper(folder: Path, mapper: str, problem: str):
    config = f'[graders.short]\nuse = "./graders.py:short"\nmapper = {mapper}\n'
    [said] = problems_of(folder, config)
    assert said.partition(": ")[2] == problem


def test_a_named_mapper_maps(folder: Path):
    (folder / "rows.jsonl").write_text('{"a": "abc"}\n{"a": "abcd"}\n')
    config = """
[dataset]
path = "rows.jsonl"
[graders.short]
use = "./graders.py:short"
mapper = "./graders.py:upper"
"""
    results = GradingRunner.from_plan(plan_of(folder, config)).run()
    assert [each.score for each in results["short"]] == [1.0, 0.0]


def test_a_reader_is_found_by_the_suffix_or_named(folder: Path):
    config = '[dataset]\npath = "rows.{suffix}"\n[graders.s]\nuse = "./graders.py:short"\n'
    [problem] = problems_of(folder, config.format(suffix="jsnl"))
    assert problem == (
        "rmg.toml:2:8: no reader is for the suffix '.jsnl'; "
        'add format = "jsonl" (one of csv, json, jsonl, ndjson, parquet, tsv)'
    )
    (folder / "rows.txt").write_text('{"response": "a"}\n')
    named = config.format(suffix="txt").replace("[graders", 'format = "jsonl"\n[graders')
    assert plan_of(folder, named).dataset is not None


def test_an_absent_library_that_a_grader_needs_is_told(folder: Path):
    with (folder / "graders.py").open("a") as file:
        file.write(
            '\n@grader(needs=("no-such-library>=2",))\n'
            'def needy(response: str) -> float:\n    """Needs."""\n    return 1.0\n'
        )
    [problem] = problems_of(folder, '[graders.n]\nuse = "./graders.py:needy"\n')
    assert problem == (
        "rmg.toml:2:7: it needs 'no-such-library>=2': no-such-library is not installed; "
        "run `pip install 'no-such-library>=2'`"
    )


@grader
def short(response: str, *, limit: int = 3) -> float:
    """1 when the response is short."""
    return float(len(response) <= limit)


@frozen
class First:
    """Takes the first part."""

    def combine(self, outcomes: Any) -> Any:
        return next(iter(outcomes.values()))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"grader_configs": {}}, "there is no grader; give one in `grader_configs`"),
        (
            {"grader_configs": {"s": {"grader": short, "maper": {}}}},
            "graders.s: unknown key 'maper'; did you mean 'mapper'?",
        ),
        (
            {"grader_configs": {"s": {"mapper": {}}}},
            "graders.s: it has no 'grader'; name the grader",
        ),
        (
            {"grader_configs": {"s": {"grader": short, "options": {"limit": "x"}}}},
            (
                "graders.s.options.limit: option 'limit' of grader 'short' must be an integer, "
                "not the text 'x'"
            ),
        ),
        (
            {"grader_configs": {"s": 3}},
            (
                "graders.s.use: 'int' is not a grader: write a function, or an attrs class with a "
                "method `grade`"
            ),
        ),
        (
            {"grader_configs": {"s": short}, "aggregators": First()},
            (
                "aggregators: 'First' has no name; "
                'write aggregators={"NAME": …}, or NamedAggregator("NAME", …)'
            ),
        ),
        (
            {"grader_configs": {"s": short}, "aggregators": NamedAggregator("s", First())},
            "there are two columns named 's'; every column needs a name of its own",
        ),
        (
            {"grader_configs": {"s": short}, "max_concurrency": 0},
            "max_concurrency must be at least 1, not 0",
        ),
        (
            {"grader_configs": {"s": short}, "max_concurrency": "3"},
            "max_concurrency must be an integer or 'auto', not the text '3'",
        ),
        (
            {"grader_configs": {"s": {"grader": short, "timeout": 0}}},
            "graders.s: timeout must be above 0, not 0",
        ),
        (
            {"grader_configs": {"s": {"grader": ""}}},
            "graders.s: 'grader' must name something; give the grader itself, or its name",
        ),
        (
            {"grader_configs": {"s": {"use": short}}},
            "graders.s: unknown key 'use'; write 'grader' here",
        ),
        (
            {"grader_configs": [short]},
            (
                "grader_configs: the graders have no names in a list; "
                'write {"NAME": grader, …}: each name is a column of the results'
            ),
        ),
        (
            {"grader_configs": short},
            (
                "grader_configs: the graders have no names in a function; "
                'write {"NAME": grader, …}: each name is a column of the results'
            ),
        ),
        (
            {"grader_configs": {"s": {"grader": short, "mapper": {"response": "a."}}}},
            "graders.s.mapper.response: 'a.' is not a path: a key is missing at its end",
        ),
    ],
)
def test_mistakes_in_python_name_the_argument(arguments: dict[str, Any], problem: str):
    with pytest.raises(ConfigError) as caught:
        GradingRunner(**arguments)
    assert [str(each) for each in caught.value.problems] == [problem]


def test_mistakes_in_python_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        GradingRunner(
            {"s": {"grader": short, "timeout": 0, "options": {"limt": 3}}}, max_concurrency=0
        )
    assert [str(each).partition(";")[0] for each in caught.value.problems] == [
        "graders.s: timeout must be above 0, not 0",
        "max_concurrency must be at least 1, not 0",
        "graders.s.options.limt: grader 'short' has no option 'limt'",
    ]


def test_overrides_are_no_single_text(folder: Path):
    (folder / "rmg.toml").write_text('[graders.s]\nuse = "./graders.py:short"\n')
    with pytest.raises(TypeError) as caught:
        plan_of_config(folder / "rmg.toml", "max_concurrency=3")
    assert str(caught.value) == "the overrides are a list of texts: write ['max_concurrency=3']"


def test_a_run_of_no_samples_is_empty():
    assert GradingRunner({"s": short}).run([])["s"] == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "graders.py",
            (
                "no reader is for the suffix '.py'; "
                'add format = "jsonl" (one of csv, json, jsonl, ndjson, parquet, tsv)'
            ),
        ),
        (
            "answers",
            (
                "the path has no suffix; "
                'add format = "jsonl" (one of csv, json, jsonl, ndjson, parquet, tsv)'
            ),
        ),
        ("rows.d", "this is a directory; name a file in it"),
        ("rows", "this is a directory; name a file in it"),
    ],
)
def test_a_path_that_tells_no_format_says_what_to_add(folder: Path, path: str, said: str):
    (folder / "rows.d").mkdir()
    (folder / "rows").mkdir()
    config = f'[dataset]\npath = "{path}"\n[graders.s]\nuse = "./graders.py:short"\n'
    assert problems_of(folder, config) == [f"rmg.toml:2:8: {said}"]


def test_standard_input_is_json_lines(folder: Path):
    config = '[dataset]\npath = "-"\n[graders.s]\nuse = "./graders.py:short"\n'
    dataset = plan_of(folder, config).dataset
    assert dataset is not None
    assert type(dataset.reader).__name__ == "JsonlReader"


@pytest.mark.parametrize(
    ("mapper", "path", "place"),
    [
        ("output.answer", "output.answer", " in pack 'basic'"),
        ("turns[0].text", "turns.0.text", ""),
        ("a.*.b", "a.*.b", ""),
    ],
)
def test_a_path_in_the_place_of_a_mapper_says_how_to_write_it(
    folder: Path, mapper: str, path: str, place: str
):
    [problem] = problems_of(
        folder, f'[graders.s]\nuse = "./graders.py:short"\nmapper = "{mapper}"\n'
    )
    assert problem == (
        f"rmg.toml:3:10: there is no mapper '{mapper}'{place}; "
        f'for a field, write mapper = {{ response = "{path}" }}; '
        "for a mapper, 'pack/name' or './file.py:name'"
    )


def test_python_takes_functions_objects_names_and_several_aggregators():
    runner = GradingRunner(
        {"f": short, "g": {"grader": short, "options": {"limit": 9}, "repeats": 2}},
        aggregators=[NamedAggregator("first", First()), NamedAggregator("second", First())],
    )
    results = runner.run([{"response": "abcde"}])
    assert {name: column[0].score for name, column in results.items()} == {
        "f": 0.0,
        "g": 1.0,
        "first": 0.0,
        "second": 0.0,
    }


def digest(**changes: Any) -> bytes:
    entry = {"grader": short, **changes}
    return plan_of_objects({"name": entry}).graders[0].identity.digest


def test_identity_changes_with_options_code_and_version():
    same = digest()
    assert digest() == same
    assert digest(options={"limit": 3}) == same
    assert digest(options={"limit": 4}) != same

    @grader(version="2")
    def other(response: str, *, limit: int = 3) -> float:
        return float(len(response) <= limit)

    @grader
    def another(response: str, *, limit: int = 3) -> float:
        return float(len(response) < limit)

    assert len({same, digest(grader=other), digest(grader=another)}) == 3


def test_identity_does_not_change_with_what_no_grade_depends_on():
    same = digest()
    assert digest(timeout=3.0, max_concurrency=1, repeats=2) == same
    assert digest(mapper={"response": "a"}) == same
    renamed = plan_of_objects({"other name": short}, max_concurrency=2).graders[0]
    assert renamed.identity.digest == same


def test_identity_does_not_change_with_the_place_of_the_file(folder: Path):
    def of(place: Path) -> bytes:
        return (
            plan_of(place, '[graders.x]\nuse = "./graders.py:short"\n').graders[0].identity.digest
        )

    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "graders.py").write_text(GRADERS)
    assert of(folder) == of(elsewhere)
    (elsewhere / "graders.py").write_text(GRADERS + "\n# changed\n")
    assert of(folder) != of(elsewhere)


def test_a_field_that_no_sample_has_is_found_before_the_run():
    plan = plan_of_objects(
        {
            "typo": {"grader": short, "mapper": {"response": "anser"}},
            "some": {"grader": short, "mapper": {"response": "note"}},
            "fixed": {"grader": short, "mapper": {"response": {"value": "x"}}},
        }
    )
    rows: list[dict[str, Any]] = [{"answer": "x"}, {"answer": "y", "note": "z"}]
    assert unfed_inputs(plan, rows) == [
        Unfed("typo", "response", "no field 'anser'; did you mean 'answer'?")
    ]


def test_feeding_looks_at_the_first_samples_only():
    def endless() -> Iterator[dict[str, Any]]:
        while True:
            yield {"response": "x"}

    assert unfed_inputs(plan_of_objects({"s": short}), endless()) == []


def test_plan_is_a_value():
    plan = plan_of_objects({"s": short})
    assert evolve(plan) == plan


def test_a_weight_that_is_no_number_is_one_mistake(folder: Path):
    config = """
[graders.short]
use = "./graders.py:short"
[aggregators.sum]
use = "weighted_sum"
options = { weights = { short = nan } }
"""
    assert problems_of(folder, config) == [
        "rmg.toml:6:33: aggregators.sum.options.weights.short must be a finite number, not nan"
    ]


GATED = """
[dataset]
path = "rows.jsonl"

[graders.polite]
use = "./graders.py:short"

[graders.stars-v2]
use = "./graders.py:stars"

[graders.dear]
use = "./graders.py:count"
when = "polite >= 0.5 and 'stars-v2' > 2"
"""


def test_a_grader_has_the_condition_of_its_table(folder: Path):
    polite, _, dear = plan_of(folder, GATED).graders
    assert polite.when is None
    assert dear.when is not None
    assert dear.when.text == "polite >= 0.5 and 'stars-v2' > 2"
    assert dear.when.names == ("polite", "stars-v2")


def test_the_grades_of_a_grader_do_not_depend_on_its_condition(folder: Path):
    def identity_of(config: str) -> bytes:
        return plan_of(folder, config).graders[2].identity.digest

    assert identity_of(GATED) == identity_of(GATED.replace(" >= 0.5", " >= 0.7"))


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("polit > 0.5", "there is no grader 'polit'; did you mean 'polite'?"),
        ("stars > 2", "there is no grader 'stars'; did you mean 'stars-v2'?"),
        ("zzz > 2", "there is no grader 'zzz'; graders: polite, stars-v2"),
        (
            "mean > 0.5",
            (
                "'mean' is an aggregator, and these come after all graders; "
                "name the graders that it combines"
            ),
        ),
        ("dear > 1 and polite > 0.5", "dear waits for itself; name other graders"),
        ("1 > 0", "when '1 > 0': it names no grader"),
        ("polite >", "when 'polite >': it is not a condition: invalid syntax"),
        ("polite", "when 'polite': `polite` is not compared; write `polite >= 0.5`"),
        (
            "polite >= 7",
            (
                "no score of 'polite' meets `polite >= 7`: its scale is 0..1; "
                "choose a number that tells scores apart"
            ),
        ),
        (
            "polite > 0.5 or not 0 < 'stars-v2'",
            (
                "every score of 'stars-v2' meets `0 < 'stars-v2'`: its scale is 1..5; "
                "choose a number that tells scores apart"
            ),
        ),
    ],
)
def test_a_condition_that_cannot_be_is_told_where_it_stands(folder: Path, when: str, problem: str):
    config = GATED.replace("polite >= 0.5 and 'stars-v2' > 2", when)
    aggregator = (
        '[aggregators.mean]\nuse = "mean"\noptions = { on_missing = "abstain", raw = true }'
    )
    assert problems_of(folder, config + aggregator) == [f"rmg.toml:13:8: {problem}"]


def test_a_cycle_of_conditions_is_told_whole_and_once(folder: Path):
    config = GATED.replace("[graders.stars", 'when = "dear < 9"\n\n[graders.stars')
    config += '\n[graders.last]\nuse = "./graders.py:count"\nwhen = "dear > 1 and polite < 1"\n'
    assert problems_of(folder, config) == [
        (
            "rmg.toml:8:8: polite waits for dear, dear waits for polite; "
            "take one of these references out"
        )
    ]


def test_every_cycle_of_conditions_is_told():
    def waiting(when: str) -> dict[str, Any]:
        return {"grader": short, "when": when}

    with pytest.raises(ConfigError) as caught:
        plan_of_objects(
            {
                "a": waiting("c > 0.5"),
                "b": waiting("a > 0.5"),
                "c": waiting("b > 0.5"),
                "x": waiting("y > 0.5 and a > 0.5"),
                "y": waiting("x > 0.5"),
            }
        )
    assert [str(each) for each in caught.value.problems] == [
        (
            "graders.a.when: a waits for c, c waits for b, b waits for a; "
            "take one of these references out"
        ),
        "graders.x.when: x waits for y, y waits for x; take one of these references out",
    ]


def test_a_condition_is_told_of_with_the_other_mistakes(folder: Path):
    config = GATED.replace("polite >= 0.5", "polit >= 0.5 and polite >= 7")
    config = config.replace("py:count", "py:cont").replace("py:stars", "py:star")
    assert problems_of(folder, config) == [
        "rmg.toml:9:7: there is no grader 'star' in './graders.py'; did you mean 'stars'?",
        "rmg.toml:12:7: there is no grader 'cont' in './graders.py'; did you mean 'count'?",
        "rmg.toml:13:8: there is no grader 'polit'; did you mean 'polite'?",
        (
            "rmg.toml:13:8: no score of 'polite' meets `polite >= 7`: its scale is 0..1; "
            "choose a number that tells scores apart"
        ),
    ]


def test_a_grader_whose_table_has_mistakes_is_a_name_for_conditions(folder: Path):
    config = GATED.replace('use = "./graders.py:short"', "timeout = 3")
    [problem] = problems_of(folder, config)
    assert problem.startswith("rmg.toml:5:10: graders.polite needs key 'use'")


def test_the_time_out_of_a_grader_stands_where_the_config_says_none():
    @grader(timeout=3)
    def slow(response: str) -> bool:
        """1 always."""
        return bool(response)

    def timeout_of(**config: float) -> float | None:
        return plan_of_objects({"slow": {"grader": slow, **config}}).graders[0].timeout

    assert (timeout_of(), timeout_of(timeout=5)) == (3, 5)
    with pytest.raises(DefinitionError, match="timeout is in seconds, above 0, and not -1"):
        grader(timeout=-1)(slow)
