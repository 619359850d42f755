"""The cookies in which Supabase's client libraries keep the session of a user."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

# What is too long for one cookie is cut into chunks, numbered from 0.
_NAME = re.compile(r"(sb-.+-auth-token)(?:\.(?:0|[1-9][0-9]*))?")
_BASE64 = "base64-"


class SessionCookie(NamedTuple):
    """A cookie, without the number of a chunk, and the access token in it; None if it has none that can be read."""

    name: str
    token: str | None


def find_session_cookies(cookies: Mapping[str, str]) -> list[SessionCookie]:
    """Find the session of each project, in the order of its cookies; an empty cookie is none."""
    found = (_NAME.fullmatch(name) for name, value in cookies.items() if value)
    names = dict.fromkeys(name[1] for name in found if name is not None)
    return [SessionCookie(name, _read_access_token(_join_chunks(cookies, name))) for name in names]


def _join_chunks(cookies: Mapping[str, str], name: str) -> str:
    """Join the chunks up to the first that is missing, unless one cookie has it all."""
    value = cookies.get(name, "")
    if not value:
        number = 0
        while chunk := cookies.get(f"{name}.{number}"):
            value += chunk
            number += 1
    return value


def _read_access_token(value: str) -> str | None:
    """Read the token from JSON in base64url or URL-encoded: an object, or the list that older clients write."""
    value = value if value[:1] in ("{", "[") else unquote(value)
    try:
        if value.startswith(_BASE64):
            # The padding is left out, which Python's decoder insists on.
            encoded = value.removeprefix(_BASE64)
            session = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        else:
            session = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if isinstance(session, list):
        token = session[0] if session else None
    else:
        token = session.get("access_token") if isinstance(session, dict) else None
    return token if isinstance(token, str) and token else None
