"""Any outcome that the runner makes comes back from a store as it was."""

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, Scale
from rmg_core.outcomes import ERROR_KINDS, NOTHING, UNIT, Outcome, from_json, to_json
from rmg_core.store import Column, Store, StoredGrader

from .making import cell

# What the runner leaves of an outcome: scores are finite, texts have no lone surrogates, and
# metadata are what is read from JSON.
texts = st.text(st.characters(exclude_categories=["Cs"]))
floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
metadata = st.just(NOTHING) | st.dictionaries(texts, json_values, max_size=3)
ends = st.none() | st.integers(-5, 0) | st.floats(-1e9, 0)
scales = st.just(UNIT) | st.builds(
    Scale, ends, st.none() | st.integers(1, 10**25) | st.floats(1, 1e9), st.booleans()
)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(GraderScore, floats, texts, metadata, scales),
    st.builds(GraderRank, st.lists(st.integers(1, 9), min_size=1, max_size=5), texts, metadata),
    st.builds(GraderSkip, texts, metadata),
    st.builds(GraderError, st.sampled_from(sorted(ERROR_KINDS)), texts, texts, metadata),
)
ids = st.none() | st.text() | st.integers()


@settings(max_examples=40, deadline=None)
@given(
    made=st.lists(st.tuples(outcomes, ids, st.booleans(), st.floats(0, 1e6)), max_size=20),
    scale=scales,
)
def test_cells_come_back_equal(tmp_path_factory: pytest.TempPathFactory, made, scale):
    path = tmp_path_factory.mktemp("rows") / "store.sqlite"
    cells = []
    for index, (drawn, key, has_address, seconds) in enumerate(made):
        is_on_scale = isinstance(drawn, GraderScore) and index % 2
        outcome = evolve(drawn, scale=scale) if is_on_scale else drawn
        fingerprint = None if has_address else ""
        cells.append(cell(index, outcome, key=key, fingerprint=fingerprint, seconds=seconds))
    with Store.open(path, durability="crash") as store:
        store.begin([Column("same", StoredGrader(b"g", "x/g", scale=scale))])
        store.write(cells)
        found = store.find(each.fingerprint for each in cells if each.fingerprint)
    with Store.read(path) as store:
        back = list(store.cells())
    assert [json_of(each) for each in back] == [json_of(each) for each in cells]
    assert all(
        json_of(each) == json_of(each._replace(outcome=found[each.fingerprint].outcome))
        for each in cells
        if each.fingerprint
    )


def json_of(each):
    """A cell in a form in which 1 is not 1.0, nor 0.0 the same as -0.0."""
    outcome = from_json(to_json(each.outcome))
    return repr(each._replace(outcome=to_json(outcome)))
