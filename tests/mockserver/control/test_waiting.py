"""What is large is read, checked and written apart from the loop that serves everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from mockserver import fixtures
from mockserver.contract.body.json_body import JsonBody
from mockserver.fixtures.complaint import list_complaints
from mockserver.http import exact_json
from mockserver.session.journal import Entry, Journal
from mockserver.session.session import Session
from tests.testbed.session_caller import A_FAN

_LARGE = {"onlyautomator": {"fans": [f"fan-{number}" for number in range(30_000)]}}


@pytest.fixture
def threads(monkeypatch) -> dict[str, set[int]]:
    """The threads in which a state is read, checked, written and, by the loop itself, kept; and calls are shown."""
    doors = (
        (JsonBody, "_check"), (fixtures, "validate_fixtures"), (exact_json, "dumps"), (Session, "load"),
        (Entry, "fits"), (Entry, "document"), (Journal, "add"),
    )  # fmt: skip
    seen: dict[str, set[int]] = {name: set() for _, name in doors}

    def note(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            seen[name].add(threading.get_ident())
            return function(*arguments, **options)

        return call

    for holder, name in doors:
        monkeypatch.setattr(holder, name, note(name, getattr(holder, name)))
    return seen


def test_large_state_is_read_and_written_while_others_are_served(caller, threads):
    caller.admin("PUT", "state", _LARGE)
    caller.admin("PUT", "snapshots/large")
    caller.admin("POST", "snapshots/large/restore")

    (loop,) = threads["load"]
    assert threads["_check"]
    assert threads["validate_fixtures"]
    assert loop not in threads["_check"] | threads["validate_fixtures"]

    for path in ("state", "snapshots/large"):
        assert caller.admin("GET", path)["onlyautomator"]["fans"] == _LARGE["onlyautomator"]["fans"]
    assert threads["dumps"]
    assert loop not in threads["dumps"]


def test_large_calls_are_looked_at_and_listed_while_others_are_served(caller, threads):
    for number in range(3):
        caller.write({**A_FAN, "value": [number] * 50_000})
    match = {"body": {"fanId": A_FAN["fanId"]}}

    found = caller.admin("POST", "requests/find", {"match": match})
    waited = caller.admin("POST", "requests/wait", {"match": match, "count": 2})
    listed = caller.admin("GET", "requests")

    assert found == listed
    assert waited == listed[1:]
    (loop,) = threads["add"]
    for name in ("fits", "document"):
        assert threads[name]
        assert loop not in threads[name]


def test_of_many_mistakes_the_first_are_named(caller):
    wrong = {"fanId": "1", "category": "c", "preference": "p", "value": 1, "sourze": "manual"}

    said = caller.ask("PUT", "state", {"onlyautomator": {"fans": [], "preferences": [wrong] * 5000}}).json()

    assert "preferences[99].sourze" in said["error"]["message"]
    assert "preferences[100].sourze" not in said["error"]["message"]


@pytest.mark.parametrize(
    ("document", "first", "what", "named"),
    [
        ({"onlyautomator": {"fans": [*range(2000)]}}, "onlyautomator.fans[0]", "must be text", 100),
        ({"onlyautomator": {"fans": ["1"] * 2000 + [2, 3]}}, "onlyautomator.fans[2000]", "must be text", 2),
        (
            {"onlyautomator": {"fans": [], **{f"fan{n}": n for n in range(2000)}}},
            "onlyautomator.fan0",
            "a known key",
            100,
        ),
        ({f"api{n}": {} for n in range(2000)}, "api0", "an API served here", 100),
    ],
)
def test_no_more_mistakes_are_described_than_are_named(caller, monkeypatch, document, first, what, named):
    described: list[int] = []

    def count_errors(errors: Any, model: Any) -> Any:
        described.append(len(errors))
        return list_complaints(errors, model)

    monkeypatch.setattr(fixtures, "list_complaints", count_errors)
    message = caller.ask("PUT", "state", document).json()["error"]["message"]

    assert message.startswith(f"{first}:")
    assert message.count(what) == named
    assert all(count < 1500 for count in described)


def test_ids_of_the_apis_that_a_document_does_not_name_are_not_drawn_again(caller):
    first = caller.write().json()["data"]["id"]
    state = caller.admin("GET", "state")
    caller.admin("POST", "reset")
    caller.admin("PUT", "state", {"onlyautomator": state["onlyautomator"]})
    caller.admin("PUT", "state", {"suprsend": state["suprsend"]})

    another = {"fanId": "12345", "category": "content", "preference": "another", "value": True}
    assert caller.write(another).json()["data"]["id"] != first
