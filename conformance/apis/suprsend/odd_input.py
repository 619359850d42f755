"""Odd input for SuprSend's write, as a table: the places, and the kinds of what is put there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from conformance.apis.suprsend.category import IN, OUT
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.place import UNKNOWN
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response
from conformance.suite.hostile_input import send_drawn_rows, send_row_once
from conformance.suite.odd_input import (
    ABSENT,
    AUTHORIZATION,
    BODY,
    KINDS,
    METHOD,
    METHODS,
    OF_CREDENTIALS,
    OF_HEADERS,
    OF_JSON,
    OF_TEXT,
    PATH,
    PATH_FORMS,
    READING_METHODS,
    TWICE,
    TYPE,
    Row,
    Table,
    odd_headers,
    odd_query,
    write_object,
)

SEGMENTS = ("object_type", "id", "category_slug")
QUERY = ("tenant_id", "show_opt_out_channels", "locale")
PREFERENCE, LISTS = "preference", ("opt_out_channels", "opt_in_channels")
ITEMS = {f"an item of {name}": name for name in LISTS}
NOTE, IN_NOTE = "an unknown member", "a member of an unknown member"
INVALID_FLAG = Row(
    "show_opt_out_channels", "a date"
)  # neither true nor false, and in letters that any server reads
FOLLOWED = (NOTE, IN_NOTE)  # beside these an opt_out is sent, which is to be followed if it is accepted

TABLE = Table(
    kinds={
        **dict.fromkeys(SEGMENTS, OF_TEXT),
        **dict.fromkeys(QUERY, (TWICE, *OF_TEXT)),
        PREFERENCE: (TWICE, *OF_JSON),
        **dict.fromkeys(LISTS, (TWICE, *OF_JSON)),
        **dict.fromkeys(ITEMS, OF_JSON),
        NOTE: (TWICE, *OF_JSON),
        IN_NOTE: OF_JSON,
        BODY: OF_JSON,
        TYPE: OF_HEADERS,
        AUTHORIZATION: OF_CREDENTIALS,
        METHOD: tuple(method for method in METHODS if method != "PATCH"),
        PATH: (*PATH_FORMS, *OF_TEXT),
    },
    always=[
        *(
            Row("category_slug", kind)
            for kind in ("300 characters", "5,000 characters", "bytes that are not UTF-8")
        ),
        Row("id", "an integer beyond 2^64"),
        *(Row("tenant_id", kind) for kind in (TWICE, "an emoji", "NUL")),
        *(Row(item, "null") for item in ITEMS),
        Row("opt_out_channels", "an integer beyond 2^64"),
        INVALID_FLAG,
        *(Row(METHOD, method) for method in ("GET", "OPTIONS", "DELETE")),
        *(Row(PATH, form) for form in ("a slash twice", "capitals")),
    ],
    before_body=frozenset({*SEGMENTS, *QUERY, TYPE, AUTHORIZATION, METHOD, PATH}),
    size=49,
    asked_elsewhere=frozenset(
        {
            ("tenant_id", "empty"),
            *((PREFERENCE, kind) for kind in (TWICE, "null", "a boolean", "a list", "an object", "empty")),
            (PREFERENCE, "a text"),
            ("opt_out_channels", "null"),
            *((BODY, kind) for kind in ("null", "a number", "a text", "a list", "empty")),
            (TYPE, ABSENT),
            (PATH, "another end"),
        }
    ),
)


class _Draft(NamedTuple):
    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None


def send_row(driver: Driver, row: Row) -> Response | None:
    """Return the answer to a row of TABLE; None if the connection is closed instead."""

    def send() -> Response:
        driver.distrust_main_place()
        method, path, headers, content = _draft_request(driver, row)
        return driver.client.send(method, path, headers=headers, content=content)

    aside = None if TABLE.is_tame(row) else driver.unusual_answers
    return send_row_once(driver, row, send, lambda: driver.write(OPT_IN), aside)


def send_rows(driver: Driver) -> tuple[Sequence[tuple[Row, Response]], Inconclusive | None]:
    """Send the rows of the run; return the answers, and why something got none."""
    return send_drawn_rows(driver, TABLE, partial(send_row, driver))


def _draft_request(driver: Driver, row: Row) -> _Draft:
    headers = {"Authorization": driver.api_key.bearer_header, "Content-Type": "application/json"}
    path = driver.places.main.path(driver.path_style)
    usual = _Draft("PATCH", path, headers, json.dumps(OPT_IN).encode())
    if row.place == METHOD:
        if row.kind in READING_METHODS:
            return usual._replace(method=row.kind, content=None)
        # Where nobody has made a category, no method that we know nothing of can do harm.
        content = None if row.kind == "DELETE" else usual.content
        nowhere = _replace_segment(path, "category_slug", UNKNOWN)
        return usual._replace(method=row.kind, path=nowhere, content=content)
    if row.place == PATH:
        form = PATH_FORMS.get(row.kind)
        return usual._replace(path=form(path) if form else f"{path.rstrip('/')}/{KINDS[row.kind].text}")
    if row.place in SEGMENTS:
        return usual._replace(path=_replace_segment(path, row.place, KINDS[row.kind].text or ""))
    if row.place in QUERY:
        return usual._replace(path=path + odd_query(row.place, row.kind, UNKNOWN))
    if row.place in (TYPE, AUTHORIZATION):
        return usual._replace(headers=odd_headers(headers, row.place, row.kind))
    return usual._replace(content=_write_odd_body(row))


def _replace_segment(path: str, place: str, text: str) -> str:
    parts = path.split("/")
    parts[{"object_type": 3, "id": 4, "category_slug": 7}[place]] = text
    return "/".join(parts)


def _write_odd_body(row: Row) -> bytes | None:
    odd = KINDS[row.kind].json
    if row.place == BODY:
        return odd
    members = {PREFERENCE: json.dumps(OUT if row.place in FOLLOWED else IN).encode()}
    if row.place in ITEMS:
        return write_object({**members, ITEMS[row.place]: b"[%s]" % odd})
    if row.place == IN_NOTE:
        return write_object({**members, "note": b'{"inner": %s}' % odd})
    name = "note" if row.place == NOTE else row.place
    return write_object({name: b"[]", **members}, name, row.kind)
