"""A vendor who reads the two documents strictly: Werkzeug in front, SQLite underneath.

Where the documents are silent, this vendor

- gives ULIDs, timestamps with microseconds and an offset, and a source that nobody knows (null);
- keeps userId as the one who created, and updatedAt when a write changes nothing;
- looks for the fan before it looks at the rest of the body, and denies the fans of other users;
- refuses null values, unknown members, other content types (415), null lists, both lists at once,
  unknown channels, objects and tenants, and any change of a locked category (409);
- answers 422 where a SuprSend body is understood and wrong, and a plain text without a key;
- replaces what was chosen before, and lists every channel of a category opted out as opted out;
- takes only "Bearer", spelt so, redirects to the trailing slash, and closes each connection.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

TABLES = """
    CREATE TABLE preference (
        id TEXT PRIMARY KEY, fan TEXT NOT NULL, user TEXT NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL,
        value TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, UNIQUE (fan, category, name));
    CREATE TABLE choice (
        object TEXT NOT NULL, category TEXT NOT NULL, tenant TEXT NOT NULL, preference TEXT NOT NULL,
        opted_out TEXT NOT NULL, PRIMARY KEY (object, category, tenant));
"""
UPSERT_PREFERENCE = """
    INSERT INTO preference VALUES (:id, :fan, :user, :category, :name, :value, :now, :now)
    ON CONFLICT (fan, category, name) DO UPDATE SET value = excluded.value, updated = excluded.updated
    WHERE value <> excluded.value
"""
KNOWN_CHANNELS = {
    *("email", "sms", "whatsapp", "androidpush", "inbox", "iospush", "slack", "webpush"),
    "ms_teams",
}
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Refused(Exception):
    """An answer of the OnlyAutomator API that is not a success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Rejected(Exception):
    """An answer of the SuprSend API that is not a success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Vendor:
    """Both APIs as one WSGI application."""

    def __init__(self, account: dict[str, Any], jwt_secret: str, api_key: str) -> None:
        self._account = account
        self._jwt_secret = jwt_secret
        self._api_key = api_key
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.executescript(TABLES)
        category = "/v1/object/<object_type>/<object_id>/preference/category/<slug>/"
        self._routes = Map(
            [
                Rule("/api/v2/update-preference", methods=["POST"], endpoint=self.update_preference),
                Rule(category, methods=["PATCH"], endpoint=self.patch_category),
            ]
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, names = self._routes.bind_to_environ(environ).match()
            with self._lock, self._database:
                response = endpoint(request, **names)
        except Refused as error:
            response = _json(
                error.status, {"error": {"message": error.message, "code": error.code}, "status": "error"}
            )
        except Rejected as error:
            if error.status == 401:
                response = Response(error.message, status=401, content_type="text/plain")
            else:
                response = _json(error.status, {"code": error.status, "message": error.message})
        except HTTPException as error:
            response = error.get_response(environ)
        return response(environ, start_response)

    # --- OnlyAutomator

    def update_preference(self, request: Request) -> Response:
        user = self._user(request)
        if request.mimetype != "application/json":
            raise Refused(415, "validation_error", "send application/json")
        try:
            body = _read(request)
        except ValueError as error:
            raise Refused(400, "validation_error", f"unreadable body: {error}") from None
        fan = _text(body, "fanId")
        if fan not in self._account["fans"]:
            raise Refused(404, "resource_not_found", f"no such fan: {fan}")
        if user not in self._account["fans"][fan]["users"]:
            raise Refused(403, "permission_denied", f"{fan} is not a fan of yours")
        category, name = _text(body, "category"), _text(body, "preference")
        if body.get("value") is None:
            raise Refused(400, "validation_error", "value is missing")
        if unknown := body.keys() - {"fanId", "category", "preference", "value"}:
            raise Refused(400, "validation_error", f"unknown: {', '.join(sorted(unknown))}")

        key = {"fan": fan, "category": category, "name": name}
        value = json.dumps(body["value"], sort_keys=True)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        self._database.execute(
            UPSERT_PREFERENCE, {"id": _ulid(), "user": user, "value": value, "now": now} | key
        )
        row = self._database.execute(
            "SELECT * FROM preference WHERE fan = :fan AND category = :category AND name = :name", key
        ).fetchone()
        data = {
            "createdAt": row["created"],
            "updatedAt": row["updated"],
            "id": row["id"],
            "userId": row["user"],
            "source": None,
            "fanId": row["fan"],
            "category": row["category"],
            "preference": row["name"],
            "value": json.loads(row["value"]),
        }
        return _json(200, {"data": data, "status": "success"})

    def _user(self, request: Request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Refused(401, "authentication_required", "no bearer token")
        try:
            claims = jwt.decode(
                token, self._jwt_secret, ["HS256"], options={"require": ["sub", "exp"], "verify_aud": False}
            )
        except jwt.InvalidTokenError as error:
            raise Refused(401, "authentication_required", str(error)) from None
        return claims["sub"]

    # --- SuprSend

    def patch_category(self, request: Request, object_type: str, object_id: str, slug: str) -> Response:
        if request.headers.get("Authorization") != f"Bearer {self._api_key}":
            raise Rejected(401, "Not authenticated")
        known = f"{object_type}/{object_id}"
        if known not in self._account["objects"]:
            raise Rejected(404, f"object {known} does not exist")
        if slug not in self._account["categories"]:
            raise Rejected(404, f"category {slug} does not exist")
        tenant = request.args.get("tenant_id", "")
        if tenant and tenant not in self._account["tenants"]:
            raise Rejected(404, f"tenant {tenant} does not exist")
        if request.mimetype != "application/json":
            raise Rejected(415, "send application/json")
        try:
            body = _read(request)
        except ValueError as error:
            raise Rejected(400, f"unreadable body: {error}") from None

        category = self._account["categories"][slug]
        channels = [one for one in self._account["objects"][known]["channels"] if one in category["channels"]]
        preference = body.get("preference", "opt_in")
        if preference not in ("opt_in", "opt_out"):
            raise Rejected(422, "preference must be opt_in or opt_out")
        opted_out, opted_in = _channels(body, "opt_out_channels"), _channels(body, "opt_in_channels")
        if opted_out and opted_in:
            raise Rejected(422, "pass either opt_out_channels or opt_in_channels")
        if not category["is_editable"]:
            raise Rejected(409, f"category {slug} cannot be changed")
        if opted_in:
            opted_out = [one for one in channels if one not in opted_in]
        self._database.execute(
            "INSERT OR REPLACE INTO choice VALUES (?, ?, ?, ?, ?)",
            (known, slug, tenant, preference, json.dumps(opted_out)),
        )
        return _json(202, self._category(known, slug, tenant, channels))

    def _category(self, known: str, slug: str, tenant: str, channels: list[str]) -> dict[str, Any]:
        category = self._account["categories"][slug]
        row = self._database.execute(
            "SELECT * FROM choice WHERE object = ? AND category = ? AND tenant = ?", (known, slug, tenant)
        ).fetchone()
        is_out = set(channels) if row["preference"] == "opt_out" else set(json.loads(row["opted_out"]))
        return {
            "category": slug,
            "name": category["name"],
            "description": category["description"],
            "section": None,
            "is_editable": category["is_editable"],
            "original_preference": category["default"],
            "preference": row["preference"],
            "channels": [
                {"is_editable": True, "channel": one, "preference": "opt_out" if one in is_out else "opt_in"}
                for one in channels
            ],
        }


def _text(body: dict[str, Any], name: str) -> str:
    given = body.get(name)
    if not isinstance(given, str) or not given:
        raise Refused(400, "validation_error", f"{name} is {'missing' if given is None else 'no text'}")
    return given


def _channels(body: dict[str, Any], name: str) -> list[str]:
    given = body.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise Rejected(422, f"{name} must be a list of channels")
    if unknown := set(given) - KNOWN_CHANNELS:
        raise Rejected(422, f"{name} has unknown channels: {', '.join(sorted(unknown))}")
    return given


def _read(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request; ValueError when there is none that could be given back."""
    text = request.get_data().decode("utf-8")
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _json(status: int, body: object) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _ulid() -> str:
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


class Quiet(WSGIRequestHandler):
    """A request handler that keeps no log."""

    def log_request(self, *args: object) -> None:
        pass


def main() -> None:
    account = json.loads(Path(os.environ["ACCOUNT"]).read_text(encoding="utf-8"))
    vendor = Vendor(account, os.environ["JWT_SECRET"], os.environ["API_KEY"])
    port = int(os.environ.get("PORT", "0"))
    server = make_server("127.0.0.1", port, vendor, threaded=True, request_handler=Quiet)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
