"""Bodies of requests for a contract of somebody's own, over HTTP."""

from __future__ import annotations

import gzip
from typing import Any

from tests.mockserver.services.contracts import answers, contract

FORM = "application/x-www-form-urlencoded"
ACCOUNT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "address": {"type": "object", "required": ["zip"], "properties": {"zip": {"type": "integer"}}},
        "picture": {"type": "string", "format": "binary", "maxLength": 9},
    },
}


def taking(*media_types: str, schema: Any = ACCOUNT, required: bool = True) -> dict[str, Any]:
    content = {name: {"schema": schema} for name in media_types}
    return {"requestBody": {"required": required, "content": content}, "responses": answers(example=1)}


def test_form_is_checked_field_by_field(serve):
    http = serve(contract({"/x": {"post": taking("application/json", FORM, "multipart/form-data")}}))

    assert http.post("/x", data={"name": "Ada", "address[zip]": "1"}).status_code == 200
    assert http.post("/x", data={"name": "Ada"}, files={"picture": b"\xff"}).status_code == 200
    assert http.post("/x", json={"name": "Ada", "address": {}}).json()["detail"] == {
        "address.zip": "is required"
    }
    refused = http.post("/x", data={"address[zip]": "x"})
    assert refused.status_code == 400
    assert refused.json()["detail"] == {
        "name": "is required",
        "address.zip": "must be a whole number, not 'x'",
    }
    large = http.post("/x", data={"name": "Ada"}, files={"picture": b"0123456789"})
    assert list(large.json()["detail"]) == ["picture"]


def test_compressed_form_is_read(serve):
    http = serve(contract({"/x": {"post": taking(FORM)}}))
    headers = {"Content-Type": FORM, "Content-Encoding": "gzip"}

    assert http.post("/x", content=gzip.compress(b"name=Ada"), headers=headers).status_code == 200
    assert http.post("/x", content=gzip.compress(b"nome=Ada"), headers=headers).status_code == 400
    headers["Content-Encoding"] = "br"
    refused = http.post("/x", content=b"name=Ada", headers=headers)
    assert (refused.status_code, refused.headers["accept-encoding"]) == (415, "gzip, deflate")


def test_body_counts_with_every_method(serve):
    operation = taking("application/json", required=False)
    http = serve(contract({"/x": dict.fromkeys(("get", "delete", "patch"), operation)}))

    for method in ("GET", "DELETE", "PATCH"):
        assert http.request(method, "/x").status_code == 200
        assert http.request(method, "/x", json={"name": "Ada"}).status_code == 200
        assert http.request(method, "/x", json={}).status_code == 400


def test_large_form_is_read_while_others_are_served(serve):
    http = serve(contract({"/x": {"post": taking("multipart/form-data", schema={"type": "object"})}}))

    assert http.post("/x", files={"a": b"x" * 700_000}).status_code == 200
