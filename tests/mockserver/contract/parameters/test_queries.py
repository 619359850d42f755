"""What a query has for a parameter, in whatever way its members and items are spelt."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.contract.parameters.conftest import Client, make_contract

INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
TREE = {
    "type": "object",
    "properties": {
        "a": {"type": "object", "properties": {"b": INTEGER, "c": {"type": "array", "items": INTEGER}}},
        "tags": {"type": "array", "items": TEXT},
        "at": {"anyOf": [INTEGER, {"type": "object", "properties": {"gte": INTEGER}}]},
        "rows": {"type": "array", "items": {"type": "object", "properties": {"n": INTEGER}}},
    },
}


def query(schema: Any = None, **definition: Any) -> dict[str, Any]:
    return {"name": "p", "in": "query", **({} if schema is None else {"schema": schema}), **definition}


INTEGERS = {"type": "array", "items": INTEGER}
OPERATIONS = {
    "/commas": [query(INTEGERS, explode=False)],
    "/words": [query({"type": "array", "items": {**TEXT, "enum": ["a,b", "c"]}}, explode=False)],
    "/pipes": [query(INTEGERS, style="pipeDelimited")],
    "/spaces": [query(INTEGERS, style="spaceDelimited")],
    "/tree": [query(TREE, style="deepObject")],
    "/list": [query(INTEGERS, style="deepObject")],
    "/time": [query({"anyOf": [INTEGER, {"type": "object", "properties": {"gte": INTEGER}}]}, style="deepObject")],
    "/free-tree": [query({"type": "object"}, style="deepObject")],
    "/brackets": [query(INTEGERS, name="ids[]")],
    "/maps": [
        query({"type": "object", "properties": {"offset": INTEGER, "limit": INTEGER}}, name="page"),
        query({"type": "object", "additionalProperties": TEXT}, name="labels"),
        query(INTEGER, name="size"),
        query({"type": "object"}, name="where", style="deepObject"),
    ],
    "/closed": [query({"type": "object", "properties": {"a": INTEGER}, "additionalProperties": False})],
    "/object-without-explode": [query({"type": "object", "properties": {"a": INTEGER}}, explode=False)],
    "/json": [query(content={"application/json": {"schema": TREE}})],
    "/json-required": [query(required=True, content={"application/vnd.x+json": {"schema": INTEGER}})],
    "/plain-content": [query(content={"text/plain": {"schema": {**TEXT, "maxLength": 3}}})],
    "/empty": [
        query({"type": "boolean"}, name="pretty", allowEmptyValue=True),
        query(INTEGERS, name="ids", allowEmptyValue=True),
        query(TEXT, name="q", allowEmptyValue=True),
    ],
    "/no-empty": [query(INTEGERS)],
    "/reserved": [query(TEXT, allowReserved=True), query(TEXT, name="q")],
    "/one": [query(INTEGER)],
    "/choice": [query({"anyOf": [INTEGER, {"type": "string", "enum": ["all", "few"]}]})],
    "/default": [query({"type": "integer", "default": 5})],
    "/default-of-list": [query({**INTEGERS, "default": [1]}, explode=False)],
    "/secret": [
        query(INTEGER, name="api_token"),
        query({"type": "object", "properties": {"password": INTEGER}}, style="deepObject"),
    ],
    "/header": [{"name": "X-Ids", "in": "header", "schema": INTEGERS}],
    "/header-of-object": [
        {"name": "X-Where", "in": "header", "schema": {"type": "object", "properties": {"a": INTEGER}}, "explode": True}
    ],
    "/reserved-headers": [
        {"name": name, "in": "header", "required": True, "schema": {**TEXT, "pattern": "^never$"}}
        for name in ("Accept", "content-type", "AUTHORIZATION")
    ],
    "/same/{id}": [
        {"name": "id", "in": "path", "required": True, "schema": INTEGER},
        {"name": "id", "in": "query", "schema": TEXT},
    ],
    "/cookie": [{"name": "p", "in": "cookie", "schema": TEXT}],
    "/cookies": [{"name": "p", "in": "cookie", "schema": INTEGERS}],
}  # fmt: skip


@pytest.fixture(scope="module")
def client(serve) -> Client:
    key = {"type": "apiKey", "in": "query", "name": "api_key"}
    return serve(make_contract(OPERATIONS, components={"securitySchemes": {"key": key}}))


READ: dict[str, Any] = {
    "/commas?p=1,2": {"p": [1, 2]},
    "/commas?p=1%2C2": {"p": [1, 2]},
    "/commas?p=1%2c2,3": None,
    "/words?p=a%2Cb,c": {"p": ["a,b", "c"]},
    "/words?p=a%2Cb": {"p": ["a,b"]},
    "/pipes?p=1|2": {"p": [1, 2]},
    "/pipes?p=1%7C2": {"p": [1, 2]},
    "/pipes?p=1%7c2": {"p": [1, 2]},
    "/spaces?p=1%202": {"p": [1, 2]},
    "/spaces?p=1+2": {"p": [1, 2]},
    "/tree?p[a][b]=1&p[a][c][]=2&p[a][c][]=3&p[tags]=x&p[tags]=y": {
        "p": {"a": {"b": 1, "c": [2, 3]}, "tags": ["x", "y"]}
    },
    "/tree?p%5Ba%5D%5Bb%5D=1&p[tags][]=x": {"p": {"a": {"b": 1}, "tags": ["x"]}},
    "/tree?p[tags]=x": {"p": {"tags": ["x"]}},
    "/tree?p[tags][1]=y&p[tags][0]=x": {"p": {"tags": ["x", "y"]}},
    "/tree?p[rows][0][n]=1&p[rows][1][n]=2": {"p": {"rows": [{"n": 1}, {"n": 2}]}},
    "/tree?p[at]=5": {"p": {"at": 5}},
    "/tree?p[at][gte]=5": {"p": {"at": {"gte": 5}}},
    "/tree?p[a][b]=x": None,
    "/tree?p[a]=1&p[a][b]=2": None,
    "/tree?p[a": {"p": None},
    "/tree?p" + "[a]" * 3000 + "=1": None,
    '/tree?p={"a":{"b":1}}': {"p": {"a": {"b": 1}}},
    "/list?p[]=1&p[]=2": {"p": [1, 2]},
    "/list?p[0]=1&p[1]=2": {"p": [1, 2]},
    "/list?p=1&p=2": {"p": [1, 2]},
    "/time?p=5": {"p": 5},
    "/time?p[gte]=5": {"p": {"gte": 5}},
    "/time?p[gte]=x": None,
    "/free-tree?p[a][b]=1&p[c]=2&p[c]=3": {"p": {"a": {"b": "1"}, "c": ["2", "3"]}},
    "/brackets?ids[]=1&ids[]=2": {"ids[]": [1, 2]},
    "/brackets?ids%5B%5D=1": {"ids[]": [1]},
    "/maps?offset=1&size=2&colour=red&where[x]=y&api_key=k": {
        "page": {"offset": 1}, "labels": {"colour": "red"}, "size": 2, "where": {"x": "y"}
    },
    "/maps?limit=x": None,
    "/closed?a=1&utm_source=x": {"p": {"a": 1}},
    "/object-without-explode?p=a,1": {"p": {"a": 1}},
    "/object-without-explode?p=a": None,
    '/json?p={"tags":["a+b"]}': {"p": {"tags": ["a b"]}},
    "/json?p=%7B%22a%22%3A%7B%22b%22%3A1%7D%7D": {"p": {"a": {"b": 1}}},
    "/json?p={": None,
    '/json?p={"tags":[1]}': None,
    "/json-required?p=5": {"p": 5},
    "/json-required": None,
    "/plain-content?p=abc": {"p": "abc"},
    "/plain-content?p=abcd": None,
    "/empty?pretty=&ids=&q=": {"pretty": "", "ids": [], "q": ""},
    "/empty?pretty": {"pretty": "", "ids": None, "q": None},
    "/empty?pretty=true&ids=1": {"pretty": True, "ids": [1], "q": None},
    "/empty?pretty=x": None,
    "/no-empty?p=": None,
    "/reserved?p=a+b/?c&q=a+b": {"p": "a+b/?c", "q": "a b"},
    "/one?p=1&p=2&other=x": {"p": 2},
    "/default": {"p": 5},
    "/default-of-list?x=1": {"p": [1]},
    "/reserved-headers": {},
    "/same/7?id=x": {"id": 7},
    "/same/7": {"id": 7},
    "/same/x?id=x": None,
}  # fmt: skip


@pytest.mark.parametrize("target", READ)
def test_query_is_read_as_its_parameters_say(client, target):
    expected = READ[target]
    status, body = client.get(target.replace('"', "%22"))

    assert status == (400 if expected is None else 200), body
    if expected is not None:
        assert {name: value for name, value in body.items() if name != "operation"} == expected


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        ("/one?p=x", {"p": "must be a whole number, not 'x'"}),
        ("/choice?p=x", {"p": 'must be an integer or one of "all", "few", not "x"'}),
        ("/commas?p=1,x", {"p[1]": "must be a whole number, not 'x'"}),
        ("/tree?p[a][c][]=1&p[a][c][]=x", {"p.a.c[1]": "must be a whole number, not 'x'"}),
        ("/tree?p[a]=1&p[a][b]=2", {"p": "has both a value and members at [a][b]"}),
        ("/tree?p" + "[a]" * 25 + "=1", {"p": "nests more than 24 levels deep"}),
        ("/maps?offset=x&limit=1.5",
         {"offset": "must be a whole number, not 'x'", "limit": "must be a whole number, not '1.5'"}),
        ("/object-without-explode?p=a", {"p": "must have its members as NAME,VALUE,NAME,VALUE"}),
        ("/json-required", {"p": "is required"}),
        ("/json?p={", {"p": "must be JSON, but is not JSON: Expecting property name enclosed in double quotes at "
                            "line 1, column 2"}),
        ("/secret?api_token=swordfish&p[password]=swordfish",
         {"api_token": "must be a whole number", "p.password": "must be a whole number"}),
    ],
)  # fmt: skip
def test_message_names_the_place_and_what_belongs_there(client, target, detail):
    assert client.complain(target) == detail


def test_white_space_around_the_commas_of_a_header_is_none_of_the_items(client):
    for text in ("1,2", "1, 2", " 1 ,\t2 "):
        assert client.read("/header", X_Ids=text) == {"X-Ids": [1, 2]}
    assert client.complain("/header", X_Ids="1, x") == {"X-Ids[1]": "must be a whole number, not 'x'"}
    assert client.read("/header-of-object", X_Where="a=1, b=2") == {"X-Where": {"a": 1, "b": "2"}}


def test_lines_of_one_header_are_one_list(client):
    assert client.read("/header", X_Ids="1", x_ids="2") == {"X-Ids": [1, 2]}


def test_cookie_is_read_by_its_name(client):
    assert client.read("/cookie", Cookie="a=1; p=a%20b; c=2") == {"p": "a b"}
    for cookie in ("p=1&p=2", "p=1; p=2", "p=1,2"):
        assert client.read("/cookies", Cookie=cookie) == {"p": [1, 2]}


def test_whole_query_is_one_value(serve):
    """OpenAPI 3.2 has a place for it."""
    form = {"type": "object", "required": ["a"], "properties": {"a": INTEGER, "tags": INTEGERS}}
    operations = {
        f"/{name}": [
            {"name": "all", "in": "querystring", "required": True, "content": {media_type: {"schema": form}}}
        ]
        for name, media_type in (("form", "application/x-www-form-urlencoded"), ("json", "application/json"))
    }
    client = serve(make_contract(operations, "3.2.0"))

    assert client.read("/form?a=1&tags=2&tags=3&other=x+y") == {
        "all": {"a": 1, "tags": [2, 3], "other": "x y"}
    }
    assert client.complain("/form?a=x") == {"a": "must be a whole number, not 'x'"}
    assert client.complain("/form?tags=1") == {"a": "is required"}
    assert client.complain("/form")["all"].startswith("is required")
    assert client.read("/json?%7B%22a%22:1%7D") == {"all": {"a": 1}}
    assert client.complain("/json?%7B%22a%22:true%7D") == {"all.a": "must be an integer, not a boolean"}
