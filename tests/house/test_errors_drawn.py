"""The exceptions of rmg: drawn as a tree, and each with words of its own."""

import importlib
import inspect
import re
from collections.abc import Iterator

import attrs
import pytest

from rmg_core import errors

from .tree import CORE, modules_in

ERRORS = [
    each
    for each in vars(errors).values()
    if inspect.isclass(each) and issubclass(each, errors.RmgError)
]

ABSTRACT = {errors.RmgError, errors.RegistryError}

ELSEWHERE = {
    "OptionsError": "carries the findings of config/, which know no file; plan/ makes problems "
    "of them",
}


def drawn(text: str) -> Iterator[tuple[str, str]]:
    """Yield class and parent, in the order of the drawing."""
    above: list[str] = []
    for line in text.splitlines():
        found = re.match(r"((?:[│ ] {3})*(?:[├└]── )?)([A-Z]\w+)(?: |$)", line)
        if found and (found[1] or not above):
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            yield found[2], above[depth - 1] if depth else "Exception"


def test_the_tree_of_errors_is_drawn_as_it_is():
    _, _, tree = (errors.__doc__ or "").partition("\n\n")
    assert dict(drawn(tree)) == {each.__name__: each.__base__.__name__ for each in ERRORS}


def test_a_drawn_tree_is_read():
    tree = "Root\n├── Left      says why\n│   └── Leaf\n└── Right"
    assert list(drawn(tree)) == [
        ("Root", "Exception"),
        ("Left", "Root"),
        ("Leaf", "Left"),
        ("Right", "Root"),
    ]


@pytest.mark.parametrize("error", ERRORS)
def test_the_error_is_told_in_a_sentence(error: type[errors.RmgError]):
    assert error.__doc__ is not None
    assert error.__doc__.partition("\n\n")[0].endswith(".")


@pytest.mark.parametrize("error", [each for each in ERRORS if each not in ABSTRACT])
def test_the_error_makes_its_message_of_typed_arguments(error: type[errors.RmgError]):
    assert error.__str__ is not Exception.__str__
    assert all(field.type not in {None, object} for field in attrs.fields(error))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        error.__setattr__(error.__new__(error), attrs.fields(error)[0].name, "")


def test_errors_are_defined_in_one_place():
    for path in modules_in(CORE):
        parts = path.relative_to(CORE.parent).with_suffix("").parts
        if parts[-1] != "__main__":
            importlib.import_module(".".join(part for part in parts if part != "__init__"))
    elsewhere = {
        each.__name__
        for each in subclasses(errors.RmgError)
        if each.__module__.startswith("rmg_core.")
        and not each.__module__.startswith("rmg_core.errors")
    }
    assert elsewhere == set(ELSEWHERE)


def subclasses(cls: type) -> Iterator[type]:
    for each in cls.__subclasses__():
        yield each
        yield from subclasses(each)
