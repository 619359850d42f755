"""A vendor who takes whatever can be understood: Python's own HTTP server, dictionaries underneath.

Where the documents are silent, this vendor

- counts ids, gives timestamps to the second, and names manual as every source;
- keeps names in lower case and without white space around them, and takes numbers and booleans as their texts;
- stores null, also where no value came, and passes over members that it does not know;
- reads every body as JSON, whatever it is labelled as, and nothing at all as an empty object;
- passes over unknown channels, takes one channel without a list, and OPT_IN in capitals;
- knows every object and every tenant that is named, and has the same preferences for all tenants;
- adds to what was opted out before, and opts a category out with the last of its channels;
- lists every channel of a category opted out as opted out;
- answers 422 to what it refuses where no document names 400, 403 without a good key and for a locked category, and
  there problem details (RFC 9457);
- serves a path with and without a slash at its end, and reads no preference back.
"""

from __future__ import annotations

import json
import os
import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt

KEY = ("fanId", "category", "preference")
CHANNELS = ("email", "sms", "whatsapp", "androidpush", "iospush", "webpush", "inbox", "slack", "ms_teams")
WRITE = re.compile(r"/api/v2/update-preference/?")
CATEGORY = re.compile(r"/v1/object/([^/]+)/([^/]+)/preference/category/([^/]+)/?")
LARGEST_BODY = 2**21


class Refused(Exception):
    """An answer that is not a success: its status, and what is said."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


class Preferences:
    """What both APIs store."""

    def __init__(self, account: dict[str, Any]) -> None:
        self.account = account
        self.lock = threading.Lock()
        self.records: dict[tuple[str, ...], dict[str, Any]] = {}
        self.choices: dict[tuple[str, str], tuple[str, list[str]]] = {}

    def write(self, user: str, body: Any) -> dict[str, Any]:
        """Store one preference of a fan."""
        if not isinstance(body, dict):
            raise Refused(422, "the body is no object")
        names = [read_name(body, name) for name in KEY]
        fan = self.account["fans"].get(names[0])
        if fan is None:
            raise Refused(404, f"no such fan: {names[0]}")
        if user not in fan["users"]:
            raise Refused(403, "not a fan of yours")
        key = (names[0], names[1].lower(), names[2].lower())
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        old = self.records.get(key, {"id": str(len(self.records) + 1), "userId": user, "createdAt": now})
        new = dict(zip(KEY, key, strict=True)) | {
            "value": body.get("value"),
            "source": "manual",
            "updatedAt": now,
        }
        self.records[key] = old | new
        return self.records[key]

    def choose(self, object_type: str, id_: str, slug: str, body: Any) -> dict[str, Any]:
        """Store an object's choice in a category."""
        category = self.account["categories"].get(slug)
        if category is None:
            raise Refused(404, f"no such category: {slug}")
        body = {} if body is None else body
        if not isinstance(body, dict):
            raise Refused(422, "the body is no object")
        preference = read_preference(body.get("preference"))
        outs, ins = (read_channels(body, name) for name in ("opt_out_channels", "opt_in_channels"))
        if not category["is_editable"]:
            raise Refused(403, f"{slug} is locked")
        known = self.account["objects"].get(f"{object_type}/{id_}", {"channels": CHANNELS})
        own = [channel for channel in category["channels"] if channel in known["channels"]]
        before = self.choices.get((f"{object_type}/{id_}", slug), ("", []))[1]
        # Without lists all are in again.
        out = [] if outs is None and ins is None else [*before, *(outs or ())]
        out = [channel for channel in own if channel in out and channel not in (ins or ())]
        if preference == "opt_in" and own and out == own:
            preference = "opt_out"
        self.choices[f"{object_type}/{id_}", slug] = preference, out
        return {
            **{name: category[name] for name in ("name", "description", "is_editable")},
            "category": slug,
            "original_preference": category["default"],
            "preference": preference,
            "channels": [
                {
                    "channel": channel,
                    "preference": "opt_out" if preference == "opt_out" or channel in out else "opt_in",
                    "is_editable": True,
                }
                for channel in own
            ],
        }


def read_name(body: dict[str, Any], name: str) -> str:
    """Read a name; a number or a boolean counts as its text."""
    given = body.get(name)
    text = json.dumps(given) if isinstance(given, int | float) else given
    if not isinstance(text, str) or not text.strip():
        raise Refused(422, f"{name} is missing or no name")
    return text.strip()


def read_preference(given: Any) -> str:
    """Read opt_in or opt_out, in any letters; nothing means opt_in."""
    word = given.lower() if isinstance(given, str) else "opt_in" if given is None else ""
    if word not in ("opt_in", "opt_out"):
        raise Refused(422, "preference is neither opt_in nor opt_out")
    return word


def read_channels(body: dict[str, Any], name: str) -> list[str] | None:
    """Read a list of channels, or one channel; None if there is none."""
    given = body.get(name)
    channels = [given] if isinstance(given, str) else given
    if channels is not None and not isinstance(channels, list):
        raise Refused(422, f"{name} is no list")
    return channels


class Handler(BaseHTTPRequestHandler):
    """Serves both APIs on one connection."""

    protocol_version = "HTTP/1.1"
    preferences: Preferences
    jwt_secret = api_key = ""

    def do_POST(self) -> None:
        """Write a preference of a fan."""
        self.answer(WRITE, self.write, 200)

    def do_PATCH(self) -> None:
        """Write a preference of an object."""
        self.answer(CATEGORY, self.choose, 202)

    def do_GET(self) -> None:
        """Read nothing."""
        self.answer(re.compile("(?!)"), self.write, 200)

    do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def answer(self, path: re.Pattern[str], act: Any, status: int) -> None:
        """Answer one request, whatever is wrong with it."""
        body = self.read_body()
        target = urlsplit(self.path).path
        is_suprsend = target.startswith("/v1/")
        try:
            found = path.fullmatch(target)
            if found is None:
                raise Refused(
                    405 if WRITE.fullmatch(target) or CATEGORY.fullmatch(target) else 404, "nothing here"
                )
            with self.preferences.lock:
                answer = act(body, *map(unquote, found.groups()))
        except Refused as error:
            status = error.status if is_suprsend or error.status != 422 else 400
            answer = write_problem(error) if is_suprsend else write_error(error)
        media_type = "application/problem+json" if status >= 400 and is_suprsend else "application/json"
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (("Content-Type", media_type), ("Content-Length", str(len(content)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content if self.command != "HEAD" else b"")

    def read_body(self) -> bytes | None:
        """Read the whole body; None if it cannot be told where it ends, or if it is too large."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            content = b""
            while size := int(self.rfile.readline().partition(b";")[0].strip() or b"0", 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return content
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def write(self, content: bytes | None) -> dict[str, Any]:
        """Answer a write of OnlyAutomator's."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise jwt.InvalidTokenError("no bearer token")
            claims = jwt.decode(
                token.strip(),
                self.jwt_secret,
                ["HS256"],
                options={"require": ["sub", "exp"], "verify_aud": False},
            )
        except jwt.InvalidTokenError as error:
            raise Refused(401, str(error)) from None
        return {"status": "success", "data": self.preferences.write(claims["sub"], parse(content))}

    def choose(self, content: bytes | None, object_type: str, id_: str, slug: str) -> dict[str, Any]:
        """Answer an update of SuprSend's."""
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key.strip() != self.api_key:
            raise Refused(403, "no good key")
        return self.preferences.choose(object_type, id_, slug, parse(content))

    def log_message(self, *args: object) -> None:
        """Keep no log."""


def parse(content: bytes | None) -> Any:
    """Parse a body; nothing is an empty object."""
    if content is None:
        raise Refused(413, "the body is too large")
    try:
        body = json.loads(content or b"{}", parse_constant=lambda _: None)
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise Refused(422, "the body cannot be read") from None
    return body


CODES = {401: "authentication_required", 403: "permission_denied", 404: "resource_not_found"}


def write_error(error: Refused) -> dict[str, Any]:
    """Write an error as OnlyAutomator does."""
    return {
        "status": "error",
        "error": {"code": CODES.get(error.status, "validation_error"), "message": error.said},
    }


def write_problem(error: Refused) -> dict[str, Any]:
    """Write an error as problem details."""
    return {"type": "about:blank", "title": "Refused", "status": error.status, "detail": error.said}


def main() -> None:
    Handler.preferences = Preferences(json.loads(Path(os.environ["ACCOUNT"]).read_text(encoding="utf-8")))
    Handler.jwt_secret, Handler.api_key = os.environ["JWT_SECRET"], os.environ["API_KEY"]
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
