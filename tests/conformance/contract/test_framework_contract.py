"""A contract as frameworks write it from code: OpenAPI 3.1, optional parameters, a dependency, forms and uploads."""

import json
import re
from urllib.parse import parse_qsl

from conformance.contract.generator import prepare_spec
from conformance.proof.messages import Response
from tests.conformance.contract.answering import judge_by, make_contract

TOKEN = "a-token-4711"
NOTE = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "maxLength": 20, "title": "Text"},
        "stars": {"anyOf": [{"type": "integer", "maximum": 5.0, "minimum": 0.0}, {"type": "null"}]},
        "kind": {"$ref": "#/components/schemas/Kind", "default": "plain"},
    },
}
SCHEMAS = {
    "Kind": {"type": "string", "enum": ["plain", "secret"]},
    "Note": NOTE,
    "Stored": {
        "allOf": [{"$ref": "#/components/schemas/Note"}],
        "required": ["id"],
        "properties": {"id": {"type": "string", "format": "uuid"}},
    },
    "Upload": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    },
    "Login": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "minLength": 1}, "scope": {"anyOf": [{"type": "null"}]}},
    },
    "Problem": {"type": "object", "properties": {"detail": {"type": "array", "items": {"type": "object"}}}},
}


def refer(name):
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


def answers(status, content):
    problem = {"description": "Validation Error", "content": {"application/json": refer("Problem")}}
    return {
        "responses": {
            status: {"description": "Successful Response", "content": {"application/json": content}},
            "422": problem,
        }
    }


def optional(name, *types):
    return {"name": name, "in": "query", "required": False, "schema": {"anyOf": [*types, {"type": "null"}]}}


BOUNDED = {"type": "integer", "maximum": 100, "minimum": 1, "default": 10}
CONTRACT = make_contract(
    {
        "/notes": {
            "get": {
                "parameters": [
                    optional("q", {"type": "string"}),
                    optional("kind", {"$ref": "#/components/schemas/Kind"}),
                    {"name": "limit", "in": "query", "required": False, "schema": BOUNDED},
                    {"name": "x-trace", "in": "header", "required": False, "schema": {"type": "string"}},
                ],
                **answers("200", {"schema": {"type": "array", "items": refer("Stored")["schema"]}}),
            },
            "post": {
                "security": [{"OAuth2PasswordBearer": []}],
                "requestBody": {"required": True, "content": {"application/json": refer("Note")}},
                **answers("201", refer("Stored")),
            },
        },
        "/upload": {
            "post": {
                "requestBody": {"required": True, "content": {"multipart/form-data": refer("Upload")}},
                **answers("200", {"schema": {}}),
            }
        },
        "/token": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/x-www-form-urlencoded": refer("Login")},
                },
                **answers("200", {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}),
            }
        },
    },
    "3.1.0",
    components={
        "schemas": SCHEMAS,
        "securitySchemes": {
            "OAuth2PasswordBearer": {
                "type": "oauth2",
                "flows": {"password": {"scopes": {}, "tokenUrl": "token"}},
            }
        },
    },
)
STORED = {"id": "6e5b3c1e-0000-4000-8000-000000000001"}


class Notes:
    """Answers as a framework does that made the contract of its code."""

    is_lax = False
    hidden = STORED

    def answer(self, request):
        step = {"notes": self.read_notes, "upload": self.take_upload, "token": self.make_token}
        return step[request.segments[0]](request) or self.refuse()

    def refuse(self):
        return Response(422, {"detail": [{"msg": "no"}]})

    def read_notes(self, request):
        if request.method == "POST":
            return self.make_note(request)
        kind, limit = request.query.get("kind", "plain"), request.query.get("limit", "10")
        is_fine = kind in ("plain", "secret", "null") and re.fullmatch("[1-9][0-9]?|100", limit)
        return (
            Response(200, [{"text": "a", "stars": None, **self.hidden}]) if is_fine or self.is_lax else None
        )

    def make_note(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Response(401, {"detail": "Not authenticated"}, {"www-authenticate": "Bearer"})
        try:
            note = json.loads(request.body)
        except ValueError:
            return None
        is_note = isinstance(note, dict) and isinstance(note.get("text"), str) and len(note["text"]) <= 20
        if not is_note or note.get("kind", "plain") not in ("plain", "secret"):
            return None
        stars = note.get("stars")
        if stars is not None and not (isinstance(stars, int | float) and 0 <= stars <= 5):
            return None
        return Response(201, {**note, **STORED})

    def take_upload(self, request):
        return Response(200, len(request.body)) if b'name="file"' in request.body else None

    def make_token(self, request):
        fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        return Response(200, {"access_token": TOKEN}) if fields.get("name") else None


class HidesId(Notes):
    hidden = {}


class TakesAnyLimit(Notes):
    is_lax = True


def test_generator_is_given_what_requests_are_made_by_and_nothing_else():
    """Schemathesis copies all of it, and of a large contract most is about answers."""
    mapping = {"a": "Kind", "b": "#/components/schemas/Upload"}
    body = {"schema": {"discriminator": {"propertyName": "kind", "mapping": mapping}}}
    paths = {
        "/a": {
            "post": {"requestBody": {"content": {"application/json": body}}, **answers("200", refer("Note"))}
        }
    }
    given = prepare_spec(make_contract(paths, components={"schemas": SCHEMAS}))
    of_frame = prepare_spec(CONTRACT)

    assert given["components"]["schemas"].keys() == {"Kind", "Upload"}
    assert of_frame["components"]["schemas"].keys() == {"Kind", "Note", "Upload", "Login"}


def test_server_of_a_framework_conforms_and_a_lie_is_found(tmp_path):
    """By one file, so that its requests are drawn once."""
    for server, failed in (
        (Notes, []),
        (HidesId, ["case/get-notes-schema"]),
        (TakesAnyLimit, ["case/get-notes-refuses-broken-requests"]),
    ):
        verdict = judge_by(
            tmp_path, CONTRACT, server().answer, count=6, credentials={"OAuth2PasswordBearer": TOKEN}
        )

        assert verdict.ids("failed") == failed
        assert (verdict.notes, verdict.ids("not_tested"), verdict.is_partial) == ([], [], False)
