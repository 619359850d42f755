"""State over HTTP: one document out and in, snapshots, and starting over."""

from __future__ import annotations

import pytest

from tests.testbed.calls import CATEGORY
from tests.testbed.session_caller import A_FAN


def test_exported_state_is_imported_as_it_was(caller):
    caller.write()
    caller.set({"opt_out_channels": ["slack"]})
    caller.set({"preference": "opt_out"}, f"{CATEGORY}?tenant_id=acme")
    document = caller.admin("GET", "state")
    caller.admin("POST", "reset", {"scope": "state"})
    assert caller.admin("GET", "state") != document

    caller.admin("PUT", "state", document)

    assert caller.admin("GET", "state") == document
    again = caller.write({**A_FAN, "value": False}).json()["data"]
    assert again["id"] == document["onlyautomator"]["preferences"][0]["id"]


def test_state_holds_no_credential_but_what_a_caller_wrote(caller):
    made = [caller.key, caller.token, caller.admin("POST", "keys")["api_key"]]
    caller.write({**A_FAN, "value": {"password": "of the caller's own"}})
    caller.admin("PUT", "snapshots/one")

    for path in ("state", "snapshots/one"):
        text = caller.ask("GET", path).text
        assert [one for one in ("SS.", "workspaces", "credentials", *made) if one in text] == []
        assert "of the caller's own" in text


def test_large_state_goes_both_ways(caller):
    fans = [f"fan-{number}-{'x' * 60}" for number in range(30_000)]

    caller.admin("PUT", "state", {"onlyautomator": {"fans": fans}})

    assert caller.admin("GET", "state")["onlyautomator"]["fans"] == fans


def test_faulty_import_is_refused_whole_and_names_every_fault(caller):
    caller.write()
    before = caller.admin("GET", "state")
    unknown = {**A_FAN, "id": "1", "userId": "u", "source": "manual", "createdAt": "x", "updatedAt": "x"}
    document = {
        "onlyautomator": {
            "fans": ["1"],
            "preferences": [{**unknown, "fanId": 3}, {**unknown, "category": ""}],
        },
        "suprsend": {"objekts": [], "tenants": "acme", "categories": []},
        "supersend": {},
    }

    answer = caller.ask("PUT", "state", document)

    assert answer.status_code == 400
    said = answer.json()["error"]["message"]
    for fault in (
        "onlyautomator.preferences[0].fanId: must be a string",
        "preferences[0].createdAt: ",
        "preferences[1].createdAt: ",
        "suprsend.objekts: is not a known key; did you mean 'objects'?",
        'suprsend.tenants: must be a list or "*" for everything, not "acme"',
        "supersend: is not an API served here; did you mean 'suprsend'?",
    ):
        assert fault in said
    assert caller.admin("GET", "state") == before


def test_import_names_every_record_that_belongs_nowhere(caller):
    state = caller.admin("GET", "state")["suprsend"]
    chosen = {"object": {"type": "a", "id": "b"}, "tenant_id": "c", "category": "d", "preference": "opt_in"}

    said = caller.ask("PUT", "state", {"suprsend": {**state, "preferences": [chosen]}}).json()["error"][
        "message"
    ]

    for kind in ("object", "tenant_id", "category"):
        assert f"preferences[0].{kind}" in said


def test_import_leaves_the_apis_it_does_not_name(caller):
    caller.write()
    caller.admin("PUT", "state", {"suprsend": caller.admin("GET", "state")["suprsend"]})

    assert len(caller.admin("GET", "state")["onlyautomator"]["preferences"]) == 1


def test_snapshot_is_gone_back_to_any_number_of_times(caller):
    caller.write()
    before = caller.admin("GET", "state")
    caller.admin("PUT", "snapshots/one fan")

    for value in (False, True):
        caller.write({**A_FAN, "value": value})
        caller.write({**A_FAN, "preference": "another"})
        assert caller.admin("GET", "state") != before
        caller.admin("POST", "snapshots/one fan/restore")
        assert caller.admin("GET", "state") == before

    assert caller.admin("GET", "snapshots") == ["one fan"]
    assert caller.admin("GET", "snapshots/one fan") == before


def test_snapshot_is_not_touched_by_what_comes_after(caller):
    caller.admin("PUT", "snapshots/empty")
    caller.write()

    assert caller.admin("GET", "snapshots/empty")["onlyautomator"]["preferences"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "snapshots/no"), ("DELETE", "snapshots/no"), ("POST", "snapshots/no/restore")],
)
def test_unknown_snapshot_is_404(caller, method, path):
    assert caller.ask(method, path).status_code == 404


def test_mistyped_snapshot_is_told_the_nearest(caller):
    caller.admin("PUT", "snapshots/before")

    said = caller.ask("POST", "snapshots/befor/restore").json()["error"]["message"]

    assert said == "snapshot 'befor' not found; did you mean 'before'?"


def test_snapshot_that_is_like_no_other_is_told_some_of_those_there_are(caller):
    for number in range(33):
        caller.admin("PUT", f"snapshots/s{number}")

    said = caller.ask("POST", "snapshots/zzz/restore").json()["error"]["message"]

    assert said.startswith("snapshot 'zzz' not found; known are s0, s1, ")
    assert said.endswith(", s29 and 3 more")


def test_deleted_snapshot_is_gone(caller):
    caller.admin("PUT", "snapshots/x")
    caller.admin("DELETE", "snapshots/x")

    assert caller.admin("GET", "snapshots") == []


@pytest.mark.parametrize("scope", ["all", "state", "journal", "faults"])
def test_reset_forgets_what_its_scope_says(caller, scope):
    caller.write()
    caller.faults({"status": 503, "times": 9})
    caller.admin("POST", "overrides", {"response": {"status": 409}})
    caller.freeze()

    caller.admin("POST", "reset", {"scope": scope})

    kept = {
        "state": caller.admin("GET", "state")["onlyautomator"]["preferences"] != [],
        "journal": caller.journal() != [],
        "faults": caller.admin("GET", "faults") != [] and caller.admin("GET", "overrides") != [],
        "clock": caller.admin("GET", "clock")["frozen"],
    }
    forgotten = {"all": {"state", "journal", "faults", "clock"}}.get(scope, {scope})
    assert {name for name, is_kept in kept.items() if not is_kept} == forgotten


def test_reset_without_a_body_resets_all(caller):
    caller.write()

    assert caller.ask("POST", "reset").status_code == 204
    assert caller.journal() == []


def test_reset_session_answers_as_a_fresh_one(caller):
    caller.freeze()
    first = caller.write().json()
    caller.admin("POST", "reset")
    caller.freeze()

    assert caller.write().json() == first


def test_no_identifier_is_given_twice_whatever_comes_back(caller):
    first = caller.write().json()["data"]["id"]
    caller.admin("PUT", "snapshots/one")
    state = caller.admin("GET", "state")
    for go_back in (("POST", "snapshots/one/restore"), ("PUT", "state", state)):
        caller.admin("POST", "reset")
        caller.admin(*go_back)
        assert caller.write({**A_FAN, "preference": "another"}).json()["data"]["id"] != first
