"""The calls that are measured, and which figures are to be reached for them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
# In a path or a body: replaced by a number, so that one call goes to many records in turn.
NUMBER = "NUMBER"


class CannotMeasure(Exception):
    """The measurement failed; the message says why."""


class Call(NamedTuple):
    """A request, how often it differs, and the status that it is answered with.

    least_rate: to reach at sixteen connections, as a part of the bare app's requests a second.
    most_latency: to reach at one connection, as a multiple of the bare app's median.
    """

    name: str
    method: str
    path: str
    credential: str
    body: str
    status: int
    least_rate: float
    most_latency: float = 1.4
    variants: int = 64


def make_token() -> str:
    """Make a token with the stub's own command."""
    made = subprocess.run([BIN / "mockserver", "token"], capture_output=True, text=True)
    if made.returncode:
        raise CannotMeasure(f"mockserver token: {made.stderr.strip()[-500:]}")
    return made.stdout.strip()


def write_preference(token: str, *, session: str = "", variants: int = 64) -> Call:
    """Return the call that most of the measurements are about."""
    body = {"fanId": "12345", "category": "content", "preference": f"preference_{NUMBER}", "value": True}
    path = f"{session}/api/v2/update-preference"
    return Call("POST 200", "POST", path, token, write_json(body), 200, 0.75, variants=variants)


def list_calls(token: str) -> list[Call]:
    """List an example of each operation, and of each way to be refused."""
    key = "SS.local-development-key"
    write = write_preference(token)
    incomplete = write_json({"fanId": "12345", "preference": "likes", "value": True})
    object_path = "/v1/object/departments/engineering/preference"
    category = f"{object_path}/category/status-update-alert"
    choice = write_json({"preference": "opt_in", "opt_out_channels": ["email", "slack"]})
    restriction = write_json({"channel_preferences": [{"channel": "email", "is_restricted": True}]})
    return [
        write,
        write._replace(name="POST 400", body=incomplete, status=400, least_rate=0.6),
        write._replace(name="POST 401", credential="", status=401, least_rate=0.6),
        Call("GET list", "GET", "/api/v2/get-preferences?fanId=12345", token, "", 200, 0.5),
        Call("PATCH category", "PATCH", category, key, choice, 202, 0.6),
        Call("GET category", "GET", category, key, "", 200, 0.5),
        Call("GET category 404", "GET", f"{object_path}/category/none", key, "", 404, 0.6),
        Call("GET categories", "GET", f"{object_path}/category", key, "", 200, 0.5),
        Call("GET channels", "GET", f"{object_path}/channel_preference", key, "", 200, 0.5),
        Call("PATCH channels", "PATCH", f"{object_path}/channel_preference", key, restriction, 202, 0.6),
        Call("GET all", "GET", object_path, key, "", 200, 0.5),
        Call("PATCH all", "PATCH", object_path, key, restriction, 200, 0.6),
        Call("no such path", "GET", "/v1/objects/departments", key, "", 404, 0.6),
    ]


def write_json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
