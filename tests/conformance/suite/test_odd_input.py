"""Odd input is a table of places and kinds: a run sends some of its rows, and all of them come up in some run."""

import importlib
import re

import pytest

import openapi
from conformance import proof
from conformance.judge.suites import collect_requirements
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from conformance.suite.mode import Mode
from conformance.suite.odd_input import KINDS, ROWS, Kind, Row
from tests.testbed.drivers import make_driver

APIS = openapi.api_names()
SEEDS = 150


def table_module(api):
    return importlib.import_module(f"conformance.apis.{api}.odd_input")


class Keeps:
    """Keeps what it passes on to a server."""

    def __init__(self, server):
        self.server, self.requests = server, []
        self.profile = server.profile

    def answer(self, request):
        self.requests.append(request)
        return self.server.answer(request)


@pytest.mark.parametrize("api", APIS)
def test_each_place_and_each_kind_comes_up_in_every_run(api):
    table = table_module(api).TABLE
    for seed in range(SEEDS):
        rows = table.draw_rows(seed)
        assert len(rows) == len(set(rows))
        assert table.size <= len(rows) <= table.size + 1
        assert {row.place for row in rows} == set(table.kinds)
        assert {row.kind for row in rows} == {row.kind for row in table.rows}
        assert set(table.always) <= set(rows)


@pytest.mark.parametrize("api", APIS)
def test_each_pair_comes_up_in_some_run(api):
    table = table_module(api).TABLE
    drawn = {row for seed in range(SEEDS) for row in table.draw_rows(seed)}

    assert set(table.rows) - drawn == set()


def test_each_odd_list_comes_up_in_some_run():
    table = table_module("onlyautomator").LIST_TABLE
    runs = [table.draw_rows(seed) for seed in range(SEEDS)]

    assert {len(rows) for rows in runs} == {table.size}
    assert all(set(table.always) <= set(rows) for rows in runs)
    assert {row.place for row in runs[0]} == set(table.kinds)
    assert set(table.rows) == {row for rows in runs for row in rows}


@pytest.mark.parametrize("api", APIS)
def test_same_seed_draws_the_same_rows(api):
    table = table_module(api).TABLE

    assert table.draw_rows(7) == table.draw_rows(7) != table.draw_rows(8)


@pytest.mark.parametrize("api", APIS)
def test_every_kind_has_a_place_and_is_asked(api):
    table = table_module(api).TABLE

    assert {row.kind for row in table.rows} | {kind for _, kind in table.asked_elsewhere} >= set(KINDS)
    assert table.asked_elsewhere <= {(place, kind) for place, kinds in table.kinds.items() for kind in kinds}


@pytest.mark.parametrize("api", APIS)
def test_every_row_can_be_sent_and_is_answered(api):
    server = Keeps(proof.reference_of(api)())
    module, driver = table_module(api), make_driver(server)
    for row in module.TABLE.rows:
        module.send_row(driver, row)
        assert holds_kind(server.requests[-1], row.kind), row

    assert [row for row, _ in driver.odd_answers] == list(module.TABLE.rows)
    assert [(str(row), answer.status) for row, answer in driver.odd_answers if answer.status >= 500] == []


def holds_kind(request, name):
    """Tell whether a request holds what its row says, as far as it is something to look for."""
    kind = KINDS.get(name, Kind())
    texts = [*request.headers.values(), request.target]
    return (
        (kind.json is None and kind.text is None)
        or (kind.json is not None and kind.json in request.body)
        or (kind.text is not None and any(kind.text in one or kind.text[::-1] in one for one in texts))
    )


@pytest.mark.parametrize(
    ("api", "row", "part"),
    [
        ("onlyautomator", ("Content-Type", "absent"), lambda request: "content-type" not in request.headers),
        ("onlyautomator", ("fanId", "twice"), lambda request: request.body.count(b'"fanId"') == 2),
        ("onlyautomator", ("an item of value", "null"), lambda request: b'"value": [null]' in request.body),
        ("onlyautomator", ("the method", "DELETE"), lambda request: request.method == "DELETE"),
        ("suprsend", ("tenant_id", "twice"), lambda request: request.target.count("tenant_id=") == 2),
        ("suprsend", ("id", "a slash"), lambda request: request.target.split("/")[4] == "a%2Fb"),
        (
            "suprsend",
            ("an item of opt_in_channels", "null"),
            lambda request: b'channels": [null]' in request.body,
        ),
        ("suprsend", ("the path", "a slash twice"), lambda request: "//" in request.target),
    ],
)
def test_row_is_what_it_says(api, row, part):
    server = Keeps(proof.reference_of(api)())
    table_module(api).send_row(make_driver(server), Row(*row))

    assert part(server.requests[-1])


@pytest.mark.parametrize(
    ("api", "mutant", "row"),
    [
        ("onlyautomator", "LongFanCrashes", "status 500 to fanId: 300 characters"),
        ("onlyautomator", "LongFanIsUnavailable", "status 503 to fanId: 300 characters"),
        ("suprsend", "RepeatedTenantCrashes", "status 500 to tenant_id: twice"),
    ],
)
def test_finding_names_place_and_kind(api, mutant, row):
    (server,) = (one for one in proof.mutants_of(api) if one.__name__ == mutant)
    (result,) = (
        one for one in judge_in_process(server()).results if one.requirement.name == "no-server-error"
    )

    assert (result.status, result.got) == ("failed", row)


def test_names_need_not_keep_spaces_and_what_leads_elsewhere_in_a_path():
    """No document says which letters a name may have, so a server may write underscores in their place."""

    class TidiesNames(proof.reference_of("onlyautomator")):
        def copy_names(self, body):
            names = super().copy_names(body)
            return {
                **names,
                **{name: re.sub(r"[\s/.]", "_", names[name]) for name in ("category", "preference")},
            }

    module, driver = table_module("onlyautomator"), make_driver(TidiesNames())
    for row in module.TABLE.rows:
        module.send_row(driver, row)
    judge = next(
        one for one in collect_requirements("onlyautomator") if one.id == "onlyautomator/odd-input-comes-back"
    )

    assert judge.function(driver) is None


CLOSED = f"{IN_PROCESS_URL} closed the connection without an answer, twice, while others were answered"
TIMEOUT = "1 s, the profile's patience.timeout_s"
SILENT = f"no answer from {IN_PROCESS_URL} within {TIMEOUT}, twice, while others were answered"


@pytest.mark.parametrize(
    ("mutant", "requirement", "got", "expected"),
    [
        ("NulInFilterIsUnavailable", "list-no-server-error", "status 503 to category of a list: NUL", None),
        ("NulInFilterHangs", "list-no-server-error", SILENT, "an answer to category of a list: NUL"),
        (
            "LargeFanEndsTheProcess",
            "list-no-server-error",
            CLOSED,
            "an answer to fanId of a list: an integer beyond 2^64",
        ),
        (
            "OtherFanIsUnavailable",
            "list-no-server-error",
            "status 503 three times, while the fan's list was given in between",
            None,
        ),
        ("LongFanEndsTheProcess", "hostile-input-is-answered", CLOSED, "an answer"),
    ],
)
def test_what_one_row_alone_meets_is_reported(mutant, requirement, got, expected):
    (server,) = (one for one in proof.mutants_of("onlyautomator") if one.__name__ == mutant)
    (result,) = (one for one in judge_in_process(server()).results if one.requirement.name == requirement)

    assert (result.status, result.got) == ("failed", got)
    assert result.expected == (expected or "no server error")
    assert result.at_fault.status == (503 if "Unavailable" in mutant else None)


def test_outage_of_one_input_hides_none_of_another():
    classes = {one.__name__: one for one in proof.mutants_of("onlyautomator")}
    names = ("NulInFilterIsUnavailable", "GetIsUnavailable", "LongFanIsUnavailable")
    both = type("All", tuple(classes[name] for name in names), {})

    assert judge_in_process(both()).ids("failed") == [
        f"onlyautomator/{name}" for name in ("list-no-server-error", "no-server-error")
    ]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.READ_ONLY])
def test_modes_that_spare_the_target_send_none(api, mode):
    server = Keeps(proof.reference_of(api)())
    verdict = judge_in_process(server, mode=mode)
    (result,) = (one for one in verdict.results if one.requirement.name == "odd-input")

    assert result.status == "not_tested"
    assert not [one.target for one in server.requests if one.method == "BREW" or "%00" in one.target]


@pytest.mark.parametrize("api", APIS)
def test_target_that_answers_no_odd_input_is_not_waited_for_again_and_again(api):
    class Hangs(proof.reference_of(api)):
        def answer(self, request):
            answer = super().answer(request)
            return Response(0, never_comes=True) if answer.status >= 400 else answer

    module, driver = table_module(api), make_driver(Hangs())
    _, trouble = module.send_rows(driver)

    assert trouble is not None
    assert len(driver.client.unanswered) == 3
    assert driver.client.request_count < ROWS
