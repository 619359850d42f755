"""Every place meets every kind of bad credential in some run, and no run leaves a place or a kind out."""

from importlib import import_module
from importlib.util import find_spec

import pytest

import openapi
from conformance import proof
from conformance.assertions.outcome import NotTested
from conformance.generation import cases
from conformance.http.evidence_log import EvidenceLog
from conformance.judge.suites import collect_requirements
from conformance.proof.trial import judge_in_process
from conformance.suite.bad_credentials import Carried, Kind, Place, Table, expect_kept_out
from conformance.suite.run import Run

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


def test_nothing_asked_is_not_tested():
    class Idle:
        run = Run(lambda _: None)
        client = EvidenceLog()  # which is asked only what was asked before

    kind = Kind("with nothing", "missing-token", lambda _: Carried())
    table = Table([Place("a write", lambda *_: None, ())], [kind], drawn=0)

    with pytest.raises(NotTested, match="no bad credential for missing-token"):
        expect_kept_out(Idle(), table, "missing-token")


# What asks who is let in, and what judges all that is written; the trials hold that nothing else fails.
ASKED_MODULES = (
    "test_401_unauthorized",
    "test_403_forbidden",
    "test_get_preferences_refusals",
    "test_every_write",
)


@pytest.fixture
def usual_exam(monkeypatch, seed):
    """The exam of the usual seed stands in for that of another, which takes a second to draw and is not the point."""
    monkeypatch.setitem(cases.DRAWN, ("onlyautomator", seed, cases.COUNT), cases.draw_cases("onlyautomator"))


def find_failures(mutant, seed):
    """Return what fails of all that bad credentials are drawn for, and of what they may spoil."""
    (server,) = (one for one in proof.mutants_of("onlyautomator") if one.__name__ == mutant)
    names = [
        one.name
        for one in collect_requirements("onlyautomator")
        if one.function.__module__.endswith(ASKED_MODULES)
    ]
    table = import_module("conformance.apis.onlyautomator.bad_credentials").TABLE
    assert {row.requirement for row in table.list_rows()} <= set(names)
    return judge_in_process(server(), only=names, seed=seed).ids("failed")


@pytest.mark.usefixtures("usual_exam")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("mutant", "broken"),
    [
        ("CapitalsAreBelieved", "tampered-token"),
        ("CapitalsAreBelievedToRead", "list-bad-token"),
        ("TwoPartsAreEnough", "unsigned-token"),
        ("TwoPartsAreEnoughToRead", "list-bad-token"),
        ("NothingToVerify", "malformed-token"),
        ("NothingToVerifyToRead", "list-bad-token"),
        ("AnyKeyIsAToken", "missing-token"),
        ("AnyKeyReads", "list-bad-token"),
    ],
)
def test_who_lets_in_what_looks_like_a_token_is_found_by_every_seed(mutant, broken, seed):
    assert find_failures(mutant, seed) == [f"onlyautomator/{broken}"]


@pytest.mark.usefixtures("usual_exam")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("mutant", "broken"),
    [("HalfASignatureToRead", "list-tampered-token"), ("GuestsMayRead", "list-missing-token")],
)
def test_who_is_let_into_lists_as_documented_is_found_once(mutant, broken, seed):
    assert find_failures(mutant, seed) == [f"onlyautomator/{broken}"]


@pytest.mark.usefixtures("usual_exam")
@pytest.mark.parametrize("seed", range(8))
def test_refused_update_is_looked_for_whatever_the_seed_draws(seed):
    assert find_failures("BadTokenUpdates", seed) == ["onlyautomator/refused-update-is-not-listed"]


def test_read_with_what_may_also_write_is_no_pass():
    """The write is found by a requirement of its own, and what a read with it shows cannot be told."""
    (server,) = (one for one in proof.mutants_of("suprsend") if one.__name__ == "AcceptsAnySignature")
    suite = import_module("conformance.apis.suprsend.bad_credentials")
    reads = [
        row
        for row in suite.TABLE.list_rows()
        if row.place.name.startswith(suite.READ) and row.kind.name == suite.FALSE_SIGNATURE
    ]
    seed = next(one for one in MANY_SEEDS if set(reads) & set(suite.TABLE.draw_rows(one)))
    verdict = judge_in_process(server(), only=["read-with-wrong-key"], seed=seed)

    assert verdict.ids("inconclusive") == ["suprsend/read-with-wrong-key"]
