"""An API of somebody's own through the Python API, with a contract written in the test."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from mockserver.fixtures import Credentials, Fixtures
from mockserver.http.problems import CannotStart, Unavailable
from mockserver.http.reply import Reply
from mockserver.services.service import Service
from mockserver.stub import Stub
from tests.testbed.stubs import serve_stub

ERROR = {
    "description": "An error",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["oops"],
                "properties": {"oops": {"type": "string"}, "why": {"type": "string"}},
            }
        }
    },
}
BOOK = {
    "type": "object",
    "required": ["title"],
    "properties": {"title": {"type": "string"}, "pages": {"type": "integer", "nullable": True}},
}
LIBRARY: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Library", "version": "1"},
    "x-error-body": {"oops": "{code}", "why": "{message}"},
    "x-error-codes": {"400": "bad", "404": "gone", "405": "no", "500": "broken"},
    "paths": {
        "/books/{number}": {
            "put": {
                "operationId": "put_book",
                "summary": "Put <script>alert(1)</script> a book & more",
                "parameters": [
                    {
                        "name": "number",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1},
                    },
                    {"name": "copies", "in": "query", "schema": {"type": "integer", "default": 1}},
                ],
                "requestBody": {"content": {"application/json": {"schema": BOOK}}},
                "responses": {
                    "200": {"description": "It", "content": {"application/json": {"schema": BOOK}}},
                    **dict.fromkeys(["400", "404", "405", "500"], ERROR),
                },
            }
        }
    },
    "components": {},
}


class Nothing(Fixtures):
    """Fixtures of an API whose fresh session is empty."""

    def records(self):
        return iter(())


def serving(cls: type, spec: dict[str, Any] | None = None, name: str = "library") -> Stub:
    return Stub([Service(name, spec or library(), cls, Nothing(credentials=Credentials()))])


def answering(answer: Callable[..., Any]) -> type:
    """Make an API whose one operation answers what *answer* makes of number, copies and body."""

    class Api:
        def __init__(self, store, clock, ids):
            self.given = store, clock, ids

        async def put_book(self, number, copies, body, caller):  # noqa: ARG002 - the contract has a caller
            return answer(number, copies, body)

    return Api


def library(**changes: Any) -> dict[str, Any]:
    """Copy the contract, with other members in its operation."""
    spec = copy.deepcopy(LIBRARY)
    spec["paths"]["/books/{number}"]["put"].update(changes)
    return spec


def echo(number: int, copies: int, body: dict[str, Any] | None) -> Reply:
    return Reply(200, {"title": f"{number} x{copies} {body['title'] if body else '-'}"})


def put(url: str, path: str = "/books/7", **options: Any) -> httpx2.Response:
    return httpx2.put(url + path, **{"json": {"title": "Emma"}, "verify": False, **options})


def test_handler_gets_the_values_of_a_form():
    names = ("application/x-www-form-urlencoded", "multipart/form-data")
    content = {name: {"schema": BOOK} for name in names}

    def describe(number: int, copies: int, body: dict[str, Any]) -> Reply:
        return Reply(200, {"title": f"{number} x{copies} {body!r}"})

    with serve_stub(serving(answering(describe), library(requestBody={"content": content}))) as url:
        form = {"title": "Emma", "pages": "9"}
        assert put(url, json=None, data=form).json() == {"title": "7 x1 {'title': 'Emma', 'pages': 9}"}
        read = put(url, json=None, data=form, files={"cover": b"\xff"}).json()["title"]
        assert read == "7 x1 {'title': 'Emma', 'pages': 9, 'cover': b'\\xff'}"


def test_api_without_security_serves_anybody_and_reads_its_parameters():
    with serve_stub(serving(answering(echo))) as url:
        assert put(url).json() == {"title": "7 x1 Emma"}
        assert put(url, "/books/7/?copies=3").json() == {"title": "7 x3 Emma"}
        assert httpx2.put(f"{url}/books/7").json() == {"title": "7 x1 -"}

        wrong = put(url, "/books/zero?copies=many", json={"pages": "x"})

    assert wrong.status_code == 400
    assert wrong.json() == {
        "oops": "bad",
        "why": "number: must be a whole number, not 'zero'; copies: must be a whole number, not 'many'; "
        "title: is required; pages: must be an integer, not a string",
    }


def test_path_parameter_of_another_kind_is_400():
    with serve_stub(serving(answering(echo))) as url:
        for number in ["0", "-1", "1.5", "1e3", "04", "٣", "²", "%00"]:
            assert put(url, f"/books/{number}?").status_code == 400, number
        # JSON knows no largest integer, and this contract names none.
        assert put(url, f"/books/{'9' * 30}?").status_code == 200


def test_three_apis_under_one_path_with_one_operation_id_each_answer_for_themselves():
    names = ("first", "second", "third")
    services = []
    for name in names:
        spec = library()
        spec["servers"] = [{"url": "/one/place"}]
        spec["paths"] = {f"/{name}/{{number}}": spec["paths"]["/books/{number}"]}
        spec["x-error-body"] = {"oops": "{code}", "why": name}
        api = answering(lambda *_, name=name: Reply(200, {"title": name}))
        services.append(Service(name, spec, api, Nothing(credentials=Credentials())))

    with serve_stub(Stub(services)) as url:
        for name in names:
            assert put(url, f"/one/place/{name}/1").json() == {"title": name}
            assert put(url, f"/one/place/{name}/0").json() == {"oops": "bad", "why": name}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(200, {"pages": 1}), "put_book answered 200 with a body that breaks openapi/library.yaml: "
                                   "title: is required"),
        (Reply(200, {"title": 1}), "title: must be a string, not a number"),
        (Reply(200, None), "the body must be an object, not null"),
        (Reply(201, {"title": "x"}), "put_book answered 201, which openapi/library.yaml does not document"),
        (Reply(200, {"title": "x", "pages": "\r\nSet-Cookie: a=b \u2028" + "y" * 5000}), "pages: must be an integer"),
    ],
)  # fmt: skip
def test_handler_that_breaks_the_contract_is_a_loud_500_in_the_apis_voice(reply, told):
    with serve_stub(serving(answering(lambda *_: reply))) as url:
        answer = put(url)

    assert answer.status_code == 500
    assert answer.json() == {"oops": "broken", "why": "The stub broke its own contract"}
    assert told in answer.headers["x-mock-contract-error"]
    assert "set-cookie" not in answer.headers


def test_each_answer_is_checked_though_one_like_it_kept_the_contract():
    bodies = iter([{"title": "x", "pages": 1}, {"title": "x", "pages": 1}, {"title": "x", "pages": True}])
    with serve_stub(serving(answering(lambda *_: Reply(200, next(bodies))))) as url:
        assert [put(url).status_code for _ in range(3)] == [200, 200, 500]


def test_each_answer_is_checked_by_the_schema_of_its_media_type():
    """The same bytes may keep one and break another."""
    spec = library()
    media_types = {
        "application/json": {"schema": BOOK},
        "application/vnd.note+json": {"schema": {"type": "string"}},
    }
    spec["paths"]["/books/{number}"]["put"]["responses"]["200"]["content"] = media_types
    kinds = iter(media_types)
    reply = {"title": "x"}

    with serve_stub(
        serving(answering(lambda *_: Reply(200, reply, {"Content-Type": next(kinds)})), spec)
    ) as url:
        assert [put(url).status_code for _ in media_types] == [200, 500]


@pytest.mark.parametrize("reply", [None, 7, ({}, 200), Reply(200, {"title": "x", "more": object})], ids=repr)
def test_handler_that_fails_is_a_500_in_the_apis_voice(reply):
    with serve_stub(serving(answering(lambda *_: reply))) as url:
        answer = put(url)

    assert (answer.status_code, answer.json()["oops"]) == (500, "broken")


def test_problem_that_the_contract_does_not_document_is_told_as_such():
    def unavailable(*_):
        raise Unavailable("Closed for the summer")

    with serve_stub(serving(answering(unavailable))) as url:
        answer = put(url)

    assert answer.status_code == 500
    assert "put_book answered 503" in answer.headers["x-mock-contract-error"]


def test_front_page_escapes_what_a_contract_says():
    with serve_stub(serving(answering(echo))) as url:
        page = httpx2.get(url, headers={"Accept": "text/html"}).text

    assert page.count("<script>") == 1, "the page's own"
    assert "Put &lt;script&gt;alert(1)&lt;/script&gt; a book &amp; more" in page


def test_operation_without_a_handler_stops_the_start():
    with pytest.raises(CannotStart) as stopped:
        serving(answering(echo), library(operationId="shelve_book"))

    assert str(stopped.value) == (
        "openapi/library.yaml: operation shelve_book has no handler; "
        "add Api.shelve_book in mockserver/apis/library.py"
    )


def test_handler_with_other_parameters_stops_the_start():
    class Api(answering(echo)):
        async def put_book(self, number, body):
            return Reply(200, {"title": f"{number} {body}"})

    with pytest.raises(CannotStart) as stopped:
        serving(Api)

    assert str(stopped.value) == (
        "openapi/library.yaml: operation put_book gives its handler body, caller, copies, number, "
        "but it takes body, number"
    )


def test_two_operations_at_one_place_stop_the_start():
    with pytest.raises(CannotStart) as stopped:
        Stub(
            [
                Service(name, library(), answering(echo), Nothing(credentials=Credentials()))
                for name in ("library", "archive")
            ]
        )

    told = str(stopped.value)
    assert told.startswith("PUT /books/{number} is in both ")
    assert "openapi/library.yaml" in told
    assert "openapi/archive.yaml" in told


def test_contract_without_a_voice_stops_the_start():
    spec = library()
    del spec["x-error-body"]

    with pytest.raises(CannotStart) as stopped:
        serving(answering(echo), spec)

    assert "openapi/library.yaml: no x-error-body at the root" in str(stopped.value)


def test_error_code_that_is_not_documented_stops_the_start():
    spec = library()
    spec["x-error-codes"] = {**spec["x-error-codes"], "418": "teapot"}

    with pytest.raises(CannotStart) as stopped:
        serving(answering(echo), spec)

    assert "documents no 418 answer" in str(stopped.value)
