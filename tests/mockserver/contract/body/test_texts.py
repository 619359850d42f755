"""Bodies that are text, bytes, XML, YAML, or a row of JSON texts."""

from __future__ import annotations

import pytest

from tests.mockserver.contract.body.bodies import members, of, read

TEXT, BYTES, XML = "text/plain", "application/octet-stream", "application/xml"


@pytest.mark.parametrize(
    ("schema", "raw", "expected"),
    [
        ({"type": "string", "maxLength": 3}, "üöä", "üöä"),
        ({"type": "string", "maxLength": 3}, "four", '400 the body "four" is longer than 3 characters'),
        ({"type": "string", "minLength": 3}, "two", "two"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "a1", "400 the body "),
        ({"type": "string", "enum": ["on", "off"]}, "on", "on"),
        (
            {"type": "string", "enum": ["on", "off"]},
            "no",
            '400 the body must be one of "on", "off", not "no"',
        ),
        ({"type": "integer", "maximum": 9}, " 7\n", 7),
        ({"type": "integer", "maximum": 9}, "10", "400 the body "),
        ({"type": "integer"}, "x", "400 the body must be a whole number"),
        ({"type": "boolean"}, "true", True),
        ({"type": "string"}, " 7 ", " 7 "),
        ({}, "anything", "anything"),
        ({"type": "array", "items": {"type": "object"}}, "a,b\n1,2", "a,b\n1,2"),
    ],
)
def test_text_is_checked_by_its_schema(schema, raw, expected):
    value = read({TEXT: of(schema)}, TEXT, raw)

    assert value.startswith(expected) if str(expected).startswith("400") else value == expected


@pytest.mark.parametrize(
    ("charset", "raw", "expected"),
    [
        ("utf-8", "ü".encode(), "ü"),
        ('"ISO-8859-1"', "ü".encode("latin-1"), "ü"),
        ("utf-16", "ü".encode("utf-16"), "ü"),
        ("KOI8-R", "привет".encode("koi8-r"), "привет"),
        ("windows-1251", "привет".encode("cp1251"), "привет"),
        ("iso-8859-15", "€".encode("iso-8859-15"), "€"),
        ("Shift_JIS", "日本".encode("shift_jis"), "日本"),
        ("gb18030", "中文".encode("gb18030"), "中文"),
        ("euc-jp", b"\x8f", "400 the body is not EUC-JP: byte 0 is 0x8f"),
        ("iso-2022-jp", b"\x1b$B", ""),
        ("punycode", b"x", "415 the charset is 'punycode'; send utf-8"),
        ("x/os", b"x", "415 the charset is 'x/os'; send utf-8"),
        ("utf-8", b"\xff", "400 the body is not UTF-8: byte 0 is 0xff"),
        ("klingon", b"x", "415 the charset is 'klingon'; send utf-8"),
        ("unicode_escape", b"x", "415 the charset is 'unicode_escape'; send utf-8"),
    ],
)
def test_text_is_decoded_as_its_charset_says(charset, raw, expected):
    assert read({TEXT: of({"type": "string"})}, f"{TEXT}; charset={charset}", raw) == expected


def test_bytes_are_counted():
    content = {BYTES: of({"type": "string", "format": "binary", "minLength": 2, "maxLength": 3})}

    assert read(content, BYTES, b"\xff\n") == b"\xff\n"
    assert read(content, BYTES, b"\n") == "400 the body is shorter than 2 bytes"
    assert read(content, BYTES, "üü".encode()) == "400 the body is longer than 3 bytes"
    assert read(content, BYTES, b"") == "400 the request body must not be empty"
    assert read({"image/*": {}}, "image/png", b"\x89PNG") == b"\x89PNG"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("<a><b/></a>", None),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', None),
        ("<a><b></a>", "mismatched tag"),
        ("{}", "not well-formed"),
        ('<!DOCTYPE a [<!ENTITY b "bbb">]><a>&b;</a>', "document type declaration; leave it out"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "unknown encoding"),
    ],
)
def test_xml_has_to_be_well_formed(raw, said):
    value = read({XML: of({"type": "string"})}, XML, raw.encode("latin-1"))

    assert value == raw.encode("latin-1") if said is None else said in value


def test_yaml_is_checked_as_the_json_it_stands_for():
    content = {"application/yaml": of(members("name", name={"type": "string"}, at={"type": "string"}))}

    assert read(content, "application/yaml", "name: NO\nat: 2024-05-01") == {"name": "NO", "at": "2024-05-01"}
    assert read(content, "application/yaml", "name: 1") == "400 name: must be a string, not a number"
    assert read(content, "application/yaml", "[").startswith("400 the body is not YAML")
    assert "no JSON" in read(content, "application/yaml", "name: .inf")


LINES, RECORDS = "application/x-ndjson", "application/json-seq"
EVENT = members("id", id={"type": "integer"})


@pytest.mark.parametrize("media_type", [LINES, RECORDS, "application/jsonl"])
def test_each_item_of_a_stream_is_checked(media_type):
    content = {media_type: {"itemSchema": EVENT}}
    before = "\x1e" if media_type == RECORDS else ""

    assert read(content, media_type, f'{before}{{"id": 1}}\n{before}{{"id":\t2}}\n') == [{"id": 1}, {"id": 2}]
    said = read(content, media_type, f'{before}{{"id": 1}}\n{before}{{}}\n')
    assert said == "400 [1].id: is required"
    said = read(content, media_type, f'{before}{{"id": 1}}\n{before}{{"id": \n')
    assert said.startswith("400 in item 2 the body is not JSON")


def test_stream_is_checked_as_a_whole_by_the_schema_of_a_list():
    content = {LINES: of({"type": "array", "maxItems": 1, "items": EVENT})}

    assert read(content, LINES, '{"id": 1}') == [{"id": 1}]
    assert "[1].id" in read({LINES: of({"type": "array", "items": EVENT})}, LINES, '{"id": 1}\n{"id": "x"}')
    assert read(content, LINES, '{"id": 1}\n{"id": 2}').startswith("400 the body")
    assert read({LINES: of({"type": "string"})}, LINES, '{"id": 1}') == [{"id": 1}]


def test_endless_complaints_about_a_stream_end():
    said = read({LINES: {"itemSchema": EVENT}}, LINES, "{}\n" * 5000)

    assert said.count("is required") == 100
