"""A stub that takes other alternatives than the defaults, by a contract of somebody's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockserver.fixtures import Credentials, Fixtures
from mockserver.http.problems import CannotStart, Invalid, NotInFixtures, Problem, Violation
from mockserver.http.reply import Reply
from mockserver.services.service import Service
from mockserver.stub import Stub
from openapi.choices.reach import OF_EVERY_BODY, OF_EVERY_OPERATION


def make_choice(id_: str, default: str, *alternatives: tuple[str, Any], **more: Any) -> dict[str, Any]:
    known = {default: f"it is {default}", **dict(alternatives)}
    return {"id": id_, "reason": "Nobody says.", "default": default, "alternatives": known, **more}


def say(text: str, **change: Any) -> dict[str, Any]:
    return {"text": text, **change}


ERROR = {
    "description": "An error",
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Error"},
            "examples": {"example": {"value": {"oops": "bad", "why": "it is"}}},
        }
    },
}
SPICE = {
    "type": "string",
    "enum": ["mint", "ginger"],
    "x-choice": [
        "Of the document's list.",
        make_choice(
            "unknown-spice",
            "refused-400",
            ("refused-422", "422"),
            ("ignored", say("dropped", input="drop")),
            when={"type": "string", "not": {"$ref": "#/components/schemas/Spice"}},
        ),
        make_choice(
            "spice-as-a-number",
            "refused-400",
            ("text", say("its text", input="text")),
            when={"type": "number"},
        ),
    ],
}
SUGAR = {
    "name": "sugar",
    "in": "query",
    "schema": {"type": "integer", "maximum": 3, "default": 0},
    "x-choice": make_choice(
        "much-sugar", "refused-400", ("bounded", say("as much", input="bounded")), when={"minimum": 4}
    ),
}
KIND = {
    "type": "string",
    "x-choice": [
        make_choice("missing-kind", "refused-400", ("refused-409", "409"), when="absent"),
        make_choice(
            "kind-in-capitals",
            "kept",
            ("lowered", say("lowered", input="lower")),
            when={"type": "string", "pattern": "[A-Z]"},
        ),
        make_choice("null-kind", "refused-400", ("refused-422", "422"), when={"enum": [None]}),
    ],
}
BODY = {
    "required": True,
    "x-choice": [
        make_choice("no-body", "refused-400", ("empty", say("{}", input="empty-object")), when="absent"),
        make_choice("no-json", "refused-400", ("refused-422", "422"), when="malformed"),
    ],
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": KIND,
                    "spices": {"type": "array", "items": {"$ref": "#/components/schemas/Spice"}},
                },
            }
        }
    },
}
PROBLEM = {
    "text": "problem+json",
    "contract": {"required": ["title"]},
    "error-body": {"status": "{status}", "title": "{message}"},
    "media-type": "application/problem+json",
}
PAGE = {
    "text": "a page",
    "error-body": "<h1>{status} {message}</h1>",
    "media-type": "text/html; charset=utf-8",
}
OPERATION = {
    "operationId": "fill_cup",
    "x-choice": make_choice(
        "trailing-slash",
        "both",
        ("redirect-308", say("308", slash="with", status=308)),
        ("without-only", say("404", slash="without", status=404)),
    ),
    "parameters": [{"name": "cup", "in": "path", "required": True, "schema": {"type": "string"}}, SUGAR],
    "requestBody": BODY,
    "responses": {
        "200": {"description": "It", "content": {"application/json": {"schema": {"type": "object"}}}},
        **dict.fromkeys(["404", "405", "500"], ERROR),
        "400": {**ERROR, "x-choice": make_choice("invalid-request", "refused-400", ("refused-422", "422"))},
        "415": {
            **ERROR,
            "x-choice": make_choice(
                "other-media-type", "refused-415", ("read-as-json", say("read", input="read-as-json"))
            ),
        },
    },
}
TEA: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Tea", "version": "1"},
    "x-error-body": {"oops": "{code}", "why": "{message}"},
    "x-error-codes": {"400": "bad", "404": "gone", "405": "no", "415": "not_tea", "500": "broken"},
    "paths": {"/cups/{cup}": {"put": OPERATION}},
    "components": {
        "schemas": {
            "Spice": SPICE,
            "Error": {
                "type": "object",
                "required": ["oops"],
                "properties": {"oops": {"type": "string"}},
                "x-choice": [
                    make_choice("error-body", "oops", ("problem-json", PROBLEM), ("page", PAGE)),
                    make_choice(
                        "unknown-cup", "refused-404", ("refused-403", "403"), ("springs-up", "it is made")
                    ),
                    make_choice("too-many-spices", "refused-400", ("refused-409", "409")),
                ],
            },
        }
    },
}


class Api:
    """Cups, of which one is known; the choices are read where they matter."""

    def __init__(self, store, clock, ids, choices):  # noqa: ARG002 - as every API is made
        self._choices = choices

    async def fill_cup(self, cup, sugar, body, caller):  # noqa: ARG002 - the contract has a caller
        if cup != "blue" and self._choices["unknown-cup"] != "springs-up":
            raise NotInFixtures(f"no cup {cup}", choice="unknown-cup")
        if len(body.get("spices", [])) > 2:
            raise Invalid([Violation("spices", "are too many")], choice="too-many-spices")
        return Reply(200, {"sugar": sugar, **body})


class NoRecords(Fixtures):
    """Fixtures of an API whose fresh session is empty."""

    def records(self):
        return iter(())


def make_stub(spec: Mapping[str, Any] = TEA, **chosen: str) -> Stub:
    service = Service("tea", dict(spec), Api, NoRecords(credentials=Credentials()))
    return Stub([service.choose({id_.replace("_", "-"): name for id_, name in chosen.items()})])


@pytest.fixture(scope="module")
def stub() -> Stub:
    return make_stub()


@pytest.fixture
def client(stub: Stub) -> Iterator[TestClient]:
    yield TestClient(stub.application)
    stub.sessions.default.reset()


def choose(stub: Stub, **chosen: str) -> None:
    names = {id_.replace("_", "-"): name for id_, name in chosen.items()}
    stub.sessions.default.choose({"tea": {**stub.sessions.blueprint.choices["tea"], **names}})


def fill(client: TestClient, path: str = "/cups/blue", **body: Any) -> tuple[int, Any]:
    answer = client.put(path, json={"kind": "green", **body})
    return answer.status_code, answer.json()


def test_violation_belongs_to_the_choice_at_its_place_whose_when_it_matches(stub, client):
    choose(stub, unknown_spice="refused-422")

    assert fill(client, spices=["mint", "salt"])[0] == 422
    assert fill(client, spices=[7])[0] == 400
    assert fill(client, spices="mint")[0] == 400
    assert fill(client, spices=["mint"]) == (200, {"sugar": 0, "kind": "green", "spices": ["mint"]})


def test_violation_of_no_choice_belongs_to_invalid_request(stub, client):
    choose(stub, invalid_request="refused-422")

    assert fill(client, spices="mint")[0] == 422
    assert fill(client, spices=["salt"])[0] == 400, "its own choice is not changed"
    assert fill(client, spices=["salt"], kind=None)[0] == 422, "violations of several choices"


def test_missing_member_belongs_to_the_choice_about_its_absence(stub, client):
    choose(stub, missing_kind="refused-409", null_kind="refused-422")

    assert client.put("/cups/blue", json={}).status_code == 409
    assert fill(client, kind=None)[0] == 422
    assert fill(client, kind=7)[0] == 400


def test_status_has_the_code_of_the_status_that_it_stands_for(stub, client):
    choose(stub, unknown_spice="refused-422", unknown_cup="refused-403")

    assert fill(client, spices=["salt"])[1]["oops"] == "bad"
    assert fill(client, "/cups/red") == (403, {"oops": "gone", "why": "no cup red"})


def test_problem_of_a_handler_belongs_to_the_choice_that_it_names(stub, client):
    assert fill(client, spices=["mint"] * 3)[0] == 400
    choose(stub, too_many_spices="refused-409", invalid_request="refused-422")

    assert fill(client, spices=["mint"] * 3) == (409, {"oops": "bad", "why": "spices: are too many"})


def test_handler_reads_its_choice(stub, client):
    assert fill(client, "/cups/red")[0] == 404
    choose(stub, unknown_cup="springs-up")

    assert fill(client, "/cups/red")[0] == 200


def test_input_is_converted_before_it_is_validated(stub, client):
    choose(
        stub,
        unknown_spice="ignored",
        spice_as_a_number="text",
        kind_in_capitals="lowered",
        much_sugar="bounded",
        no_body="empty",
    )

    assert fill(client, "/cups/blue?sugar=9", kind="Green", spices=["salt", "mint"]) == (
        200,
        {"sugar": 3, "kind": "green", "spices": ["mint"]},
    )
    assert fill(client, spices=[7])[1]["why"].endswith('must be one of "mint", "ginger", not "7"')
    assert client.put("/cups/blue").json()["why"] == "kind: is required"


def test_body_that_is_absent_or_malformed_belongs_to_its_choice(stub, client):
    assert client.put("/cups/blue", headers={"Content-Type": "application/json"}).status_code == 400
    choose(stub, no_json="refused-422")

    malformed = client.put("/cups/blue", content="{", headers={"Content-Type": "application/json"})
    assert malformed.status_code == 422
    assert client.put("/cups/blue").status_code == 400


def test_any_media_type_may_count_as_json(stub, client):
    def send(**headers: str) -> int:
        return client.put("/cups/blue", content='{"kind": "green"}', headers=headers).status_code

    assert (send(), send(**{"Content-Type": "text/plain"})) == (415, 415)
    choose(stub, other_media_type="read-as-json")

    assert (send(), send(**{"Content-Type": "text/plain"})) == (200, 200)


def test_path_has_one_form_and_the_other_is_redirected_or_not_found(stub, client):
    choose(stub, trailing_slash="redirect-308")
    moved = client.put("/cups/blue?sugar=1", json={"kind": "green"}, follow_redirects=False)
    named = client.put("/__session/one/cups/blue", json={"kind": "green"})

    assert (moved.status_code, moved.headers["location"]) == (308, "/cups/blue/?sugar=1")
    assert named.status_code == 200, "another session has the defaults"
    assert fill(client, "/cups/blue/")[0] == 200
    choose(stub, trailing_slash="without-only")
    assert fill(client, "/cups/blue/")[0] == 404
    assert fill(client, "/cups/blue")[0] == 200


def test_errors_have_another_body_and_media_type(stub, client):
    choose(stub, error_body="problem-json")
    problem = client.put("/cups/red", json={"kind": "green"})
    choose(stub, error_body="page")
    page = client.put("/cups/<red>", json={"kind": "green"})
    unknown = client.get("/saucers")

    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() == {"status": 404, "title": "no cup red"}
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == "<h1>404 no cup &lt;red&gt;</h1>"
    assert unknown.text.startswith("<h1>404 No operation at GET /saucers")


def test_forced_answer_follows_the_error_body(stub, client):
    choose(stub, error_body="problem-json", unknown_spice="refused-422")
    forced = client.put("/cups/blue", headers={"Prefer": "code=422"})

    assert (forced.status_code, forced.json()) == (422, {"status": 422, "title": "it is"})
    assert forced.headers["content-type"] == "application/problem+json"


def test_stub_that_starts_with_other_alternatives_takes_them_in_every_session():
    stub = make_stub(unknown_spice="ignored")
    client = TestClient(stub.application)

    assert fill(client, spices=["salt"]) == (200, {"sugar": 0, "kind": "green", "spices": []})
    assert fill(client, "/__session/one/cups/blue", spices=["salt"])[0] == 200
    choose(stub, unknown_spice="refused-400")
    assert fill(client, spices=["salt"])[0] == 400
    stub.sessions.default.reset()
    assert fill(client, spices=["salt"])[0] == 200


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            {"id": "x"},
            "openapi/tea.yaml: x-choice at Error: x: alternatives must be two or more, each with its name",
        ),
        (
            make_choice("x", "kept", ("y", say("y", input="lover"))),
            "openapi/tea.yaml: x-choice x: lover is not what may become of input; did you mean 'lower'?",
        ),
    ],
)
def test_choice_that_cannot_be_followed_stops_the_start(choice, said):
    schemas = {**TEA["components"]["schemas"], "Error": {"x-choice": choice}}

    with pytest.raises(CannotStart) as stopped:
        make_stub({**TEA, "components": {"schemas": schemas}}, x="y")
    assert str(stopped.value) == said


def test_contract_knows_every_choice_that_a_problem_may_fall_back_on():
    """Such a problem may come from any operation, or from any that has a body."""
    assert {one.general_choice for one in Problem.__subclasses__()} - {
        None
    } <= OF_EVERY_OPERATION | OF_EVERY_BODY
