import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import rmg_plugin_text
from rmg_core.graders import spec_of

GRADERS = rmg_plugin_text.rmg_graders()
MODULES = [each.name for each in pkgutil.iter_modules(rmg_plugin_text.__path__)]


def grader_at(address):
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


def test_the_pack_offers_every_text_grader_of_the_catalogue():
    assert set(GRADERS) == {
        *("exact_match", "contains", "contains_all", "contains_any", "starts_with", "ends_with"),
        *("regex", "number_match", "token_f1", "squad_f1", "squad_em", "list_f1", "set_jaccard"),
        *("word_overlap", "char_overlap", "edit_similarity", "jaro_winkler", "token_sort_ratio"),
        *("partial_ratio", "bleu", "sentence_bleu", "gleu", "chrf", "ter", "meteor", "rouge1"),
        *("rouge2", "rouge3", "rouge4", "rouge5", "rougeL", "rougeLsum", "cosine_tfidf"),
        *("jaccard_ngrams", "wer", "cer", "length_between", "length_penalty", "soft_overlong"),
        *("cosine_length", "repetition_penalty", "distinct_n", "readability", "language_is"),
        *("privacy_leak", "embedding_similarity"),
    }


@pytest.mark.parametrize("name", GRADERS)
def test_each_name_leads_to_a_grader_that_says_what_it_is(name):
    spec = spec_of(grader_at(GRADERS[name]))
    assert spec.summary.endswith(".")
    assert len(spec.summary) < 100
    assert "Definition:" in spec.doc or "source as for" in spec.doc
    assert "Example:" in spec.doc


@pytest.mark.parametrize("name", GRADERS)
def test_each_option_has_a_help_text(name):
    options = spec_of(grader_at(GRADERS[name])).options
    assert [each.name for each in options.__attrs_attrs__ if "help" not in each.metadata] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_each_module_hold(module):
    failed, _ = doctest.testmod(importlib.import_module(f"rmg_plugin_text.{module}"))
    assert failed == 0


def test_importing_the_pack_imports_none_of_its_graders():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import rmg_plugin_text;"
        "print(sum(name.startswith('rmg_plugin_text.') for name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == "0\n"
