"""A file of a pack is read as strictly as a config, and its mistakes have their places."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import field, frozen
from attrs.validators import ge

from rmg_core import ConfigError, Fault, read_document


@frozen
class Recipe:
    name: str
    steps: tuple[str, ...] = ()
    hours: int = field(default=1, validator=ge(0))


def known_steps(made: Recipe) -> Iterator[Fault]:
    for number, step in enumerate(made.steps):
        if step not in ("boil", "bake"):
            at = ("steps", number)
            yield Fault.unknown(at, f"nobody knows how to {step!r}", step, ("boil", "bake"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bread.toml"


def test_a_document_is_an_instance_of_its_class(file):
    file.write_text('name = "bread"\nsteps = ["bake"]\n', "utf-8")
    assert read_document(Recipe, file, check=known_steps) == Recipe("bread", ("bake",))


def test_every_mistake_of_a_key_has_its_place(file):
    file.write_text('nam = "bread"\nhours = -1\n', "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_document(Recipe, file, owner="the recipe")
    assert [str(each) for each in refused.value.problems] == [
        f"{file}:1:1: the recipe has no key 'nam'; did you mean 'name'? keys: hours, name, steps",
        f"{file}: the recipe needs key 'name'",
        f"{file}:2:9: key 'hours' of the recipe must be at least 0, not -1",
    ]


def test_a_check_of_its_own_says_where_and_offers_the_near_miss(file):
    file.write_text('name = "bread"\nsteps = [\n  "bake",\n  "boill",\n]\n', "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_document(Recipe, file, check=known_steps)
    said = f"{file}:4:3: nobody knows how to 'boill'; did you mean 'boil'?"
    assert str(refused.value) == said


def test_a_check_sees_no_document_whose_keys_are_wrong(file):
    file.write_text('name = 3\nsteps = ["fry"]\n', "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_document(Recipe, file, check=known_steps)
    assert [each.line for each in refused.value.problems] == [1]


def test_a_file_that_is_not_there_is_a_mistake_too(file):
    with pytest.raises(ConfigError, match=r"bread.toml: there is no such file"):
        read_document(Recipe, file)
