"""Bodies that are forms: the fields make an object, as the schema and the encoding say."""

from __future__ import annotations

import json
import random
import string

import httpx2
import pytest

from tests.mockserver.contract.body.bodies import FORM, members, of, parts, read

MULTIPART = "multipart/form-data"
IN_PARTS = f"{MULTIPART}; boundary=b"
TEXT, INTEGER, FILE = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "binary"}
TEXTS = {"type": "array", "items": TEXT}
INTEGERS = {"type": "array", "items": INTEGER}
ADDRESS = members("zip", zip=INTEGER, city=TEXT)


def read_form(schema, raw, encoding=None, version="3.0.3", **components):
    return read({FORM: of(schema, encoding=encoding or {})}, FORM, raw, version=version, **components)


def read_parts(schema, *fields, encoding=None, version="3.0.3"):
    return read({MULTIPART: of(schema, encoding=encoding or {})}, IN_PARTS, parts(*fields), version=version)


# Values


@pytest.mark.parametrize(
    ("schema", "raw", "value"),
    [
        (TEXT, "12", "12"),
        (TEXT, "a%20b+c%2B%C3%BC", "a b c+ü"),
        (TEXT, "", ""),
        (INTEGER, "-12", -12),
        ({"type": "number"}, "1.5e1", 15),
        ({"type": "boolean"}, "false", False),
        ({"type": "integer", "nullable": True}, "", None),
        ({"type": "object", "nullable": True}, "", None),
        ({"oneOf": [INTEGER, {"type": "boolean"}]}, "true", True),
        ({"allOf": [{"$ref": "#/components/schemas/Count"}]}, "3", 3),
        ({}, "3", "3"),
        (ADDRESS, '{"zip": 1}', {"zip": 1}),
        (TEXTS, "a", ["a"]),
        (INTEGERS, "[1,2]", [1, 2]),
    ],
)
def test_field_is_what_its_schema_says(schema, raw, value):
    assert read_form(members(it=schema), f"it={raw}", schemas={"Count": INTEGER}) == {"it": value}
    if "%" not in raw:
        assert read({MULTIPART: of(members(it=schema))}, IN_PARTS, parts(('name="it"', f"\r\n{raw}")),
                    schemas={"Count": INTEGER}) == {"it": value}  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "raw", "said"),
    [
        (INTEGER, "it=x", "it: must be a whole number, not 'x'"),
        (INTEGER, "it=1_0", "it: must be a whole number, not '1_0'"),
        ({"type": "boolean"}, "it=1", "it: must be true or false, not '1'"),
        (INTEGERS, "it=1&it=x", "it[1]: must be a whole number, not 'x'"),
        ({"type": "string", "minLength": 1}, "it=", "it: must not be empty"),
        (ADDRESS, 'it={"city":"x"}', "it.zip: is required"),
        (ADDRESS, "it=%7B", "it: is not JSON: "),
        (ADDRESS, "it[zip]=x", "it.zip: must be a whole number, not 'x'"),
        (TEXT, "it=a&it=b", "it: must be a string, not an array"),
        (TEXT, "other=a", "it: is required"),
        (TEXT, "", "it: is required"),
        (TEXT, "it=%FF", "the form is not UTF-8"),
        (TEXT, '{"it": "a"}', "the body is JSON, and Content-Type says that it is a form"),
    ],
)
def test_field_that_breaks_its_schema_is_named(schema, raw, said):
    read_value = read_form(members("it", it=schema), raw or "x=")

    assert read_value.startswith(f"400 {said}")


def test_every_field_that_is_wrong_is_named_at_once():
    schema = members("name", name=TEXT, age=INTEGER, at={**INTEGER, "minimum": 9})

    said = read_form(schema, "age=x&at=1")

    assert "age: must be a whole number" in said
    assert "name: is required" in said
    assert "at: 1 is less than the minimum of 9" in said


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (members(password=INTEGER), "password"),
        (members(password=INTEGERS), "password[0]"),
        (members(user=members(password=INTEGER)), "user[password]"),
    ],
)
def test_secret_is_not_quoted(schema, name):
    said = read_form(schema, f"{name}=hunter2")

    assert "must be a whole number" in said
    assert "hunter2" not in said


def test_form_as_a_service_in_python_describes_it_is_read():
    optional = {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Client Id"}
    grant = {"anyOf": [{"type": "string", "pattern": "^password$"}, {"type": "null"}]}
    scope = {"type": "string", "default": ""}
    upload = {"type": "string", "contentMediaType": "application/octet-stream"}
    uploads = {"anyOf": [{"type": "array", "items": upload}, {"type": "null"}]}
    login = members(
        "username",
        "password",
        grant_type=grant,
        username=TEXT,
        password=TEXT,
        scope=scope,
        client_id=optional,
    )

    read_values = read_form(login, "grant_type=&username=a&password=b&scope=&client_id=", version="3.1.0")
    assert read_values == {"grant_type": None, "username": "a", "password": "b", "scope": "", "client_id": ""}
    assert "grant_type" in read_form(login, "grant_type=x&username=a&password=b", version="3.1.0")
    file = ('name="files"; filename="a"', "Content-Type: text/plain\r\n\r\n1")
    assert read_parts(members(files=uploads), file, version="3.1.0") == {"files": [b"1"]}
    assert read_parts(members("files", files=upload), ('name="other"', "\r\n1"), version="3.1.0") == (
        "400 files: is required"
    )


def test_unknown_fields_are_taken_as_additional_properties_says():
    assert read_form(members(a=TEXT), "a=1&b=2&b=3") == {"a": "1", "b": ["2", "3"]}
    assert "b: is not known" in read_form({**members(a=TEXT), "additionalProperties": False}, "b=2")
    free = {"type": "object", "additionalProperties": INTEGER}
    assert read_form(free, "b=2") == {"b": 2}
    assert read_form(free, "b=x") == "400 b: must be a whole number, not 'x'"


def test_form_of_a_schema_that_takes_no_object_is_not_checked():
    assert read_form(TEXT, "a=1") == {"a": "1"}


def test_form_without_a_part_is_empty():
    assert read({MULTIPART: of(members(a=TEXT))}, IN_PARTS, "--b--") == {}


# How lists and objects are written


@pytest.mark.parametrize(
    ("schema", "encoding", "raw", "value"),
    [
        (INTEGERS, None, "it=1&it=2", [1, 2]),
        (INTEGERS, None, "it[]=1&it[]=2", [1, 2]),
        (INTEGERS, None, "it[1]=2&it[0]=1", [1, 2]),
        (INTEGERS, {"style": "form"}, "it=1&it=2", [1, 2]),
        (INTEGERS, {"style": "form", "explode": False}, "it=1,2", [1, 2]),
        (INTEGERS, {"explode": False}, "it=1%2C2", [1, 2]),
        (TEXTS, {"explode": False}, "it=a%2Cb,c", ["a,b", "c"]),
        (INTEGERS, {"style": "spaceDelimited", "explode": False}, "it=1+2", [1, 2]),
        (INTEGERS, {"style": "spaceDelimited"}, "it=1%202", [1, 2]),
        (INTEGERS, {"style": "pipeDelimited"}, "it=1%7C2", [1, 2]),
        (INTEGERS, {"contentType": "application/json"}, "it=[1,2]", [1, 2]),
        (ADDRESS, {"style": "deepObject"}, "it[zip]=1&it[city]=x", {"zip": 1, "city": "x"}),
        (ADDRESS, {"style": "form", "explode": True}, "zip=1&city=x", {"zip": 1, "city": "x"}),
        (ADDRESS, {"style": "form", "explode": False}, "it=zip,1,city,x", {"zip": 1, "city": "x"}),
        (ADDRESS, {"contentType": "application/json"}, 'it={"zip":1}', {"zip": 1}),
        (ADDRESS, None, "it[zip]=1", {"zip": 1}),
        (ADDRESS, None, "zip=1&city=x", {"zip": 1, "city": "x"}),
        ({"type": "object", "additionalProperties": INTEGER}, {"explode": True}, "x=1&y=2", {"x": 1, "y": 2}),
        (members(a={"type": "array", "items": ADDRESS}), None, "it[a][0][zip]=1&it[a][1][zip]=2",
         {"a": [{"zip": 1}, {"zip": 2}]}),
        ({"type": "object", "additionalProperties": INTEGER}, None, "it[x]=1&it[y]=2", {"x": 1, "y": 2}),
        ({"anyOf": [TEXT, TEXTS]}, None, "it=a", "a"),
        ({"anyOf": [TEXT, TEXTS]}, None, "it=a&it=b", ["a", "b"]),
        ({"anyOf": [ADDRESS, {"enum": [""]}]}, None, "it=", ""),
        ({"anyOf": [ADDRESS, {"enum": [""]}]}, None, 'it={"zip":1}', {"zip": 1}),
        ({"anyOf": [ADDRESS, TEXT]}, None, 'it={"zip":1}', '{"zip":1}'),
    ],
)  # fmt: skip
def test_list_or_object_is_read_as_its_encoding_says(schema, encoding, raw, value):
    encodings = {} if encoding is None else {"it": encoding}

    assert read_form(members(it=schema), raw, encodings) == {"it": value}


def test_name_with_brackets_is_taken_literally_where_a_property_is_called_so():
    assert read_form(members(**{"ids[]": INTEGERS}), "ids[]=1&ids[]=2") == {"ids[]": [1, 2]}
    assert read_form(members(a=TEXT), "a[b]=1") == {"a[b]": "1"}


def test_optional_list_of_a_service_in_python_is_read():
    schema = members(tags={"anyOf": [TEXTS, {"type": "null"}], "title": "Tags"})

    assert read_form(schema, "tags=a&tags=b", version="3.1.0") == {"tags": ["a", "b"]}
    assert read_form(schema, "tags=a", version="3.1.0") == {"tags": ["a"]}


def test_contradictory_fields_are_no_failure_of_ours():
    schema = members(a=TEXTS, b=ADDRESS)

    for raw in ("a=1&a[0]=2", "a[0]=1&a[0][b]=2&a[0]=3", "a[b]=1&a[]=2", "b[zip][x]=1&b[zip]=2", "b=1&zip=2",
                "&&==&=1", "a[" + "[x]" * 50 + "]=1", f"b{'[x]' * 400}=1", "a[99999999999999999999]=1"):  # fmt: skip
        value = read_form(schema, raw, {"b": {"style": "form"}})
        assert isinstance(value, dict) or value.startswith("400 ")


def test_form_of_too_many_fields_is_refused():
    assert read_form({}, "a=1&" * 999) == {"a": ["1"] * 999}
    assert read_form({}, "a=1&" * 1000) == "400 the form has more than 1000 fields"
    assert read_parts({}, *[('name="a"', "\r\n1")] * 1001) == "400 the form has more than 1000 fields"


# Parts

PHOTO = {"image": {"contentType": "image/png, image/jpeg"}}


def test_file_is_checked_by_presence_length_and_media_type():
    schema = members("image", image={**FILE, "minLength": 2, "maxLength": 5}, title=TEXT)
    png = ('name="image"; filename="a.png"', "Content-Type: image/png\r\n\r\n\x89PNG")

    assert read_parts(schema, png, encoding=PHOTO) == {"image": "\x89PNG".encode()}
    assert read_parts(schema, ('name="title"', "\r\nx"), encoding=PHOTO) == "400 image: is required"
    said = read_parts(schema, (png[0], "Content-Type: text/plain\r\n\r\nabc"), encoding=PHOTO)
    assert said == "400 image: has the Content-Type 'text/plain'; send image/png or image/jpeg"
    said = read_parts(schema, (png[0], "Content-Type: image/png\r\n\r\n1"), encoding=PHOTO)
    assert said == "400 image: is shorter than 2 bytes"
    said = read_parts(schema, (png[0], "Content-Type: image/png\r\n\r\n123456"), encoding=PHOTO)
    assert said == "400 image: is longer than 5 bytes"
    assert read_parts(schema, (png[0], "\r\n123"), encoding=PHOTO) == {"image": b"123"}


@pytest.mark.parametrize(
    "schema", [{}, {"contentMediaType": "image/png"}, {"type": "string", "contentMediaType": "a/b"}]
)
def test_file_of_openapi_3_1_is_bytes(schema):
    field = ('name="it"; filename="a"', "Content-Type: image/png\r\n\r\n\x01")

    assert read_parts(members(it=schema), field, version="3.1.0") == {"it": b"\x01"}


def test_several_files_are_a_list():
    schema = members(files={"type": "array", "items": FILE, "maxItems": 2})
    one = ('name="files"; filename="a"', "\r\n1")

    assert read_parts(schema, one, one) == {"files": [b"1", b"1"]}
    assert read_parts(schema, one) == {"files": [b"1"]}
    assert "files" in read_parts(schema, one, one, one)


def test_part_in_json_is_checked_as_such():
    schema = members("meta", meta=ADDRESS)
    head = 'name="meta"'

    assert read_parts(schema, (head, '\r\n{"zip": 1}')) == {"meta": {"zip": 1}}
    blob = ('name="meta"; filename="blob"', 'Content-Type: application/json\r\n\r\n{"zip": 1}')
    assert read_parts(schema, blob) == {"meta": {"zip": 1}}
    assert read_parts(schema, (head, '\r\n{"city": "x"}')) == "400 meta.zip: is required"
    assert read_parts(schema, (head, "\r\n{")).startswith("400 meta: is not JSON")


def test_headers_of_a_part_are_checked():
    encoding = {
        "it": {
            "headers": {"X-Size": {"required": True, "schema": INTEGER}, "Content-Type": {"required": True}}
        }
    }
    schema = members(it=TEXT)

    assert read_parts(schema, ('name="it"', "x-size: 1\r\n\r\na"), encoding=encoding) == {"it": "a"}
    assert read_parts(schema, ('name="it"', "\r\na"), encoding=encoding) == "400 it: needs the header X-Size"
    said = read_parts(schema, ('name="it"', "X-Size: big\r\n\r\na"), encoding=encoding)
    assert said == "400 it: has a header X-Size, which must be an integer, not a string"


@pytest.mark.parametrize(
    ("media_type", "raw", "said"),
    [
        (MULTIPART, b"--b\r\n", "has no boundary; let your HTTP client write this header"),
        (IN_PARTS, b"a=1", "does not contain the boundary"),
        (IN_PARTS, parts(('name="a"', "\r\n1"))[:-6], "ends before its last boundary"),
        (IN_PARTS, parts(("", "\r\n1")), "part 1 of the form has no name"),
        (IN_PARTS, parts(('name="a"', "1")), "part 1 of the form has no blank line"),
        (
            IN_PARTS,
            parts(('name="a"', "\r\n\udcff".encode(errors="surrogateescape").decode("latin-1"))),
            None,
        ),
    ],
)
def test_broken_form_says_where(media_type, raw, said):
    value = read({MULTIPART: of(members(a=TEXT))}, media_type, raw)

    assert value == {"a": "ÿ"} if said is None else said in value


def test_text_in_a_part_is_in_the_charset_that_the_part_names():
    raw = parts(('name="a"', "Content-Type: text/plain; charset=KOI8-R\r\n\r\n?"))
    value = read({MULTIPART: of(members(a=TEXT))}, IN_PARTS, raw.replace(b"?", "привет".encode("koi8-r")))

    assert value == {"a": "привет"}


def test_text_in_a_part_has_to_be_utf_8():
    raw = parts(('name="a"', "\r\n?")).replace(b"?", b"\xff")

    assert read({MULTIPART: of(members(a=TEXT))}, IN_PARTS, raw) == "400 a: is not UTF-8"
    assert read({MULTIPART: of(members(a=FILE))}, IN_PARTS, raw) == {"a": b"\xff"}


def test_boundary_inside_a_part_belongs_to_it():
    inner = "--bb\r\nx\r\n--bb--"

    assert read_parts(members(a=TEXT), ('name="a"', f"\r\n{inner}\r\n--bc")) == {"a": f"{inner}\r\n--bc"}
    assert read(
        {MULTIPART: of(members(a=TEXT))},
        f'{MULTIPART}; boundary="b"',
        b"before\r\n" + parts(('name="a"', "\r\n1")) + b"after",
    ) == {"a": "1"}


def test_fields_that_another_library_writes_are_read_as_they_were():
    """Seeded, so that a failure comes again."""
    rng = random.Random(18)  # noqa: S311 - no secret
    letters = string.printable + "äöü€&=+%;\"'\\[]"
    schema = members(**{f"t{index}": TEXTS for index in range(3)}, f=FILE, n=INTEGER)
    for _ in range(60):
        texts = {
            f"t{index}": [
                "".join(rng.choices(letters, k=rng.randint(0, 12))) for _ in range(rng.randint(1, 3))
            ]
            for index in range(3)
        }
        number, content = rng.randint(-(10**9), 10**9), rng.randbytes(rng.randint(0, 40))
        plain = httpx2.Request("POST", "http://x", data={**texts, "n": number})
        mixed = httpx2.Request(
            "POST", "http://x", data={**texts, "n": number}, files={"f": ("a b.png", content)}
        )

        assert read_sent(plain, schema) == {**texts, "n": number}
        assert read_sent(mixed, schema) == {**texts, "n": number, "f": content}


def read_sent(request: httpx2.Request, schema: object) -> object:
    media_type = request.headers["content-type"]
    return read({media_type.partition(";")[0]: of(schema)}, media_type, request.read())


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_form_is_refused_or_read_and_never_a_failure(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    schema = members(a=ADDRESS, b=INTEGERS, c=FILE)
    good = parts(('name="a"', '\r\n{"zip": 1}'), ('name="b"', "\r\n2"), ('name="c"; filename="x"', "\r\n3"))
    content = {MULTIPART: of(schema)}
    for _ in range(100):
        raw = bytearray(good)
        for _ in range(rng.randint(1, 6)):
            raw[rng.randrange(len(raw))] = rng.choice(b'\r\n-b"=;:[]{}\x00\xff')
        value = read(content, IN_PARTS, bytes(raw[: rng.randint(0, len(raw))] or b"x"))
        assert isinstance(value, dict) or value.startswith("400 "), value
        assert isinstance(json.dumps(str(value)), str)
