"""An answer in the media type that its caller accepts, written from an example or from a schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.contract.responses.accept import ANYTHING, Accepted, choose_media_type
from mockserver.contract.responses.documented import DocumentedResponses
from mockserver.contract.responses.representation import OFF_CONTRACT
from mockserver.http.reply import Reply
from tests.mockserver.services.contracts import INTEGER, contract

JSON, CSV, XML = "application/json", "text/csv", "application/xml"
EVENTS = "text/event-stream"
BYTES, FORM = "application/octet-stream", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON), ("", JSON), ("*/*", JSON), ("text/csv", CSV), ("text/*", CSV), ("TEXT/CSV", CSV),
        ("text/csv, application/json", JSON), ("text/csv, application/json;q=0.1", CSV),
        ("application/json;q=0, */*", CSV), ("*/*;q=0.1, application/xml", XML),
        ("application/xml;q=0.2, text/*;q=0.3", CSV),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", XML),
        ("application/*;q=0.5, text/csv;q=0.4", JSON),
        ("text/csv;charset=utf-8", CSV), ("text/csv;header=present", CSV), ("image/png", None), ("*/*;q=0", None),
        ("text/csv;q=much", CSV), (",,;", JSON), ("csv", None),
    ],
)  # fmt: skip
def test_media_type_is_the_most_welcome_one(accept, chosen):
    assert choose_media_type(accept, [JSON, CSV, XML]) == chosen


def test_parameters_of_a_media_type_tell_it_from_others():
    offered = ["application/json;version=1", "application/json; version=2"]

    assert choose_media_type("application/json;version=2", offered) == offered[1]
    assert choose_media_type("application/json", offered) == offered[0]


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        (
            "application/xml",
            ["application/problem+json", "application/problem+xml"],
            "application/problem+xml",
        ),
        ("application/xml", ["application/problem+xml", "application/xml"], "application/xml"),
        ("application/json;q=0", ["application/problem+json"], None),
    ],
)
def test_media_type_stands_for_the_kinds_of_it(accept, offered, chosen):
    assert choose_media_type(accept, offered) == chosen


def answering(content: Any, version: str = "3.0.3", **response: Any) -> dict[str, Any]:
    """A contract whose GET /x answers *content*."""
    found = {"200": {"description": "", "content": content, **response}}
    return {**contract({"/x": {"get": {"responses": found}}}), "openapi": version}


REPORT = {JSON: {"example": [{"id": 1}]}, XML: {"example": "<rows/>"}, CSV: {"example": "id\n1\n"}}


@pytest.mark.parametrize("more", [{}, {"Prefer": "code=200"}, {"Prefer": "example=example"}])
def test_answer_is_what_its_caller_accepts(serve, more):
    http = serve(answering(REPORT))

    for accept, text in (("*/*", '[{"id":1}]'), ("text/csv", "id\n1\n"), ("application/xml", "<rows/>")):
        answer = http.get("/x", headers={"Accept": accept, **more})
        assert (answer.status_code, answer.text) == (200, text)
        assert answer.headers["vary"].startswith("Accept")


def test_answer_that_nobody_accepts_is_refused_only_to_the_strict(serve):
    http = serve(answering(REPORT))

    lenient = http.get("/x", headers={"Accept": "image/png"})
    strict = http.get("/x", headers={"Accept": "image/png", "Prefer": "handling=strict"})
    met = http.get("/x", headers={"Accept": "text/csv", "Prefer": "handling=strict"})
    assert (lenient.status_code, lenient.json()) == (200, [{"id": 1}])
    assert (strict.status_code, met.status_code) == (406, 200)
    said = "Accept: image/png is not documented; there is application/json, application/xml, text/csv"
    assert said == lenient.headers["x-mock-problem"] == strict.headers["x-mock-problem"]


def test_error_is_told_in_the_media_type_that_is_accepted(serve):
    refused = {"description": "", "content": {JSON: {"example": {"no": 1}}, "text/plain": {"example": "no"}}}
    needed = [{"name": "n", "in": "query", "required": True, "schema": INTEGER}]
    operation = {"parameters": needed, "responses": {"200": {"description": ""}, "400": refused}}
    http = serve(contract({"/x": {"get": operation}}))

    for accept, text in (("text/plain", "no"), ("image/png", '{"no":1}')):
        answer = http.get("/x", headers={"Accept": accept, "Prefer": "handling=strict"})
        assert (answer.status_code, answer.text) == (400, text)


def test_answers_of_two_kinds_of_json_are_held_to_their_own_schemas(serve):
    content = {
        "application/json": {"schema": INTEGER},
        "application/vnd.x+json": {"schema": {"type": "string"}},
    }
    http = serve(answering(content))

    for accept, body in (("application/json", 0), ("application/vnd.x+json", "text")):
        answer = http.get("/x", headers={"Accept": accept})
        assert (answer.json(), "x-mock-off-contract" in answer.headers) == (body, False)


ROW = {"type": "object", "properties": {"id": INTEGER, "name": {"type": "string"}}}
ROWS = {"type": "array", "items": ROW, "minItems": 2}
FEED = {
    "type": "object",
    "xml": {"name": "feed", "namespace": "https://a", "prefix": "f"},
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "title": {"type": "string", "example": "A & B", "xml": {"name": "headline"}},
        "tags": {"type": "array", "items": {"type": "string", "xml": {"name": "tag"}}},
        "parts": {
            "type": "array",
            "items": {"type": "string", "xml": {"name": "part"}},
            "xml": {"wrapped": True},
        },
        "none": {"type": "string", "nullable": True, "example": None},
    },
}
LINES = "".join('{"id":0,"name":"text"}\n' for _ in range(2))
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
KINDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "csv of objects": ({CSV: {"schema": ROWS}}, "id,name\n0,text\n0,text\n", CSV),
    "csv of rows": ({CSV: {"example": [["a", 'b"'], [1, None]]}}, 'a,"b"""\n1,\n', CSV),
    "csv as shown": ({CSV: {"example": "a,b"}}, "a,b", CSV),
    "xml": (
        {XML: {"schema": FEED}},
        HEAD + '<f:feed xmlns:f="https://a" id="0"><headline>A &amp; B</headline><tag>text</tag>'
        "<parts><part>text</part></parts><none/></f:feed>",
        XML,
    ),
    "xml of a list": ({XML: {"schema": {"type": "array", "items": {"type": "integer", "xml": {"name": "n"}}}}},
                      f"{HEAD}<root><n>0</n></root>", XML),
    "xml of an example": ({XML: {"example": {"a b": [1, True]}}},
                          f"{HEAD}<root><a_b>1</a_b><a_b>true</a_b></root>", XML),
    "xml as shown": ({XML: {"schema": {"example": "<a/>"}}}, "<a/>", XML),
    "xml of nothing": ({XML: {}}, "", XML),
    "html": ({"text/html": {"schema": {"type": "string"}}},
             "<!doctype html>\n<title>text</title>\n<p>text</p>\n", "text/html"),
    "text": ({"text/plain": {"schema": {"type": "string", "minLength": 6}}}, "textxx", "text/plain"),
    "bytes": ({BYTES: {"schema": {"type": "string", "format": "binary"}}}, "text", BYTES),
    "form": ({FORM: {"schema": ROW}}, "id=0&name=text", FORM),
    "events": ({"text/event-stream": {"example": [{"event": "a", "data": {"n": 1}}, "b\nc"]}},
               'event: a\ndata: {"n":1}\n\ndata: b\ndata: c\n\n', "text/event-stream"),
    "event of text": ({EVENTS: {"schema": {"type": "string"}}}, "data: text\n\n", EVENTS),
    "events as shown": ({EVENTS: {"schema": {"type": "string", "example": "data: 1\n\n"}}}, "data: 1\n\n", EVENTS),
    "lines": ({"application/x-ndjson": {"schema": ROWS}}, LINES, "application/x-ndjson"),
    "items": ({"application/jsonl": {"itemSchema": ROW}}, LINES, "application/jsonl"),
    "sequence": ({"application/json-seq": {"example": [1]}}, "\x1e1\n", "application/json-seq"),
    "json first": ({XML: {}, CSV: {"example": "a"}, JSON: {"example": 1}}, "1", JSON),
    "any": ({"*/*": {"schema": INTEGER}}, "0", JSON),
    "any text": ({"text/*": {"schema": {"type": "string"}}}, "text", "text/plain"),
    "half a character": ({"text/plain": {"example": "\ud800"}}, "?", "text/plain"),
    "null": ({JSON: {"example": None}}, "null", JSON),
}  # fmt: skip


def test_answer_of_an_api_with_a_behaviour_is_the_same_whatever_is_accepted():
    responses = {"200": {"description": "", "content": {JSON: {"example": 1}}}}
    documented = DocumentedResponses({}, responses, makes_up=False, has_own_errors=True)

    assert documented["200"].choose_reply(200, Accepted("text/csv", is_strict=True)) == Reply(200, 1)


def usual_reply(content: Any, version: str = "3.0.3", accepted: Accepted = ANYTHING) -> Reply:
    responses = {"200": {"description": "", "content": content}}
    spec = {"openapi": version}
    return DocumentedResponses(spec, responses, makes_up=True, has_own_errors=False).usual_reply(accepted)


@pytest.mark.parametrize("name", KINDS)
def test_answer_is_written_as_its_media_type(name):
    content, text, media_type = KINDS[name]
    reply = usual_reply(content, "3.2.0" if name == "items" else "3.0.3")
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()

    assert (reply.status, body.decode()) == (200, text)
    assert reply.headers.get("Content-Type", JSON) == media_type
    assert not {OFF_CONTRACT, "X-Mock-Problem"} & {*reply.headers}


@pytest.mark.parametrize(
    ("media_type", "begin"),
    [
        ("image/png", b"\x89PNG"), ("image/gif", b"GIF89a"), ("image/*", b"\x89PNG"), ("application/pdf", b"%PDF"),
        ("application/zip", b"PK"), ("image/svg+xml", b"<svg"), ("image/jpeg", b"\xff\xd8"), ("image/webp", b"RIFF"),
    ],
)  # fmt: skip
def test_file_is_one_of_its_kind(media_type, begin):
    assert usual_reply({media_type: {}}).body.startswith(begin)


TEXT = {"schema": {"type": "string"}}
OBJECT = {"schema": {"type": "object", "required": ["a"], "properties": {"a": INTEGER}}}
NAVIGATION = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PICTURE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
# What is documented, what is accepted, and the media type and the beginning of what is sent.
WITHIN = [
    ("image/*", {}, "image/gif", "image/gif", b"GIF89a"),
    ("image/*", {}, "image/gif;q=0.5, image/*;q=0.2", "image/gif", b"GIF89a"),
    ("image/*", {}, "image/*, */*;q=0.8", "image/png", b"\x89PNG"),
    ("image/*", {}, PICTURE, "image/webp", b"RIFF"),
    ("image/*", TEXT, "image/avif", "image/avif", b"text"),
    ("text/*", TEXT, "text/html, text/plain;q=0.5", "text/html", b"<!doctype"),
    ("text/*", TEXT, "image/gif, text/*;q=0.1", "text/plain", b"text"),
    ("*/*", OBJECT, NAVIGATION, JSON, b'{"a"'),
    ("*/*", OBJECT, XML, XML, b"<?xml"),
    ("*/*", OBJECT, "application/vnd.api+json, */*;q=0.1", "application/vnd.api+json", b'{"a"'),
    ("*/*", TEXT, JSON, JSON, b'"text"'),
    ("application/*", OBJECT, "application/hal+json", "application/hal+json", b'{"a"'),
    ("application/*+json", OBJECT, "application/hal+json", "application/hal+json", b'{"a"'),
    ("application/*+json", OBJECT, "application/xml, */*", JSON, b'{"a"'),
    ("application/*+json", TEXT, "*/*", JSON, b'"text"'),
    ("application/*+xml", OBJECT, "application/atom+xml", "application/atom+xml", b"<?xml"),
]


@pytest.mark.parametrize(("documented", "described", "accept", "media_type", "begin"), WITHIN)
def test_answer_is_the_one_of_a_range_that_is_asked_for(documented, described, accept, media_type, begin):
    reply = usual_reply({documented: described}, accepted=Accepted(accept, is_strict=True))
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()

    assert (reply.headers.get("Content-Type", JSON), reply.headers["Vary"]) == (media_type, "Accept")
    assert body.startswith(begin)


def test_answer_that_no_type_of_a_range_can_hold_is_sent_in_another(serve):
    http = serve(answering({"*/*": OBJECT}))

    lenient, strict = (
        http.get("/x", headers={"Accept": "text/html", **more})
        for more in ({}, {"Prefer": "handling=strict"})
    )
    assert (lenient.headers["content-type"], strict.status_code) == (JSON, 406)
    assert "there is application/json of */*" in lenient.headers["x-mock-problem"]


def test_one_of_a_range_beside_json_is_not_held_against_its_schema(serve):
    http = serve(answering({JSON: {"schema": INTEGER}, "*/*": OBJECT}))

    other = http.get("/x", headers={"Accept": "application/hal+json"})
    assert (other.json(), http.get("/x").json()) == ({"a": 0}, 0)
    assert OFF_CONTRACT not in other.headers


def test_xml_of_a_component_has_its_name(serve):
    spec = answering({XML: {"schema": {"$ref": "#/components/schemas/Pet"}}}, "3.2.0")
    pet = {"type": "object", "properties": {
        "id": {"type": "integer", "xml": {"nodeType": "attribute"}},
        "says": {"type": "string", "xml": {"nodeType": "text"}},
    }}  # fmt: skip
    spec["components"] = {"schemas": {"Pet": pet}}

    assert serve(spec).get("/x").text == f'{HEAD}<Pet id="0">text</Pet>'
