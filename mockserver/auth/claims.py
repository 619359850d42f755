"""The claims of a token, read from what was signed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from mockserver.http.problems import Unauthenticated

AUDIENCE = "authenticated"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Claims(NamedTuple):
    """What a verified token says: times in seconds since 1970."""

    subject: str | None
    role: str | None
    begins_s: float
    expires_s: float


def parse_claims(claims: Mapping[str, Any]) -> Claims:
    """Parse the claims of a token whose signature is good.

    Raises Unauthenticated for another audience and for a time that is none.
    """
    # Supabase's own anon key has no audience; its role is what keeps it out.
    audience = claims.get("aud", AUDIENCE)
    if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        raise Unauthenticated(f"The token is for another audience than {AUDIENCE!r}")
    return Claims(
        read_text(claims, "sub"),
        read_text(claims, "role"),
        max(_read_seconds(claims, "nbf", -math.inf), _read_seconds(claims, "iat", -math.inf)),
        _read_seconds(claims, "exp", math.inf),
    )


def read_text(claims: Mapping[str, Any], name: str) -> str | None:
    """Read a claim that is text, and text that can be written as UTF-8; None for any other."""
    value = claims.get(name)
    return value if isinstance(value, str) and value and not _SURROGATE.search(value) else None


def _read_seconds(claims: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = claims.get(name, otherwise)
    try:
        seconds = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        seconds = math.nan
    if name in claims and not math.isfinite(seconds):
        raise Unauthenticated(f"The token's {name} is not a time")
    return seconds
