"""What people's contracts have, and a judge may not stumble over: right servers are spared, and wrong ones found."""

import json

import pytest

from conformance.contract.answers.documented_answer import find_header_error
from conformance.contract.answers.json_schema import AnswerSchemas
from conformance.contract.reading import read_contract
from conformance.proof.messages import Response
from tests.conformance.contract.answering import Answers, documented, judge_by, make_contract

ANY = {"description": "-", "content": {"application/json": {"example": {}}}}


def read_body(request):
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def require_parameter(name, place, **schema):
    return {"name": name, "in": place, "required": True, "schema": {"type": "string", **schema}}


def test_bytes_inside_json_are_any_text(tmp_path):
    """Schemathesis makes bytes for ``format: binary``, and JSON holds none."""
    properties = {
        "data": {"type": "string", "format": "binary"},
        "size": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string", "format": "binary"}},
    }
    body = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    contract = make_contract(
        {"/files": {"post": {"requestBody": {"required": True, "content": body}, "responses": {"200": ANY}}}}
    )

    def answer(request):
        found = read_body(request)
        tags = found.get("tags", []) if isinstance(found, dict) else None
        return 200 if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags) else 400

    verdict = judge_by(tmp_path, contract, answer, strict=True)

    assert (verdict.stopped, verdict.verdict) == (None, "conformant")


def test_form_is_sent_with_its_fields_and_files(tmp_path):
    media_types = {"/url": "application/x-www-form-urlencoded", "/parts": "multipart/form-data"}
    properties = {"name": {"type": "string", "minLength": 1}, "file": {"type": "string", "format": "binary"}}
    schema = {"$ref": "#/components/schemas/Form"}
    form = {"type": "object", "required": ["name"], "properties": properties}
    bodies = {
        path: {"required": True, "content": {one: {"schema": schema}}} for path, one in media_types.items()
    }
    contract = make_contract(
        {
            path: {"post": {"requestBody": body, "responses": {"200": ANY, "400": ANY}}}
            for path, body in bodies.items()
        },
        components={"schemas": {"Form": form}},
    )

    def answer(request):
        is_form = request.headers["content-type"].startswith(media_types[request.path])
        return 200 if is_form and b"name" in request.body else 400

    verdict = judge_by(tmp_path, contract, answer, strict=True)

    assert (verdict.verdict, verdict.ids("not_tested")) == ("conformant", [])
    assert sorted(judge_by(tmp_path, contract, lambda _: 200).ids("failed")) == [
        "case/post-parts-refuses-broken-requests",
        "case/post-url-refuses-broken-requests",
    ]


def test_bounds_of_a_format_are_left_open(tmp_path):
    beyond = {"int64": 2**63, "int32": 2**31}
    paths = {}
    for form in beyond:
        parameter = require_parameter(form, "path", type="integer", format=form, minimum=0)
        paths[f"/{form}/{{{form}}}"] = {"get": {"parameters": [parameter], "responses": {"200": ANY}}}
    contract = make_contract(paths)
    server = Answers(lambda request: 200 if request.segments[-1].isdigit() else 404)

    verdict = judge_by(tmp_path, contract, server, strict=True)

    assert verdict.verdict == "conformant"
    for form, number in beyond.items():
        sent = {one.segments[-1] for one in server.requests if one.segments[0] == form}
        assert str(number) not in sent
        assert "-1" in sent


def test_parameter_of_an_odd_name_is_filled_in(tmp_path):
    names = ["application.name", "items[0]", "a:b", "100%"]
    found = {"200": ANY, "404": {"description": "-"}}
    gets = [{"get": {"parameters": [require_parameter(name, "path")], "responses": found}} for name in names]
    contract = make_contract({f"/apps-{at}/{{{name}}}": gets[at] for at, name in enumerate(names)})
    known = [[f"apps-{at}", f"mine-{at}"] for at, _ in enumerate(names)]
    server = Answers(lambda request: 200 if request.segments in known else 404)
    fixtures = {name: f"mine-{at}" for at, name in enumerate(names)}

    verdict = judge_by(tmp_path, contract, server, fixtures=fixtures)

    assert (verdict.verdict, verdict.ids("not_tested")) == ("conformant", [])
    assert all(one in [asked.segments for asked in server.requests] for one in known)


def test_operation_of_another_server_is_left_out_and_named(tmp_path):
    contract = make_contract(
        {
            "/here": {"get": documented({})},
            "/there": {"get": {**documented({}), "servers": [{"url": "https://files.example.com"}]}},
        },
        servers=[{"url": "https://api.example.com"}],
    )
    server = Answers(lambda _: {})

    verdict = judge_by(tmp_path, contract, server)

    assert {one.path for one in server.requests} == {"/here"}
    assert (verdict.verdict, verdict.is_partial) == ("conformant", True)
    assert verdict.notes == [
        "not asked: GET /there (its servers are others than those that base_url stands for: "
        "https://files.example.com)"
    ]


def test_servers_of_operations_alone_are_those_of_the_contract(tmp_path):
    at = {"servers": [{"url": "https://api.example.com/v1"}]}
    contract = make_contract({"/a": {"get": {**documented({}), **at}}, "/b": {"get": documented({}), **at}})

    assert not judge_by(tmp_path, contract, lambda _: {}).is_partial


def test_content_type_is_no_response_header(tmp_path):
    """OpenAPI says that a response header of that name is ignored."""
    headers = {"content-type": {"required": True, "schema": {"type": "string", "enum": ["none"]}}}
    contract = make_contract(
        {"/a": {"put": {"responses": {"204": {"description": "-", "headers": headers}}}}}
    )

    verdict = judge_by(tmp_path, contract, lambda _: Response(204))

    assert (verdict.verdict, verdict.ids("failed")) == ("conformant", [])


def test_header_parameters_that_openapi_ignores_are_not_made_up(tmp_path):
    names = ["Content-Type", "Accept", "Authorization"]
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    post = {"requestBody": body, "responses": {"200": ANY}}
    contract = make_contract(
        {f"/{name}": {"post": {**post, "parameters": [require_parameter(name, "header")]}} for name in names}
    )
    server = Answers(lambda request: 200 if isinstance(read_body(request), dict) else 400)

    def list_sent(name):
        return [one.headers.get(name.lower()) for one in server.requests if one.path == f"/{name}"]

    judge_by(tmp_path, contract, server)
    made = {name: set(list_sent(name)) for name in names}
    judge_by(tmp_path, contract, server, fixtures=dict.fromkeys(names, "application/json"))

    for name in names:
        assert len(made[name]) == 1
        assert list_sent(name)[-1] == "application/json"


def hide(name):
    return {"type": "object", "properties": {name: {"type": "string", "writeOnly": True}}}


SECRET = {"Secret": hide("pin"), "Needs": {"required": ["id", "pin"]}}
REFERENCES = [{"$ref": "#/components/schemas/Secret"}, {"$ref": "#/components/schemas/Needs"}]


def test_member_that_is_write_only_need_not_be_answered_and_may_be(tmp_path):
    schemas = [
        {**hide("pin"), "required": ["id", "pin"]},
        {"allOf": [hide("pin"), {"required": ["id", "pin"]}]},
        {"allOf": REFERENCES},
        {"allOf": [{"allOf": REFERENCES}], "required": ["pin"]},
        {"anyOf": [{"allOf": REFERENCES}], "properties": {"pin": {"$ref": "#/components/schemas/Pin"}}},
    ]
    paths = {f"/{number}": {"get": documented(schema)} for number, schema in enumerate(schemas)}
    pin = {"type": "string", "writeOnly": True}
    contract = make_contract(paths, components={"schemas": {**SECRET, "Pin": pin}})

    assert judge_by(tmp_path, contract, lambda _: {"id": 1}).verdict == "conformant"
    assert judge_by(tmp_path, contract, lambda _: {"id": 1, "pin": "a"}).verdict == "conformant"
    assert judge_by(tmp_path, contract, lambda _: {"pin": "a"}).ids("failed") == [
        f"case/get-{number}-schema" for number, _ in enumerate(schemas)
    ]


@pytest.mark.parametrize("title", ["", "—", None])
def test_contract_without_a_title_is_called_after_its_file(title, tmp_path):
    contract = {**make_contract({"/a": {"get": documented({})}}), "info": {"title": title, "version": "1"}}
    (tmp_path / "case.json").write_text(json.dumps(contract))

    assert read_contract(tmp_path / "case.json").name == "case"


def test_list_in_a_query_is_sent(tmp_path):
    """Its value is a text of Schemathesis' own, which has to travel from one process to another."""
    paths = {}
    for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject"):
        kind = "object" if style == "deepObject" else "array"
        schema = {"type": kind, "items": {"type": "string"}, "minItems": 2, "minProperties": 1}
        parameter = {"name": "ids", "in": "query", "required": True, "style": style, "schema": schema}
        paths[f"/{style}"] = {
            "get": {"parameters": [{**parameter, "explode": False}], "responses": {"200": ANY}}
        }
    server = Answers(lambda request: 200 if "ids" in request.target else 400)

    assert judge_by(tmp_path, make_contract(paths), server).stopped is None
    assert {one.path for one in server.requests if "ids" in one.target} == set(paths)


NULLABLE = {"type": "string", "enum": ["a"], "nullable": True}
CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
DOG = {"type": "object", "required": ["barks"], "properties": {"barks": {"type": "boolean"}}}
PETS = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {"propertyName": "kind"},
}
MAPPED = {
    **PETS,
    "discriminator": {"propertyName": "kind", "mapping": {"dog": "#/components/schemas/Dog", "cat": "Cat"}},
}


@pytest.mark.parametrize(
    ("version", "schema", "fits", "breaks"),
    [
        ("3.0.3", NULLABLE, None, "b"),
        ("3.0.3", {"allOf": [{"$ref": "#/components/schemas/Cat"}], "nullable": True}, None, []),
        ("3.0.3", {"$ref": "#/components/schemas/Cat", "required": ["more"]}, {"kind": "x"}, {}),
        (
            "3.1.0",
            {"$ref": "#/components/schemas/Cat", "required": ["more"]},
            {"kind": "x", "more": 1},
            {"kind": ""},
        ),
        ("3.0.3", {"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ("3.1.0", {"type": ["integer", "null"], "exclusiveMinimum": 1}, None, 1),
        ("3.1.0", {"const": 7}, 7, 8),
        ("3.0.3", PETS, {"kind": "Cat"}, {}),
        ("3.0.3", PETS, {"kind": "other"}, {"kind": "Dog"}),
        ("3.1.0", MAPPED, {"kind": "cat"}, {"kind": "dog"}),
        ("3.1.0", MAPPED, {"kind": "dog", "barks": True}, {"kind": "dog", "barks": 1}),
        ("3.0.3", {**MAPPED, "nullable": True}, None, {"kind": "dog"}),
        ("3.1.0", {"$defs": {"a": {"type": "null"}}, "prefixItems": [{"type": "string"}]}, ["a", 1], [1]),
        ("3.1.0", {"$dynamicRef": "#node"}, {"next": {"next": {}}}, {"next": 1}),
        ("3.1.0", {"patternProperties": {"^a": {"type": "integer"}}}, {"b": "x"}, {"a": "x"}),
        ("3.0.3", {"type": "string", "format": "uuid"}, "no-uuid", 1),
        ("3.1.0", {"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1, "b": 1}, {"a": 1}),
        (
            "3.1.0",
            {"type": "object", "unevaluatedProperties": False, "allOf": [CAT]},
            {"kind": ""},
            {"kind": "", "a": 1},
        ),
    ],
)
def test_schema_is_read_as_its_version_has_it(version, schema, fits, breaks):
    schemas = {"Cat": CAT, "Dog": DOG}
    if version == "3.1.0":
        schemas["Node"] = {
            "$dynamicAnchor": "node",
            "type": "object",
            "properties": {"next": {"$dynamicRef": "#node"}},
        }
    spec = make_contract({"/a": {"get": documented(schema)}}, version, components={"schemas": schemas})
    validator = AnswerSchemas(spec).compile(schema)

    assert validator.is_valid(fits)
    assert not validator.is_valid(breaks)


@pytest.mark.parametrize(
    ("schema", "text", "is_right"),
    [
        ({"type": "integer"}, "7", True),
        ({"type": "integer"}, "many", False),
        ({"allOf": [{"$ref": "#/components/schemas/Count"}]}, "7", True),
        ({"type": "boolean"}, "true", True),
        ({"type": "string"}, "7", True),
        ({"type": "string", "enum": ["1"]}, "1", True),
        ({"type": "array", "items": {"type": "integer"}}, "1, 2", True),
        ({"type": "array", "items": {"type": "integer"}}, "1,a", False),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "1", False),
        ({"type": "object", "required": ["a"]}, "a,1", True),
        ({"type": "object", "required": ["a"]}, "a=1", True),
    ],
)
def test_header_is_read_as_its_schema_means_it(schema, text, is_right):
    components = {"schemas": {"Count": {"type": "integer"}}}
    schemas = AnswerSchemas(make_contract({}, components=components))

    assert (find_header_error(schemas, {"schema": schema}, text) is None) is is_right


CONTENT = {
    "application/vnd.a+json": {},
    "text/*": {},
    "application/json; version=2": {"schema": {"type": "object"}},
}


ANSWERED = [
    ("application/vnd.a+json; charset=utf-8", b"[]", None),
    ("Application/VND.A+JSON", b"[]", None),
    ("text/csv", b"a", None),
    ("application/json", b"{}", None),
    ("application/json", b"[]", 'Response violates schema: [] is not of type "object"'),
    ("application/json", b"{", "Response is no JSON: '{' (Expecting property name"),
    ("image/png", b"a", "Undocumented Content-Type: image/png; documented is "),
    ("", b"a", "Missing Content-Type header: documented is "),
    ("json", b"{}", "Malformed Content-Type header: json; "),
]


def test_media_type_is_one_that_is_documented(tmp_path):
    get = {"responses": {"200": {"description": "-", "content": CONTENT}}}
    contract = make_contract({f"/{number}": {"get": get} for number, _ in enumerate(ANSWERED)})

    def answer(request):
        media_type, body, _ = ANSWERED[int(request.segments[-1])]
        return Response(200, body, {"content-type": media_type} if media_type else {})

    verdict = judge_by(tmp_path, contract, answer)
    found = {one.requirement.name: one.got for one in verdict.results if one.status == "failed"}
    wrong = {f"get-{number}-schema": says for number, (*_, says) in enumerate(ANSWERED) if says}

    assert found.keys() == wrong.keys()
    for name, says in wrong.items():
        assert found[name].startswith(f"status 200, {says}")


EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"enum": ["made", "gone"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/Book"},
        },
    },
}
BOOK = {"type": "object", "required": ["title"]}


STREAMS = [
    ("text/event-stream", EVENT, b': hi\n\nevent: made\ndata: {"title":\ndata: 1}\n\n', True),
    ("text/event-stream", EVENT, b"event: made\ndata: {}\n\n", False),
    ("text/event-stream", EVENT, b'event: lost\ndata: {"title": 1}\n\n', False),
    ("application/jsonl", BOOK, b'{"title": 1}\n{"title": 2}\n', True),
    ("application/jsonl", BOOK, b'{"title": 1}\n{}\n', False),
    ("application/json-seq", BOOK, b'\x1e{"title": 1}\n\x1e{}\n', False),
]


def test_items_of_a_stream_fit_their_schema(tmp_path):
    paths = {}
    for number, (media_type, schema, *_) in enumerate(STREAMS):
        answer = {"description": "-", "content": {media_type: {"itemSchema": schema}}}
        paths[f"/{number}"] = {"get": {"responses": {"200": answer}}}
    contract = make_contract(paths, "3.2.0", components={"schemas": {"Book": BOOK}})

    def send(request):
        media_type, _, body, _ = STREAMS[int(request.segments[-1])]
        return Response(200, body, {"content-type": media_type})

    verdict = judge_by(tmp_path, contract, send)

    assert verdict.ids("failed") == [
        f"case/get-{number}-schema" for number, (*_, is_right) in enumerate(STREAMS) if not is_right
    ]


@pytest.mark.parametrize(("status", "documented_as"), [(204, "204"), (204, "default"), (205, "2XX")])
def test_answer_that_has_no_body_in_http_needs_no_media_type(status, documented_as, tmp_path):
    """Frameworks document a 204 with the content that their other answers have."""
    answer = {"description": "-", "content": {"application/json": {"schema": {"type": "object"}}}}
    contract = make_contract({"/a": {"get": {"responses": {documented_as: answer}}}})

    verdict = judge_by(tmp_path, contract, lambda _: Response(status, None), strict=True)

    assert verdict.verdict == "conformant"
