"""The third vendor is the API's own: its official Python client, pointed at the stub and at servers that lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from requests import JSONDecodeError, RequestException
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from conformance import proof
from conformance.proof.messages import Request, Response
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from mockserver import MockServer
from mockserver.testing.client import MockSession

PLACE = ("departments", "engineering", "status-update-alert")
REFERENCE = proof.reference_of("suprsend")
MUTANTS = {mutant.__name__: mutant for mutant in proof.mutants_of("suprsend")}
# What its docstrings offer beyond the document.
EVERY_MEMBER = {
    "preference": "opt_in",
    "opt_out_channels": ["email"],
    "digest_schedule": None,
    "properties": None,
}
EVERY_OPTION = {"tenant_id": "acme", "show_opt_out_channels": True, "locale": "es-AR"}


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    """A stub that the client finds by the key of a session alone."""
    with MockServer() as server:
        yield server


def client(url: str, key: str) -> Any:
    return Suprsend.with_workspace_api_key("workspace", key, base_url=url)


def update(
    stub: MockSession, *path: str, body: object = None, options: object = None, key: str | None = None
) -> Any:
    objects = client(stub.base_url, key or stub.api_key).objects
    return objects.update_category_preference(*(path or PLACE), body, options)


def refusal(stub: MockSession, *path: str, **given: Any) -> SuprsendAPIException:
    with pytest.raises(SuprsendAPIException) as caught:
        update(stub, *path, **given)
    return caught.value


def channels(category: dict[str, Any]) -> dict[str, str]:
    return {channel["channel"]: channel["preference"] for channel in category["channels"]}


def test_what_goes_over_the_wire() -> None:
    """What the requirements say of official clients is what this one does."""

    class Listens:
        def answer(self, request: Request) -> Response:
            heard.append(request)
            return Response(202, {})

    heard: list[Request] = []
    with serve(Listens()) as url:
        objects = client(url, "a key").objects
        objects.update_category_preference(*PLACE, EVERY_MEMBER, EVERY_OPTION)
        objects.update_category_preference("departments", "a/b ü", "status-update-alert", None)
    full, bare = heard

    assert (full.method, full.path) == (
        "PATCH",
        "/v1/object/departments/engineering/preference/category/status-update-alert/",
    )
    assert full.query == {"tenant_id": "acme", "show_opt_out_channels": "true", "locale": "es-AR"}
    assert full.headers["authorization"] == "Bearer a key"
    assert full.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(full.body) == EVERY_MEMBER
    assert (bare.body, bare.target) == (
        b"{}",
        "/v1/object/departments/a%2Fb%20%C3%BC/preference/category/status-update-alert/",
    )


@pytest.mark.parametrize(
    "body", [None, {}, {"opt_out_channels": None}, {"preference": "opt_in", "opt_out_channels": []}]
)
def test_client_that_says_little_opts_in(session: MockSession, body: object) -> None:
    assert update(session, body=body)["preference"] == "opt_in"


def test_client_may_use_all_that_it_offers(session: MockSession) -> None:
    assert channels(update(session, body=EVERY_MEMBER, options=EVERY_OPTION))["email"] == "opt_out"


def test_client_writes_for_a_tenant_apart(session: MockSession) -> None:
    update(session, body={"opt_out_channels": ["email"]}, options={"tenant_id": "acme"})

    assert channels(update(session, body={"opt_in_channels": []}))["email"] == "opt_in"
    tenant = update(session, body={"opt_in_channels": []}, options={"tenant_id": "acme"})
    assert channels(tenant)["email"] == "opt_out"


def test_client_stumbles_over_what_a_stub_is_told_to_answer(session: MockSession) -> None:
    """How an application meets a gateway's page, a success without a body and a connection that ends."""
    session.override(502, body="<h1>Bad Gateway</h1>", headers={"Content-Type": "text/html"})
    assert refusal(session).message == "<h1>Bad Gateway</h1>"

    session.override(202, body="", headers={"Content-Type": "text/plain"})
    with pytest.raises(JSONDecodeError):
        update(session)

    session.faults({"match": {}, "fault": "CONNECTION_RESET_BY_PEER", "times": 1})
    with pytest.raises(RequestException):
        update(session)
    assert update(session)["preference"] == "opt_in"


# A lie, what its client does that meets it, and what the judge says.
MEETS = {
    "OneSlashForm": ({}, "other-slash-form"),
    "RefusesNullLists": ({"opt_out_channels": None}, "null-list"),
    "RefusesClientOptions": ({}, "client-options"),
    "AnswersNothing": ({}, "answers-the-category"),
}


@pytest.mark.parametrize("name", MEETS)
def test_judge_condemns_what_the_client_cannot_work_with(name: str) -> None:
    body, id_ = MEETS[name]
    options = EVERY_OPTION if name == "RefusesClientOptions" else None
    key = REFERENCE().profile("")["credentials"]["api_key"]
    with serve(MUTANTS[name]()) as url, pytest.raises((SuprsendAPIException, JSONDecodeError)):
        client(url, key).objects.update_category_preference(*PLACE, body, options)

    assert f"suprsend/{id_}" in judge_in_process(MUTANTS[name](), only=[id_]).ids("failed")


def test_judge_spares_the_server_that_the_client_works_with() -> None:
    """The same calls against the reference, which no requirement condemns."""
    key = REFERENCE().profile("")["credentials"]["api_key"]
    with serve(REFERENCE()) as url:
        for body, _ in MEETS.values():
            done = client(url, key).objects.update_category_preference(*PLACE, body, EVERY_OPTION)
            assert done["preference"] == "opt_in"

    verdict = judge_in_process(REFERENCE(), only=[id_ for _, id_ in MEETS.values()])
    assert len(verdict.ids("passed")) == len(MEETS)
