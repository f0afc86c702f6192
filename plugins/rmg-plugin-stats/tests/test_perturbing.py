"""Answers made worse, one known thing at a time."""

from random import Random

import pytest

from rmg_plugin_stats.probes.attacks import attacks
from rmg_plugin_stats.probes.perturbing import PERTURBATIONS, negated, renumbered
from rmg_plugin_stats.probes.style import KINDS
from rmg_plugin_stats.probes.texts import filler, is_wide, sentences_of


def chance(seed):
    return Random(seed)  # noqa: S311 - no secret


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Water is wet.", "Water is not wet."),
        ("Water is not dry.", "Water is dry."),
        ("It can't fly.", "It can fly."),
        ("It isn’t so.", "It is so."),
        ("You can fly.", "You cannot fly."),
        ("Das ist wahr.", "Das ist nicht wahr."),
        ("C'est la vie.", None),
        ("La ville est grande.", "La ville ne est pas grande."),
        ("El cielo es azul.", "El cielo no es azul."),
        ("水是湿的。", "水不是湿的。"),
        ("水不是干的。", "水是干的。"),
        ("Yes.", "No."),
        ("42", None),
    ],
)
def test_a_statement_is_turned_into_its_contrary(text, made):
    assert negated(text, chance(0), ()) == made


def test_a_changed_number_is_another_number():
    for seed in range(50):
        made = renumbered("In 1999 there were 7.", chance(seed), ())
        assert made != "In 1999 there were 7."
        assert made in {f"In {a}999 there were {b}." for a in "123456789" for b in "123456789"}


@pytest.mark.parametrize(
    ("kind", "text", "others", "made"),
    [
        ("dropped", "One. Two.", [], {"One.", "Two."}),
        ("dropped", "One.", [], {None}),
        ("shuffled", "One. Two.", [], {"Two. One."}),
        ("shuffled", "One. One.", [], {None}),
        ("cut off", "a b c d e f g h", [], {"a b c d"}),
        ("cut off", "a b c", [], {None}),
        ("name", "Paris", ["Rome.", "paris."], {"Rome."}),
        ("name", "The capital, I think, is Paris now.", ["In it Rome lies."],
         {"The capital, I think, is Rome now."}),
        ("name", "The capital of it is Paris now.", ["and nothing else is there"], {None}),
        ("number", "none", [], {None}),
    ],
)  # fmt: skip
def test_an_answer_is_made_worse_where_it_allows_it(kind, text, others, made):
    assert {PERTURBATIONS[kind](text, chance(seed), others) for seed in range(9)} <= made


def test_style_keeps_the_words():
    text = "The first thing is here. A second one follows.\n\nAnd a third."
    words = text.replace("\n", " ").split()
    for made in (make(text) for make in KINDS.values()):
        kept = "".join(each if each.isalnum() or each in " \n." else " " for each in made).split()
        assert [each for each in kept if each not in {"Answer", "More"}] == words


@pytest.mark.parametrize("text", ["An answer of some length.", "这是一个有一定长度的回答。"])
def test_filler_is_as_long_as_asked_and_in_the_script_of_the_text(text):
    made = filler(300, text, chance(1))
    assert 300 <= len(made) < 400
    assert is_wide(made) == is_wide(text)
    assert made == filler(300, text, chance(1))


def test_sentences_are_split_in_several_scripts():
    assert sentences_of("One. Two? “Three!” 3.5 is four.\nFive") == [
        "One.", "Two?", "“Three!” 3.5 is four.", "Five"
    ]  # fmt: skip
    assert sentences_of("一。二！三") == ["一。", "二！", "三"]


def test_attacks_have_names_of_their_own_and_try_nine_languages():
    kinds = [each.kind for each in attacks()]
    assert len(set(kinds)) == len(kinds) >= 25
    tongues = {each.name for each in attacks() if each.family == "instruction"}
    assert {"en", "de", "fr", "es", "zh", "ja", "ru", "ar", "hi"} <= tongues
