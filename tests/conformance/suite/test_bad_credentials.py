"""Every place meets every kind of bad credential in some run, and no run leaves a place or a kind out."""

from importlib import import_module
from importlib.util import find_spec

import pytest

import openapi
from conformance.judge.suites import collect_requirements

APIS = [api for api in openapi.api_names() if find_spec(f"conformance.apis.{api}.bad_credentials")]
MANY_SEEDS = range(300)


@pytest.fixture(params=APIS)
def api(request):
    return request.param


@pytest.fixture
def table(api):
    return import_module(f"conformance.apis.{api}.bad_credentials").TABLE


def test_every_pair_comes_up(table):
    drawn = {row for seed in MANY_SEEDS for row in table.draw_rows(seed)}

    assert drawn == set(table.list_rows())
    assert len(drawn) > 80


@pytest.mark.parametrize("seed", range(20))
def test_every_place_and_kind_comes_up_in_every_run(table, seed):
    rows = table.draw_rows(seed)

    assert len(rows) == len(set(rows))
    assert {row.place for row in rows} == set(table.places)
    assert {row.kind for row in rows} == set(table.kinds)


def test_same_seed_draws_the_same(table):
    assert table.draw_rows(7) == table.draw_rows(7) != table.draw_rows(8)


def test_what_is_left_out_never_comes_up(table):
    for place in table.places:
        names = [row.kind.name for row in table.list_rows() if row.place == place]
        assert not set(place.left_out) & set(names)
        assert set(place.always) <= set(names)


def test_every_row_is_judged_by_a_requirement(api, table):
    judges = {f"{api}/{row.requirement}" for row in table.list_rows()}

    assert judges <= {one.id for one in collect_requirements(api) if one.level != "OBSERVED"}
