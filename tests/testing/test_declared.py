"""The checks of what a pack says of itself: the whole message of each, and what passes."""

import re
from collections.abc import Mapping
from enum import Enum
from types import ModuleType
from typing import Annotated, Any

import click
import pytest
from attrs import field, frozen, validators

from rmg_core import hookimpl
from rmg_core.registry import Registry
from rmg_core.testing import check_pack, declared, registry_of

GOOD = '''
from rmg_core import hookimpl

def same(response: str) -> float:
    """1 for any response."""
    return 1.0

@hookimpl
def rmg_graders():
    return {"same": same}
'''


def offering(monkeypatch: pytest.MonkeyPatch, **hooks: Mapping[str, object]) -> Registry:
    """Return a registry of the pack `mine`, which offers this through its hooks."""
    module = ModuleType("rmg_testing_of_a_test")
    for hook, names in hooks.items():
        vars(module)[hook] = hookimpl(lambda names=names: names)
    monkeypatch.setitem(declared.sys.modules, module.__name__, module)
    return registry_of({"mine": module})


def said(registry: Registry, check: str, pack: str = "mine") -> list[str]:
    return [each.message for each in check_pack(pack, registry=registry) if each.check == check]


def test_a_pack_that_is_named_by_the_rule_is_declared(install_pack: Any):
    registry = install_pack("my-tone", GOOD, module="rmg_plugin_my_tone")
    assert said(registry, "declared", "my-tone") == []


@pytest.mark.parametrize(
    ("pack", "named", "message"),
    [
        (
            "tone",
            {"distribution": "politeness"},
            (
                "its distribution is called 'politeness'; call it 'rmg-plugin-tone', "
                "which users are told to install"
            ),
        ),
        (
            "tone",
            {"module": "tonepack"},
            "its entry point leads to 'tonepack'; call the package 'rmg_plugin_tone'",
        ),
        ("Tone", {}, "its name 'Tone' has capitals; call it 'tone'"),
    ],
)
def test_a_pack_that_breaks_the_rule_of_names_is_told_so(
    install_pack: Any, pack: str, named: dict[str, str], message: str
):
    assert message in said(install_pack(pack, GOOD, **named), "declared", pack)


def test_two_distributions_of_one_pack_are_told_of(install_pack: Any):
    install_pack("tone", GOOD)
    registry = install_pack("tone", GOOD, distribution="tone-two", module="tone_two")
    assert said(registry, "declared", "tone") == [
        (
            "pack 'tone' is claimed by rmg-plugin-tone 1.0 (rmg_plugin_tone) and tone-two 1.0 "
            '(tone_two); uninstall one, or choose: choose = { tone = "rmg-plugin-tone" }'
        )
    ]


class NoAttrs:
    def combine(self, outcomes):
        return 1.0


@frozen
class Nothing:
    """Does nothing."""


@pytest.mark.parametrize(
    ("hook", "offered", "message"),
    [
        (
            "rmg_graders",
            3,
            "'int' is not a grader: write a function, or an attrs class with a method `grade`",
        ),
        (
            "rmg_mappers",
            Nothing,
            (
                "'it' is not a mapper: write a function `(sample) -> mapping`, "
                "or an attrs class with `map`"
            ),
        ),
        (
            "rmg_aggregators",
            NoAttrs,
            "'it' is not an aggregator: write a class, and decorate it with `attrs.frozen`",
        ),
        (
            "rmg_aggregators",
            Nothing,
            (
                "'it' is not an aggregator: it has no method `combine(self, outcomes)` "
                "or `combine_group`"
            ),
        ),
        ("rmg_readers", Nothing, "'it' is not a reader: it has no method `read`"),
        ("rmg_sinks", Nothing, "'it' is not a sink: it has no method `open`"),
        ("rmg_observers", Nothing, "'it' is not an observer: it has no method `run_started`"),
        (
            "rmg_commands",
            Nothing,
            "'it' is not a command: decorate a function with `click.command`",
        ),
        (
            "rmg_documents",
            Nothing(),
            "'it' is not a document: write a function that takes the path of a file",
        ),
    ],
)
def test_a_name_that_leads_to_something_else_is_told_of(
    monkeypatch: pytest.MonkeyPatch, hook: str, offered: object, message: str
):
    assert said(offering(monkeypatch, **{hook: {"it": offered}}), "hooks") == [message]


def test_a_verb_is_a_command_of_click(monkeypatch: pytest.MonkeyPatch):
    @click.command()
    def verb() -> None: ...

    assert said(offering(monkeypatch, rmg_commands={"verb": verb}), "hooks") == []


def test_a_name_that_leads_nowhere_is_told_of(monkeypatch: pytest.MonkeyPatch):
    [message] = said(offering(monkeypatch, rmg_graders={"it": "no_module_here:it"}), "hooks")
    assert message == (
        "pack 'mine' (rmg-plugin-mine 0) is broken: grader 'it' (no_module_here:it): the module "
        "'no_module_here', which it imports, is not installed; "
        "run `pip install rmg-plugin-mine`"
    )


def test_a_pack_without_names_is_told_what_to_return(monkeypatch: pytest.MonkeyPatch):
    assert said(offering(monkeypatch, rmg_graders={}), "hooks") == [
        "it provides nothing; return names from a hook such as rmg_graders()"
    ]


@frozen
class ByKey:
    """Takes the response from a field."""

    key: str = field(metadata={"help": "the field"})

    def map(self, sample):
        return {"response": sample[self.key]}


@frozen
class Worst:
    """The lowest score, times `weight`."""

    weight: float = 1.0

    def combine(self, outcomes):
        return min(outcomes.values()) * self.weight


def test_a_mapper_and_an_aggregator_with_options_are_sound(monkeypatch: pytest.MonkeyPatch):
    registry = offering(
        monkeypatch, rmg_mappers={"by_key": ByKey}, rmg_aggregators={"worst": Worst}
    )
    assert check_pack("mine", registry=registry) == []


@frozen
class Untold:
    loud: bool = field(default="no")
    kinds = field(factory=list)

    def combine(self, outcomes):
        return 1.0


def test_other_nouns_are_told_of_by_name_and_noun(monkeypatch: pytest.MonkeyPatch):
    registry = offering(
        monkeypatch,
        rmg_mappers={"takeAll": lambda sample: sample},
        rmg_aggregators={"untold": Untold},
    )
    help_text = 'it help: Annotated[…, "help"], metadata={"help": …}'
    assert said(registry, "others") == [
        "mapper 'takeAll': its name 'takeAll' has capitals; call it 'takeall'",
        (
            "mapper 'takeAll': it has no docstring; begin it with what a list shows: "
            '"""1 when …, else 0."""'
        ),
        (
            "aggregator 'untold': it has no docstring; begin it with what a list shows: "
            '"""1 when …, else 0."""'
        ),
        "aggregator 'untold': option 'loud' is told of nowhere; name it in the docstring, or give "
        + help_text,
        (
            "aggregator 'untold': a default is not what the option takes: option 'loud' of "
            "aggregator 'untold' must be true or false, not the text 'no'"
        ),
        "aggregator 'untold': option 'kinds' has no type; annotate it, such as `kinds: int`",
        "aggregator 'untold': option 'kinds' is told of nowhere; name it in the docstring, or give "
        + help_text,
    ]


def test_the_name_of_a_grader_is_in_lower_case(monkeypatch: pytest.MonkeyPatch):
    def is_short(response: str) -> float:
        """1 for any response."""
        return 1.0

    assert said(offering(monkeypatch, rmg_graders={"isShort": is_short}), "name") == [
        "its name 'isShort' has capitals; call it 'isshort'"
    ]


def documented(doc: str) -> Any:
    def it(response: str) -> float:
        return 1.0

    it.__doc__ = doc
    return it


@pytest.mark.parametrize(
    ("doc", "message"),
    [
        (
            "1 when it is short",
            "the first line of its docstring is no sentence: '1 when it is short'; end it with '.'",
        ),
        (
            "1 when it is\nshort.",
            "the first line of its docstring is no sentence: '1 when it is'; end it with '.'",
        ),
        (
            "x" * 100 + ".",
            (
                "the first line of its docstring has 101 characters, and a list shows 100; "
                "say more below it"
            ),
        ),
    ],
)
def test_the_first_line_of_a_docstring_is_a_short_sentence(
    monkeypatch: pytest.MonkeyPatch, doc: str, message: str
):
    registry = offering(monkeypatch, rmg_graders={"it": documented(doc)})
    assert said(registry, "docstring") == [message]


class Colour(Enum):
    RED = "red"


def with_sound_options(
    response: str,
    *,
    limit: Annotated[int, validators.ge(1), "the most"] = 3,
    colours: tuple[Colour, ...] = (Colour.RED,),
    most: float | None = None,
    weights: Mapping[str, float] = {},
) -> float:
    """1 for any response, whatever `colours`, `most` and `weights` are."""
    return 1.0


@frozen
class NeedsABound:
    """1 between `low` and `high`, of which one must be set."""

    low: int | None = None
    high: int | None = field(default=None)

    @high.validator
    def _is_bound(self, _: Any, value: int | None) -> None:
        if self.low is None and value is None:
            raise ValueError("set low or high")

    def grade(self, response: str) -> float:
        return 1.0


@pytest.mark.parametrize("grader", [with_sound_options, NeedsABound])
def test_options_that_a_config_can_write_are_sound(monkeypatch: pytest.MonkeyPatch, grader: Any):
    assert said(offering(monkeypatch, rmg_graders={"it": grader}), "options") == []


def with_wrong_defaults(
    response: str,
    *,
    limit: int = None,  # noqa: RUF013 - what is looked for
    kinds: tuple[int, ...] = ("a",),
) -> float:
    """1 for any response, whatever `limit` and `kinds` are."""
    return 1.0


def with_a_pattern(response: str, *, pattern: re.Pattern[str] = re.compile("a")) -> float:
    """1 for any response, whatever the `pattern` is."""
    return 1.0


class Passing(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return True


@frozen
class PassesForAny(metaclass=Passing):
    """1 for any response."""

    def grade(self, response: str) -> float:
        return 1.0


@pytest.mark.parametrize(
    ("grader", "messages"),
    [
        (
            with_wrong_defaults,
            [
                (
                    "a default is not what the option takes: option 'limit' of grader 'it' must be "
                    "an integer, not null"
                ),
                (
                    "a default is not what the option takes: option 'kinds.0' of grader 'it' "
                    "must be an integer, not the text 'a'"
                ),
            ],
        ),
        (
            with_a_pattern,
            [
                (
                    "option 'pattern' is a re.Pattern[str], which no config can write; "
                    "take a text or a number, and make it of that"
                )
            ],
        ),
        (
            PassesForAny,
            ["it takes an option that it does not have; let no other class pass for its own"],
        ),
    ],
)
def test_options_that_would_surprise_a_config_are_told_of(
    monkeypatch: pytest.MonkeyPatch, grader: Any, messages: list[str]
):
    assert said(offering(monkeypatch, rmg_graders={"it": grader}), "options") == messages


def test_a_slow_import_is_told_with_its_time(install_pack: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(declared, "IMPORT_SECONDS", -1.0)
    [message] = said(install_pack("tone", GOOD), "imports", "tone")
    assert re.fullmatch(
        r"importing rmg_plugin_tone takes \d+\.\d s of CPU, more than -1 s; "
        r"import what is heavy in the function that needs it",
        message,
    )


def test_what_only_this_process_has_imported_is_missed(install_pack: Any, monkeypatch: Any):
    monkeypatch.setitem(declared.sys.modules, "only_here", ModuleType("only_here"))
    registry = install_pack("tone", f"import only_here\n{GOOD}")
    assert said(registry, "imports", "tone") == [
        "it cannot be imported by itself: ModuleNotFoundError: No module named 'only_here'"
    ]
