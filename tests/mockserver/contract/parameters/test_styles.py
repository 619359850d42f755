"""Every style, with and without explode, of every type and place, in every dialect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from mockserver.contract.parameters.spelling import spell_value
from tests.mockserver.contract.parameters import serializer
from tests.mockserver.contract.parameters.conftest import Client, make_contract

DIALECTS = ["3.0.3", "3.1.1", "3.2.0"]
INTEGER = {"type": "integer"}
TEXT = {"type": "string", "maxLength": 12}
# By the name of the type, its schema, values of it, and one that is not of it with the place of what is wrong there.
TYPES: dict[str, tuple[dict[str, Any], list[Any], Any, str]] = {
    "integer": (INTEGER, [0, -7, 12345], "x", ""),
    "number": ({"type": "number"}, [15, -2.5], "1_0", ""),
    "boolean": ({"type": "boolean"}, [True, False], "yes", ""),
    "text": (TEXT, ["a b", "über", "a+b/c", "=&;:@?"], "x" * 13, ""),
    "integers": ({"type": "array", "items": INTEGER}, [[1, 2, 3], [4]], [1, "x"], "[1]"),
    "texts": (
        {"type": "array", "items": TEXT},
        [["a b", "c/d"], ["ü"], ["+1", "=&"]],
        ["a", "x" * 13],
        "[1]",
    ),
    "object": (
        {"type": "object", "properties": {"r": INTEGER, "g": TEXT}},
        [{"r": 1, "g": "a b"}, {"r": 100}, {"g": "1"}],
        {"r": "x", "g": "a"},
        ".r",
    ),
    "map": (
        {"type": "object", "additionalProperties": INTEGER},
        [{"one": 1, "two": 2}, {"one": 1}],
        {"one": 1, "two": "x"},
        ".two",
    ),
}
LISTS, OBJECTS = ("integers", "texts"), ("object", "map")
EVERY = tuple(TYPES)


class Family(NamedTuple):
    """What is spread in one way."""

    place: str
    style: str
    explode: bool
    types: tuple[str, ...]
    dialects: tuple[str, ...] = tuple(DIALECTS)


FAMILIES = [
    *(
        Family("path", style, explode, EVERY)
        for style in ("simple", "label", "matrix")
        for explode in (False, True)
    ),
    *(Family("header", "simple", explode, EVERY) for explode in (False, True)),
    *(Family("query", "form", explode, EVERY) for explode in (False, True)),
    *(Family("query", style, True, LISTS) for style in ("spaceDelimited", "pipeDelimited")),
    Family("query", "spaceDelimited", False, ("integers", "object", "map")),
    Family("query", "pipeDelimited", False, (*LISTS, *OBJECTS)),
    Family("query", "deepObject", True, OBJECTS),
    Family("cookie", "form", False, EVERY),
    # A map would take the cookies of everybody else.
    Family("cookie", "form", True, tuple(name for name in EVERY if name != "map")),
    Family("cookie", "cookie", True, (*LISTS, "object"), ("3.2.0",)),
]


def list_types(family: Family, dialect: str) -> tuple[str, ...]:
    return family.types if dialect in family.dialects else ()


def name_family(family: Family) -> str:
    return f"{family.place}-{family.style}{'-explode' if family.explode else ''}"


def define_style(family: Family) -> dict[str, Any]:
    return {"in": family.place, "style": family.style, "explode": family.explode}


def name_path(family: Family, type_name: str) -> str:
    variable = "/{p}" if family.place == "path" else ""
    return f"/{name_family(family)}/{type_name}{variable}"


@pytest.fixture(scope="module", params=DIALECTS)
def dialect(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def client(serve, dialect) -> Client:
    operations = {
        name_path(family, type_name): [
            {
                "name": "p",
                "required": True,
                "schema": TYPES[type_name][0],
                **define_style(family),
            }
        ]
        for family in FAMILIES
        for type_name in list_types(family, dialect)
    }
    return serve(make_contract(operations, dialect))


def write_request(family: Family, type_name: str, value: Any, dialect: str) -> tuple[str, dict[str, str]]:
    path = name_path(family, type_name)
    if family.place == "path":
        written = serializer.write_path("p", value, family.style, explode=family.explode, dialect=dialect)
        return path.replace("{p}", written), {}
    if family.place == "header":
        return path, {"p": serializer.write_header(value, explode=family.explode)}
    if family.place == "cookie":
        cookie = serializer.write_cookie("p", value, family.style, explode=family.explode)
        return path, {"cookie": f"session=1; {cookie}"}
    return f"{path}?{serializer.write_query('p', value, family.style, explode=family.explode)}", {}


def list_values(family: Family, type_name: str) -> Iterator[Any]:
    for value in TYPES[type_name][1]:
        texts = (
            value if isinstance(value, list) else [*value.values()] if isinstance(value, dict) else [value]
        )
        # HTTP has no letters beyond ASCII in a header, where nothing is encoded.
        is_bare = family.place == "header" or family.style == "cookie"
        if is_bare and not all(str(text).isascii() for text in texts):
            continue
        # Where a space separates, none can be in a text.
        if (
            family.style == "spaceDelimited"
            and not family.explode
            and any(" " in str(text) for text in texts)
        ):
            continue
        yield value


@pytest.mark.parametrize("family", FAMILIES, ids=name_family)
def test_value_comes_through_as_it_was_meant(client, dialect, family):
    for type_name in list_types(family, dialect):
        for value in list_values(family, type_name):
            target, headers = write_request(family, type_name, value, dialect)
            assert client.read(target, **headers) == {"p": value}, (target, headers)


@pytest.mark.parametrize("family", FAMILIES, ids=name_family)
def test_value_of_another_type_is_refused_where_it_stands(client, dialect, family):
    for type_name in list_types(family, dialect):
        _, _, value, place = TYPES[type_name]
        target, headers = write_request(family, type_name, value, dialect)
        has_own_names = family.explode and family.style == "form" and type_name in OBJECTS
        where = place.removeprefix(".") if has_own_names else f"p{place}"
        assert list(client.complain(target, **headers)) == [where], (target, headers)


def test_parameter_that_is_left_out_is_required(client, dialect):
    for family in FAMILIES:
        for type_name in list_types(family, dialect) if family.place != "path" else ():
            found = client.complain(name_path(family, type_name))
            assert found["p"].startswith("is required"), (family, type_name)


@pytest.mark.parametrize("family", FAMILIES, ids=name_family)
def test_value_that_the_stub_spells_comes_back(client, dialect, family):
    """As it does in the commands that it prints, and in what it exports."""
    for type_name in list_types(family, dialect):
        for value in list_values(family, type_name):
            path = name_path(family, type_name)
            pairs = spell_value({"name": "p", **define_style(family)}, value)
            headers = {}
            if family.place == "path":
                path = path.replace("{p}", quote(pairs[0][1], safe=""))
            elif family.place == "query":
                path = f"{path}?{urlencode(pairs)}"
            elif family.place == "header":
                headers = dict(pairs)
            else:
                write = str if family.style == "cookie" else quote
                headers = {"cookie": "; ".join(f"{name}={write(text)}" for name, text in pairs)}
            assert client.read(path, **headers) == {"p": value}, (path, headers)
