"""Odd input for OnlyAutomator's write, as a table: the places, and the kinds of what is put there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from conformance.apis.onlyautomator.driver import WRITE_PATH, Driver
from conformance.apis.onlyautomator.generated_cases import KEY, compose_letters, fold_name
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive
from conformance.http.evidence import Exchange
from conformance.http.response import Response
from conformance.suite.hostile_input import (
    HOSTILE_INPUT,
    expect_answered,
    expect_no_odd_crash,
    send_drawn_rows,
    send_each,
    send_row_once,
)
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

VALUE, ITEM, MEMBER, MEMBER_NAME = (
    "value",
    "an item of value",
    "a member of value",
    "a member's name in value",
)
LISTED_FAN, LISTED_CATEGORY = "fanId of a list", "category of a list"
_STRUCTURES: Mapping[str, bytes] = {  # around what is put into a value
    ITEM: b"[%s]",
    MEMBER: b'{"inner": %s}',
    MEMBER_NAME: b'{%s: "named"}',
}
# What servers clean up, replace or cannot keep.
_NOT_OF_NAMES = ("a slash", "dot segments")  # a server may write its names in other letters than these
_NOT_KEPT = ("empty", "blank", "NUL", "half a surrogate pair", "bytes that are not UTF-8")

TABLE = Table(
    kinds={
        **dict.fromkeys(KEY, (TWICE, *OF_JSON)),
        VALUE: OF_JSON,
        ITEM: OF_JSON,
        MEMBER: OF_JSON,
        MEMBER_NAME: tuple(kind for kind in OF_TEXT if (KINDS[kind].json or b"").startswith(b'"')),
        BODY: (ABSENT, *OF_JSON),
        TYPE: OF_HEADERS,
        AUTHORIZATION: OF_CREDENTIALS,
        METHOD: tuple(method for method in METHODS if method != "POST"),
        PATH: (*PATH_FORMS, *OF_TEXT),
    },
    always=[
        *(Row("fanId", kind) for kind in ("a number", "300 characters", "an integer beyond 2^64")),
        *(Row(name, kind) for name in ("category", "preference") for kind in ("300 characters", "an emoji")),
        *(Row(ITEM, kind) for kind in ("null", "an integer beyond 2^64")),
        Row(TYPE, ABSENT),
        *(Row(METHOD, method) for method in ("GET", "OPTIONS", "DELETE")),
        *(Row(PATH, form) for form in ("another end", "a slash twice", "bytes that are not UTF-8")),
    ],
    before_body=frozenset({TYPE, AUTHORIZATION, METHOD, PATH}),
    asked_elsewhere=frozenset(
        {
            *((name, kind) for name in KEY for kind in ("a text", "a list", "an object", "empty")),
            ("preference", "a number"),
            ("preference", "a boolean"),
            ("category", "null"),
            *((VALUE, kind) for kind in ("null", "a boolean", "a text", "empty", "an integer beyond 2^53")),
            (BODY, ABSENT),
            (MEMBER_NAME, "a name of prototypes"),
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
        method, path, headers, content = _draft_request(driver, row)
        return driver.client.send(method, path, headers=headers, content=content)

    aside = None if TABLE.is_tame(row) else driver.unusual_answers
    return send_row_once(driver, row, send, lambda: driver.write(driver.make_body()), aside)


def send_rows(driver: Driver) -> tuple[Sequence[tuple[Row, Response]], Inconclusive | None]:
    """Send the rows of the run; return the answers, and why something got none."""
    return send_drawn_rows(driver, TABLE, partial(send_row, driver))


# What another page has besides, so that no MUST asks about it.
LIST_TABLE = Table(
    kinds={LISTED_FAN: (ABSENT, TWICE, *OF_TEXT), LISTED_CATEGORY: (TWICE, *OF_TEXT)},
    always=[
        Row(LISTED_FAN, ABSENT),
        Row(LISTED_FAN, "an integer beyond 2^64"),
        Row(LISTED_CATEGORY, "NUL"),
    ],
    before_body=frozenset({LISTED_FAN, LISTED_CATEGORY}),
    asked_elsewhere=frozenset({(LISTED_FAN, "empty")}),
    size=7,
)


class KeptText(NamedTuple):
    """What a member of the record has to be where a row is accepted."""

    name: str
    value: Any

    def is_same(self, shown: Any) -> bool:
        """Tell whether the member is as it was sent, as far as the document says."""
        if self.name == VALUE:
            return is_same_json(compose_letters(shown), compose_letters(self.value))
        return isinstance(shown, str) and fold_name(shown) == fold_name(self.value)


def find_kept_text(row: Row) -> KeptText | None:
    """Return what has to come back of a row; None if the row has no text, or one that need not be kept."""
    if row.place not in ("category", "preference", VALUE, *_STRUCTURES) or row.kind in (TWICE, *_NOT_KEPT):
        return None
    if row.place in ("category", "preference") and row.kind in _NOT_OF_NAMES:
        return None
    text = KINDS[row.kind].json or b""
    if not text.startswith(b'"'):  # what becomes of numbers, other requirements ask
        return None
    name = VALUE if row.place in _STRUCTURES else row.place
    return KeptText(name, json.loads(_STRUCTURES.get(row.place, b"%s") % text))


def judge_odd_lists(driver: Driver) -> Inconclusive | None:
    """Want an answer to each odd list of the run, and no server error; return why one cannot be judged.

    Whatever stands before the API may close the connection, but only on what is not tame.
    """
    driver.run.mode.require_full_mode(HOSTILE_INPUT)
    unanswered: list[Exchange] = []

    def read(row: Row) -> None:
        ask = partial(driver.read_odd_list, _write_list_query(driver, row))
        try:
            answer = driver.client.send_hostile(
                ask, driver.read_ordinary_list, unanswered, may_close=not KINDS[row.kind].is_tame
            )
        except Inconclusive:
            for silent in unanswered:
                expect_answered(driver, silent, str(row))
            raise
        if answer is not None:
            expect_no_odd_crash([(row, answer)])

    return send_each([partial(read, row) for row in LIST_TABLE.draw_rows(driver.run.seed)])[1]


def _draft_request(driver: Driver, row: Row) -> _Draft:
    headers = {**driver.bearer_header(), "Content-Type": "application/json"}
    usual = _Draft("POST", WRITE_PATH, headers, write_object(_make_members(driver)))
    if row.place == METHOD:
        has_body = row.kind not in (*READING_METHODS, "DELETE")
        return usual._replace(method=row.kind, content=usual.content if has_body else None)
    if row.place == PATH:
        form = PATH_FORMS.get(row.kind)
        return usual._replace(path=form(WRITE_PATH) if form else f"{WRITE_PATH}/{KINDS[row.kind].text}")
    if row.place in (TYPE, AUTHORIZATION):
        return usual._replace(headers=odd_headers(headers, row.place, row.kind))
    return usual._replace(content=_write_odd_body(driver, row))


def _write_list_query(driver: Driver, row: Row) -> str:
    fan_id = quote(driver.fan_id, safe="")
    if row.place == LISTED_FAN:
        return "" if row.kind == ABSENT else odd_query("fanId", row.kind, fan_id)
    return f"{odd_query('category', row.kind, driver.run.prefix)}&fanId={fan_id}"


def _write_odd_body(driver: Driver, row: Row) -> bytes | None:
    if row.place == BODY:
        return KINDS[row.kind].json
    members = _make_members(driver)
    if row.place in _STRUCTURES:
        return write_object({**members, VALUE: _STRUCTURES[row.place] % KINDS[row.kind].json})
    return write_object(members, row.place, row.kind)


def _make_members(driver: Driver) -> dict[str, bytes]:
    body = driver.make_body(category=f"{driver.run.prefix}_odd")
    # Both names bear that of the run, since one of them may be replaced.
    body["preference"] = f"{driver.run.prefix}_{body['preference']}"
    return {name: json.dumps(value).encode() for name, value in body.items()}
