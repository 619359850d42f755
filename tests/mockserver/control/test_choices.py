"""Each session takes alternatives of its own, and the contract that it sees follows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
import yaml
from starlette.testclient import TestClient

from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed.calls import CATEGORY

PIGEON = {"preference": "opt_in", "opt_out_channels": ["pigeon"]}
IGNORED = {"suprsend": {"unknown-channel": "ignored"}}


@pytest.fixture(scope="module")
def stub() -> Stub:
    return Stub(load_services(), mode="off")


@pytest.fixture
def client(stub: Stub) -> Iterator[TestClient]:
    yield TestClient(stub.application, base_url="http://127.0.0.1")
    stub.sessions.default.reset()


def write_pigeon(client: TestClient, session: str = "default") -> int:
    return client.patch(f"/__session/{session}{CATEGORY}", json=PIGEON).status_code


def read_channel_choice(client: TestClient, session: str = "default") -> str:
    chosen: str = client.get(f"/__admin/choices?session={session}").json()["suprsend"]["unknown-channel"]
    return chosen


def test_session_takes_other_alternatives_and_others_do_not(client):
    assert (write_pigeon(client), write_pigeon(client, "other")) == (400, 400)
    answer = client.put("/__admin/choices?session=other", json=IGNORED)

    assert answer.status_code == 200
    assert answer.json() == client.get("/__admin/choices?session=other").json()
    assert (write_pigeon(client), write_pigeon(client, "other")) == (400, 202)
    assert (read_channel_choice(client), read_channel_choice(client, "other")) == ("refused-400", "ignored")


def test_what_is_not_named_is_as_the_stub_was_started(client):
    client.put("/__admin/choices", json=IGNORED)
    client.put("/__admin/choices", json={"suprsend": {"invalid-request": "refused-422"}})
    assert write_pigeon(client) == 400
    client.put("/__admin/choices", json=IGNORED)
    client.put("/__admin/choices", json={})

    assert write_pigeon(client) == 400


def test_reset_of_all_takes_choices_back_and_one_of_the_state_keeps_them(client):
    client.put("/__admin/choices", json=IGNORED)
    client.post("/__admin/reset", json={"scope": "state"})
    assert write_pigeon(client) == 202
    client.put("/__admin/snapshots/before")
    client.post("/__admin/reset")
    assert write_pigeon(client) == 400
    client.post("/__admin/snapshots/before/restore")

    assert write_pigeon(client) == 400, "a snapshot has no choices"


def test_contract_and_page_of_a_session_follow_its_choices(client):
    def documents_422(session: str) -> tuple[bool, bool]:
        contract = client.get(f"/__admin/openapi/suprsend.yaml?session={session}").text
        page = client.get(f"/__admin/docs/suprsend?plain=true&session={session}").text
        operations = [item["patch"] for item in yaml.safe_load(contract)["paths"].values() if "patch" in item]
        return all("422" in one["responses"] for one in operations), "<code>422</code>" in page

    write_pigeon(client, "other")
    client.put("/__admin/choices?session=other", json={"suprsend": {"unknown-channel": "refused-422"}})

    assert write_pigeon(client, "other") == 422
    assert documents_422("default") == (False, False)
    assert documents_422("other") == (True, True)


def read_page(client: TestClient) -> str:
    return " ".join(
        html.unescape(re.sub("<[^>]*>", "", client.get("/__admin/docs/suprsend?plain=true").text)).split()
    )


def test_page_lists_each_choice_with_its_alternatives_and_schemas_without(client):
    page = read_page(client)

    assert "x-choice" not in page
    assert "unknown-channel Any other name is answered 400" in page
    assert (
        "in force: refused-400: 400 with a detail (default) Others: refused-422, refused-404, ignored" in page
    )


def test_page_tells_what_is_taken_instead_of_arguing_for_the_default(client):
    client.put("/__admin/choices", json={"suprsend": {"unknown-channel": "refused-422"}})
    page = read_page(client)

    assert "Any other name is answered 400" not in page
    assert "unknown-channel taken: refused-422: 422 with a detail (default: refused-400)" in page


def test_contract_is_written_once_for_the_same_choices(client, monkeypatch):
    written = []
    write = yaml.dump
    monkeypatch.setattr(yaml, "dump", lambda *given, **more: written.append(1) or write(*given, **more))
    client.put("/__admin/choices", json={"suprsend": {"unknown-channel": "refused-404"}})
    first, second = (client.get("/__admin/openapi/suprsend.yaml").text for _ in range(2))

    assert first == second
    assert len(written) == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"suprsend": {"unknown-chanel": "ignored"}},
         "suprsend.unknown-chanel: is not a choice; did you mean 'unknown-channel'?"),
        ({"suprsend": {"unknown-channel": "ignore"}},
         "suprsend.unknown-channel: ignore is not an alternative; did you mean 'ignored'?"),
        ({"suprsend": {"unknown-channel": "ignore", "unknown-chanel": "ignored"}},
         "suprsend.unknown-channel: ignore is not an alternative; did you mean 'ignored'?; "
         "suprsend.unknown-chanel: is not a choice; did you mean 'unknown-channel'?"),
        ({"suprsnd": {}}, "suprsnd: is not an API with choices; did you mean 'suprsend'?"),
        ({"suprsend": {"unknown-channel": 7}}, "suprsend.unknown-channel: must be a string, not a number"),
        ([], "the body must be an object, not an array"),
    ],
)  # fmt: skip
def test_unknown_choice_is_refused_naming_the_nearest_and_nothing_changes(client, document, said):
    client.put("/__admin/choices", json=IGNORED)
    answer = client.put("/__admin/choices", json=document)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == said
    assert read_channel_choice(client) == "ignored"
