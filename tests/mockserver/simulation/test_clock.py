"""Time and chance: one clock and one seed drive everything of a session."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import PREFERENCE, connect, request
from tests.testbed.session_caller import A_FAN, Caller
from tests.testbed.stubs import serve_stub


def test_frozen_clock_drives_timestamps_and_the_date_header(caller):
    caller.freeze("2031-05-06T07:08:09.123Z")
    first = caller.write()
    caller.advance(1800)
    second = caller.write({**A_FAN, "value": False})

    assert first.json()["data"]["createdAt"] == "2031-05-06T07:08:09.123Z"
    assert first.headers["date"] == "Tue, 06 May 2031 07:08:09 GMT"
    assert second.json()["data"]["updatedAt"] == "2031-05-06T07:38:09.123Z"
    assert second.headers["date"] == "Tue, 06 May 2031 07:38:09 GMT"


def test_control_plane_tells_the_date_of_the_session_that_it_is_asked_about(caller):
    caller.freeze()

    dates = [
        caller.ask("GET", "clock").headers["date"],
        caller.http.get(f"/__session/{caller.id}/__admin/state").headers["date"],
        caller.http.get("/__admin/state", headers={"X-Mock-Session": caller.id}).headers["date"],
        caller.ask("GET", "snapshots/none").headers["date"],
    ]

    assert dates == ["Wed, 02 Jan 2030 03:04:05 GMT"] * 4
    assert caller.http.get("/__admin/state").headers["date"] != dates[0]


def test_clock_stands_still_runs_ahead_and_is_given_back(caller):
    frozen = caller.admin("PUT", "clock", {"action": "freeze"})
    assert caller.admin("GET", "clock") == frozen
    ahead = caller.admin("PUT", "clock", {"action": "advance", "by_s": 86400})
    assert (ahead["frozen"], ahead["now"] > frozen["now"]) == (True, True)
    back = caller.admin("PUT", "clock", {"action": "reset"})
    assert (back["frozen"], back["now"] < ahead["now"]) == (False, True)


def test_running_clock_can_be_ahead(caller):
    caller.admin("PUT", "clock", {"action": "advance", "by_s": 10 * 365 * 86400})

    assert caller.admin("GET", "clock")["frozen"] is False
    assert caller.write().status_code == 401


@pytest.mark.parametrize(
    ("body", "where"),
    [({"action": "freeze", "instant": "2016-12-31T23:59:60Z"}, "instant"),
     ({"action": "freeze", "instant": "0001-01-01T00:00:00+14:00"}, "instant"),
     ({"action": "freeze", "instant": "9999-12-31T23:59:59Z"}, "instant"),
     ({"action": "freeze", "instant": "yesterday"}, "instant"),
     ({"action": "advance"}, "by_s"), ({"action": "advance", "by_s": -1}, "by_s"), ({"action": "stop"}, "action"),
     ({"action": "freeze", "by_s": 5}, "by_s"), ({"action": "reset", "by_s": 5}, "by_s"),
     ({"action": "reset", "instant": "2030-01-02T03:04:05Z"}, "instant"),
     ({"action": "advance", "by_s": 5, "instant": "2030-01-02T03:04:05Z"}, "instant")],
)  # fmt: skip
def test_time_that_cannot_be_is_refused(caller, body, where):
    answer = caller.ask("PUT", "clock", body)

    assert answer.status_code == 400
    assert where in answer.json()["error"]["detail"]


def test_clock_cannot_be_advanced_beyond_its_end(caller):
    caller.freeze("9998-12-31T00:00:00Z")

    assert caller.ask("PUT", "clock", {"action": "advance", "by_s": 3153600000}).status_code == 400
    assert caller.write().status_code == 200


def test_lower_case_instant_is_read(caller):
    assert caller.admin("PUT", "clock", {"action": "freeze", "instant": "2030-01-02t03:04:05z"})[
        "now"
    ].startswith("2030")


def life(url: str) -> list[bytes]:
    """Everything a session of one seed answers, byte for byte, headers included."""
    heard: list[bytes] = []
    with Caller(url) as caller:
        caller.freeze()
        caller.faults({"status": 503, "probability": 0.3}, {"quota": {"limit": 12, "window_s": 60}})

        def exchange(*words: Any, **options: Any) -> None:
            with connect(url) as connection:
                options["headers"] = {**options.get("headers", {}), "Connection": "close"}
                connection.sendall(request(*words, **options))
                received = b""
                while piece := connection.recv(65536):
                    received += piece
            heard.append(received)

        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {caller.token}"}
        for number in range(30):
            body = b'{"fanId": "12345", "category": "c", "preference": "p%d", "value": true}' % (number % 7)
            exchange("POST", f"/__session/{caller.id}{PREFERENCE}", headers=headers, content=body)
        exchange("POST", f"/__session/{caller.id}{PREFERENCE}", headers=headers, content=b"{}")
        exchange("GET", f"/__session/{caller.id}/__admin/state", headers={"Host": "localhost"})
        heard.append(repr(caller.admin("POST", "tokens")).encode())
        heard.append(repr(caller.admin("POST", "keys")).encode())
        heard.append(caller.id.encode())
        journal = caller.journal()
        heard.append(repr([{**entry, "duration_ms": 0} for entry in journal]).encode())
    return heard


def test_two_runs_of_one_seed_are_byte_identical(monkeypatch):
    monkeypatch.setattr("tests.testbed.session_caller._numbers", iter([7, 7, 7]))
    runs = []
    for seed, system_s in ((42, 1.8e9), (42, 1.9e9), (43, 1.8e9)):
        options = Options(seconds=lambda system_s=system_s: system_s)
        with serve_stub(Stub(load_services(), seed=seed, options=options)) as url:
            runs.append(
                [part.replace(url.encode(), b"").replace(url[7:].encode(), b"") for part in life(url)]
            )

    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert any(b"429" in part[:20] for part in runs[0])
    assert any(b"503" in part[:20] for part in runs[0])
