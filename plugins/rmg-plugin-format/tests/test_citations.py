import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_format.citations import citations_present

PIECES = st.lists(
    st.sampled_from(["[1]", "[", "]", "(", ")", ", 2020", "a", ". ", "\n\n", "`", "#"])
)


def reason(text, sources=None, **options):
    return citations_present(text, sources, **options).reason


@given(PIECES.map("".join), st.sampled_from(["response", "paragraph", "sentence"]))
@pytest.mark.parametrize("style", ["numbers", "links", "author_year"])
def test_every_text_gets_a_score(style, text, per):
    assert 0 <= citations_present(text, style=style, per=per).score <= 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("So [1].", 1),
        ("So[1]. And [1] again.", 1),
        ("So [1][2].", 2),
        ("So [1, 3; 5].", 3),
        ("So [2-4].", 3),
        ("So [^1].\n\n[^1]: Smith", 1),
        ("So [1](https://x.org).", 1),
        ("`a[1]` and [2]", 1),
        ("```\nx[1]\n```\nSo [2].", 1),
        ("In [2020].", 0),
        ("## References\n[1] Smith", 0),
        ("So [1].\n\n**Sources:**\n1. Smith\n\n## Next\n\nAnd [1].", 1),
    ],
)
def test_numbers_in_brackets_are_citations(text, number):
    outcome = citations_present(text)
    assert outcome.score == float(number > 0)
    assert outcome.reason.startswith(f"cites {number} source")


def test_a_number_that_no_source_has_is_wrong():
    assert reason("So [1], and so [4].", 3) == "cites [4], and there are 3 sources"
    assert reason("So [0].", ["a", "b"]) == "cites [0], and there are 2 sources"
    assert reason("So [1].", []) == "cites [1], and there are 0 sources"
    assert reason("So [3].\n\n## References\n[1] A\n[2] B") == "cites [3], and there are 2 sources"


def test_so_many_different_citations_may_be_asked_for():
    assert citations_present("So [1] and [2].", minimum=2).score == 1.0
    assert reason("So [1] and [1].", minimum=2) == "cites 1 source, and at least 2 are asked for"


def test_the_share_of_paragraphs_leaves_out_headings_and_rules():
    text = "# Title\n\nOne [1].\n\nTwo.\n\n---\n\n## Part [9]\n\nThree [2]."
    outcome = citations_present(text, per="paragraph")
    assert outcome.score == pytest.approx(2 / 3)
    assert outcome.reason == "2 of 3 paragraphs cite, not 'Two.'"


@pytest.mark.parametrize(
    "text", ["One. [1] Two [2]. Three.", "甲。[1]乙[2]。丙。", 'He said "One." [1] Two [2]! Three?']
)
def test_a_citation_after_the_stop_is_of_the_sentence_before(text):
    assert citations_present(text, per="sentence").score == pytest.approx(2 / 3)


def test_links_are_addresses_and_images_are_none():
    text = "See [a](https://x.org/p), and https://Y.org. ![b](https://z.org)"
    assert reason(text, style="links") == "cites 2 sources"
    assert reason(text, ["https://x.org/p/", "https://y.org"], style="links") == "cites 2 sources"
    assert reason(text, ["https://x.org/p"], style="links") == (
        "cites 'https://y.org', and there are 1 source"
    )


def test_authors_and_years_are_found_in_and_before_brackets():
    text = "As Smith et al. (2020) say (Jones and Bo, 2019; Ada, 2001a, p. 3), in (May 2020)."
    assert reason(text, style="author_year") == "cites 3 sources"


@pytest.mark.parametrize("text", ["", "# Only a heading\n\n---"])
@pytest.mark.parametrize("per", ["response", "paragraph", "sentence"])
def test_a_text_that_says_nothing_cites_nothing(text, per):
    assert citations_present(text, per=per).score == 0.0


@pytest.mark.parametrize(
    ("sources", "style", "said"),
    [
        (-1, "numbers", "sources must be a number from 0, not -1"),
        (3, "links", "sources must be addresses in the style 'links'"),
        (["a"], "author_year", "sources are not compared in the style 'author_year'"),
    ],
)
def test_sources_that_do_not_fit_the_style_are_an_error(sources, style, said):
    with pytest.raises(CannotGrade) as caught:
        citations_present("So [1].", sources, style=style)
    assert (str(caught.value), caught.value.kind) == (said, "bad_input")


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=8))
def test_ranges_cite_the_numbers_that_they_hold(ranges):
    cited = {n for low, high in ranges for n in range(low, high + 1)}
    text = "a " + " ".join(f"[{low}-{high}]" for low, high in ranges)
    made = citations_present(text, minimum=max(len(cited), 1), per="paragraph")
    assert made.score == float(bool(cited))
    assert citations_present(text, minimum=len(cited) + 1).score == 0.0
    assert citations_present(text, minimum=len(cited) + 1, per="paragraph").score == 0.0


@pytest.mark.parametrize("per", ["response", "sentence"])
def test_very_many_ranges_are_counted(per):
    text = "".join(f"A{n} [1-{n % 900 + 99}]. " for n in range(60_000))
    assert citations_present(text, per=per).score == 1.0
