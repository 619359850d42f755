"""Which exchanges report.html shows: each whole once and in order, what is at fault first, and no more than fit."""

from __future__ import annotations

from conformance.report.html import evidence
from conformance.report.html.evidence import ExchangePlan


def exchange(number, expected=None, size=0):
    request = {"method": "GET", "url": "http://h/books", "body": "x" * size}
    return {"number": number, "expected": expected, "curl": "curl", "request": request, "response": None}


def requirement(id_, status, *exchanges):
    return {"id": id_, "status": status, "asked": True, "evidence": list(exchanges)}


def shown(plan, one):
    return [
        (item.evidence["number"], "whole" if item.is_whole else item.anchor)
        for item in plan.list_exchanges(one)
    ]


def test_each_exchange_is_whole_once_and_in_the_order_of_the_run():
    failed = requirement("a", "failed", exchange(9), exchange(3), exchange(7, "a 200"))
    alike = requirement("b", "failed", exchange(3), exchange(7, "a 201"))
    passed = requirement("c", "passed", exchange(5), exchange(3), exchange(4))
    plan = ExchangePlan([passed, failed, alike])

    assert shown(plan, failed) == [(3, "whole"), (7, "whole"), (9, "whole")]
    assert shown(plan, alike) == [(3, "request-3"), (7, "whole")]  # with a mark of its own
    assert shown(plan, passed) == [(3, "request-3"), (4, "request-4"), (5, "request-5")]
    assert [one.is_home for one in plan.list_exchanges(alike)] == [False, False]
    assert plan.list_exchanges(alike)[0].line is plan.list_exchanges(failed)[0].line  # made once
    assert [one.anchor for one in plan.others] == ["request-4", "request-5"]
    assert plan.left_out == 0


def test_what_is_at_fault_has_room_before_all_others(monkeypatch):
    monkeypatch.setattr(evidence, "MOST_OF_FINDINGS", 900)
    monkeypatch.setattr(evidence, "MOST_OF_THE_REST", 400)
    first = requirement("a", "failed", exchange(1, size=200), exchange(2, "a 200", size=200))
    second = requirement("b", "failed", exchange(3, size=200), exchange(4, "a 200", size=200))
    passed = requirement("c", "passed", exchange(5, size=200), exchange(6, size=200))
    plan = ExchangePlan([first, second, passed])

    assert shown(plan, first) == [(1, "request-1"), (2, "whole")]  # where there is room left
    assert shown(plan, second) == [(3, None), (4, "whole")]
    assert shown(plan, passed) == [(5, None), (6, None)]
    assert plan.left_out == 3
