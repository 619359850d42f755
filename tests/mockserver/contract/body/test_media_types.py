"""Which schema belongs to a body: that of the media type that says most about what was sent."""

from __future__ import annotations

import pytest

from mockserver.contract.body import RequestBody
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.http.problems import UnsupportedMediaType
from tests.mockserver.contract.body.bodies import FORM, members, of, read

JSON = "application/json"


def only(value: str) -> dict[str, object]:
    """Make a media type whose schema takes one text."""
    return of({"enum": [value]})


@pytest.mark.parametrize(
    ("taken", "sent", "chosen"),
    [
        (["application/json-patch+json", "application/merge-patch+json"], "application/merge-patch+json", 1),
        ([JSON, "application/vnd.shop.v2+json"], "application/vnd.shop.v2+json", 1),
        ([JSON, "application/vnd.shop.v2+json"], "Application/JSON", 0),
        (["*/*", JSON], JSON, 1),
        (["*/*", "application/*"], JSON, 1),
        (["application/*", "application/*+json"], "application/problem+json", 1),
        (["*", JSON], "application/problem+json", 0),
        ([f"{JSON};version=1", f"{JSON};version=2"], f"{JSON}; version=2", 1),
        ([f"{JSON};version=1", JSON], f"{JSON}; version=3", 1),
        ([JSON, f"{JSON};version=1"], f'{JSON}; charset="UTF-8"; Version="1"', 1),
        ([f"{JSON};simple", JSON], f"{JSON}; simple", 0),
        ([f"{JSON};simple", JSON], JSON, 1),
        (["application/patch+yaml", JSON], "application/patch+yaml", 0),
        ([f"{JSON}; charset=utf-8"], JSON, 0),
        ([f"{JSON};version=1"], JSON, 0),
        (["text/json", "application/*+json"], "text/json", 0),
    ],
)
def test_schema_is_that_of_the_media_type_that_was_sent(taken, sent, chosen):
    content = {name: only(str(number)) for number, name in enumerate(taken)}

    assert read(content, sent, f'"{chosen}"') == str(chosen)
    assert read(content, sent, '"another"').startswith("400 the body must be one of")


@pytest.mark.parametrize(
    ("taken", "sent", "said"),
    [
        ([JSON], "text/csv", "415 Content-Type is 'text/csv'; send application/json"),
        (
            [JSON],
            "application/vnd.shop+json",
            "415 Content-Type is 'application/vnd.shop+json'; send application/json",
        ),
        ([JSON, FORM], "text/plain", f"415 Content-Type is 'text/plain'; send application/json or {FORM}"),
        (
            [f"{JSON};version=1"],
            f"{JSON};version=2",
            "415 Content-Type is 'application/json;version=2'; send ",
        ),
        ([JSON], f"{JSON}; charset=utf-16", "415 Content-Type is 'application/json; charset=utf-16'; send "),
        ([JSON], None, "415 Content-Type is missing; send application/json"),
        (["text/*", JSON], "text", "415 Content-Type is 'text'; send application/json or text/*"),
    ],
)
def test_other_media_type_is_refused(taken, sent, said):
    assert read({name: {} for name in taken}, sent, "1").startswith(said)


SCALE = {"*/*": of(members("replicas", replicas={"type": "integer"}))}


def test_range_of_media_types_is_checked_in_those_that_can_be_read():
    assert read(SCALE, JSON, '{"replicas": 2}') == {"replicas": 2}
    assert read(SCALE, JSON, '{"replicas": "x"}') == "400 replicas: must be an integer, not a string"
    assert read(SCALE, FORM, "replicas=2") == {"replicas": 2}
    assert read(SCALE, "application/yaml", "replicas: x") == "400 replicas: must be an integer, not a string"
    assert read(SCALE, "application/xml", "<a><replicas>2</replicas></a>") == {"replicas": 2}
    assert read(SCALE, None, "{}") == "400 replicas: is required"
    assert read(SCALE, "text/csv", "a,b").startswith(
        "415 Content-Type is 'text/csv'; send JSON, XML or a form"
    )


def test_range_without_a_schema_takes_anything():
    assert read({"*/*": {}}, "text/csv", "a,b") == "a,b"
    assert read({"*/*": {}}, None, "a,b") == b"a,b"
    assert read({"application/octet-stream": {}}, None, b"\xff") == b"\xff"


@pytest.mark.parametrize("raw", ["", " ", "\r\n\t "])
@pytest.mark.parametrize("media_type", [JSON, FORM, "text/plain", "application/xml", "application/x-ndjson"])
def test_white_space_alone_is_an_empty_body(media_type, raw):
    content = {media_type: of({"type": "string"})}

    assert read(content, media_type, raw) == "400 the request body must not be empty"
    assert read(content, media_type, raw, required=False) is None
    assert read(content, None, raw, required=False) is None


def test_media_type_of_no_body_counts_only_where_a_body_is_required():
    assert read({JSON: {}}, "text/plain", "", required=False) is None
    assert read({JSON: {}}, "text/plain", "x", required=False).startswith("415")
    assert read({JSON: {}}, "text/plain", "").startswith("415")


def test_impossible_schema_costs_the_media_type_alone():
    content = {JSON: of({"type": "integer"}), "application/vnd.odd+json": of({"type": "nothing"})}

    assert read(content, JSON, "1") == 1


@pytest.mark.parametrize(("media_type", "required"), [(None, True), ("text/csv", False)])
def test_each_refused_call_has_a_problem_of_its_own(media_type, required):
    body = RequestBody(
        {"required": required, "content": {JSON: {}}}, ChoicesInForce({"openapi": "3.0.3"}, {})
    )
    problems = []
    for _ in range(2):
        with pytest.raises(UnsupportedMediaType) as refused:
            body.find_reader(media_type)(b"{}", [])
        problems.append(refused.value)

    assert problems[0] is not problems[1]
